//! What is written down of a rollout.
//!
//! **Shapes.** First [H · B, O + A + 5]: next obs, action, log-prob, reward, end, disagreement, novelty, as
//! [`crate::imagination`] reads it; then the values [(H + 1) · B, heads] of where every step began and of where the last
//! one led, if they were asked for.

use super::Four;
use super::plan::Plan;
use cubecl::prelude::*;

/// Four neighbouring branches in one step.
#[derive(CubeType, Clone, Copy)]
pub(super) struct Place {
    /// The first of the four.
    pub(super) branch: u32,
    /// B
    pub(super) branches: u32,
    pub(super) step: u32,
}

/// Writes one column of four branches.
#[cube]
pub(super) fn write(record: &mut [f32], place: &Place, column: usize, numbers: Four, #[comptime] plan: Plan) {
    let width = comptime!(plan.record_width());
    #[unroll]
    for lane in 0..4usize {
        let branch = place.branch + lane as u32;
        if branch < place.branches {
            let row = (place.step * place.branches + branch) as usize;
            record[row * width + column] = numbers.extract(lane);
        }
    }
}

/// Writes the values of four branches, of `horizon` steps.
#[cube]
pub(super) fn write_value(
    record: &mut [f32],
    place: &Place,
    horizon: u32,
    head: usize,
    numbers: Four,
    #[comptime] plan: Plan,
) {
    let behind = (horizon * place.branches) as usize * comptime!(plan.record_width());
    #[unroll]
    for lane in 0..4usize {
        let branch = place.branch + lane as u32;
        if branch < place.branches {
            let row = (place.step * place.branches + branch) as usize;
            record[behind + row * comptime!(plan.heads) + head] = numbers.extract(lane);
        }
    }
}
