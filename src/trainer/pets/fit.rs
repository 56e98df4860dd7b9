//! The model of PETS learns from replay and is examined, after some real steps.
//!
//! **Choices.** Until there is a model actions are random.

use super::{Pets, Stage};
use crate::error::Result;
use crate::trainer::context::Context;
use crate::trainer::fitting::{self, Begun, NOTHING_HELD_OUT};
use crate::trainer::imagined::seen_rewards;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::OpenLoop;

impl Pets {
    /// The fit that follows; none as long as nothing is held out to test the model on.
    pub(super) fn index(&mut self, context: &Context) -> Option<Stage> {
        match fitting::begin(self.model.as_mut(), &mut self.bootstraps, context) {
            Begun::Behind => Some(Stage::Index),
            Begun::Fit(fit) => {
                self.rewards = seen_rewards(context);
                Some(Stage::Fit(fit))
            }
            Begun::NothingHeldOut => {
                self.facts.skipped = Some(NOTHING_HELD_OUT.into());
                None
            }
        }
    }

    pub(super) async fn fit(&mut self, context: &mut Context, mut fit: Box<Fit>) -> Result<Stage> {
        let fitted = fitting::advance(&mut fit, self.model.as_mut(), &self.bootstraps, context).await?;
        let Some((_, open_loop)) = fitted else { return Ok(Stage::Fit(fit)) };
        context.record.updates += fit.updates as u64;
        Ok(Stage::Measure(Box::new(open_loop)))
    }

    /// Some steps of the open-loop predictions; none once they are told.
    pub(super) async fn measure(
        &mut self,
        context: &mut Context,
        mut now: Box<OpenLoop>,
    ) -> Result<Option<Stage>> {
        let Some(facts) = fitting::examine(&mut now, self.model.as_mut(), context).await? else {
            return Ok(Some(Stage::Measure(now)));
        };
        self.facts = facts;
        Ok(None)
    }
}
