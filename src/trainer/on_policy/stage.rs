//! The stage of an on-policy iteration: what the next tick does.

use super::advantages::Estimation;
use super::curiosity::ImaginedSteps;
use super::imagine::Round;
use super::improve::Improvement;
use super::novelty::Scoring;
use crate::config::Config;
use crate::diagnostics::return_gap::Window;
use crate::imagination::Imagination;
use crate::trainer::phase::Phase;
use crate::world_model::Validation;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::OpenLoop;

/// The next unit of work, with everything it needs that does not outlive its phase.
pub(super) enum Stage {
    /// Copy the policy to the host and empty the lanes.
    Begin,
    /// One step of all environments.
    Collect { step: usize },
    /// How novel what was collected is.
    ScoreNovelty(Scoring),
    /// How well the model had predicted it, from this frame on.
    Compare(OpenLoop, u64),
    /// Which transitions each member of the world model learns from.
    Index,
    /// One minibatch of the world model.
    Fit(Box<Fit>),
    /// How far ahead the model can be trusted, after a fit with these held-out errors.
    Measure(Validation, OpenLoop),
    /// One step of the futures that are drawn as ghosts.
    Forecast(Imagination),
    /// One step of the futures that are set against what really came.
    ReturnGap { windows: Vec<Window>, imagination: Imagination },
    /// One imagined step of some branches.
    Imagine(Round),
    /// One step of what a relearned policy would do.
    Cover(Imagination),
    /// Values and advantages.
    Advantages(Estimation),
    /// One minibatch of PPO.
    Improve(Improvement),
    /// One minibatch of the curiosity module on imagined steps.
    LearnImagined(ImaginedSteps),
    /// One minibatch of the curiosity module on real ones.
    LearnReal { batch: usize },
    /// β.
    Adapt,
    /// The iteration is over.
    End,
}

impl Stage {
    pub(super) fn phase(&self) -> Phase {
        match self {
            Self::Begin | Self::End | Self::Collect { .. } => Phase::Collect,
            Self::ScoreNovelty(_) | Self::Compare(..) => Phase::Collect,
            Self::Index | Self::Fit(_) | Self::Measure(..) => Phase::Fit,
            Self::Forecast(_) | Self::ReturnGap { .. } | Self::Imagine(_) | Self::Cover(_) => Phase::Imagine,
            Self::Advantages(_) => Phase::Advantages,
            Self::Improve(_) => Phase::Improve,
            Self::LearnImagined(_) | Self::LearnReal { .. } => Phase::Curiosity,
            Self::Adapt => Phase::Adapt,
        }
    }

    /// The round of imagining and improving, from 1; 0 outside of them.
    pub(super) fn round(&self) -> usize {
        match self {
            Self::Imagine(Round { round, .. }) | Self::Advantages(Estimation { round, .. }) => *round,
            Self::Improve(improvement) => improvement.round,
            Self::LearnImagined(steps) => steps.round,
            _ => 0,
        }
    }

    /// How much of the phase is done, in [0, 1].
    pub(super) fn done(&self, config: &Config) -> f32 {
        let share = |done: usize, all: usize| (done as f32 / all.max(1) as f32).min(1.0);
        match self {
            Self::Collect { step } => share(*step, config.num_steps),
            Self::ScoreNovelty(scoring) => scoring.done(),
            Self::Compare(open_loop, _) | Self::Measure(_, open_loop) => open_loop.done(),
            Self::Fit(fit) => share(fit.updates, config.model_updates),
            Self::Forecast(imagination)
            | Self::Cover(imagination)
            | Self::ReturnGap { imagination, .. }
            | Self::Imagine(Round { imagination, .. }) => share(imagination.steps(), imagination.horizon()),
            Self::Advantages(estimation) => estimation.done(),
            Self::Improve(improvement) => improvement.done(config),
            Self::Begin | Self::End | Self::Index | Self::Adapt => 0.0,
            Self::LearnImagined(_) | Self::LearnReal { .. } => 0.0,
        }
    }
}
