//! The real tasks: what an agent observes, does and is rewarded for.
//!
//! A task is one file that implements [`Env`]: its dynamics and nothing else. Time limits, resets and vectorised
//! environments are written once, in [`VecEnv`].

mod acrobot;
mod action;
mod cart_pole;
mod cart_pole_swing_up;
mod check;
mod grid_world;
mod hidden;
mod mountain_car;
mod mountain_car_continuous;
mod noisy;
mod pendulum;
mod rewarded;
mod sparse;
mod spec;
mod task;
mod variants;
mod vec_env;
mod wrapper;

pub use acrobot::{Acrobot, AcrobotPhysics};
pub use cart_pole::{CartPole, CartPolePhysics};
pub use cart_pole_swing_up::{CartPoleSwingUp, CartPoleSwingUpPhysics};
pub use check::{FAR, check_env};
pub use grid_world::{GridWorld, MazeLayout};
pub use hidden::Hidden;
pub use mountain_car::{MountainCar, MountainCarPhysics};
pub use mountain_car_continuous::MountainCarContinuous;
pub use noisy::Noisy;
pub use pendulum::{Pendulum, PendulumPhysics};
pub use rewarded::Rewarded;
pub use sparse::Sparse;
pub use spec::{ActionSpace, EnvSpec, MapAxis, ObsDimension, USUAL_STEPS};
pub use task::Task;
pub use variants::{SparseReward, Variants};
pub use vec_env::{EpisodeEnd, PhysicsValue, Transition, VecEnv};
pub use wrapper::Wrapper;

use crate::error::{Error, Result};
use crate::nearest::the_nearest;
use crate::rng::Stream;
use std::sync::Arc;

/// What one step of the physics gives. Time limits are not physics, so there is no `truncated` here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// External reward of this step.
    pub reward: f32,
    /// The task itself has ended: there is no future to value.
    pub terminated: bool,
}

/// A physical quantity that can be changed while the task runs.
#[derive(Debug)]
pub struct PhysicsParameter<'a> {
    /// "gravity"
    pub name: &'static str,
    /// "m/s²"
    pub unit: &'static str,
    /// Smallest value that it may take.
    pub min: f64,
    /// Largest value that it may take.
    pub max: f64,
    /// The value in the task.
    pub value: &'a mut f64,
}

impl<'a> PhysicsParameter<'a> {
    fn new(name: &'static str, unit: &'static str, (min, max): (f64, f64), value: &'a mut f64) -> Self {
        Self { name, unit, min, max, value }
    }
}

/// A task: a state, and physics that move it. Implement this to add one.
pub trait Env {
    /// The facts about this task.
    fn spec(&self) -> Arc<EnvSpec>;
    /// Puts the task into a fresh initial state.
    fn reset(&mut self, stream: &mut Stream);
    /// Moves one step. `action` has [`EnvSpec::action_size`] numbers; what is left to chance is drawn from `stream`.
    fn step(&mut self, action: &[f32], stream: &mut Stream) -> Outcome;
    /// Writes the current observation; `obs` has [`EnvSpec::obs_size`] numbers.
    fn observe(&self, obs: &mut [f32]);
    /// The complete physical state, for pictures, checkpoints and tests.
    fn state(&self) -> Vec<f64>;
    /// Continues from `state`, which must come from [`Env::state`] of the same task.
    fn set_state(&mut self, state: &[f64]);
    /// Whether an episode that sees `next_obs` has terminated, by the task's own rule: what the world model is spared
    /// to learn with `termination = known`. A task that never terminates keeps this default.
    fn known_end(&self, _next_obs: &[f32]) -> bool {
        false
    }
    /// Whether [`Env::known_end`] has a rule at all. It has, or never ends, in every task of the list.
    fn knows_ends(&self) -> bool {
        true
    }
    /// What a step from `obs` by `action` to `next_obs` is worth, by the task's own rule: what imagination asks with
    /// `imagined_reward = known`. None where what is seen does not tell; a task without such a rule keeps this default.
    fn known_reward(&self, _obs: &[f32], _action: &[f32], _next_obs: &[f32]) -> Option<f32> {
        None
    }
    /// What the step that has just been taken, with this outcome, is worth in the variant `task_sparse`. A task without
    /// such a variant keeps this default.
    fn sparse_reward(&self, outcome: Outcome) -> f32 {
        outcome.reward
    }
    /// How many states there are, if they can be numbered: what learners with tables need.
    fn state_count(&self) -> Option<usize> {
        None
    }
    /// The number, below [`Env::state_count`], of the state in which this is seen.
    fn state_seen(&self, _obs: &[f32]) -> usize {
        0
    }
    /// What can be changed while it runs: gravity, lengths, masses, wind. None unless the task says so.
    fn parameters(&mut self) -> Vec<PhysicsParameter<'_>> {
        Vec::new()
    }
    /// Why it cannot go on: a task may be somebody else's code. The tasks of the list always can.
    fn failure(&self) -> Option<Error> {
        None
    }
}

macro_rules! tasks {
    ($( $id:literal: $task:ty, )+) => {
        /// The ids of all tasks, in the order in which a newcomer should meet them.
        pub const TASKS: &[&str] = &[$( $id ),+];

        /// A copy of the task of this id.
        ///
        /// # Errors
        /// [`Error::Config`] with field `task` if there is none of this name.
        pub fn make(id: &str) -> Result<Box<dyn Env>> {
            match id {
                $( $id => Ok(Box::new(<$task>::default())), )+
                _ => Err(Error::Config {
                    field: "task".into(),
                    value: id.into(),
                    allowed: format!(
                        "the tasks are {}{}",
                        TASKS.join(", "),
                        the_nearest(id, TASKS.iter().copied())
                    ),
                }),
            }
        }
    };
}

tasks! {
    "CartPole-v1": CartPole,
    "Acrobot-v1": Acrobot,
    "Pendulum-v1": Pendulum,
    "MountainCar-v0": MountainCar,
    "MountainCarContinuous-v0": MountainCarContinuous,
    "CartPoleSwingUp-v0": CartPoleSwingUp,
    "DynaMaze-v0": GridWorld,
}

#[cfg(test)]
mod tests;
