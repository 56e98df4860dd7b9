//! The numbers of a round that are no parameters: scales, the bound of actions, and where branches start.
//!
//! **Shapes.** One list: eight rows of O numbers, four single numbers, then the starts [B, O].
//! **Choices.** (1) One list is one upload. (2) Before the model has scales nothing is known and nothing changes: its word
//! is multiplied by 0.

use crate::kernels::ppo::Scaling;
use crate::kernels::scales::Scales;
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
    NoveltyMean,
    NoveltyStd,
}

/// How many rows there are.
const ROWS: usize = 8;

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

/// What a round is told beside the parameters.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// How policy and value see observations.
    pub scaling: &'a Scaling,
    /// How the model sees them; none before its first fit.
    pub scales: Option<&'a Scales>,
    /// The largest number that an action may be; 1 for choices.
    pub bound: f32,
    /// Mean and standard deviation with which curiosity sees observations, and what novelty is divided by.
    pub novelty: Option<(&'a [f32], &'a [f32], f32)>,
    /// Where branches start, [B, O].
    pub starts: &'a [f32],
}

impl Facts<'_> {
    /// All numbers in one list.
    pub(super) fn list(&self) -> Vec<f32> {
        let size = self.scaling.centre.len();
        let (zeros, ones) = (vec![0.0; size], vec![1.0; size]);
        let mut list = Vec::with_capacity(ROWS * size + SINGLES + self.starts.len());
        list.extend_from_slice(&self.scaling.centre);
        list.extend_from_slice(&self.scaling.half_range);
        let [obs_mean, obs_std, target_mean, target_std] = match self.scales {
            Some(scales) => [&scales.obs_mean, &scales.obs_std, &scales.target_mean, &scales.target_std],
            None => [&zeros, &ones, &zeros, &zeros],
        };
        [obs_mean, obs_std, target_mean, target_std].into_iter().for_each(|row| list.extend_from_slice(row));
        let (mean, std, scale) = self.novelty.unwrap_or((&zeros, &ones, 1.0));
        list.extend_from_slice(mean);
        list.extend_from_slice(std);
        let reward = self.scales.map_or([0.0; 2], |scales| [scales.reward_mean, scales.reward_std]);
        list.extend(reward);
        list.extend([self.bound, scale]);
        list.extend_from_slice(self.starts);
        list
    }
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
