//! Phase 2, fit: the world model learns from replay.
//!
//! **Choices.** How far the model is trusted after the fit is decided in [`super::trust`].

use super::OnPolicy;
use super::stage::Stage;
use crate::error::Result;
use crate::trainer::context::Context;
use crate::trainer::fitting::{self, Begun, NOTHING_HELD_OUT};
use crate::world_model::fit::Fit;

impl OnPolicy {
    /// Brings the model's lists of transitions up to date, for the fit that follows.
    pub(super) fn index(&mut self, context: &mut Context) -> Stage {
        let Some(model) = &mut self.model else { return Stage::Begin };
        match fitting::begin(model.as_mut(), &mut self.bootstraps, context) {
            Begun::Behind => Stage::Index,
            Begun::Fit(fit) => Stage::Fit(fit),
            Begun::NothingHeldOut => {
                self.distrust(context, NOTHING_HELD_OUT);
                self.advantages_of(context, 0, vec![self.real_rollout(context)])
            }
        }
    }

    /// One minibatch, or one check on what is held out.
    pub(super) async fn fit(&mut self, context: &mut Context, mut fit: Box<Fit>) -> Result<Stage> {
        let Some(model) = &mut self.model else { return Ok(Stage::Begin) };
        let fitted = fitting::advance(&mut fit, model.as_mut(), &self.bootstraps, context).await?;
        Ok(match fitted {
            None => Stage::Fit(fit),
            Some((validation, open_loop)) => Stage::Measure(validation, open_loop),
        })
    }
}
