//! The model of policy search learns from replay and is examined, before the first generation.
//!
//! **Choices.** Until there is a model nothing is searched.

use super::{PolicySearch, Stage};
use crate::cma_es::CmaEs;
use crate::error::Result;
use crate::trainer::context::Context;
use crate::trainer::fitting::{self, Begun, NOTHING_HELD_OUT};
use crate::trainer::imagined::seen_rewards;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::OpenLoop;

impl PolicySearch {
    /// The fit that follows; none as long as nothing is held out to test the model on.
    pub(super) fn index(&mut self, context: &Context) -> Option<Stage> {
        match fitting::begin(self.model.as_mut(), &mut self.bootstraps, context) {
            Begun::Behind => Some(Stage::Index),
            Begun::Fit(fit) => Some(Stage::Fit(fit)),
            Begun::NothingHeldOut => {
                self.facts.skipped = Some(NOTHING_HELD_OUT.into());
                None
            }
        }
    }

    pub(super) async fn fit(&mut self, context: &mut Context, mut fit: Box<Fit>) -> Result<Stage> {
        let fitted = fitting::advance(&mut fit, self.model.as_mut(), &self.bootstraps, context).await?;
        Ok(match fitted {
            None => Stage::Fit(fit),
            Some((_, open_loop)) => Stage::Measure(Box::new(open_loop)),
        })
    }

    /// Some steps of the open-loop predictions; after the last, the first generation.
    pub(super) async fn measure(&mut self, context: &mut Context, mut now: Box<OpenLoop>) -> Result<Stage> {
        let Some(facts) = fitting::examine(&mut now, self.model.as_mut(), context).await? else {
            return Ok(Stage::Measure(now));
        };
        self.facts = facts;
        self.starts.catch_up(&context.replay);
        let rewards = seen_rewards(context);
        let mean = self.weights.iter().map(|weight| f64::from(*weight)).collect();
        let distribution = CmaEs::new(mean, context.config.search_noise);
        Ok(Stage::Search(Box::new(self.generation(context, distribution, rewards, 0))))
    }
}
