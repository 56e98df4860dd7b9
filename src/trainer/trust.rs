//! How far a model is trusted in an iteration: decided after every fit, from its errors on what is held out.
//!
//! **Where.** By every learner that lets its policy act in the model: [`super::on_policy`], [`super::mbpo`].
//! **Choices.** (1) A model is trusted only as far as it was measured. It is not used until its held-out error is
//! known; then branches last as long as that error is known, even if they are meant to be longer. Only the textbook's
//! rule, `one_step`, follows a model beyond what was measured. (2) A model that explains less than `model_r2_min` of
//! the held-out one-step change is not used in this iteration: the learner learns from real steps alone.

use super::checkpoint::ImaginationFacts;
use super::context::Context;
use super::depth::Depth;
use crate::config::{ConfidenceRule, Config, ImaginedReward, Termination};
use crate::imagination::{Borders, Imagined, KnownRange, Scope};
use crate::snapshot::ErrorByHorizon;
use crate::world_model::open_loop::FEWEST_STRETCHES;
use crate::world_model::{Validation, WorldModel, confidence};

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

    /// No trust in a model of whose error nothing is known.
    pub(super) fn none(context: &mut Context, why: &str) -> Self {
        context.record.metric("imagination/branches", 0.0);
        Self { horizon: context.config.horizon, skipped: Some(why.into()), ..Self::default() }
    }

    /// Confidence, horizon and branches from the newest errors; branches are meant to be `longest` steps long.
    pub(super) fn decide(
        context: &mut Context,
        validation: Validation,
        curve: &ErrorByHorizon,
        longest: usize,
    ) -> Self {
        let Some(&farthest) = curve.model.last() else {
            let why = format!("fewer than {FEWEST_STRETCHES} held-out steps to test the model on so far");
            return Self::none(context, &why);
        };
        let (config, known_steps) = (&context.config, curve.model.len());
        let horizon = match (config.adaptive_depth, config.confidence_rule) {
            (true, _) => confidence::depth(&curve.model, config.depth_error_max, longest),
            (false, ConfidenceRule::MultiStep) => longest.min(known_steps),
            (false, ConfidenceRule::OneStep) => longest,
        };
        let open_loop = curve.model.get(horizon - 1).copied().unwrap_or(farthest);
        let one_step = confidence::one_step(f64::from(validation.squared));
        let multi_step = confidence::multi_step(f64::from(open_loop));
        let confidence = match config.confidence_rule {
            ConfidenceRule::MultiStep => multi_step,
            ConfidenceRule::OneStep => one_step,
        };
        let skipped = unexplained(config, validation);
        let trust = Self {
            confidence: Some(confidence as f32),
            branches: if skipped.is_none() { branches(config, confidence) } else { 0 },
            horizon,
            known_steps,
            range: (config.termination != Termination::Ignored).then(|| known_range(context)),
            skipped,
            overflowed: 0,
            depth: Depth::default(),
        };
        context.record.metric("world_model/val_open_loop", open_loop);
        context.record.metric("world_model/confidence_one_step", one_step as f32);
        context.record.metric("world_model/confidence_multi_step", multi_step as f32);
        context.record.metric("world_model/confidence", confidence as f32);
        context.record.metric("imagination/branches", trust.branches as f32);
        context.record.metric("imagination/horizon", horizon as f32);
        trust
    }

    /// The trust of an iteration without a fit: as far as after the latest, with as many branches as there may be.
    pub(super) fn begin_relearning(&mut self, context: &Context) {
        let config = &context.config;
        self.branches = config.branches_max;
        self.range = (config.termination != Termination::Ignored).then(|| known_range(context));
        self.skipped = None;
        self.depth = Depth::default();
    }

    /// Counts some branches, and tells what the iteration has come to so far.
    pub(super) fn count(&mut self, context: &mut Context, imagined: &Imagined) {
        self.depth.add(&imagined.rollout, imagined.branches, self.horizon);
        self.depth.note(&mut context.record);
    }

    /// What cuts branches short in this iteration.
    pub(super) fn borders<'a>(&'a self, context: &'a Context) -> Borders<'a> {
        let knows_ends = context.config.termination == Termination::Known;
        let knows_rewards = context.config.imagined_reward == ImaginedReward::Known;
        Borders {
            range: self.range.as_ref(),
            disagreement_max: context.config.adaptive_depth.then_some(context.config.disagreement_max as f32),
            known_ends: knows_ends.then(|| context.envs.env(0)),
            known_rewards: knows_rewards.then(|| context.envs.env(0)),
        }
    }
}

/// What is imagined for so many steps by a policy of this cost.
pub(super) fn scope(
    context: &Context,
    model: Option<&dyn WorldModel>,
    cost: usize,
    horizon: usize,
    with_disagreement: bool,
) -> Scope {
    let members = context.config.ensemble_size;
    let asked = if with_disagreement { members } else { 1 };
    Scope {
        action: context.spec.action,
        obs_size: context.spec.obs_size(),
        horizon,
        members,
        noise_size: model.map_or(0, WorldModel::noise_size),
        with_disagreement,
        cost: cost + model.map_or(0, |model| model.cost() * asked),
    }
}

/// Branches of a round.
fn branches(config: &Config, confidence: f64) -> usize {
    if config.adaptive_breadth {
        confidence::branches(confidence, config.confidence_min, config.branches_min, config.branches_max)
    } else {
        config.branches_max
    }
}

/// Why a model with these errors is not used, if it is not.
fn unexplained(config: &Config, validation: Validation) -> Option<String> {
    let explained = 1.0 - validation.state_mse;
    let is_good_enough = f64::from(explained) >= config.model_r2_min || config.model_r2_min == 0.0;
    (!is_good_enough).then(|| {
        format!(
            "the model explains only {:.0} % of one step's change; {:.0} % is needed",
            100.0 * explained.max(0.0),
            100.0 * config.model_r2_min
        )
    })
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
