//! How far the model is trusted in this iteration: decided after every fit, from its errors on what is held out.
//!
//! **Choices.** (1) A model is trusted only as far as it was measured. It is not used until its held-out error is
//! known; then branches last as long as that error is known, even if `horizon` is longer. Only the textbook's rule,
//! `one_step`, follows a model beyond what was measured. (2) A model that explains less than `model_r2_min` of the
//! held-out one-step change is not used in this iteration. Whenever it is not used, the iteration is plain PPO.

use super::OnPolicy;
use super::depth::Depth;
use super::novelty::COST_OF_NOVELTY;
use super::stage::Stage;
use crate::config::{ConfidenceRule, Termination};
use crate::dynamics;
use crate::error::Result;
use crate::imagination::{Imagination, KnownRange, Scope};
use crate::snapshot::ErrorByHorizon;
use crate::trainer::checkpoint::ImaginationFacts;
use crate::trainer::context::Context;
use crate::trainer::model::note_open_loop;
use crate::world_model::open_loop::{FEWEST_STRETCHES, OpenLoop, error_by_horizon};
use crate::world_model::{Validation, confidence};

/// Futures that are drawn as ghosts.
const GHOSTS: usize = 16;
/// Branches may go this many standard deviations away from the mean of what was seen.
const RANGE_STD: f64 = 5.0;

/// How far the model is trusted in this iteration.
#[derive(Debug, Clone, Default)]
pub(super) struct Trust {
    pub(super) confidence: Option<f32>,
    pub(super) branches: usize,
    pub(super) horizon: usize,
    /// Steps ahead up to which the model's held-out error is known.
    pub(super) known_steps: usize,
    /// Rounds of imagining and improving.
    pub(super) rounds: usize,
    /// Where branches may go; none lets them go anywhere.
    pub(super) range: Option<KnownRange>,
    /// Why imagination is skipped, if it is.
    pub(super) skipped: Option<String>,
    /// Branches of the latest round that were cut because the model's numbers overflowed.
    pub(super) overflowed: usize,
    /// How deep it has gone in this iteration.
    pub(super) depth: Depth,
}

impl Trust {
    /// What people see of it.
    pub(super) fn facts(&self) -> ImaginationFacts {
        let Self { confidence, branches, horizon, known_steps, .. } = *self;
        ImaginationFacts { confidence, branches, horizon, known_steps, skipped: self.skipped.clone() }
    }

    /// Of a run that goes on: the rest is decided anew in the next iteration.
    pub(super) fn of_facts(facts: ImaginationFacts) -> Self {
        let ImaginationFacts { confidence, branches, horizon, known_steps, skipped } = facts;
        Self { confidence, branches, horizon, known_steps, skipped, ..Self::default() }
    }
}

impl OnPolicy {
    /// No trust in a model of whose error nothing is known.
    pub(super) fn distrust(&mut self, context: &mut Context, why: &str) {
        self.trust = Trust { horizon: context.config.horizon, skipped: Some(why.into()), ..Trust::default() };
        context.record.metric("imagination/branches", 0.0);
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
        let members = context.config.ensemble_size;
        let curve = error_by_horizon(&now.stretches, now.predicted(), members, context.config.horizon);
        self.decide_trust(context, validation, &curve);
        if !context.is_watched {
            return Ok(self.first_round(context));
        }
        if let Some(model) = &self.model {
            note_open_loop(context, model.as_ref(), &now, curve);
        }
        let scope = self.scope(context, context.config.horizon, true);
        Ok(Stage::Forecast(Imagination::start(self.ghosts_begin(context), scope)))
    }

    /// Confidence, horizon and branches from the newest errors.
    fn decide_trust(&mut self, context: &mut Context, validation: Validation, curve: &ErrorByHorizon) {
        let Some(&farthest) = curve.model.last() else {
            let why = format!("fewer than {FEWEST_STRETCHES} held-out steps to test the model on so far");
            return self.distrust(context, &why);
        };
        let (config, known_steps) = (&context.config, curve.model.len());
        let horizon = match (config.adaptive_depth, config.confidence_rule) {
            (true, _) => confidence::depth(&curve.model, config.depth_error_max, config.horizon),
            (false, ConfidenceRule::MultiStep) => config.horizon.min(known_steps),
            (false, ConfidenceRule::OneStep) => config.horizon,
        };
        let open_loop = curve.model.get(horizon - 1).copied().unwrap_or(farthest);
        let one_step = confidence::one_step(f64::from(validation.squared));
        let multi_step = confidence::multi_step(f64::from(open_loop));
        let confidence = match config.confidence_rule {
            ConfidenceRule::MultiStep => multi_step,
            ConfidenceRule::OneStep => one_step,
        };
        let branches = if config.adaptive_breadth {
            confidence::branches(confidence, config.confidence_min, config.branches_min, config.branches_max)
        } else {
            config.branches_max
        };
        let unexplained = validation.state_mse;
        let is_good_enough =
            f64::from(1.0 - unexplained) >= config.model_r2_min || config.model_r2_min == 0.0;
        self.trust = Trust {
            confidence: Some(confidence as f32),
            branches: if is_good_enough { branches } else { 0 },
            horizon,
            known_steps,
            rounds: rounds(context),
            range: (config.termination != Termination::Ignored).then(|| known_range(context)),
            skipped: (!is_good_enough).then(|| {
                format!(
                    "the model explains only {:.0} % of one step's change; {:.0} % is needed",
                    100.0 * (1.0 - unexplained).max(0.0),
                    100.0 * config.model_r2_min
                )
            }),
            overflowed: 0,
            depth: Depth::default(),
        };
        context.record.metric("world_model/val_open_loop", open_loop);
        context.record.metric("world_model/confidence_one_step", one_step as f32);
        context.record.metric("world_model/confidence_multi_step", multi_step as f32);
        context.record.metric("world_model/confidence", confidence as f32);
        context.record.metric("imagination/branches", self.trust.branches as f32);
        context.record.metric("imagination/horizon", horizon as f32);
    }

    /// What is imagined for so many steps.
    pub(super) fn scope(&self, context: &Context, horizon: usize, with_disagreement: bool) -> Scope {
        let asked = if with_disagreement { context.config.ensemble_size } else { 1 };
        let of_model = self.model.as_ref().map_or(0, |model| model.cost() * asked);
        Scope {
            action: context.spec.action,
            obs_size: context.spec.obs_size(),
            horizon,
            members: context.config.ensemble_size,
            noise_size: self.model.as_ref().map_or(0, |model| model.noise_size()),
            with_disagreement,
            cost: self.policy.cost() + of_model + COST_OF_NOVELTY,
        }
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

/// Where the model has been, in every dimension.
fn known_range(context: &Context) -> KnownRange {
    let stats = context.replay.obs_stats();
    let edge = |side: f64| {
        let of = |d: usize| (stats.mean()[d] + side * RANGE_STD * stats.std(d)) as f32;
        (0..stats.size()).map(of).collect()
    };
    KnownRange { low: edge(-1.0), high: edge(1.0) }
}
