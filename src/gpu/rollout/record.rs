//! What is written down of a rollout.
//!
//! **Shapes.** First [H · B, O + A + 5]: next obs, action, log-prob, reward, end, disagreement, novelty, as
//! [`crate::imagination`] reads it; then the values [(H + 1) · B, heads] of where every step began and of where the
//! last one led, if they were asked for.

use super::Four;
use super::plan::Plan;
use cubecl::prelude::*;

/// Where a workgroup's branches are in the record.
#[derive(CubeType, Clone, Copy)]
pub(super) struct Place {
    /// The workgroup's first branch.
    pub(super) branch: u32,
    /// B
    pub(super) branches: u32,
    pub(super) step: u32,
    /// H
    pub(super) horizon: u32,
}

/// Writes what the workgroup's memory begins with: all columns of a step.
#[cube]
pub(super) fn write_step(record: &mut [f32], memory: &[Four], place: &Place, #[comptime] plan: Plan) {
    write(record, memory, 0usize, 0usize.runtime(), place, comptime!(plan.record_width()), plan);
}

/// Writes the values, which stand behind the policy's outputs.
#[cube]
pub(super) fn write_values(record: &mut [f32], memory: &[Four], place: &Place, #[comptime] plan: Plan) {
    let at = comptime!(plan.regions().output + plan.values_at() * plan.workgroup.quads);
    let behind = (place.horizon * place.branches) as usize * comptime!(plan.record_width());
    write(record, memory, at, behind, place, comptime!(plan.heads), plan);
}

/// Writes `width` columns, which stand in memory at `at`, into a table that begins at `table`.
#[cube]
fn write(
    record: &mut [f32],
    memory: &[Four],
    #[comptime] at: usize,
    table: usize,
    place: &Place,
    #[comptime] width: usize,
    #[comptime] plan: Plan,
) {
    let quads = comptime!(plan.workgroup.quads);
    for i in range_stepped(UNIT_POS as usize, comptime!(width * quads), comptime!(plan.workgroup.units)) {
        let numbers = memory[at + i];
        #[unroll]
        for lane in 0..4usize {
            let branch = place.branch + (4 * (i % quads) + lane) as u32;
            if branch < place.branches {
                let row = (place.step * place.branches + branch) as usize;
                record[table + row * width + i / quads] = numbers.extract(lane);
            }
        }
    }
}
