//! Phase 2, measured: how far ahead the fitted model is right, from which follows how far it is trusted.
//!
//! **Where.** The decision is [`Trust`]'s. Whenever a model is not used, the iteration is plain PPO.

use super::OnPolicy;
use super::novelty::COST_OF_NOVELTY;
use super::stage::Stage;
use crate::dynamics;
use crate::error::Result;
use crate::imagination::{Imagination, Scope};
use crate::trainer::context::Context;
use crate::trainer::model::{GHOSTS, note_open_loop};
use crate::trainer::trust::{Trust, scope};
use crate::world_model::Validation;
use crate::world_model::open_loop::{OpenLoop, error_by_horizon};

impl OnPolicy {
    /// No trust in a model of whose error nothing is known.
    pub(super) fn distrust(&mut self, context: &mut Context, why: &str) {
        self.trust = Trust::none(context, why);
        self.rounds = 0;
    }

    /// Some steps of the open-loop predictions of held-out stretches; after the last, the decision.
    pub(super) async fn measure(
        &mut self,
        context: &mut Context,
        validation: Validation,
        mut now: OpenLoop,
    ) -> Result<Stage> {
        let Some(model) = &mut self.model else { return Ok(Stage::Begin) };
        if !now.advance(model.as_mut()).await? {
            return Ok(Stage::Measure(validation, now));
        }
        let (members, horizon) = (context.config.ensemble_size, context.config.horizon);
        let curve = error_by_horizon(&now.stretches, now.predicted(), members, horizon);
        self.trust = Trust::decide(context, validation, &curve, horizon);
        self.rounds = rounds(context);
        if !context.is_watched {
            return Ok(self.first_round(context));
        }
        if let Some(model) = &self.model {
            note_open_loop(context, model.as_ref(), &now, curve);
        }
        let scope = self.scope(context, context.config.horizon, true);
        Ok(Stage::Forecast(Imagination::start(self.ghosts_begin(context), scope)))
    }

    /// What is imagined for so many steps.
    pub(super) fn scope(&self, context: &Context, horizon: usize, with_disagreement: bool) -> Scope {
        let (model, cost) = (self.model.as_deref(), self.policy.cost() + COST_OF_NOVELTY);
        scope(context, model, cost, horizon, with_disagreement)
    }

    /// Where environment 0 is now, once for every ghost, with what led there.
    fn ghosts_begin(&self, context: &Context) -> dynamics::Context {
        let steps = self.context_steps();
        let mut moments = dynamics::Context::default();
        let here = &context.envs.obs()[..context.spec.obs_size()];
        for lane in self.lanes.iter().take(1).cycle().take(GHOSTS) {
            moments.push_now(here, lane, steps, context.spec.action);
        }
        moments
    }
}

/// Rounds of imagining in this iteration: all, or with a hybrid schedule fewer the more real steps there are.
fn rounds(context: &Context) -> usize {
    let all = context.config.imagination_rounds;
    if context.config.hybrid_steps == 0 {
        return all;
    }
    let left = 1.0 - context.record.real_steps as f64 / context.config.hybrid_steps as f64;
    (all as f64 * left.max(0.0)).round() as usize
}
