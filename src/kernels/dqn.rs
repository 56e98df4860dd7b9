//! Deep Q-learning by hand: the value of every action, and one training step.
//!
//! ```text
//! y = r + γ (1 − terminated) max_a Q'(s', a)          or, double: Q'(s', argmax_a Q(s', a))
//! loss = mean h(Q(s, a) − y)        h(d) = ½ d² for |d| ≤ 1, |d| − ½ beyond        ∂h/∂d = clip(d, −1, 1)
//! ```
//! **Shapes.** Q and Q' [B, A] from x [B, O]; actions one-hot [B, A]; y `[B]`.
//! **Where.** The same as `mbppo::burn::dqn`, which explains more. Minibatches are [`super::transitions`].
//! **Choices.** Ties go to the first action.
//! **Paper.** Mnih et al. 2015, Nature 518; double: van Hasselt, Guez, Silver 2016 (1509.06461).

use super::Cache;
use super::distribution::argmax;
use super::targeted::Targeted;
use super::transitions::Transitions;

/// DQN's settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// γ
    pub gamma: f64,
    /// Whether Q chooses the action that Q' values.
    pub double_q: bool,
    /// Longest gradient.
    pub max_grad_norm: f64,
}

/// Names of the numbers that an update gives, in order.
pub const UPDATE_METRICS: [&str; 3] = ["train/loss", "train/q_mean", "train/grad_norm"];

/// Q with its target network, and a workspace.
#[derive(Debug, Clone)]
pub struct Dqn {
    /// Q and Q'.
    pub q: Targeted,
    targets: Vec<f32>,
    cache: Cache,
    cache_target: Cache,
}

impl Dqn {
    /// Learns with this network.
    pub fn new(q: Targeted) -> Self {
        Self { q, targets: Vec::new(), cache: Cache::default(), cache_target: Cache::default() }
    }

    /// y, `[B]`: what Q(s, a) should have been; kept for [`Dqn::loss_and_gradient`].
    pub fn set_targets(&mut self, batch: &Transitions, settings: &Settings) -> &[f32] {
        let choices = self.q.mlp().outputs();
        let judged = self.q.forward_target(&batch.next_obs, &mut self.cache_target).chunks_exact(choices);
        self.targets.clear();
        if settings.double_q {
            let scored = self.q.forward(&batch.next_obs, &mut self.cache).chunks_exact(choices);
            self.targets.extend(judged.zip(scored).map(|(judged, scored)| judged[argmax(scored)]));
        } else {
            self.targets.extend(judged.map(|judged| judged[argmax(judged)]));
        }
        batch.make_targets(settings.gamma, &mut self.targets);
        &self.targets
    }

    /// The mean of h(Q(s, a) − y) with the y set last; its gradient is kept.
    pub fn loss_and_gradient(&mut self, batch: &Transitions) -> f32 {
        self.q.forward(&batch.obs, &mut self.cache);
        let (choices, rows) = (self.q.mlp().outputs(), self.targets.len());
        let (q_values, d_values) = self.cache.output_and_gradient();
        let of_rows = q_values.chunks_exact(choices).zip(d_values.chunks_exact_mut(choices));
        let mut sum = 0.0f64;
        for (((q, d), action), y) in of_rows.zip(batch.actions.chunks_exact(choices)).zip(&self.targets) {
            let error = q.iter().zip(action).map(|(q, a)| q * a).sum::<f32>() - y;
            let near = error.abs().min(1.0);
            sum += f64::from(0.5 * near * near + (error.abs() - near));
            let push = error.clamp(-1.0, 1.0) / rows as f32;
            d.iter_mut().zip(action).for_each(|(d, a)| *d = push * a);
        }
        self.q.backward(&batch.obs, &mut self.cache, None);
        (sum / rows as f64) as f32
    }

    /// One step down the loss of this minibatch; gives [`UPDATE_METRICS`].
    pub fn update(&mut self, batch: &Transitions, settings: &Settings) -> [f32; 3] {
        self.set_targets(batch, settings);
        let mean = self.targets.iter().map(|&y| f64::from(y)).sum::<f64>() / self.targets.len() as f64;
        let loss = self.loss_and_gradient(batch);
        [loss, mean as f32, self.q.descend(settings.max_grad_norm)]
    }
}
