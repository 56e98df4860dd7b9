//! SAC, soft actor-critic, by hand: a policy with chance that earns value and keeps its entropy.
//!
//! **What.** The policy is a Gaussian squashed by tanh. Its critics value actions together with the entropy that is
//! still to come, and a coefficient α weighs entropy against reward so that the policy's entropy stays near a target.
//! ```text
//! u = m(s) + e^{l(s)} ε,  ε ~ N(0, 1)        a = tanh u
//! log π(a|s) = Σ_j log N(u_j; m_j, e^{l_j}) − log(1 − a_j²)
//! y = r + γ (1 − terminated) [min_i Q'_i(s', a') − α log π(a'|s')],   a' ~ π(s')
//! critic loss = ½ Σ_i mean (Q_i(s, a) − y)²                 ∂/∂Q_i = (Q_i − y) / B
//! actor loss = mean [α log π(a|s) − min_i Q_i(s, a)],   a ~ π(s)
//!     ∂/∂m = ∂/∂u = (2 α a − ∂min Q/∂a ⊙ (1 − a²)) / B        ∂/∂l = ∂/∂u ⊙ e^l ε − α / B,  0 where l is cut off
//! coefficient loss = −mean log α · (log π + H̄),   H̄ = −A       ∂/∂log α = −mean (log π + H̄)
//! ```
//! **Shapes.** x [B, O]; m and l side by side [B, 2 A]; actions [B, A] as shares of the bound; Q [2, B, 1]; y and log π
//! `[B]`; log α `[1]`.
//! **Where.** Updated by `mbppo::cpu::off_policy`; gradients are checked against finite differences in `tests/sac.rs`.
//! **Choices.** As Stable-Baselines3: α starts at 1, l is cut off to [−20, 2].
//! **Paper.** Haarnoja et al. 2018 (1812.05905).

use super::activation::tanh;
use super::targeted::Targeted;
use super::td3::{for_each_critic, join};
use super::transitions::Transitions;
use super::{Adam, Cache, Mlp};

/// Where l is cut off.
const LOG_STD: [f32; 2] = [-20.0, 2.0];

/// Policy, critics and coefficient, and a workspace.
#[derive(Debug, Clone)]
pub struct Sac {
    /// m and l; it has no use for its target network.
    pub actor: Targeted,
    /// Q_1 and Q_2.
    pub critics: Targeted,
    /// log α, `[1]`.
    pub log_alpha: Vec<f32>,
    /// The memory of the coefficient's optimiser.
    pub alpha_adam: Adam,
    drawn: Drawn,
    workspace: Workspace,
}

/// Actions drawn from the policy, [B, A] each, and their log-probabilities `[B]`.
#[derive(Debug, Clone, Default)]
pub struct Drawn {
    /// ε
    pub noise: Vec<f32>,
    /// a, as shares of the bound
    pub actions: Vec<f32>,
    /// log π(a|s)
    pub log_probs: Vec<f32>,
}

/// What an update works on.
#[derive(Debug, Clone, Default)]
struct Workspace {
    /// obs and actions, for every critic.
    x: Vec<f32>,
    d_x: Vec<f32>,
    targets: Vec<f32>,
    cache_actor: Cache,
    cache_critics: Cache,
}

impl Sac {
    /// Learns with this policy, which has 2 A outputs, and these critics.
    pub fn new(actor: Targeted, critics: Targeted) -> Self {
        let alpha_adam = Adam::new(1, actor.adam.learning_rate, 1e-8);
        let (drawn, workspace) = (Drawn::default(), Workspace::default());
        Self { actor, critics, log_alpha: vec![0.0], alpha_adam, drawn, workspace }
    }

    /// α
    pub fn alpha(&self) -> f32 {
        self.log_alpha[0].exp()
    }

    /// Draws ε for `rows` rows by `normal`, for [`Sac::set_targets`] or [`Sac::actor_loss`].
    pub fn draw(&mut self, rows: usize, mut normal: impl FnMut() -> f32) {
        let count = rows * self.actor.mlp().outputs() / 2;
        self.drawn.noise.clear();
        self.drawn.noise.extend((0..count).map(|_| normal()));
    }

    /// y, `[B]`, with the ε drawn last; kept for [`Sac::critic_loss`].
    pub fn set_targets(&mut self, batch: &Transitions, gamma: f64) -> &[f32] {
        let (alpha, Workspace { x, targets, cache_actor, cache_critics, .. }) =
            (self.alpha(), &mut self.workspace);
        self.drawn.act(self.actor.forward(&batch.next_obs, cache_actor), self.actor.mlp());
        join(x, &batch.next_obs, &self.drawn.actions, batch.len());
        for_each_critic(x, &self.critics);
        let (first, second) = self.critics.forward_target(x, cache_critics).split_at(batch.len());
        targets.clear();
        let lowest = first.iter().zip(second).map(|(first, second)| first.min(*second));
        targets.extend(lowest.zip(&self.drawn.log_probs).map(|(q, log_prob)| q - alpha * log_prob));
        batch.make_targets(gamma, targets);
        targets
    }

    /// ½ Σ_i mean (Q_i(s, a) − y)² with the y set last; its gradient is kept in the critics.
    pub fn critic_loss(&mut self, batch: &Transitions) -> f32 {
        let Workspace { x, targets, cache_critics, .. } = &mut self.workspace;
        join(x, &batch.obs, &batch.actions, batch.len());
        for_each_critic(x, &self.critics);
        self.critics.forward(x, cache_critics);
        let (values, d_values) = cache_critics.output_and_gradient();
        let (mut sum, rows) = (0.0f64, batch.len() as f32);
        for ((value, d_value), y) in values.iter().zip(d_values).zip(targets.iter().cycle()) {
            let error = value - y;
            sum += f64::from(0.5 * error * error);
            *d_value = error / rows;
        }
        self.critics.backward(x, cache_critics, None);
        (sum / f64::from(rows)) as f32
    }

    /// mean [α log π(a|s) − min_i Q_i(s, a)] with the ε drawn last; its gradient is kept in the actor, and what the
    /// critics kept is gone.
    pub fn actor_loss(&mut self, batch: &Transitions) -> f32 {
        let (alpha, rows) = (self.alpha(), batch.len());
        let Workspace { x, d_x, cache_actor, cache_critics, .. } = &mut self.workspace;
        self.drawn.act(self.actor.forward(&batch.obs, cache_actor), self.actor.mlp());
        join(x, &batch.obs, &self.drawn.actions, rows);
        for_each_critic(x, &self.critics);
        self.critics.forward(x, cache_critics);
        let mut sum = 0.0f64;
        let (values, d_values) = cache_critics.output_and_gradient();
        for (row, log_prob) in self.drawn.log_probs.iter().enumerate() {
            let (first, second) = (values[row], values[rows + row]);
            let share = |is_lowest: bool| if is_lowest { -1.0 / rows as f32 } else { 0.0 };
            (d_values[row], d_values[rows + row]) = (share(first <= second), share(first > second));
            sum += f64::from(alpha * log_prob - first.min(second));
        }
        d_x.resize(x.len(), 0.0);
        self.critics.backward(x, cache_critics, Some(d_x));
        self.drawn.slope(alpha / rows as f32, d_x, cache_actor);
        self.actor.backward(&batch.obs, cache_actor, None);
        (sum / rows as f64) as f32
    }

    /// One step of log α, with the mean of log π over the minibatch; gives the coefficient's loss before it.
    pub fn step_alpha(&mut self, mean_log_prob: f32) -> f32 {
        let target_entropy = -(self.actor.mlp().outputs() as f32 / 2.0);
        let slope = -(mean_log_prob + target_entropy);
        let loss = self.log_alpha[0] * slope;
        self.alpha_adam.learning_rate = self.actor.adam.learning_rate;
        self.alpha_adam.step(&mut self.log_alpha, &[slope]);
        loss
    }

    /// log π of the actions drawn last, `[B]`.
    pub fn log_probs(&self) -> &[f32] {
        &self.drawn.log_probs
    }
}

impl Drawn {
    /// a and log π of the policy's outputs [B, 2 A], with the ε that were drawn.
    pub fn act(&mut self, outputs: &[f32], policy: &Mlp) {
        let size = policy.outputs() / 2;
        self.actions.clear();
        self.log_probs.clear();
        for (outputs, noise) in outputs.chunks_exact(2 * size).zip(self.noise.chunks_exact(size)) {
            let mut log_prob = 0.0;
            for j in 0..size {
                let log_std = cut_off(outputs[size + j]);
                let u = outputs[j] + log_std.exp() * noise[j];
                log_prob -= 0.5 * (noise[j] * noise[j] + std::f32::consts::TAU.ln()) + log_std + log_slope(u);
                self.actions.push(tanh(u));
            }
            self.log_probs.push(log_prob);
        }
    }

    /// ∂loss/∂(m, l) into `cache`, from ∂loss/∂x in `d_x` [2, B, O + A]; `alpha` is α / B.
    fn slope(&self, alpha: f32, d_x: &[f32], cache: &mut Cache) {
        let rows = self.log_probs.len();
        let (size, width) = (self.actions.len() / rows, d_x.len() / (2 * rows));
        let (outputs, d_outputs) = cache.output_and_gradient();
        for row in 0..rows {
            let from = 2 * size * row;
            for j in 0..size {
                let action = self.actions[row * size + j];
                let of = |critic: usize| d_x[(critic * rows + row + 1) * width - size + j];
                let d_u = 2.0 * alpha * action + (of(0) + of(1)) * (1.0 - action * action);
                let raw = outputs[from + size + j];
                let d_log_std = d_u * cut_off(raw).exp() * self.noise[row * size + j] - alpha;
                d_outputs[from + j] = d_u;
                d_outputs[from + size + j] = if raw == cut_off(raw) { d_log_std } else { 0.0 };
            }
        }
    }
}

/// l, cut off where it is too small or too large.
pub fn cut_off(log_std: f32) -> f32 {
    log_std.clamp(LOG_STD[0], LOG_STD[1])
}

/// log(1 − tanh² u) = 2 (log 2 − |u| − log(1 + e^{−2|u|})), which never overflows.
fn log_slope(u: f32) -> f32 {
    2.0 * (std::f32::consts::LN_2 - u.abs() - (-2.0 * u.abs()).exp().ln_1p())
}
