//! The trainer: one run, from its seed to a solved task, in small units of work.
//!
//! **What.** An iteration has seven phases (collect, fit, imagine, advantages, improve, curiosity, adapt), sometimes
//! with an evaluation between two of them. [`Trainer::tick`] does one bounded unit of the current phase: one step of
//! all environments, one minibatch, one imagined step of all branches, or a part of one that would exceed the
//! [`crate::budget`]. The caller decides how many ticks go into a frame; the weights after n ticks do not depend on
//! that.
//!
//! ```text
//!  policy π ─▶ collect ─▶ replay ─▶ fit ─▶ imagine ─▶ advantages ─▶ improve ─▶ curiosity ─▶ adapt β ─┐
//!     ▲       [T, N]               model   [H, B]     GAE           PPO        RND                  │
//!     │                                      └──────── K rounds ──────┘                             │
//!     └──────────────────────────────────── next iteration ─────────────────────────────────────────┘
//! ```
//! Each phase is a file in this folder; `work` holds the work in progress and determines what comes next. Off-policy
//! learners (DQN, TD3) have a shorter loop of their own, in `off_policy`: act, update, and evaluate now and then.

mod advantages;
mod checkpoint;
mod collect;
mod depth;
mod diagnose;
mod evaluate;
mod finish;
mod fit;
mod imagine;
mod improve;
mod kept;
mod narration;
mod off_policy;
mod phase;
mod physics;
mod record;
mod rehearse;
mod replay_learner;
mod replay_update;
mod review;
mod streams;
mod tabular;
mod work;

pub use phase::Phase;
pub use physics::Lever;
pub use record::{Evaluations, Recording};

use crate::backend::{TaskShape, backend};
use crate::budget;
use crate::buffer::{Replay, Rollout};
use crate::config::{Config, MOST_BYTES, Sizes};
use crate::curiosity::{AdaptiveBeta, Curiosity};
use crate::device::Device;
use crate::dyna_q::DynaQ;
use crate::env::{EnvSpec, VecEnv};
use crate::error::{Error, Result};
use crate::imagination::KnownRange;
use crate::learners::{require_kernels, require_suited};
use crate::nets::{Hidden, HostActor, ObsScaling, Shape};
use crate::policy::Policy;
use crate::rng::Seed;
use crate::snapshot::{Curves, Snapshot};
use crate::stats::DiscountedReturnStd;
use crate::world_model::WorldModel;
use crate::world_model::bootstrap::Bootstraps;
use depth::Depth;
use kept::Learned;
use physics::PhysicsChanges;
use record::Record;
use replay_learner::ReplayLearner;
use review::RealSteps;
use std::collections::BTreeMap;
use streams::Streams;
use work::Work;

/// One run.
pub struct Trainer {
    config: Config,
    spec: &'static EnvSpec,
    seed: Seed,
    device: Device,
    envs: VecEnv,
    streams: Streams,
    /// Policy and value; idle where the learner is one that learns from replay.
    agent: Box<dyn Policy>,
    /// Dyna-Q, if it is the learner.
    table: Option<DynaQ>,
    /// DQN or TD3, if one of them is the learner.
    replay_learner: Option<ReplayLearner>,
    /// The noise that TD3 explores with, [N, A] as shares of the bound.
    action_noise: Vec<f32>,
    /// Copy of the policy on the host; renewed after each improvement.
    actor: Option<HostActor>,
    /// Real experience of this iteration, one rollout per environment.
    lanes: Vec<Rollout>,
    /// Imagined steps of this round that curiosity has yet to learn from.
    imagined: Vec<Rollout>,
    /// The same for curiosity, from its review to its learning.
    reviewed: Option<RealSteps>,
    replay: Replay,
    /// Which of it each member of the model learns from.
    bootstraps: Bootstraps,
    model: Option<Box<dyn WorldModel>>,
    trust: Trust,
    curiosity: Option<Curiosity>,
    novelty_scale: DiscountedReturnStd,
    beta: AdaptiveBeta,
    record: Record,
    work: Work,
    /// Physics that somebody has changed, by name.
    changed_physics: BTreeMap<String, f64>,
    /// When that happened, and when it will.
    physics_changes: PhysicsChanges,
    /// Real steps after which whoever runs this means to give it up.
    max_steps: Option<u64>,
    /// What had been learned at the end of the latest iteration; none any more after a failure.
    kept: Option<Learned>,
    /// Whether somebody looks at pictures and diagnostics.
    is_watched: bool,
    /// The largest tick so far: its work and its phase.
    largest_tick: (u64, Phase),
    failure: Option<Error>,
}

/// How far the model is trusted in this iteration.
#[derive(Debug, Clone, Default)]
struct Trust {
    confidence: Option<f32>,
    branches: usize,
    horizon: usize,
    /// Steps ahead up to which the model's held-out error is known.
    known_steps: usize,
    /// Rounds of imagining and improving.
    rounds: usize,
    /// Where branches may go; none lets them go anywhere.
    range: Option<KnownRange>,
    /// Why imagination is skipped, if it is.
    skipped: Option<String>,
    /// Branches of the latest round that were cut because the model's numbers overflowed.
    overflowed: usize,
    /// How deep it has gone in this iteration.
    depth: Depth,
}

impl Trainer {
    /// A run of `task` with this configuration and seed on this device. Nothing has happened yet.
    ///
    /// # Errors
    /// [`Error::Config`] for an unknown task, fields that do not go together, or a learner that the device cannot
    /// compute.
    pub fn new(task: &str, config: Config, seed: Seed, device: Device) -> Result<Self> {
        config.validate()?;
        let envs = VecEnv::new(task, config.num_envs, seed, "envs")?;
        let spec = envs.spec();
        config.require_memory(sizes(spec), MOST_BYTES)?;
        require_suited(config.algorithm, envs.env(0))?;
        require_kernels(config.algorithm, device.kind())?;
        let shape = shape(spec, &config);
        let replay_learner =
            ReplayLearner::new(&device, &shape, &config, &mut seed.stream("weights.replay_learner"));
        let (backend, task) =
            (backend(&device), TaskShape { obs_size: spec.obs_size(), action: spec.action });
        let agent = backend.policy(shape, &config, &mut seed.stream("weights.policy"));
        let model = (config.imagination_rounds > 0)
            .then(|| backend.world_model(task, &config, &mut seed.stream("weights.model")));
        let novelty = backend.novelty(task, &config, &mut seed.stream("weights.curiosity"));
        let curiosity = novelty.map(Curiosity::new);
        let mut trainer = Self {
            streams: Streams::new(seed),
            agent,
            table: tabular::learner(envs.env(0), &config)?,
            replay_learner,
            action_noise: Vec::new(),
            actor: None,
            lanes: Vec::new(),
            imagined: Vec::new(),
            reviewed: None,
            bootstraps: Bootstraps::new(config.ensemble_size),
            replay: Replay::new(config.replay_capacity, spec.obs_size(), spec.action_size()),
            model,
            trust: Trust::default(),
            novelty_scale: DiscountedReturnStd::new(config.num_envs, config.gamma_int as f32),
            beta: AdaptiveBeta::new(if curiosity.is_some() { config.beta as f32 } else { 0.0 }),
            curiosity,
            record: Record::default(),
            work: Work::Begin,
            changed_physics: BTreeMap::new(),
            physics_changes: PhysicsChanges::new(),
            max_steps: None,
            kept: None,
            is_watched: true,
            largest_tick: (0, Phase::Collect),
            failure: None,
            config,
            spec,
            seed,
            device,
            envs,
        };
        trainer.keep();
        Ok(trainer)
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
        self.change_what_is_due()?;
        let (phase, before) = (self.phase(), budget::done());
        let work = std::mem::replace(&mut self.work, Work::Begin);
        let advanced = self.advance(work).await;
        let work = budget::done().wrapping_sub(before);
        if work > self.largest_tick.0 {
            self.largest_tick = (work, phase);
        }
        match advanced {
            Ok(next) => {
                self.record.ticks += 1;
                self.work = next;
                Ok(())
            }
            Err(failure) => {
                self.go_back().await;
                self.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }

    async fn advance(&mut self, work: Work) -> Result<Work> {
        match work {
            Work::Begin if self.table.is_some() => Ok(Work::Walk { step: 0 }),
            Work::Walk { step } => self.walk(step),
            Work::Begin if self.replay_learner.is_some() => self.begin_acting(),
            Work::Begin => self.begin_iteration().await,
            Work::Act { step } => self.act(step),
            Work::Learn(training) => self.learn(training),
            Work::Collect { step } => self.collect(step),
            Work::Score(scoring) => self.score(scoring).await,
            Work::Compare(open_loop, first_frame) => self.compare(open_loop, first_frame).await,
            Work::Remember => Ok(self.remember()),
            Work::Fit(fit) => self.fit(fit).await,
            Work::Foresee(validation, open_loop) => self.foresee(validation, open_loop).await,
            Work::Forecast(imagination) => self.forecast(imagination).await,
            Work::ReturnGap { windows, imagination } => self.return_gap(windows, imagination).await,
            Work::Imagine(round) => self.imagine(round).await,
            Work::Advantages(judging) => self.advantages(judging).await,
            Work::Improve(improvement) => self.improve(improvement).await,
            Work::Rehearse(rehearsal) => self.rehearse(rehearsal).await,
            Work::Curiosity { batch } => self.learn_curiosity(batch).await,
            Work::Adapt => self.adapt().await,
            Work::Map(mapping) => self.map(mapping).await,
            Work::Evaluate(evaluation) => self.evaluate(evaluation),
        }
    }

    /// Whether somebody looks at pictures and diagnostics, as at first they do. Where nobody does, they are not
    /// computed, and what is learned is the same.
    pub fn set_watched(&mut self, is_watched: bool) {
        self.is_watched = is_watched;
        self.record.set_watched(is_watched);
    }

    /// The most that a tick has done so far, in multiply-adds ([`crate::budget`]), and its phase.
    pub fn largest_tick(&self) -> (u64, Phase) {
        self.largest_tick
    }

    /// Whether the next tick begins an iteration: only then can the run be saved.
    pub fn is_between_iterations(&self) -> bool {
        matches!(self.work, Work::Begin) && self.failure.is_none()
    }

    /// The phase that the next tick works on.
    pub fn phase(&self) -> Phase {
        self.work.phase()
    }

    /// The facts about the task.
    pub fn spec(&self) -> &'static EnvSpec {
        self.spec
    }

    /// The run's hyperparameters.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The device it trains on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// All curves so far.
    pub fn curves(&self) -> &Curves {
        self.record.told_curves()
    }

    /// What the evaluations so far have come to.
    pub fn evaluations(&self) -> Evaluations {
        self.record.evaluations
    }

    /// Real and imagined steps so far.
    pub fn steps(&self) -> (u64, u64) {
        (self.record.real_steps, self.record.imagined_steps)
    }

    /// Real steps after which whoever runs this means to give it up, if somebody has said so. It is saved with the run
    /// and changes nothing in it.
    pub fn max_steps(&self) -> Option<u64> {
        self.max_steps
    }

    /// Says after how many real steps the run is to be given up.
    pub fn set_max_steps(&mut self, max_steps: u64) {
        self.max_steps = Some(max_steps);
    }

    /// The step size of policy and value now: with annealing it falls to a tenth.
    fn learning_rate(&self) -> f64 {
        let share = match self.config.lr_anneal_steps {
            0 => 1.0,
            steps => 1.0 - 0.9 * (self.record.real_steps as f64 / steps as f64).min(1.0),
        };
        self.config.learning_rate * share
    }

    /// Everything for pictures since the last call.
    pub fn take_recording(&mut self) -> Recording {
        self.record.take_recording()
    }

    /// All parameters of policy and value as they were last copied to the host; none before the first tick.
    pub fn policy_parameters(&self) -> Option<&[f32]> {
        self.actor.as_ref().map(|actor| actor.flat.as_slice())
    }

    /// Real transitions in replay: all that the world model ever learns from.
    pub fn remembered_transitions(&self) -> usize {
        self.replay.len()
    }

    /// The state of the run at this moment.
    pub fn snapshot(&self) -> Snapshot {
        let round = self.work.round();
        Snapshot {
            task: self.spec.id.into(),
            seed: self.seed.0,
            phase: self.phase().name().into(),
            phase_done: self.work.done(&self.config),
            narration: self.narration(),
            iteration: self.record.iteration,
            ticks: self.record.ticks,
            real_steps: self.record.real_steps,
            imagined_steps: self.record.imagined_steps,
            episodes: self.record.episodes,
            imagination_round: round,
            imagination_rounds: self.config.imagination_rounds,
            confidence: self.trust.confidence,
            branches: self.trust.branches,
            horizon: if self.trust.horizon > 0 { self.trust.horizon } else { self.config.horizon },
            known_steps: self.trust.known_steps,
            horizon_set: self.config.horizon,
            beta: self.beta.beta,
            imagination_skipped: self.trust.skipped.clone(),
            solved_at_real_steps: self.record.solved_at_real_steps,
            evaluations: self.record.evaluations.count,
            latest_evaluation: self.record.evaluations.latest,
            best_evaluation: self.record.evaluations.best,
            metrics: self.record.told_metrics().clone(),
        }
    }
}

/// What the memory of a run on this task depends on.
fn sizes(spec: &EnvSpec) -> Sizes {
    let (action, stored_action) = (spec.action.encoded_size(), spec.action_size());
    Sizes { obs: spec.obs_size(), action, stored_action }
}

fn shape(spec: &EnvSpec, config: &Config) -> Shape {
    let none = ObsScaling::none(spec.obs_size());
    Shape {
        obs_size: spec.obs_size(),
        action: spec.action,
        hidden: Hidden { layers: config.hidden_layers, width: config.hidden_size },
        shared_trunk: config.shared_trunk,
        heads: config.value_heads(),
        activation: config.activation,
        scaling: if config.normalize_obs { ObsScaling::of(spec.obs) } else { none },
        log_std_init: config.log_std_init as f32,
    }
}
