//! The world model's loss of one row, and its gradient at the outputs.
//!
//! **What, equation, paper.** As in [`crate::kernels::model_loss`].
//! **Shapes.** outputs [O + 2], with Gaussian heads [2 O + 3], in fours; target [O + 2] in fours.
//! **Where.** Called by [`super::world_model`] for every row of a tile.
//! **Choices.** Outputs are copied aside first, since gradients take their place and a variance's needs the error of
//! its mean.

use super::activation::F4;
use super::four::{one_of, part};
use super::ppo_loss::HALF_LOG_TAU;
use crate::kernels::model_loss::LOG_VARIANCE;
use cubecl::prelude::*;

const LOW: f32 = LOG_VARIANCE[0] as f32;
const HIGH: f32 = LOG_VARIANCE[1] as f32;

/// Which outputs a kernel is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Heads {
    /// Whether there are log-variances.
    pub is_gaussian: bool,
    /// Whether the end logit learns.
    pub learned_ends: bool,
}

/// Places of a row, in fours, and its size.
#[derive(CubeType, Clone, Copy)]
pub struct Places {
    /// Outputs, in scratch memory; ∂loss/∂outputs takes their place.
    pub outputs: usize,
    /// Room for a copy of the outputs.
    pub copy: usize,
    /// Fours of the outputs.
    pub fours: usize,
    /// The target, among the samples.
    pub target: usize,
    /// O
    pub states: usize,
}

/// Writes the gradients; gives the row's squared error of the state and of the reward, its negative log-likelihood and
/// its cross-entropy of the end. `share` is 1 over all rows, and 0 for a row that only fills up a tile.
#[cube]
pub fn loss(
    samples: &[F4],
    scratch: &mut [F4],
    places: &Places,
    share: f32,
    end_coef: f32,
    #[comptime] heads: Heads,
) -> F4 {
    for k in 0..places.fours {
        scratch[places.copy + k] = scratch[places.outputs + k];
    }
    let is_real = select(share > 0.0, 1.0f32, 0.0f32);
    let states = places.states;
    let mut sums = F4::new(0.0);
    for k in 0..places.fours {
        let mut gradients = F4::new(0.0);
        #[unroll]
        for i in 0..4usize {
            let index = 4 * k + i;
            if index <= states {
                let error = part(scratch[places.copy + index / 4], index % 4)
                    - part(samples[places.target + index / 4], index % 4);
                let is_state = index < states;
                let squared = is_real * error * error;
                sums += one_of(select(is_state, 0usize, 1usize), squared);
                if comptime!(heads.is_gaussian) {
                    let bounded = bounded_log_variance(part(
                        scratch[places.copy + (states + 2 + index) / 4],
                        (states + 2 + index) % 4,
                    ));
                    let precision = (0.0 - bounded.extract(0usize)).exp();
                    let surprise = 0.5 * (bounded.extract(0usize) + error * error * precision) + HALF_LOG_TAU;
                    sums += one_of(2usize, is_real * surprise);
                    gradients.insert(i, share / f32::cast_from(states as u32 + 1) * error * precision);
                } else {
                    let per = select(is_state, share / f32::cast_from(states as u32), share);
                    gradients.insert(i, 2.0 * error * per);
                }
            } else if index == states + 1 {
                if comptime!(heads.learned_ends) {
                    let logit = part(scratch[places.copy + index / 4], index % 4);
                    let ended = part(samples[places.target + index / 4], index % 4);
                    let soft = softplus(logit);
                    sums += one_of(3usize, is_real * (soft.extract(0usize) - logit * ended));
                    gradients.insert(i, end_coef * (soft.extract(1usize) - ended) * share);
                }
            } else if comptime!(heads.is_gaussian) {
                let of = index - states - 2;
                if of <= states {
                    let error = part(scratch[places.copy + of / 4], of % 4)
                        - part(samples[places.target + of / 4], of % 4);
                    let bounded = bounded_log_variance(part(scratch[places.copy + index / 4], index % 4));
                    let surprise = error * error * (0.0 - bounded.extract(0usize)).exp();
                    let share = share / f32::cast_from(states as u32 + 1);
                    gradients.insert(i, share * 0.5 * (1.0 - surprise) * bounded.extract(1usize));
                }
            }
        }
        scratch[places.outputs + k] = gradients;
    }
    sums
}

/// log σ² from a raw output, and its slope.
#[cube]
fn bounded_log_variance(raw: f32) -> F4 {
    let over = softplus(HIGH - raw);
    let under = softplus(HIGH - over.extract(0usize) - LOW);
    let mut both = F4::new(LOW + under.extract(0usize));
    both.insert(1usize, over.extract(1usize) * under.extract(1usize));
    both
}

/// log(1 + e^x) and its slope σ(x).
#[cube]
fn softplus(x: f32) -> F4 {
    let small = (0.0 - x.abs()).exp();
    let mut both = F4::new(max(x, 0.0f32) + ln_1p(small));
    both.insert(1usize, select(x >= 0.0, 1.0f32, small) / (1.0 + small));
    both
}

/// log(1 + x) for x of 0 to 1: where 1 + x forgets x, x itself.
#[cube]
fn ln_1p(x: f32) -> f32 {
    let sum = 1.0 + x;
    select(sum == 1.0, x, sum.ln() * (x / max(sum - 1.0, 1e-30f32)))
}
