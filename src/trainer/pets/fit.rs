//! The model of PETS learns from replay and is examined, after some real steps.
//!
//! **Choices.** The model is not fitted until something is held out to test it on; until then actions are random.

use super::{Pets, Stage};
use crate::error::Result;
use crate::trainer::checkpoint::ImaginationFacts;
use crate::trainer::context::Context;
use crate::trainer::imagined::seen_rewards;
use crate::trainer::model::{note_open_loop, note_validation};
use crate::world_model::confidence;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::{OpenLoop, error_by_horizon};

impl Pets {
    /// The fit that follows; none as long as nothing is held out to test the model on.
    pub(super) fn index(&mut self, context: &Context) -> Option<Stage> {
        if !self.bootstraps.catch_up(&context.replay) {
            return Some(Stage::Index);
        }
        if !context.replay.has_both_parts() {
            self.facts.skipped = Some("nothing is held out yet to test the model on".into());
            return None;
        }
        self.rewards = seen_rewards(context);
        let (replay, action) = (&context.replay, context.spec.action);
        let fit = Fit::start(self.model.as_mut(), replay, &self.bootstraps, action, &context.config);
        Some(Stage::Fit(Box::new(fit)))
    }

    pub(super) async fn fit(&mut self, context: &mut Context, mut fit: Box<Fit>) -> Result<Stage> {
        let learned_from = (&context.replay, &self.bootstraps);
        let stream = &mut context.streams.model_batches;
        let advanced = fit.advance(self.model.as_mut(), learned_from, &context.config, stream).await?;
        let Some(validation) = advanced else { return Ok(Stage::Fit(fit)) };
        context.record.updates += fit.updates as u64;
        note_validation(&mut context.record, validation);
        let (horizon, action) = (context.config.horizon, context.spec.action);
        let model = self.model.as_ref();
        let open_loop = OpenLoop::held_out(model, &context.replay, &self.bootstraps, action, horizon);
        Ok(Stage::Measure(Box::new(open_loop)))
    }

    /// How far ahead the model is right: for the display, and to say how far it can be trusted. None once it is told.
    pub(super) async fn measure(
        &mut self,
        context: &mut Context,
        mut now: Box<OpenLoop>,
    ) -> Result<Option<Stage>> {
        if !now.advance(self.model.as_mut()).await? {
            return Ok(Some(Stage::Measure(now)));
        }
        let config = &context.config;
        let curve = error_by_horizon(&now.stretches, now.predicted(), config.ensemble_size, config.horizon);
        let farthest = curve.model.last().copied();
        self.facts = ImaginationFacts {
            confidence: farthest.map(|error| confidence::multi_step(f64::from(error)) as f32),
            branches: config.most_branches(),
            horizon: config.horizon,
            known_steps: curve.model.len(),
            skipped: None,
        };
        if context.is_watched {
            note_open_loop(context, self.model.as_ref(), &now, curve);
        }
        Ok(None)
    }
}
