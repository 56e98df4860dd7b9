//! PPO's loss of one minibatch from what policy and value say, and its gradient.
//!
//! ```text
//! ρ = exp(log π_new − log π_old)         −min(ρ A, clip(ρ) A) pushes with −ρ A while ρ A ≤ clip(ρ) A, else not at all
//! loss = Σ w (−L_clip + c_vf Σ_heads L_vf − c_ent H) / divisor
//! ∂loss/∂V = w c_vf (V − R) / divisor    where the value is not held by its clip
//! ```
//! **Shapes.** outputs and actions [B, A], values and returns [B, heads], all else `[B]`.
//! **Where.** The loss and metrics of `mbppo::burn::ppo`; log-probabilities come from [`super::distribution`].
//! **Choices.** (1) The divisor is the caller's. The trainer's is the sum of the weights: w says what a sample counts
//! beside the others of its minibatch, and nothing about the size of the step. (2) Sums over the batch are f64.
//! **Paper.** Schulman et al. 2017 (1707.06347).

use super::distribution::Distribution;
use super::ppo::Shape;

/// A batch whose weights sum to less than this is not believed: a confidence can be as small as 1e-40.
pub const LEAST_WEIGHT: f64 = 1e-9;

/// PPO's settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// ε of the policy.
    pub clip_range: f64,
    /// ε of the value; 0 leaves it free.
    pub clip_range_vf: f64,
    /// c_ent
    pub ent_coef: f64,
    /// c_vf
    pub vf_coef: f64,
    /// Longest gradient.
    pub max_grad_norm: f64,
}

/// A minibatch, each part row-major; kept and refilled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Minibatch {
    /// [B, O]
    pub obs: Vec<f32>,
    /// In the policy's form, [B, A].
    pub actions: Vec<f32>,
    /// log π_old(action | obs), `[B]`
    pub log_probs: Vec<f32>,
    /// Normalised, `[B]`
    pub advantages: Vec<f32>,
    /// w, `[B]`
    pub weights: Vec<f32>,
    /// R, [B, heads]
    pub returns: Vec<f32>,
    /// V_old, [B, heads]
    pub values: Vec<f32>,
}

impl Minibatch {
    /// Forgets its rows and keeps their room.
    pub fn clear(&mut self) {
        let Self { obs, actions, log_probs, advantages, weights, returns, values } = self;
        [obs, actions, log_probs, advantages, weights, returns, values].into_iter().for_each(Vec::clear);
    }

    /// Adds a row: obs, action, log π_old, advantage, weight, returns, values, as `mbppo::samples::Samples` has them.
    pub fn push(&mut self, shape: &Shape, row: &[f32]) {
        let (obs, rest) = row.split_at(shape.obs_size);
        let (action, rest) = rest.split_at(shape.actions);
        self.obs.extend_from_slice(obs);
        self.actions.extend_from_slice(action);
        self.log_probs.push(rest[0]);
        self.advantages.push(rest[1]);
        self.weights.push(rest[2]);
        self.returns.extend_from_slice(&rest[3..3 + shape.heads]);
        self.values.extend_from_slice(&rest[3 + shape.heads..3 + 2 * shape.heads]);
    }

    /// B
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }
}

/// The loss of a minibatch and what it is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Losses {
    /// What is minimised.
    pub total: f32,
    /// −L_clip
    pub policy_gradient_loss: f32,
    /// L_vf, summed over the heads.
    pub value_loss: f32,
    /// Minus the entropy.
    pub entropy_loss: f32,
    /// How far the policy has moved.
    pub approx_kl: f32,
    /// Share of samples outside the clip range.
    pub clip_fraction: f32,
    /// Length of the gradient before it is clipped.
    pub grad_norm: f32,
}

/// Names of the numbers of an update, in the order of [`Losses::metrics`].
pub const UPDATE_METRICS: [&str; 7] = [
    "train/policy_gradient_loss",
    "train/value_loss",
    "train/entropy_loss",
    "train/approx_kl",
    "train/clip_fraction",
    "train/grad_norm",
    "train/loss",
];

impl Losses {
    /// From numbers in the order of [`UPDATE_METRICS`].
    pub fn of_metrics(numbers: [f32; 7]) -> Self {
        let [policy_gradient_loss, value_loss, entropy_loss, approx_kl, clip_fraction, grad_norm, total] =
            numbers;
        Self { total, policy_gradient_loss, value_loss, entropy_loss, approx_kl, clip_fraction, grad_norm }
    }

    /// The mean of those of several updates. Without any it is NaN, which ends a run by name.
    pub fn mean(all: &[Self]) -> Self {
        let mut means = if all.is_empty() { [f32::NAN; 7] } else { [0.0; 7] };
        for losses in all {
            let shares = losses.metrics().map(|number| number / all.len() as f32);
            means.iter_mut().zip(shares).for_each(|(mean, share)| *mean += share);
        }
        Self::of_metrics(means)
    }

    /// Adds those of a piece with the same divisor, which has this share of the rows.
    pub fn add(&mut self, piece: &Self, share: f32) {
        self.total += piece.total;
        self.policy_gradient_loss += piece.policy_gradient_loss;
        self.value_loss += piece.value_loss;
        self.entropy_loss += piece.entropy_loss;
        self.approx_kl += share * piece.approx_kl;
        self.clip_fraction += share * piece.clip_fraction;
    }

    /// In the order of [`UPDATE_METRICS`].
    pub fn metrics(&self) -> [f32; 7] {
        [
            self.policy_gradient_loss,
            self.value_loss,
            self.entropy_loss,
            self.approx_kl,
            self.clip_fraction,
            self.grad_norm,
            self.total,
        ]
    }
}

/// What the networks predict for a minibatch, and places for ∂loss/∂ of each.
pub struct Predictions<'a> {
    /// Logits or means, [B, A].
    pub outputs: &'a [f32],
    /// log σ `[A]`; empty for choices.
    pub log_std: &'a [f32],
    /// [B, heads]
    pub values: &'a [f32],
    /// [B, A]
    pub d_outputs: &'a mut [f32],
    /// `[A]`
    pub d_log_std: &'a mut [f32],
    /// [B, heads]
    pub d_values: &'a mut [f32],
}

/// The losses, without the gradient's length, and all gradients.
pub fn losses(
    distribution: Distribution,
    predictions: Predictions<'_>,
    batch: &Minibatch,
    settings: &Settings,
    divisor: f32,
) -> Losses {
    let mut sums = Sums::default();
    let Predictions { outputs, log_std, values, d_outputs, d_log_std, d_values } = predictions;
    policy_loss(distribution, outputs, log_std, [d_outputs, d_log_std], batch, settings, divisor, &mut sums);
    value_loss(values, d_values, batch, settings, divisor, &mut sums);
    sums.losses(settings, f64::from(divisor), batch.len() as f64)
}

#[allow(clippy::too_many_arguments)]
fn policy_loss(
    distribution: Distribution,
    outputs: &[f32],
    log_std: &[f32],
    [d_outputs, d_log_std]: [&mut [f32]; 2],
    batch: &Minibatch,
    settings: &Settings,
    divisor: f32,
    sums: &mut Sums,
) {
    let (low, high) = ((1.0 - settings.clip_range) as f32, (1.0 + settings.clip_range) as f32);
    let size = outputs.len() / batch.len().max(1);
    d_log_std.fill(0.0);
    let rows = outputs.chunks_exact(size).zip(d_outputs.chunks_exact_mut(size));
    for (row, ((outputs, d_outputs), action)) in rows.zip(batch.actions.chunks_exact(size)).enumerate() {
        let (weight, advantage) = (batch.weights[row], batch.advantages[row]);
        let evaluated = distribution.evaluate(outputs, log_std, action, d_outputs);
        let log_ratio = evaluated.log_prob - batch.log_probs[row];
        let ratio = log_ratio.exp();
        let (free, held) = (ratio * advantage, ratio.clamp(low, high) * advantage);
        let share = weight / divisor;
        let push = if free <= held { -share * free } else { 0.0 };
        let calm = -share * settings.ent_coef as f32;
        distribution.gradient([push, calm], evaluated, action, log_std, d_outputs, d_log_std);
        sums.surrogate += f64::from(weight * free.min(held));
        sums.entropy += f64::from(weight * evaluated.entropy);
        sums.kl += f64::from((ratio - 1.0) - log_ratio);
        sums.moved += f64::from(u8::from((ratio - 1.0).abs() > settings.clip_range as f32));
    }
}

fn value_loss(
    values: &[f32],
    d_values: &mut [f32],
    batch: &Minibatch,
    settings: &Settings,
    divisor: f32,
    sums: &mut Sums,
) {
    let clip = settings.clip_range_vf as f32;
    let heads = values.len() / batch.len().max(1);
    for (index, (value, d_value)) in values.iter().zip(d_values).enumerate() {
        let weight = batch.weights[index / heads];
        let (target, old) = (batch.returns[index], batch.values[index]);
        let error = value - target;
        let held = if clip > 0.0 { old + (value - old).clamp(-clip, clip) - target } else { error };
        // Inside the clip both are the same but for rounding, which must not decide.
        let is_inside = clip == 0.0 || (value - old).abs() <= clip;
        let is_free = is_inside || error * error >= held * held;
        sums.value += f64::from(weight * 0.5 * (error * error).max(held * held));
        *d_value = if is_free { weight / divisor * settings.vf_coef as f32 * error } else { 0.0 };
    }
}

/// Sums over a minibatch.
#[derive(Default)]
struct Sums {
    surrogate: f64,
    value: f64,
    entropy: f64,
    kl: f64,
    moved: f64,
}

impl Sums {
    fn losses(&self, settings: &Settings, divisor: f64, rows: f64) -> Losses {
        let policy = -self.surrogate / divisor;
        let (value, entropy) = (self.value / divisor, -self.entropy / divisor);
        Losses {
            total: (policy + settings.vf_coef * value + settings.ent_coef * entropy) as f32,
            policy_gradient_loss: policy as f32,
            value_loss: value as f32,
            entropy_loss: entropy as f32,
            approx_kl: (self.kl / rows) as f32,
            clip_fraction: (self.moved / rows) as f32,
            grad_norm: 0.0,
        }
    }
}
