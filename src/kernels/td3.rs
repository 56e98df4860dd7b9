//! TD3 by hand: two critics of actions in numbers, and a policy that climbs the first of them.
//!
//! ```text
//! μ(s) = tanh f(s)        ã = clip(μ'(s') + clip(ε, −c, c), −1, 1),  ε ~ N(0, σ̃)
//! y = r + γ (1 − terminated) min_i Q'_i(s', ã)
//! critic loss = Σ_i mean (Q_i(s, a) − y)²          ∂/∂Q_i = 2 (Q_i − y) / B
//! actor loss = −mean Q_1(s, μ(s))                  ∂/∂f = −∂Q_1/∂a ⊙ (1 − μ²) / B
//! ```
//! **Shapes.** x [B, O]; actions [B, A] as shares of the task's bound; Q [E, B, 1], E = 2; y `[B]`.
//! **Where.** The same as `mbppo::burn::td3`, which tells more. Minibatches are [`super::transitions`].
//! **Choices.** The twins are one ensemble of two; the policy asks the first alone. A single critic is DDPG's.
//! **Paper.** Fujimoto, van Hoof, Meger 2018 (1802.09477).

use super::Cache;
use super::activation::tanh;
use super::targeted::Targeted;
use super::transitions::Transitions;

/// Gain of the policy's last layer's first weights, so that it starts undecided.
pub const ACTOR_GAIN: f32 = 0.01;

/// TD3's settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// γ
    pub gamma: f64,
    /// τ
    pub tau: f64,
    /// d
    pub policy_delay: usize,
    /// σ̃, share of the bound.
    pub target_policy_noise: f64,
    /// c, share of the bound.
    pub target_noise_clip: f64,
    /// Longest gradient, of either network.
    pub max_grad_norm: f64,
}

/// What an update was made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Updated {
    /// Σ_i mean (Q_i − y)²
    pub critic_loss: f32,
    /// −mean Q_1(s, μ(s)), on every d-th update.
    pub actor_loss: Option<f32>,
    /// Mean of y.
    pub q_mean: f32,
    /// Length of the critics' gradient.
    pub grad_norm: f32,
}

/// Policy and critics, each with its target network, and a workspace.
#[derive(Debug, Clone)]
pub struct Td3 {
    /// f
    pub actor: Targeted,
    /// Q_1, and Q_2 where there are twins.
    pub critics: Targeted,
    workspace: Workspace,
}

/// What an update works on.
#[derive(Debug, Clone, Default)]
struct Workspace {
    noise: Vec<f32>,
    actions: Vec<f32>,
    /// obs and actions, for every member that is asked.
    x: Vec<f32>,
    d_x: Vec<f32>,
    targets: Vec<f32>,
    cache_actor: Cache,
    cache_critics: Cache,
}

impl Td3 {
    /// Learns with this policy and these critics, one or two.
    pub fn new(actor: Targeted, critics: Targeted) -> Self {
        Self { actor, critics, workspace: Workspace::default() }
    }

    /// y, `[B]`; `noise` is clip(ε, −c, c), [B, A]. Kept for [`Td3::critic_loss`].
    pub fn set_targets(&mut self, batch: &Transitions, noise: &[f32], gamma: f64) -> &[f32] {
        let Workspace { actions, x, targets, cache_actor, cache_critics, .. } = &mut self.workspace;
        let outputs = self.actor.forward_target(&batch.next_obs, cache_actor);
        actions.clear();
        actions.extend(outputs.iter().zip(noise).map(|(f, noise)| (tanh(*f) + noise).clamp(-1.0, 1.0)));
        join(x, &batch.next_obs, actions, batch.len());
        for_each_critic(x, &self.critics);
        let values = self.critics.forward_target(x, cache_critics);
        targets.clear();
        targets.extend_from_slice(&values[..batch.len()]);
        for of_twin in values[batch.len()..].chunks_exact(batch.len()) {
            targets.iter_mut().zip(of_twin).for_each(|(lowest, value)| *lowest = lowest.min(*value));
        }
        batch.make_targets(gamma, targets);
        targets
    }

    /// Σ_i mean (Q_i(s, a) − y)² with the y set last; its gradient is kept in the critics.
    pub fn critic_loss(&mut self, batch: &Transitions) -> f32 {
        let Workspace { x, targets, cache_critics, .. } = &mut self.workspace;
        join(x, &batch.obs, &batch.actions, batch.len());
        for_each_critic(x, &self.critics);
        self.critics.forward(x, cache_critics);
        let (values, d_values) = cache_critics.output_and_gradient();
        let (mut sum, rows) = (0.0f64, batch.len() as f32);
        for ((value, d_value), y) in values.iter().zip(d_values).zip(targets.iter().cycle()) {
            let error = value - y;
            sum += f64::from(error * error);
            *d_value = 2.0 * error / rows;
        }
        self.critics.backward(x, cache_critics, None);
        (sum / f64::from(rows)) as f32
    }

    /// −mean Q_1(s, μ(s)); its gradient is kept in the actor, and what the critics kept is gone.
    pub fn actor_loss(&mut self, batch: &Transitions) -> f32 {
        let Workspace { actions, x, d_x, cache_actor, cache_critics, .. } = &mut self.workspace;
        let outputs = self.actor.forward(&batch.obs, cache_actor);
        actions.clear();
        actions.extend(outputs.iter().map(|f| tanh(*f)));
        join(x, &batch.obs, actions, batch.len());
        let values = self.critics.forward_first(x, cache_critics);
        let rows = batch.len() as f32;
        let loss = -(values.iter().map(|&value| f64::from(value)).sum::<f64>() / f64::from(rows)) as f32;
        cache_critics.output_and_gradient().1.fill(-1.0 / rows);
        d_x.resize(x.len(), 0.0);
        self.critics.backward(x, cache_critics, Some(d_x));
        let (size, width) = (self.actor.mlp().outputs(), self.critics.mlp().inputs());
        let d_outputs = cache_actor.output_and_gradient().1.chunks_exact_mut(size);
        let of_rows = d_outputs.zip(actions.chunks_exact(size)).zip(d_x.chunks_exact(width));
        for ((d_outputs, actions), d_x) in of_rows {
            let d_actions = &d_x[width - size..];
            let slopes = actions.iter().zip(d_actions).map(|(a, d)| d * (1.0 - a * a));
            d_outputs.iter_mut().zip(slopes).for_each(|(d_output, slope)| *d_output = slope);
        }
        self.actor.backward(&batch.obs, cache_actor, None);
        loss
    }

    /// Whether the policy moves after the latest update of the critics.
    pub fn policy_is_due(&self, settings: &Settings) -> bool {
        (self.critics.adam.updates as usize).is_multiple_of(settings.policy_delay)
    }

    /// One update: the critics, and on every d-th the policy and the slow copies. `normal` draws ε.
    pub fn update(
        &mut self,
        batch: &Transitions,
        settings: &Settings,
        normal: impl FnMut() -> f32,
    ) -> Updated {
        let noise = self.noise(batch.actions.len(), settings, normal);
        let targets = self.set_targets(batch, &noise, settings.gamma);
        let q_mean = (targets.iter().map(|&y| f64::from(y)).sum::<f64>() / targets.len() as f64) as f32;
        self.keep_noise(noise);
        let critic_loss = self.critic_loss(batch);
        let grad_norm = self.critics.descend(settings.max_grad_norm);
        let actor_loss = self.policy_is_due(settings).then(|| {
            let loss = self.actor_loss(batch);
            self.actor.descend(settings.max_grad_norm);
            self.actor.follow(settings.tau);
            self.critics.follow(settings.tau);
            loss
        });
        Updated { critic_loss, actor_loss, q_mean, grad_norm }
    }

    /// Takes back the memory that [`Td3::noise`] gave.
    pub fn keep_noise(&mut self, noise: Vec<f32>) {
        self.workspace.noise = noise;
    }

    /// clip(ε, −c, c) of the ε that `normal` draws, in the memory that is kept for it.
    pub fn noise(&mut self, count: usize, settings: &Settings, mut normal: impl FnMut() -> f32) -> Vec<f32> {
        let (std, clip) = (settings.target_policy_noise as f32, settings.target_noise_clip as f32);
        let mut noise = std::mem::take(&mut self.workspace.noise);
        noise.clear();
        noise.extend((0..count).map(|_| (std * normal()).clamp(-clip, clip)));
        noise
    }
}

/// x [E, B, O + A] of x [B, O + A]: every critic is asked the same.
pub fn for_each_critic(x: &mut Vec<f32>, critics: &Targeted) {
    x.reserve(x.len() * (critics.mlp().members() - 1));
    let rows = x.len();
    (1..critics.mlp().members()).for_each(|_| x.extend_from_within(..rows));
}

/// x [B, O + A] of obs [B, O] and actions [B, A].
pub fn join(x: &mut Vec<f32>, obs: &[f32], actions: &[f32], rows: usize) {
    x.clear();
    for (obs, action) in obs.chunks_exact(obs.len() / rows).zip(actions.chunks_exact(actions.len() / rows)) {
        x.extend_from_slice(obs);
        x.extend_from_slice(action);
    }
}
