//! What holds in imagined episodes of every learner that follows the model alone: where they end, and what is paid.
//!
//! **Choices.** Rewards beyond what was ever seen are a model's mistake, and a search would find it: they are clipped
//! to what was.

use super::context::Context;
use crate::config::Termination;
use crate::imagination::Borders;
use std::ops::RangeInclusive;

/// What is the same for all that is imagined in an iteration.
pub(super) struct Rules<'a> {
    /// Where an episode ends.
    pub(super) borders: Borders<'a>,
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
            borders: Borders {
                known_ends: (config.termination == Termination::Known).then(|| context.envs.env(0)),
                ..Borders::default()
            },
            gamma: config.gamma as f32,
            horizon: config.horizon,
        }
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
