//! MBPO's model learns from replay, and is examined: from that follows how far its branches go.

use super::branches::scheduled_length;
use super::{Mbpo, Stage};
use crate::error::Result;
use crate::trainer::context::Context;
use crate::trainer::fitting::{self, Begun, NOTHING_HELD_OUT};
use crate::trainer::model::note_open_loop;
use crate::trainer::trust::Trust;
use crate::world_model::Validation;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::{OpenLoop, error_by_horizon};

impl Mbpo {
    /// The fit that follows, or, as long as nothing is held out to test the model on, SAC on what is real.
    pub(super) fn index(&mut self, context: &mut Context) -> Stage {
        match fitting::begin(self.model.as_mut(), &mut self.bootstraps, context) {
            Begun::Behind => Stage::Index,
            Begun::Fit(fit) => Stage::Fit(fit),
            Begun::NothingHeldOut => {
                self.trust = Trust::none(context, NOTHING_HELD_OUT);
                Stage::Learn { steps: 0 }
            }
        }
    }

    pub(super) async fn fit(&mut self, context: &mut Context, mut fit: Box<Fit>) -> Result<Stage> {
        let fitted = fitting::advance(&mut fit, self.model.as_mut(), &self.bootstraps, context).await?;
        Ok(match fitted {
            None => Stage::Fit(fit),
            Some((validation, open_loop)) => Stage::Measure(validation, Box::new(open_loop)),
        })
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
