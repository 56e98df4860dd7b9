//! The facts about a task that do not change while it runs: what is seen, what can be done, and when it is solved.

use super::variants::Variants;
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
