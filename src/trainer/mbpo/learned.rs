//! What MBPO has learned beside SAC: kept as the last good state, saved and restored.

use super::{Mbpo, Stage};
use crate::arrays::Arrays;
use crate::error::Result;
use crate::trainer::checkpoint::ImaginationFacts;
use crate::trainer::context::Context;
use crate::trainer::learner::Learner;
use crate::trainer::model;
use crate::trainer::trust::Trust;
use crate::world_model::WorldModel;

/// The model, and how far it was trusted; SAC keeps its own.
pub(super) struct Learned {
    model: Box<dyn WorldModel>,
    trust: Trust,
}

impl Learned {
    pub(super) fn of(learner: &Mbpo) -> Self {
        Self { model: learner.model.clone(), trust: learner.trust.clone() }
    }
}

impl Mbpo {
    /// Puts the last good state back after a failure.
    pub(super) async fn go_back(&mut self, context: &Context) -> Result<()> {
        let Some(last_good) = self.last_good.take() else { return Ok(()) };
        let Learned { model, trust } = *last_good;
        (self.model, self.trust, self.imagined, self.stage) = (model, trust, None, Stage::Begin);
        model::go_back(self.model.as_mut(), context);
        self.sac.restore_last_good(context).await
    }

    pub(super) async fn save_learned(&self, context: &Context, arrays: &mut Arrays) -> Result<()> {
        self.sac.save(context, arrays).await?;
        self.model.save(arrays).await?;
        if let Some(confidence) = self.trust.confidence {
            arrays.put("trust.confidence", &[1], [confidence]);
        }
        Ok(())
    }

    pub(super) fn restore_learned(
        &mut self,
        context: &Context,
        facts: ImaginationFacts,
        arrays: &mut Arrays,
    ) -> Result<()> {
        self.sac.restore(context, ImaginationFacts::default(), arrays)?;
        model::restore(self.model.as_mut(), context, arrays)?;
        self.trust = Trust::of_facts(facts);
        if arrays.has("trust.confidence") {
            self.trust.confidence = Some(arrays.take_within("trust.confidence", &[1], 0.0..=1.0)?[0]);
        }
        while !self.bootstraps.catch_up(&context.replay) {}
        Ok(())
    }
}
