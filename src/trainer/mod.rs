//! The trainer: one run, from its seed to a solved task, in small units of work.
//!
//! **What.** A run is a `Context` (task, replay, streams, record, settings) and a `Learner`, a
//! small state machine of its own. [`Trainer::tick`] does one bounded unit of work: one step of all environments, one
//! minibatch, one imagined step of all branches, or a part of one that would exceed the [`crate::budget`]. The caller
//! decides how many ticks go into a frame; the weights after n ticks do not depend on that.
//!
//! ```text
//!           ┌────────────── learner: its ticks ──────────────┐
//!  begin ─▶ │ on-policy   collect fit imagine … improve adapt │ ─▶ [map] ─▶ keep, record ─▶ [evaluation] ─▶ begin
//!           │ off-policy  act, update                         │
//!           │ mbpo        fit imagine, then act, update       │
//!           │ tabular     act and plan                        │
//!           │ search      try policies for whole episodes     │
//!           │ planning    weigh plans, act; fit               │
//!           └─────────────────────────────────────────────────┘
//! ```
//! Between two iterations, and for every learner alike, the trainer draws the map of states, keeps the last good state,
//! evaluates the greedy policy and can save the run. `factory` says which learner a configuration asks for.

mod checkpoint;
mod context;
mod depth;
mod earlier;
mod evaluation;
mod factory;
mod fitting;
mod imagined;
mod learner;
mod mbpo;
mod model;
mod narration;
mod off_policy;
mod on_policy;
mod origin;
mod pets;
mod phase;
mod physics;
mod played;
mod policy_search;
mod random_search;
mod record;
mod snapshot;
mod state_map;
mod streams;
mod tabular;
mod transfer;
mod trust;

pub use context::sizes;
pub use origin::Origin;
pub use phase::Phase;
pub use physics::Lever;
pub use record::{Evaluations, Recording};
pub use transfer::USUAL_ROUNDS;

use crate::budget;
use crate::config::Config;
use crate::device::Device;
use crate::env::{EnvSpec, Task};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::snapshot::Curves;
use context::Context;
use evaluation::Evaluation;
use learner::{Learner, Progress};
use state_map::Drawing;

/// One run.
pub struct Trainer {
    context: Context,
    learner: Box<dyn Learner>,
    stage: Stage,
    /// Ticks of the iteration of a run that only plays.
    played: usize,
    /// Real steps when the iteration began.
    began_at: u64,
    /// The largest tick so far: its work and its phase.
    largest_tick: (u64, Phase),
    failure: Option<Error>,
}

/// Whose turn the next tick is.
enum Stage {
    /// The learner's.
    Learn,
    /// The map's of states, in the phase that came last.
    Map(Drawing, Phase),
    /// The evaluation's.
    Evaluate(Evaluation),
}

impl Trainer {
    /// A run of the task of this id, as [`Trainer::of_task`] makes it.
    ///
    /// # Errors
    /// [`Error::Config`] for an unknown task, or as from [`Trainer::of_task`].
    pub fn new(task: &str, config: Config, seed: Seed, device: Device) -> Result<Self> {
        Self::of_task(Task::named(task)?, config, seed, device)
    }

    /// A run of `task`, in the variant that the configuration asks for, with this seed on this device. Nothing has
    /// happened yet.
    ///
    /// # Errors
    /// [`Error::Config`] for fields that do not go together, or a learner that the device cannot compute.
    pub fn of_task(task: Task, config: Config, seed: Seed, device: Device) -> Result<Self> {
        let context = Context::new(task, config, seed, device)?;
        let mut learner = factory::learner(&context)?;
        learner.keep_last_good(0);
        Ok(Self {
            context,
            learner,
            stage: Stage::Learn,
            played: 0,
            began_at: 0,
            largest_tick: (0, Phase::Collect),
            failure: None,
        })
    }

    /// Does one bounded unit of work.
    ///
    /// # Errors
    /// [`Error::Diverged`] or [`Error::Device`]; the run has stopped then, and every later tick says so again. What was
    /// learned up to the last iteration can still be saved.
    pub async fn tick(&mut self) -> Result<()> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        self.context.apply_due_physics()?;
        let (phase, before) = (self.phase(), budget::done());
        let counts = self.learner.maps_every_iteration() || !matches!(self.stage, Stage::Map(..));
        let advanced = self.advance().await;
        let work = budget::done().wrapping_sub(before);
        if work > self.largest_tick.0 {
            self.largest_tick = (work, phase);
        }
        match advanced {
            Ok(next) => {
                self.context.record.ticks += u64::from(counts);
                self.stage = next;
                Ok(())
            }
            Err(failure) => {
                // What cannot be restored now is not there to be saved later; the failure itself says more.
                let _ = self.learner.restore_last_good(&self.context).await;
                self.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }

    async fn advance(&mut self) -> Result<Stage> {
        let (context, learner, began_at) = (&mut self.context, self.learner.as_mut(), self.began_at);
        let phase = learner.phase();
        match std::mem::replace(&mut self.stage, Stage::Learn) {
            Stage::Learn => match played::tick(context, learner, &mut self.played).await? {
                Progress::Within => Ok(Stage::Learn),
                Progress::Over
                    if context.is_watched
                        && (learner.maps_every_iteration()
                            || state_map::is_due(began_at, context.record.real_steps)) =>
                {
                    Ok(Stage::Map(Drawing::begin(context), phase))
                }
                Progress::Over => self.end_iteration(),
            },
            Stage::Map(mut drawing, phase) => match drawing.advance(context, learner).await? {
                None => Ok(Stage::Map(drawing, phase)),
                Some(map) => {
                    context.record.recording.state_map = Some(map);
                    self.end_iteration()
                }
            },
            Stage::Evaluate(mut evaluation) => match evaluation.step(context, learner).await? {
                false => Ok(Stage::Evaluate(evaluation)),
                true => Ok(Stage::Learn),
            },
        }
    }

    /// The iteration is over, and all that was learned in it has been found finite.
    fn end_iteration(&mut self) -> Result<Stage> {
        self.context.record.end_iteration();
        self.began_at = self.context.record.real_steps;
        self.learner.keep_last_good(self.context.record.updates);
        let has_relearned = self.context.relearning == Some(0);
        if has_relearned {
            self.context.relearning = None;
        }
        match self.context.evaluation_is_due() || has_relearned {
            true => {
                let episodes = self.context.config.eval_episodes;
                Ok(Stage::Evaluate(Evaluation::start(&self.context, self.learner.as_mut(), episodes)?))
            }
            false => Ok(Stage::Learn),
        }
    }

    /// Whether somebody looks at pictures and diagnostics, as at first they do. Where nobody does, they are not
    /// computed, and what is learned is the same.
    pub fn set_watched(&mut self, is_watched: bool) {
        self.keep_origin();
        self.context.is_watched = is_watched;
        self.context.record.set_watched(is_watched);
    }

    /// The most that a tick has done so far, in multiply-adds ([`crate::budget`]), and its phase.
    pub fn largest_tick(&self) -> (u64, Phase) {
        self.largest_tick
    }

    /// Whether the next tick begins an iteration: only then can the run be saved.
    pub fn is_between_iterations(&self) -> bool {
        let is_learner_s = matches!(self.stage, Stage::Learn) && !self.learner.is_deciding();
        is_learner_s && self.played == 0 && self.learner.is_between_iterations() && self.failure.is_none()
    }

    /// What ended the run, if anything did. What it had learned before can still be saved.
    pub fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    /// The phase that the next tick works on.
    pub fn phase(&self) -> Phase {
        match self.stage {
            Stage::Learn => self.learner.phase(),
            Stage::Map(_, phase) => phase,
            Stage::Evaluate(_) => Phase::Evaluate,
        }
    }

    /// The facts about the task.
    pub fn spec(&self) -> &EnvSpec {
        &self.context.spec
    }

    /// The run's hyperparameters.
    pub fn config(&self) -> &Config {
        &self.context.config
    }

    /// The device it trains on.
    pub fn device(&self) -> &Device {
        &self.context.device
    }

    /// All curves so far.
    pub fn curves(&self) -> &Curves {
        self.context.record.told_curves()
    }

    /// What the evaluations so far have come to.
    pub fn evaluations(&self) -> Evaluations {
        self.context.record.evaluations
    }

    /// Real and imagined steps so far.
    pub fn steps(&self) -> (u64, u64) {
        (self.context.record.real_steps, self.context.record.imagined_steps)
    }

    /// Real steps after which whoever runs this means to give it up, if somebody has said so. It is saved with the run
    /// and changes nothing in it.
    pub fn max_steps(&self) -> Option<u64> {
        self.context.max_steps
    }

    /// Says after how many real steps the run is to be given up.
    pub fn set_max_steps(&mut self, max_steps: u64) {
        self.context.max_steps = Some(max_steps);
    }

    /// Everything for pictures since the last call.
    pub fn take_recording(&mut self) -> Recording {
        let mut recording = self.context.record.take_recording();
        if !self.context.spec.hidden.is_empty() {
            recording.redraw(|obs| self.context.spec.whole(obs));
        }
        recording
    }

    /// All learned parameters as they were last copied to the host; none before the first tick, or of a table.
    pub fn policy_parameters(&self) -> Option<&[f32]> {
        self.learner.parameters()
    }

    /// Real transitions in replay: all that the world model ever learns from.
    pub fn remembered_transitions(&self) -> usize {
        self.context.replay.len()
    }
}
