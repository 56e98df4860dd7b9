//! The numbers of a round that are no parameters: scales, the bound of actions, and where branches start.
//!
//! **Shapes.** One list: nine rows of O numbers, four single numbers, then the starts [B, O].
//! **Choices.** (1) One list is one upload. (2) Before the model has scales nothing is known and nothing changes: its
//! output is multiplied by 0.

use super::parts::Parts;
use cubecl::prelude::*;

/// Rows of O numbers, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Row {
    AgentCentre,
    AgentHalfRange,
    ModelMean,
    ModelStd,
    TargetMean,
    TargetStd,
    ChangeUnit,
    NoveltyMean,
    NoveltyStd,
}

/// How many rows there are.
const ROWS: usize = 9;

/// Single numbers behind the rows, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Single {
    RewardMean,
    RewardStd,
    Bound,
    NoveltyScale,
}

/// How many single numbers there are.
const SINGLES: usize = 4;

/// All numbers in one list, for branches that start at these observations [B, O]; `bound` is the largest number that an
/// action may be, 1 for choices.
pub(super) fn list(parts: &Parts, bound: f32, starts: &[f32]) -> Vec<f32> {
    let scaling = &parts.agent.scaling;
    let size = scaling.centre.len();
    let (zeros, ones) = (vec![0.0; size], vec![1.0; size]);
    let scales = parts.world.scales.as_ref();
    let [obs_mean, obs_std, target_mean, target_std] = match scales {
        Some(scales) => [&scales.obs_mean, &scales.obs_std, &scales.target_mean, &scales.target_std],
        None => [&zeros, &ones, &zeros, &zeros],
    };
    let (mean, std, scale) = parts
        .novelty
        .as_ref()
        .map_or((&zeros, &ones, 1.0), |novelty| (&novelty.mean, &novelty.std, novelty.scale));
    let units: Vec<f32> = scales.map_or_else(|| ones.clone(), |scales| scales.change_units().collect());
    let rows: [&[f32]; ROWS] =
        [&scaling.centre, &scaling.half_range, obs_mean, obs_std, target_mean, target_std, &units, mean, std];
    let [reward_mean, reward_std] = scales.map_or([0.0; 2], |scales| [scales.reward_mean, scales.reward_std]);
    let singles: [f32; SINGLES] = [reward_mean, reward_std, bound, scale];
    let mut list = rows.concat();
    list.extend(singles);
    list.extend_from_slice(starts);
    list
}

/// Number d of a row.
#[cube]
pub(super) fn in_row(facts: &[f32], #[comptime] row: Row, d: usize, #[comptime] obs: usize) -> f32 {
    facts[comptime!(row as usize * obs) + d]
}

/// A single number.
#[cube]
pub(super) fn single(facts: &[f32], #[comptime] which: Single, #[comptime] obs: usize) -> f32 {
    facts[comptime!(ROWS * obs + which as usize)]
}

/// Number d of where a branch starts.
#[cube]
pub(super) fn start(facts: &[f32], branch: usize, d: usize, #[comptime] obs: usize) -> f32 {
    facts[comptime!(ROWS * obs + SINGLES) + branch * obs + d]
}
