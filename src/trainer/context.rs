//! What every run has, whoever learns in it: the task, replay, the random streams, the record, and the settings.
//!
//! **Where.** [`super::Trainer`] owns it and lends it to the [learner](super::learner) tick by tick.
//! **Choices.** A real step is taken in one place, [`Context::step`], so that it is counted, stored and recorded in the
//! same way whoever takes it.

use super::origin::Origin;
use super::physics::Physics;
use super::record::Record;
use super::streams::Streams;
use crate::buffer::Replay;
use crate::config::{Config, MOST_BYTES, Sizes};
use crate::device::Device;
use crate::env::{EnvSpec, Task, Transition, VecEnv};
use crate::error::{Error, Result};
use crate::learners::{require_kernels, require_known_ends, require_known_rewards, require_suited};
use crate::nets::{Hidden, ObsScaling, Shape};
use crate::rng::Seed;
use std::sync::Arc;

pub(super) struct Context {
    pub(super) config: Config,
    /// The task, in the variant that the configuration asks for.
    pub(super) task: Task,
    pub(super) spec: Arc<EnvSpec>,
    pub(super) seed: Seed,
    pub(super) device: Device,
    pub(super) envs: VecEnv,
    pub(super) streams: Streams,
    pub(super) replay: Replay,
    pub(super) record: Record,
    pub(super) physics: Physics,
    /// Real steps after which whoever runs this means to give it up.
    pub(super) max_steps: Option<u64>,
    /// Where the run was computed before it was here.
    pub(super) computed_by: Vec<Origin>,
    /// Ticks that were done there.
    pub(super) computed_ticks: u64,
    /// Whether somebody looks at pictures and diagnostics.
    pub(super) is_watched: bool,
    /// Rounds of imagining alone that are left, where another reward is being learned in the model.
    pub(super) relearning: Option<u64>,
    /// Whether what has been learned is played, and nothing is learned.
    pub(super) only_plays: bool,
}

impl Context {
    /// # Errors
    /// [`Error::Config`] for fields that do not go together, or a learner that does not suit the task or the device.
    pub(super) fn new(task: Task, config: Config, seed: Seed, device: Device) -> Result<Self> {
        config.validate()?;
        let task = task.varied(&config)?;
        let envs = VecEnv::new(&task, config.num_envs, seed, "envs")?;
        let spec = task.spec().clone();
        config.require_memory(sizes(&spec), MOST_BYTES)?;
        require_suited(config.algorithm, envs.env(0))?;
        require_known_ends(&config, envs.env(0))?;
        require_known_rewards(&config, envs.env(0))?;
        require_kernels(config.algorithm, device.kind())?;
        Ok(Self {
            streams: Streams::new(seed),
            replay: Replay::new(config.replay_capacity, spec.obs_size(), spec.action_size()),
            record: Record::default(),
            physics: Physics::default(),
            max_steps: None,
            computed_by: Vec::new(),
            computed_ticks: 0,
            is_watched: true,
            relearning: None,
            only_plays: false,
            config,
            task,
            spec,
            seed,
            device,
            envs,
        })
    }

    /// One step of all environments with `actions` [N, A]; `then` is told what happened, lane after lane.
    ///
    /// # Errors
    /// [`Error::Diverged`] if an action is not finite; [`Error::Config`] if it is outside the task's space.
    pub(super) fn step(
        &mut self,
        actions: &[f32],
        mut then: impl FnMut(usize, &Transition<'_>, &mut Streams),
    ) -> Result<()> {
        Error::unless_finite("collect", "action", actions)?;
        let transitions = self.envs.step(actions)?;
        self.record.real_steps += self.config.num_envs as u64;
        for (lane, transition) in transitions.enumerate() {
            self.replay.push(transition);
            then(lane, &transition, &mut self.streams);
            if lane == 0 {
                self.record.frame(&transition);
            }
            if let Some(end) = transition.finished {
                self.record.episode(end);
            }
        }
        Ok(())
    }

    /// The step size of policy and value now: with annealing it falls to a tenth.
    pub(super) fn learning_rate(&self) -> f64 {
        let share = match self.config.lr_anneal_steps {
            0 => 1.0,
            steps => 1.0 - 0.9 * (self.record.real_steps as f64 / steps as f64).min(1.0),
        };
        self.config.learning_rate * share
    }

    /// The shape of the networks that act and value.
    pub(super) fn shape(&self) -> Shape {
        let (spec, config) = (&self.spec, &self.config);
        let none = ObsScaling::none(spec.obs_size());
        Shape {
            obs_size: spec.obs_size(),
            action: spec.action,
            hidden: Hidden { layers: config.hidden_layers, width: config.hidden_size },
            shared_trunk: config.shared_trunk,
            heads: config.value_heads(),
            activation: config.activation,
            scaling: if config.normalize_obs { crate::scaling::of(&spec.obs) } else { none },
            log_std_init: config.log_std_init as f32,
        }
    }

    /// Changes the physics that somebody has planned to change at this tick.
    pub(super) fn apply_due_physics(&mut self) -> Result<()> {
        self.physics.apply_due(self.record.ticks, &mut self.envs)
    }

    /// Whether an evaluation is due.
    pub(super) fn evaluation_is_due(&self) -> bool {
        let every = self.config.eval_every as u64;
        every > 0 && self.record.real_steps / every > self.record.evaluated_at / every
    }
}

/// What the memory of a run on this task depends on.
pub fn sizes(spec: &EnvSpec) -> Sizes {
    let (action, stored_action) = (spec.action.encoded_size(), spec.action_size());
    Sizes { obs: spec.obs_size(), action, stored_action }
}
