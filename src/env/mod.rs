//! The real tasks: what an agent can see, do and be rewarded for.
//!
//! A task is one file that implements [`Env`]: its physics and nothing else. Time limits, resets and
//! several copies side by side are written once, in [`VecEnv`].

mod cart_pole;
mod vec_env;

pub use cart_pole::{CartPole, CartPolePhysics};
pub use vec_env::{EpisodeEnd, Transition, VecEnv};

use crate::error::{Error, Result};
use crate::rng::Stream;
use serde::Serialize;

/// What actions a task takes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionSpace {
    /// One of `n` choices, written as a number 0, 1, …, n − 1.
    Discrete(usize),
    /// A vector of this size; every component is clipped at [−bound, bound] by the task itself.
    Box {
        /// Number of components.
        size: usize,
        /// Largest magnitude that has an effect.
        bound: f32,
    },
}

impl ActionSpace {
    /// Whether `number` may stand in an action. A box takes every finite number: the task clips it.
    pub fn allows(&self, number: f32) -> bool {
        match *self {
            Self::Discrete(choices) => number.fract() == 0.0 && (0.0..choices as f32).contains(&number),
            Self::Box { .. } => number.is_finite(),
        }
    }
}

/// One number of an observation, as axes and tooltips name it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ObsDimension {
    /// "pole angle"
    pub name: &'static str,
    /// "rad"
    pub unit: &'static str,
}

/// The facts about a task that do not change while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EnvSpec {
    /// Gymnasium's id, "CartPole-v1".
    pub id: &'static str,
    /// One sentence for a newcomer: what the agent should achieve.
    pub goal: &'static str,
    /// The numbers the agent sees, in order.
    pub obs: &'static [ObsDimension],
    /// What the agent can do.
    pub action: ActionSpace,
    /// Steps after which an episode is truncated.
    pub time_limit: usize,
    /// Mean return of 20 greedy episodes from which the task counts as solved.
    pub solved_return: f32,
    /// Worst and best return to expect: the scale on which slopes of returns are measured.
    pub return_range: (f32, f32),
}

impl EnvSpec {
    /// O, the number of observed numbers.
    pub fn obs_size(&self) -> usize {
        self.obs.len()
    }

    /// A, the number of policy outputs: one logit a choice, or one mean a component.
    pub fn policy_outputs(&self) -> usize {
        match self.action {
            ActionSpace::Discrete(choices) => choices,
            ActionSpace::Box { size, .. } => size,
        }
    }

    /// Numbers that one stored action has: 1 for a choice, one per component otherwise.
    pub fn action_size(&self) -> usize {
        match self.action {
            ActionSpace::Discrete(_) => 1,
            ActionSpace::Box { size, .. } => size,
        }
    }
}

/// What one step of the physics gives. Time limits are not physics, so there is no `truncated` here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// External reward of this step.
    pub reward: f32,
    /// The task itself has ended: there is no future to value.
    pub terminated: bool,
}

/// A task: a state, and physics that move it. Implement this to add one.
pub trait Env {
    /// The facts about this task.
    fn spec(&self) -> &'static EnvSpec;
    /// Puts the task into a fresh initial state.
    fn reset(&mut self, stream: &mut Stream);
    /// Moves one step. `action` has [`EnvSpec::action_size`] numbers.
    fn step(&mut self, action: &[f32]) -> Outcome;
    /// Writes the current observation; `obs` has [`EnvSpec::obs_size`] numbers.
    fn observe(&self, obs: &mut [f32]);
    /// The complete physical state, for pictures, checkpoints and tests.
    fn state(&self) -> Vec<f64>;
    /// Continues from `state`, which must come from [`Env::state`] of the same task.
    fn set_state(&mut self, state: &[f64]);
}

/// The ids of all tasks, in the order in which a newcomer should meet them.
pub const TASKS: &[&str] = &["CartPole-v1"];

/// Makes the task of this id.
///
/// # Errors
/// [`Error::Config`] with field `task` if there is none of this name.
pub fn make(id: &str) -> Result<Box<dyn Env>> {
    match id {
        "CartPole-v1" => Ok(Box::new(CartPole::default())),
        _ => Err(Error::Config {
            field: "task".into(),
            value: id.into(),
            allowed: format!("the tasks are {}", TASKS.join(", ")),
        }),
    }
}
