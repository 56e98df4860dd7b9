//! What holds in imagined episodes of every learner that follows the model alone: where they end, and what is paid.
//!
//! **Choices.** (1) Rewards beyond what was ever seen are a model's mistake, and a search would find it: they are
//! clipped to what was. (2) An episode whose numbers overflow cannot be gone on with.

use super::context::Context;
use crate::config::Termination;
use crate::env::Env;
use std::ops::RangeInclusive;

/// Beyond this probability of an end an episode is taken to have ended.
const END_THRESHOLD: f32 = 0.5;
/// The largest number that an episode goes on from.
const LARGEST: f32 = 1e6;

/// What is the same for everything that is imagined in an iteration.
pub(super) struct Rules<'a> {
    /// The task whose own rule says where an episode ends; none leaves that to the model.
    pub(super) known_ends: Option<&'a dyn Env>,
    /// Whether the model's prediction of an end counts.
    pub(super) learned_ends: bool,
    /// γ
    pub(super) gamma: f32,
    /// H
    pub(super) horizon: usize,
}

impl<'a> Rules<'a> {
    /// Those of this run.
    pub(super) fn of(context: &'a Context) -> Self {
        let config = &context.config;
        Self {
            known_ends: (config.termination == Termination::Known).then(|| context.envs.env(0)),
            learned_ends: config.termination == Termination::Learned,
            gamma: config.gamma as f32,
            horizon: config.horizon,
        }
    }

    /// Whether the episode ends with this step.
    pub(super) fn ends(&self, next_obs: &[f32], end_probability: f32) -> bool {
        let learned = self.learned_ends && end_probability > END_THRESHOLD;
        self.known_ends.map_or(learned, |task| task.known_end(next_obs))
    }

    /// Whether these numbers can be gone on from.
    pub(super) fn can_go_on(&self, next_obs: &[f32]) -> bool {
        next_obs.iter().all(|number| number.abs() <= LARGEST)
    }
}

/// The least and the best reward that replay remembers.
pub(super) fn seen_rewards(context: &Context) -> RangeInclusive<f32> {
    let rewards = context.replay.ids().map(|id| context.replay.get(id).reward_ext);
    let (least, best) = rewards.fold((f32::INFINITY, f32::NEG_INFINITY), |(least, best), reward| {
        (least.min(reward), best.max(reward))
    });
    least..=best
}
