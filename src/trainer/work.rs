//! What is in progress: the trainer's cursor.

use super::advantages::Judging;
use super::diagnose::Mapping;
use super::evaluate::Evaluation;
use super::imagine::Round;
use super::improve::Improvement;
use super::off_policy::Training;
use super::phase::Phase;
use super::rehearse::Rehearsal;
use super::review::Scoring;
use crate::config::Config;
use crate::diagnostics::return_gap::Window;
use crate::imagination::Imagination;
use crate::world_model::Validation;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::OpenLoop;

/// The next unit of work, with everything it needs that does not outlive its phase.
pub(super) enum Work {
    /// Copy the policy to the host and empty the lanes.
    Begin,
    /// One step of all environments.
    Collect { step: usize },
    /// One step of all environments by a learner with tables, and its planning.
    Walk { step: usize },
    /// One step of all environments by a learner that learns from replay.
    Act { step: usize },
    /// One update of that learner.
    Learn(Training),
    /// Score how novel what was collected is.
    Score(Scoring),
    /// See how well the model had foreseen it, from this frame on.
    Compare(OpenLoop, u64),
    /// Note what the world model may learn from.
    Remember,
    /// One minibatch of the world model.
    Fit(Box<Fit>),
    /// How far ahead the model can be trusted, after a fit with these held-out errors.
    Foresee(Validation, OpenLoop),
    /// One step of the futures that are drawn as ghosts.
    Forecast(Imagination),
    /// One step of the futures that are set against what really came.
    ReturnGap { windows: Vec<Window>, imagination: Imagination },
    /// One imagined step of some branches.
    Imagine(Round),
    /// Values and advantages.
    Advantages(Judging),
    /// One minibatch of PPO.
    Improve(Improvement),
    /// One minibatch of the curiosity module on imagined steps.
    Rehearse(Rehearsal),
    /// One minibatch of the curiosity module on real ones.
    Curiosity { batch: usize },
    /// β.
    Adapt,
    /// The map of states.
    Map(Mapping),
    /// One step of all evaluation episodes.
    Evaluate(Evaluation),
}

impl Work {
    pub(super) fn phase(&self) -> Phase {
        match self {
            Self::Begin | Self::Collect { .. } | Self::Walk { .. } | Self::Act { .. } => Phase::Collect,
            Self::Score(_) | Self::Compare(..) => Phase::Collect,
            Self::Remember | Self::Fit(_) | Self::Foresee(..) => Phase::Fit,
            Self::Forecast(_) | Self::ReturnGap { .. } | Self::Imagine(_) => Phase::Imagine,
            Self::Advantages(_) => Phase::Advantages,
            Self::Improve(_) | Self::Learn(_) => Phase::Improve,
            Self::Rehearse(_) | Self::Curiosity { .. } => Phase::Curiosity,
            Self::Adapt | Self::Map(_) => Phase::Adapt,
            Self::Evaluate(_) => Phase::Evaluate,
        }
    }

    /// The round of imagining and improving, from 1; 0 outside of them.
    pub(super) fn round(&self) -> usize {
        match self {
            Self::Imagine(Round { round, .. }) | Self::Advantages(Judging { round, .. }) => *round,
            Self::Improve(improvement) => improvement.round,
            Self::Rehearse(rehearsal) => rehearsal.round,
            _ => 0,
        }
    }

    /// How much of the phase is done, in [0, 1].
    pub(super) fn done(&self, config: &Config) -> f32 {
        let share = |done: usize, all: usize| (done as f32 / all.max(1) as f32).min(1.0);
        match self {
            Self::Collect { step } | Self::Walk { step } => share(*step, config.num_steps),
            Self::Act { step } => share(*step, config.train_freq),
            Self::Learn(training) => share(training.updates, config.gradient_steps),
            Self::Score(scoring) => scoring.done(),
            Self::Compare(open_loop, _) | Self::Foresee(_, open_loop) => open_loop.done(),
            Self::Fit(fit) => share(fit.updates, config.model_updates),
            Self::Forecast(imagination)
            | Self::ReturnGap { imagination, .. }
            | Self::Imagine(Round { imagination, .. }) => share(imagination.steps(), imagination.horizon()),
            Self::Advantages(judging) => judging.done(),
            Self::Improve(improvement) => improvement.done(config),
            Self::Evaluate(evaluation) => evaluation.done(),
            Self::Begin | Self::Remember | Self::Rehearse(_) | Self::Curiosity { .. } => 0.0,
            Self::Adapt | Self::Map(_) => 0.0,
        }
    }
}
