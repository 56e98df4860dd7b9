//! What policy search has learned: kept as the last good state, saved and restored.

use super::{PolicySearch, Stage};
use crate::arrays::Arrays;
use crate::error::Result;
use crate::scaling;
use crate::trainer::checkpoint::ImaginationFacts;
use crate::trainer::context::Context;
use crate::trainer::model;
use crate::world_model::WorldModel;
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
        model::go_back(self.model.as_mut(), context);
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
        model::restore(self.model.as_mut(), context, arrays)?;
        self.facts = facts;
        while !self.bootstraps.catch_up(&context.replay) {}
        Ok(())
    }
}
