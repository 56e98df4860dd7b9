//! Dyna-Q: learn from what happens, and again from what is remembered of it.
//!
//! **What.** An early form of learning by imagining: a table of values, a table of the last outcome of each action, and
//! n planning steps from that memory between two real steps.
//!
//! **Equation.** For a real or a remembered step (s, a, r, s′):
//! ```text
//! Q(s, a) ← Q(s, a) + α [r + κ √τ + γ (1 − terminated) max_a′ Q(s′, a′) − Q(s, a)]
//! Model(s, a) ← (r, s′, terminated)                      after a real step only, which has no bonus κ √τ
//! act: a random action with chance ε, otherwise argmax_a Q(s, a), ties broken by chance
//! ```
//! τ counts the real steps since a was last tried in s; κ > 0 makes it Dyna-Q+, which revisits what it has not tried
//! for long.
//!
//! **Shapes.** Q [S, A], row after row; a state and an action are numbers below S and A.
//!
//! **Where.** For tasks with a finite set of states, such as [`GridWorld`](crate::env::GridWorld). No tensors: it shows
//! planning in its simplest form, where [`imagination`](mod@crate::imagination) does the same with networks.
//!
//! **Details.** 1. The model is right only for deterministic tasks: it remembers the last outcome. 2. Planning draws a
//! visited state, then an action tried there, each uniformly. 3. With κ > 0 it may also draw actions never tried in a
//! visited state; the model assumes that they lead back to the same state without reward (Sutton and Barto 2018, §8.3).
//! 4. A time limit is not an end: pass `terminated` only. 5. Dyna-Q settles for a detour that works: after 50 episodes
//! in the maze with n = 50 the greedy path was the shortest with 24 of 30 seeds and 2 or 4 steps longer with the
//! others; with κ = 10⁻⁴ it was the shortest with 29. A larger κ outweighs the discounted goal: with 10⁻³ it was with
//! 10.
//!
//! **Paper.** Sutton 1991, "Dyna, an integrated architecture for learning, planning, and reacting"; as in Sutton and
//! Barto 2018, "Reinforcement learning", 2nd edition, §8.2 and §8.3.

mod saved;

use crate::error::{Error, Result};
use crate::kernels::distribution::argmax;
use crate::rng::Stream;
use serde::Serialize;

/// What a [`DynaQ`] learns with. The defaults are the book's for its maze.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DynaQSettings {
    /// α, how far a value moves towards its target, in (0, 1].
    pub learning_rate: f32,
    /// γ, what a reward one step later is worth now, in [0, 1].
    pub gamma: f32,
    /// ε, chance of a random action, in [0, 1].
    pub epsilon: f32,
    /// κ, reward in planning per √step that an action has not been tried; 0 for Dyna-Q, more for Dyna-Q+.
    pub bonus: f32,
}

impl Default for DynaQSettings {
    fn default() -> Self {
        Self { learning_rate: 0.1, gamma: 0.95, epsilon: 0.1, bonus: 0.0 }
    }
}

/// One real step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TableStep {
    /// s, where it was.
    pub state: usize,
    /// a, what it did.
    pub action: usize,
    /// r, what it was paid.
    pub reward: f32,
    /// s′, where it came.
    pub next_state: usize,
    /// The task ended there. A time limit is no such end.
    pub terminated: bool,
}

/// What the model remembers of an action in a state.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Memory {
    reward: f32,
    next_state: usize,
    terminated: bool,
    /// Real steps so far when it was last tried.
    tried_at: u64,
}

/// A learner with tables.
#[derive(Debug, Clone, PartialEq)]
pub struct DynaQ {
    settings: DynaQSettings,
    actions: usize,
    /// Q, [S, A].
    values: Vec<f32>,
    /// The model, [S, A]: none where nothing was tried.
    memories: Vec<Option<Memory>>,
    /// States in which something was tried, in the order in which they were first seen.
    seen: Vec<usize>,
    real_steps: u64,
}

impl DynaQ {
    /// A learner that knows nothing, for S `states` and A `actions`.
    ///
    /// # Errors
    /// [`Error::Config`] that names the setting, its value and what is allowed.
    pub fn new(states: usize, actions: usize, settings: DynaQSettings) -> Result<Self> {
        let DynaQSettings { learning_rate, gamma, epsilon, bonus } = settings;
        let finite = |value: f32| value >= 0.0 && value.is_finite();
        let is_share = |value: f32| (0.0..=1.0).contains(&value);
        let checks = [
            (states > 0, "states", states as f32, "there must be at least one"),
            (actions > 0, "actions", actions as f32, "there must be at least one"),
            (
                is_share(learning_rate) && learning_rate > 0.0,
                "learning_rate",
                learning_rate,
                "above 0, up to 1",
            ),
            (is_share(gamma), "gamma", gamma, "it must be a number from 0 to 1"),
            (is_share(epsilon), "epsilon", epsilon, "it must be a number from 0 to 1"),
            (finite(bonus), "bonus", bonus, "it must be 0 or more"),
        ];
        if let Some((_, field, value, allowed)) = checks.into_iter().find(|(is_allowed, ..)| !is_allowed) {
            return Err(Error::Config {
                field: field.into(),
                value: value.to_string(),
                allowed: allowed.into(),
            });
        }
        let (values, memories) = (vec![0.0; states * actions], vec![None; states * actions]);
        Ok(Self { settings, actions, values, memories, seen: Vec::new(), real_steps: 0 })
    }

    /// An action for this state: mostly the best so far, sometimes any.
    pub fn act(&self, state: usize, stream: &mut Stream) -> usize {
        if stream.uniform() < self.settings.epsilon {
            return stream.below(self.actions);
        }
        let values = self.values(state);
        let best = highest(values);
        let ties = values.iter().filter(|&&value| value == best).count();
        let chosen = stream.below(ties);
        let tied = values.iter().enumerate().filter(|(_, value)| **value == best);
        tied.map(|(action, _)| action).nth(chosen).unwrap_or(0)
    }

    /// The best action so far, without chance: of equal ones the first.
    pub fn greedy(&self, state: usize) -> usize {
        argmax(self.values(state))
    }

    /// Learns from a real step, and remembers it.
    pub fn learn(&mut self, step: TableStep) {
        self.real_steps += 1;
        if self.memories_of(step.state).iter().all(Option::is_none) {
            self.seen.push(step.state);
        }
        let TableStep { state, action, reward, next_state, terminated } = step;
        self.memories[state * self.actions + action] =
            Some(Memory { reward, next_state, terminated, tried_at: self.real_steps });
        self.update(step);
    }

    /// Learns from `steps` remembered steps. Does nothing before the first real one.
    pub fn plan(&mut self, steps: usize, stream: &mut Stream) {
        if self.seen.is_empty() {
            return;
        }
        for _ in 0..steps {
            let state = self.seen[stream.below(self.seen.len())];
            let step = self.remembered(state, stream);
            self.update(step);
        }
    }

    /// Q of every action in this state, `[A]`.
    pub fn values(&self, state: usize) -> &[f32] {
        &self.values[state * self.actions..(state + 1) * self.actions]
    }

    /// Real steps learned from so far.
    pub fn real_steps(&self) -> u64 {
        self.real_steps
    }

    fn memories_of(&self, state: usize) -> &[Option<Memory>] {
        &self.memories[state * self.actions..(state + 1) * self.actions]
    }

    /// What the model says of an action drawn from those that planning may take in a seen state.
    fn remembered(&self, state: usize, stream: &mut Stream) -> TableStep {
        let memories = self.memories_of(state);
        let is_drawn = |memory: &Option<Memory>| memory.is_some() || self.settings.bonus > 0.0;
        let chosen = stream.below(memories.iter().filter(|memory| is_drawn(memory)).count());
        let drawn = memories.iter().enumerate().filter(|(_, memory)| is_drawn(memory));
        let (action, memory) =
            drawn.map(|(action, memory)| (action, *memory)).nth(chosen).unwrap_or((0, None));
        let untried = Memory { reward: 0.0, next_state: state, terminated: false, tried_at: 0 };
        let Memory { reward, next_state, terminated, tried_at } = memory.unwrap_or(untried);
        let reward = reward + self.settings.bonus * ((self.real_steps - tried_at) as f32).sqrt();
        TableStep { state, action, reward, next_state, terminated }
    }

    fn update(&mut self, step: TableStep) {
        let following = if step.terminated { 0.0 } else { highest(self.values(step.next_state)) };
        let target = step.reward + self.settings.gamma * following;
        let value = &mut self.values[step.state * self.actions + step.action];
        *value += self.settings.learning_rate * (target - *value);
    }
}

fn highest(values: &[f32]) -> f32 {
    values.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

#[cfg(test)]
mod tests;
