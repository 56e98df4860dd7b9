//! MBPO's model learns from replay, and is examined: from that follows how far its branches go.

use super::branches::scheduled_length;
use super::{Mbpo, Stage};
use crate::error::Result;
use crate::trainer::context::Context;
use crate::trainer::model::{note_open_loop, note_validation};
use crate::trainer::trust::Trust;
use crate::world_model::Validation;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::{OpenLoop, error_by_horizon};

impl Mbpo {
    /// The fit that follows, or, as long as nothing is held out to test the model on, SAC on what is real.
    pub(super) fn index(&mut self, context: &mut Context) -> Stage {
        if !self.bootstraps.catch_up(&context.replay) {
            return Stage::Index;
        }
        if !context.replay.has_both_parts() {
            self.trust = Trust::none(context, "nothing is held out yet to test the model on");
            return Stage::Learn { steps: 0 };
        }
        let (replay, action) = (&context.replay, context.spec.action);
        Stage::Fit(Box::new(Fit::start(
            self.model.as_mut(),
            replay,
            &self.bootstraps,
            action,
            &context.config,
        )))
    }

    pub(super) async fn fit(&mut self, context: &mut Context, mut fit: Box<Fit>) -> Result<Stage> {
        let learned_from = (&context.replay, &self.bootstraps);
        let stream = &mut context.streams.model_batches;
        let advanced = fit.advance(self.model.as_mut(), learned_from, &context.config, stream).await?;
        let Some(validation) = advanced else { return Ok(Stage::Fit(fit)) };
        note_validation(&mut context.record, validation);
        let (horizon, action) = (context.config.horizon, context.spec.action);
        let model = self.model.as_ref();
        let open_loop = OpenLoop::held_out(model, &context.replay, &self.bootstraps, action, horizon);
        Ok(Stage::Measure(validation, Box::new(open_loop)))
    }

    /// Some steps of the open-loop predictions of held-out stretches; after the last, the decision.
    pub(super) async fn measure(
        &mut self,
        context: &mut Context,
        validation: Validation,
        mut now: Box<OpenLoop>,
    ) -> Result<Stage> {
        if !now.advance(self.model.as_mut()).await? {
            return Ok(Stage::Measure(validation, now));
        }
        let config = &context.config;
        let curve = error_by_horizon(&now.stretches, now.predicted(), config.ensemble_size, config.horizon);
        let longest = scheduled_length(config, context.record.real_steps);
        self.trust = Trust::decide(context, validation, &curve, longest);
        if !context.is_watched {
            return self.begin_branches(context);
        }
        note_open_loop(context, self.model.as_ref(), &now, curve);
        self.begin_forecast(context)
    }
}
