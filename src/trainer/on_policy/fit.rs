//! Phase 2, fit: the world model learns from replay.
//!
//! **Choices.** A model is not fitted until something is held out to test it on. How far it is trusted after the fit is
//! decided in [`super::trust`].

use super::OnPolicy;
use super::stage::Stage;
use crate::error::Result;
use crate::trainer::context::Context;
use crate::trainer::model::note_validation;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::OpenLoop;

impl OnPolicy {
    /// Brings the model's lists of transitions up to date, for the fit that follows.
    pub(super) fn index(&mut self, context: &mut Context) -> Stage {
        let Some(model) = &mut self.model else { return Stage::Begin };
        if !self.bootstraps.catch_up(&context.replay) {
            return Stage::Index;
        }
        if !context.replay.has_both_parts() {
            self.distrust(context, "nothing is held out yet to test the model on");
            return self.advantages_of(context, 0, vec![self.real_rollout(context)]);
        }
        let (replay, action) = (&context.replay, context.spec.action);
        Stage::Fit(Box::new(Fit::start(model.as_mut(), replay, &self.bootstraps, action, &context.config)))
    }

    /// One minibatch, or one check on what is held out.
    pub(super) async fn fit(&mut self, context: &mut Context, mut fit: Box<Fit>) -> Result<Stage> {
        let Some(model) = &mut self.model else { return Ok(Stage::Begin) };
        let learned_from = (&context.replay, &self.bootstraps);
        let stream = &mut context.streams.model_batches;
        match fit.advance(model.as_mut(), learned_from, &context.config, stream).await? {
            None => Ok(Stage::Fit(fit)),
            Some(validation) => {
                note_validation(&mut context.record, validation);
                let (horizon, action) = (context.config.horizon, context.spec.action);
                let (replay, bootstraps) = (&context.replay, &self.bootstraps);
                let open_loop = OpenLoop::held_out(model.as_ref(), replay, bootstraps, action, horizon);
                Ok(Stage::Measure(validation, open_loop))
            }
        }
    }
}
