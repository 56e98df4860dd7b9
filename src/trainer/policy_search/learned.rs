//! What policy search has learned: kept as the last good state, saved and restored.

use super::{PolicySearch, Stage};
use crate::arrays::Arrays;
use crate::error::Result;
use crate::scaling;
use crate::trainer::checkpoint::ImaginationFacts;
use crate::trainer::context::Context;
use crate::world_model::{Scales, WorldModel};
use std::ops::RangeInclusive;

/// What a weight can be in a file.
const LARGEST: RangeInclusive<f32> = -1e7..=1e7;

/// The policy, the model, and how far that was trusted.
pub(super) struct Learned {
    weights: Vec<f32>,
    model: Box<dyn WorldModel>,
    facts: ImaginationFacts,
}

impl Learned {
    pub(super) fn of(learner: &PolicySearch) -> Self {
        let PolicySearch { weights, model, facts, .. } = learner;
        Self { weights: weights.clone(), model: model.clone(), facts: facts.clone() }
    }
}

impl PolicySearch {
    /// Puts the last good state back after a failure.
    pub(super) fn go_back(&mut self, context: &Context) -> Result<()> {
        let Some(last_good) = self.last_good.take() else { return Ok(()) };
        let Learned { weights, model, facts } = *last_good;
        (self.weights, self.model, self.facts, self.stage) = (weights, model, facts, Stage::Begin);
        if self.model.scales().is_none() && !context.replay.is_empty() {
            self.model.set_scales(Scales::of(&context.replay, context.config.model_target));
        }
        Ok(())
    }

    pub(super) async fn save_learned(&self, arrays: &mut Arrays) -> Result<()> {
        scaling::save(&self.policy.shape.scaling, "obs_scaling", arrays);
        arrays.put("policy_search.weights", &[self.weights.len()], self.weights.iter().copied());
        self.model.save(arrays).await
    }

    pub(super) fn restore_learned(
        &mut self,
        context: &Context,
        facts: ImaginationFacts,
        arrays: &mut Arrays,
    ) -> Result<()> {
        scaling::require_saved(&self.policy.shape.scaling, "obs_scaling", arrays)?;
        self.weights = arrays.take_within("policy_search.weights", &[self.policy.size()], LARGEST)?;
        self.model.restore(arrays)?;
        // The model is first fitted once there is something to examine it on.
        if context.replay.has_both_parts() && self.model.scales().is_none() {
            // One that only played has experience, and a model that was never fitted to it.
            self.model.set_scales(match context.only_plays {
                true => Scales::of(&context.replay, context.config.model_target),
                false => Scales::load(context.config.model_target, context.spec.obs_size(), arrays)?,
            });
        }
        self.facts = facts;
        while !self.bootstraps.catch_up(&context.replay) {}
        Ok(())
    }
}
