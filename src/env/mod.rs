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
mod sparse;
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
pub use sparse::Sparse;
pub use task::Task;
pub use variants::{SparseReward, Variants};
pub use vec_env::{EpisodeEnd, PhysicsValue, Transition, VecEnv};
pub use wrapper::Wrapper;

use crate::error::{Error, Result};
use crate::nearest::the_nearest;
use crate::rng::Stream;
use serde::Serialize;
use std::sync::Arc;

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
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObsDimension {
    /// "pole angle"
    pub name: String,
    /// "rad"
    pub unit: String,
    /// Smallest value that is usual: axes of maps begin here, and networks see it as −1.
    pub low: f32,
    /// Largest value that is usual; networks see it as 1.
    pub high: f32,
}

impl ObsDimension {
    /// A number of this name and unit, usually from `low` to `high`.
    pub fn new(name: impl Into<String>, unit: impl Into<String>, low: f32, high: f32) -> Self {
        Self { name: name.into(), unit: unit.into(), low, high }
    }
}

/// One axis of a map: a flat picture of the states of a task.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum MapAxis {
    /// A number of the observation, over its usual range.
    Dimension {
        /// Index in the observation.
        index: usize,
    },
    /// An angle from −π to π, of which the observation has cosine and sine.
    Angle {
        /// "pole angle"
        name: &'static str,
        /// Index of the cosine in the observation.
        cosine: usize,
        /// Index of the sine in the observation.
        sine: usize,
    },
    /// A coordinate of a grid, observed as evenly spaced numbers from −1 to 1; maps count it from 1.
    Grid {
        /// "row"
        name: &'static str,
        /// Index in the observation.
        index: usize,
        /// Cells along it.
        cells: usize,
        /// Whether the first cell stands at the end of the axis: rows are counted from the top, axes from below.
        from_end: bool,
    },
    /// Something that a variant of the task does not show: the axis has one cell.
    Hidden,
}

/// Real steps after which an unsolved run of most tasks is given up.
pub const USUAL_STEPS: u64 = 20_000;

/// The facts about a task that do not change while it runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EnvSpec {
    /// Gymnasium's id, "CartPole-v1".
    pub id: String,
    /// One sentence for a newcomer: what the agent should achieve.
    pub goal: String,
    /// The numbers the agent sees, in order.
    pub obs: Vec<ObsDimension>,
    /// What the agent can do.
    pub action: ActionSpace,
    /// Steps after which an episode is truncated.
    pub time_limit: usize,
    /// Real steps after which an unsolved run is given up, unless somebody says otherwise.
    pub usual_steps: u64,
    /// Mean return of 20 greedy episodes from which the task counts as solved.
    pub solved_return: f32,
    /// Worst and best return to expect: the scale on which slopes of returns are measured.
    pub return_range: (f32, f32),
    /// The two axes on which its states are drawn as a map.
    pub map: [MapAxis; 2],
    /// What its variants are made from.
    pub variants: Variants,
    /// Numbers of the task's own observation that this variant leaves out, by their index there, ascending.
    pub hidden: Vec<usize>,
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

    /// The task's own observation, with 0 for what this variant hides: what pictures are drawn from.
    pub fn whole(&self, obs: &[f32]) -> Vec<f32> {
        let mut shown = obs.iter().copied();
        let size = obs.len() + self.hidden.len();
        (0..size).map(|i| if self.hidden.contains(&i) { 0.0 } else { shown.next().unwrap_or(0.0) }).collect()
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
mod tests {
    use super::*;
    use crate::rng::Seed;

    /// An action that every task allows: choice 0, or half of the bound.
    fn some_action(space: ActionSpace) -> Vec<f32> {
        match space {
            ActionSpace::Discrete(_) => vec![0.0],
            ActionSpace::Box { size, bound } => vec![0.5 * bound; size],
        }
    }

    #[test]
    fn every_task_is_made_by_its_id_and_describes_itself() {
        for id in TASKS {
            let spec = make(id).expect("a task of the list").spec();
            assert_eq!(spec.id, *id);
            assert!(spec.goal.ends_with('.') && spec.time_limit > 0);
            assert_eq!(some_action(spec.action).len(), spec.action_size());
            let (worst, best) = spec.return_range;
            assert!((worst..=best).contains(&spec.solved_return), "{id}");
        }
    }

    /// That each lever does the right thing at both ends is held by `tests/levers.rs`.
    #[test]
    fn every_physics_parameter_starts_within_its_range_and_stays_finite_at_both_ends() {
        for id in TASKS {
            let levers = make(id).expect("a task").parameters().len();
            for (lever, at_its_top) in (0..levers).flat_map(|lever| [(lever, false), (lever, true)]) {
                let mut env = make(id).expect("a task");
                let mut stream = Seed(6).stream("envs.0");
                env.reset(&mut stream);
                let PhysicsParameter { name, min, max, value, .. } = env.parameters().swap_remove(lever);
                assert!((min..=max).contains(value), "{id} {name}");
                *value = if at_its_top { max } else { min };
                let action = some_action(env.spec().action);
                for _ in 0..200 {
                    env.step(&action, &mut stream);
                }
                assert!(env.state().iter().all(|value| value.is_finite()), "{id} {name}");
            }
        }
    }

    #[test]
    fn the_known_end_is_the_one_that_happens() {
        for id in TASKS {
            let mut envs =
                VecEnv::new(&Task::named(id).expect("a task"), 8, Seed(4), "envs").expect("a task");
            let (spec, judge) = (envs.spec().clone(), make(id).expect("a task"));
            let mut stream = Seed(5).stream("actions");
            for _ in 0..400 {
                let actions: Vec<f32> = (0..8)
                    .flat_map(|_| match spec.action {
                        ActionSpace::Discrete(n) => vec![stream.below(n) as f32],
                        ActionSpace::Box { size, bound } => {
                            (0..size).map(|_| stream.uniform_in(-1.0, 1.0) as f32 * bound).collect()
                        }
                    })
                    .collect();
                for step in envs.step(&actions).expect("allowed") {
                    assert_eq!(judge.known_end(step.next_obs), step.terminated, "{id} {:?}", step.next_obs);
                }
            }
        }
    }

    #[test]
    fn an_unknown_task_is_named_together_with_those_there_are() {
        let message = make("Tetris").err().map(|error| error.to_string()).expect("refused");
        assert!(message.contains("Tetris") && TASKS.iter().all(|id| message.contains(id)), "{message}");
    }

    #[test]
    fn every_task_continues_from_its_state_as_if_nothing_had_happened() {
        for id in TASKS {
            let (mut original, mut copy) = (make(id).expect("a task"), make(id).expect("a task"));
            let mut stream = Seed(6).stream("envs.0");
            original.reset(&mut stream);
            let action = some_action(original.spec().action);
            for _ in 0..20 {
                original.step(&action, &mut stream);
            }
            copy.set_state(&original.state());
            assert_eq!(original.step(&action, &mut stream), copy.step(&action, &mut stream), "{id}");
            assert_eq!(original.state(), copy.state(), "{id}");
        }
    }

    #[test]
    fn every_task_shows_finite_numbers_through_whole_episodes_and_fresh_ones_after_them() {
        for id in TASKS {
            let mut envs =
                VecEnv::new(&Task::named(id).expect("a task"), 2, Seed(9), "envs").expect("a task");
            let spec = envs.spec().clone();
            let (mut episodes, mut first_obs) = (0, vec![envs.obs()[..spec.obs_size()].to_vec()]);
            let actions = some_action(spec.action).repeat(2);
            while episodes < 4 {
                let step = envs.step(&actions).expect("allowed").map(|transition| {
                    assert!(transition.next_obs.iter().all(|value| value.is_finite()), "{id}");
                    assert!(transition.reward.is_finite() && transition.episode_step < spec.time_limit);
                    transition.finished.is_some()
                });
                let finished: Vec<bool> = step.collect();
                episodes += finished.iter().filter(|&&finished| finished).count();
                if finished[0] {
                    first_obs.push(envs.obs()[..spec.obs_size()].to_vec());
                }
            }
            // Every episode starts elsewhere, unless there is one start only, as in the maze: then nothing is drawn.
            let mut stream = Seed(9).stream("reset");
            make(id).expect("a task").reset(&mut stream);
            assert_eq!(first_obs[0] == first_obs[1], stream.position() == 0, "{id}");
        }
    }

    #[test]
    fn a_box_takes_any_finite_number_and_a_choice_only_its_own() {
        let choices = ActionSpace::Discrete(3);
        assert!([0.0, 1.0, 2.0].into_iter().all(|number| choices.allows(number)));
        assert!(![-1.0, 0.5, 3.0, f32::NAN].into_iter().any(|number| choices.allows(number)));
        let interval = ActionSpace::Box { size: 1, bound: 2.0 };
        assert!(interval.allows(-50.0) && !interval.allows(f32::INFINITY) && !interval.allows(f32::NAN));
    }
}
