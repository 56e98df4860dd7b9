//! What the model predicts becomes where four rows go next, by the formulas of [`crate::cpu::World`].
//!
//! ```text
//! Δ̂ = μ, or with Gaussian heads and noise z, μ + σ z     next = obs + mean_Δ + std_Δ · Δ̂     r = r̂ · std_r + mean_r
//! p_end = σ(ê)     disagreement = mean_d u_d std_members(μ_d)
//! ```
//! **Shapes.** Outputs [members that were asked, outputs, R / 4] vectors; observations [O, R / 4].

use super::Four;
use super::counter::{Counter, normals};
use super::facts::{Row, Single, in_row, single};
use super::plan::Plan;
use crate::kernels::counter::Purpose;
use crate::kernels::model_loss::LOG_VARIANCE;
use cubecl::prelude::*;

/// Moves four rows, of which the first is `branch`, by what `member` predicts; they are vector `quad` of their
/// workgroup's.
#[cube]
pub(super) fn go(
    facts: &[f32],
    memory: &mut [Four],
    member: usize,
    counter: &Counter,
    branch: u32,
    quad: usize,
    #[comptime] plan: Plan,
) {
    let quads = comptime!(plan.workgroup.quads);
    let (obs, behind) = comptime!((plan.obs, plan.obs + plan.acts.size()));
    let mut from = comptime!(plan.regions().output) + quad;
    let mut apart = Four::new(0.0);
    if comptime!(plan.outputs.with_disagreement) {
        apart = disagreement(facts, &*memory, from, plan);
        from += member * comptime!(4 * plan.model.last().blocks() * quads);
    }
    memory[comptime!((behind + 3) * quads) + quad] = apart;
    #[unroll]
    for block in 0..comptime!((obs + 1).div_ceil(4)) {
        let mut z = Array::<Four>::new(4usize);
        if comptime!(plan.outputs.is_gaussian) {
            z = normals(counter, branch, Purpose::Noise, comptime!(block as u32));
        }
        #[unroll]
        for i in 0..comptime!(Ord::min(4, obs + 1 - 4 * block)) {
            let d = comptime!(4 * block + i);
            let mut word = memory[from + d * quads];
            if comptime!(plan.outputs.is_gaussian) {
                let raw = memory[from + (obs + 2 + d) * quads];
                word += (Four::new(0.5) * bounded_log_variance(raw)).exp() * z[i];
            }
            if comptime!(d < obs) {
                let std = Four::new(in_row(facts, Row::TargetStd, d, obs));
                let mut next = word * std + Four::new(in_row(facts, Row::TargetMean, d, obs));
                if comptime!(plan.outputs.is_change) {
                    next = memory[comptime!(d * quads) + quad] + next;
                }
                memory[comptime!(d * quads) + quad] = next;
            } else {
                let std = Four::new(single(facts, Single::RewardStd, obs));
                let reward = word * std + Four::new(single(facts, Single::RewardMean, obs));
                memory[comptime!((behind + 1) * quads) + quad] = reward;
            }
        }
    }
    let mut end = Four::new(0.0);
    if comptime!(plan.outputs.learned_ends) {
        end = Four::new(1.0) / (Four::new(1.0) + (-memory[from + (obs + 1) * quads]).exp());
    }
    memory[comptime!((behind + 2) * quads) + quad] = end;
}

/// How far the members are apart about four rows; the first one's words stand at `from`.
#[cube]
fn disagreement(facts: &[f32], memory: &[Four], from: usize, #[comptime] plan: Plan) -> Four {
    let quads = comptime!(plan.workgroup.quads);
    let (obs, members) = comptime!((plan.obs, plan.outputs.members));
    let width = comptime!(4 * plan.model.last().blocks() * quads);
    let share = Four::new(comptime!(1.0 / members as f32));
    let mut apart = Four::new(0.0);
    for d in 0..obs {
        let at = from + d * quads;
        let mut mean = Four::new(0.0);
        for member in 0..members {
            mean += memory[at + member * width];
        }
        mean *= share;
        let mut square = Four::new(0.0);
        for member in 0..members {
            let off = memory[at + member * width] - mean;
            square += off * off;
        }
        apart += (square * share).sqrt() * Four::new(in_row(facts, Row::ChangeUnit, d, obs));
    }
    apart * Four::new(comptime!(1.0 / obs as f32))
}

/// log σ² from a raw output.
#[cube]
fn bounded_log_variance(raw: Four) -> Four {
    let [low, high] = comptime!(LOG_VARIANCE.map(|bound| bound as f32));
    let over = softplus(Four::new(high) - raw);
    Four::new(low) + softplus(Four::new(comptime!(high - low)) - over)
}

/// log(1 + e^x)
#[cube]
fn softplus(x: Four) -> Four {
    max(x, Four::new(0.0)) + (Four::new(1.0) + (-x.abs()).exp()).ln()
}
