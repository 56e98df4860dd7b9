//! PPO's loss of one row from what the networks say, and its gradient at their outputs.
//!
//! **What, equation, paper.** As in [`crate::kernels::ppo_loss`] and [`crate::kernels::distribution`].
//! **Shapes.** In fours: outputs, actions and log σ `[A₄]`; what fills them up has no part in anything and gets the
//! gradient 0. Returns and old values of a row are one four: R₀ R₁ V₀ V₁.
//! **Where.** Called by [`super::ppo`] for every row of a tile.

use super::activation::F4;
use super::four::{one_of, part, real, total};
use crate::kernels::distribution::Distribution;
use cubecl::prelude::*;

/// ½ log 2π
pub const HALF_LOG_TAU: f32 = 0.918_938_5;

/// A row of the samples.
#[derive(CubeType, Clone, Copy)]
pub struct Row {
    /// log π_old(action | obs)
    pub log_prob: f32,
    /// Normalised.
    pub advantage: f32,
    /// w; 0 for a row that only fills up a tile.
    pub weight: f32,
    /// w / divisor
    pub share: f32,
    /// 1 for a row of the minibatch, 0 for one that fills up.
    pub is_real: f32,
}

#[cube]
impl Row {
    /// From its four among the samples: log π_old, A, w.
    pub fn of(sample: F4, is_real: f32, divisor: f32) -> Row {
        let weight = sample.extract(2usize) * is_real;
        Row {
            log_prob: sample.extract(0usize),
            advantage: sample.extract(1usize),
            weight,
            share: weight / divisor,
            is_real,
        }
    }
}

/// Places of a policy's row, in fours.
#[derive(CubeType, Clone, Copy)]
pub struct Places {
    /// Outputs, in scratch memory; ∂loss/∂outputs takes their place.
    pub outputs: usize,
    /// ∂loss/∂log σ, in scratch memory.
    pub d_log_std: usize,
    /// log σ, in the parameters.
    pub log_std: usize,
    /// The action, in the samples.
    pub action: usize,
    /// Fours of an action.
    pub fours: usize,
    /// A
    pub actions: usize,
}

/// Writes the gradients of the policy's part; gives the row's w min(ρ A, clip(ρ) A), w H, (ρ − 1) − log ρ and whether
/// it has left the clip range.
#[cube]
pub fn policy(
    parameters: &[F4],
    samples: &[F4],
    scratch: &mut [F4],
    places: &Places,
    row: &Row,
    settings: F4,
    #[comptime] distribution: Distribution,
) -> F4 {
    let evaluated = match distribution {
        Distribution::Categorical => say_choice(samples, scratch, places),
        Distribution::Gaussian => say_vector(parameters, samples, scratch, places),
    };
    let (clip, ent_coef) = (settings.extract(0usize), settings.extract(2usize));
    let log_ratio = evaluated.extract(0usize) - row.log_prob;
    let entropy = evaluated.extract(1usize);
    let ratio = log_ratio.exp();
    let free = ratio * row.advantage;
    let held = min(max(ratio, 1.0 - clip), 1.0 + clip) * row.advantage;
    let push = select(free <= held, 0.0f32 - row.share * free, 0.0f32);
    let calm = 0.0 - row.share * ent_coef;
    match distribution {
        Distribution::Categorical => {
            gradient_of_choice(samples, scratch, places, push, calm, evaluated.extract(2usize), entropy);
        }
        Distribution::Gaussian => gradient_of_vector(parameters, samples, scratch, places, push, calm),
    }
    let mut sums = F4::new(row.weight * min(free, held));
    sums.insert(1usize, row.weight * entropy);
    sums.insert(2usize, row.is_real * ((ratio - 1.0) - log_ratio));
    sums.insert(3usize, select((ratio - 1.0).abs() > clip, row.is_real, 0.0f32));
    sums
}

/// log π(action), the entropy and log Σ exp(l).
#[cube]
fn say_choice(samples: &[F4], scratch: &mut [F4], places: &Places) -> F4 {
    let mut highest = scratch[places.outputs].extract(0usize);
    for k in 0..places.fours {
        let logits = scratch[places.outputs + k];
        #[unroll]
        for i in 0..4usize {
            let logit = select(4 * k + i < places.actions, logits.extract(i), highest);
            highest = max(highest, logit);
        }
    }
    let mut weights = 0.0f32;
    let mut chosen = 0.0f32;
    let mut weighed = 0.0f32;
    for k in 0..places.fours {
        let logits = scratch[places.outputs + k];
        let weight = (logits - F4::new(highest)).exp() * real(k, places.actions);
        weights += total(weight);
        chosen += logits.dot(samples[places.action + k]);
        weighed += weight.dot(logits);
    }
    let shift = highest + weights.ln();
    let mut evaluated = F4::new(chosen - shift);
    evaluated.insert(1usize, shift - weighed / weights);
    evaluated.insert(2usize, shift);
    evaluated
}

#[cube]
fn gradient_of_choice(
    samples: &[F4],
    scratch: &mut [F4],
    places: &Places,
    push: f32,
    calm: f32,
    shift: f32,
    entropy: f32,
) {
    for k in 0..places.fours {
        let log_prob = scratch[places.outputs + k] - F4::new(shift);
        let probability = log_prob.exp();
        let marked = samples[places.action + k];
        let gradient = F4::new(push) * (marked - probability)
            - F4::new(calm) * probability * (log_prob + F4::new(entropy));
        scratch[places.outputs + k] = gradient * real(k, places.actions);
    }
}

/// log π(action) and the entropy.
#[cube]
fn say_vector(parameters: &[F4], samples: &[F4], scratch: &mut [F4], places: &Places) -> F4 {
    let mut log_prob = 0.0f32;
    let mut entropy = 0.0f32;
    for k in 0..places.fours {
        let mask = real(k, places.actions);
        let log_std = parameters[places.log_std + k];
        let z = (samples[places.action + k] - scratch[places.outputs + k]) * (F4::new(0.0) - log_std).exp();
        let terms = F4::new(0.5) * z * z + log_std + F4::new(HALF_LOG_TAU);
        log_prob -= terms.dot(mask);
        entropy += (log_std + F4::new(HALF_LOG_TAU + 0.5)).dot(mask);
    }
    let mut evaluated = F4::new(log_prob);
    evaluated.insert(1usize, entropy);
    evaluated
}

#[cube]
fn gradient_of_vector(
    parameters: &[F4],
    samples: &[F4],
    scratch: &mut [F4],
    places: &Places,
    push: f32,
    calm: f32,
) {
    for k in 0..places.fours {
        let mask = real(k, places.actions);
        let precision = (F4::new(0.0) - parameters[places.log_std + k]).exp();
        let z = (samples[places.action + k] - scratch[places.outputs + k]) * precision;
        scratch[places.outputs + k] = F4::new(push) * z * precision * mask;
        scratch[places.d_log_std + k] = (F4::new(push) * (z * z - F4::new(1.0)) + F4::new(calm)) * mask;
    }
}

/// A row's part in the value's loss.
#[derive(CubeType, Clone, Copy)]
pub struct OfValue {
    /// ∂loss/∂V of each head.
    pub gradient: F4,
    /// w L_vf, summed over the heads.
    pub sum: f32,
}

/// The value's part of a row whose heads say `values`.
#[cube]
pub fn value(
    values: F4,
    returns_and_values: F4,
    row: &Row,
    settings: F4,
    #[comptime] heads: usize,
) -> OfValue {
    let (clip, vf_coef) = (settings.extract(1usize), settings.extract(3usize));
    let mut gradient = F4::new(0.0);
    let mut sum = 0.0f32;
    #[unroll]
    for head in 0..heads {
        let (value, target) = (values.extract(head), returns_and_values.extract(head));
        let moved = value - returns_and_values.extract(2 + head);
        let error = value - target;
        let held = select(clip > 0.0, error - moved + min(max(moved, 0.0 - clip), clip), error);
        let is_inside = clip == 0.0 || moved.abs() <= clip;
        let is_free = is_inside || error * error >= held * held;
        sum += row.weight * 0.5 * max(error * error, held * held);
        gradient.insert(head, select(is_free, row.share * vf_coef * error, 0.0f32));
    }
    OfValue { gradient, sum }
}

/// The values of a shared network's row, which stand behind the policy's outputs.
#[cube]
pub fn values_behind(scratch: &[F4], places: &Places, #[comptime] heads: usize) -> F4 {
    let mut values = F4::new(0.0);
    #[unroll]
    for head in 0..heads {
        let column = places.actions + head;
        values.insert(head, part(scratch[places.outputs + column / 4], column % 4));
    }
    values
}

/// Writes ∂loss/∂V behind the policy's gradients, which are there already.
#[cube]
pub fn write_behind(
    scratch: &mut [F4],
    places: &Places,
    outputs: usize,
    gradient: F4,
    #[comptime] heads: usize,
) {
    for k in places.fours..outputs {
        scratch[places.outputs + k] = F4::new(0.0);
    }
    #[unroll]
    for head in 0..heads {
        let column = places.actions + head;
        scratch[places.outputs + column / 4] += one_of(column % 4, gradient.extract(head));
    }
}
