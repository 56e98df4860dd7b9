//! Adam with clipping by global norm, and the sums of an update's metrics: an update's last two dispatches.
//!
//! **What, equation, papers.** As in [`crate::kernels::adam`].
//! **Shapes.** In fours: θ, m and v `[parameters]`, gradients [stretches, parameters], the sums of every tile
//! [2, tiles], partial sums [3, [`UNITS`]]: squares of the gradient, and both sums over the tiles.
//! **Choices.** (1) The first dispatch adds up the stretches and leaves few partial sums; in the second every
//! invocation adds those up for itself. So nobody has to wait for anybody within a dispatch. (2) The numbers that
//! change with every step are computed on the host and uploaded for a whole epoch.

use super::activation::F4;
use crate::kernels::adam::{BETA_1, BETA_2};
use cubecl::prelude::*;

/// Partial sums that the first of both dispatches leaves.
pub const UNITS: usize = 64;
/// Fours of an update's metrics: the gradient's length, and both sums over the rows.
pub const METRICS: usize = 3;
/// Fours of an update's plan: step size, scale of √v, eps, divisor · what the loss needs · longest gradient (0: any),
/// rows.
pub const PLAN: usize = 3;

const KEEP_M: f32 = BETA_1 as f32;
const KEEP_V: f32 = BETA_2 as f32;
const TAKE_M: f32 = (1.0 - BETA_1) as f32;
const TAKE_V: f32 = (1.0 - BETA_2) as f32;

/// Adds up stretches, and leaves partial sums.
#[cube(launch_unchecked)]
pub fn gather(
    gradients: &mut [F4],
    sums_of_tiles: &[F4],
    partials: &mut [F4],
    parameters: u32,
    stretches: u32,
    tiles: u32,
) {
    let unit = ABSOLUTE_POS_X;
    if unit < comptime!(UNITS as u32) {
        let mut squares = F4::new(0.0);
        let mut at = unit;
        while at < parameters {
            let mut gradient = gradients[at as usize];
            for stretch in 1..stretches {
                gradient += gradients[(stretch * parameters + at) as usize];
            }
            gradients[at as usize] = gradient;
            squares += gradient * gradient;
            at += comptime!(UNITS as u32);
        }
        let mut first = F4::new(0.0);
        let mut second = F4::new(0.0);
        let mut tile = unit;
        while tile < tiles {
            first += sums_of_tiles[tile as usize];
            second += sums_of_tiles[(tiles + tile) as usize];
            tile += comptime!(UNITS as u32);
        }
        let unit = unit as usize;
        partials[unit] = squares;
        partials[comptime!(UNITS) + unit] = first;
        partials[comptime!(2 * UNITS) + unit] = second;
    }
}

/// One step of all parameters.
#[cube(launch_unchecked)]
#[allow(clippy::needless_range_loop)] // a kernel has no iterators
pub fn adam(
    theta: &mut [F4],
    m: &mut [F4],
    v: &mut [F4],
    gradients: &[F4],
    partials: &[F4],
    plan: &[F4],
    metrics: &mut [F4],
    parameters: u32,
    update: u32,
    fours_per_unit: u32,
) {
    let begin = ABSOLUTE_POS_X * fours_per_unit;
    if begin < parameters {
        let plan_at = (update * comptime!(PLAN as u32)) as usize;
        let rates = plan[plan_at];
        let (step_size, root_scale, eps) =
            (rates.extract(0usize), rates.extract(1usize), rates.extract(2usize));
        let max_norm = plan[plan_at + 2].extract(0usize);
        let mut squares = F4::new(0.0);
        for unit in 0..comptime!(UNITS) {
            squares += partials[unit];
        }
        let norm = squares.dot(F4::new(1.0)).sqrt();
        let factor = select(max_norm > 0.0, min(max_norm / (norm + 1e-6), 1.0f32), 1.0f32);
        for at in begin..min(begin + fours_per_unit, parameters) {
            let at = at as usize;
            let gradient = gradients[at] * F4::new(factor);
            let new_m = m[at] * F4::new(KEEP_M) + gradient * F4::new(TAKE_M);
            let new_v = v[at] * F4::new(KEEP_V) + gradient * gradient * F4::new(TAKE_V);
            m[at] = new_m;
            v[at] = new_v;
            let root = new_v.sqrt() * F4::new(root_scale) + F4::new(eps);
            theta[at] -= new_m / root * F4::new(step_size);
        }
        if begin == 0 {
            let mut first = F4::new(0.0);
            let mut second = F4::new(0.0);
            for unit in 0..comptime!(UNITS) {
                first += partials[comptime!(UNITS) + unit];
                second += partials[comptime!(2 * UNITS) + unit];
            }
            let metrics_at = (update * comptime!(METRICS as u32)) as usize;
            metrics[metrics_at] = F4::new(norm);
            metrics[metrics_at + 1] = first;
            metrics[metrics_at + 2] = second;
        }
    }
}
