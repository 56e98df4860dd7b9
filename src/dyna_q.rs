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
        let values = self.values(state);
        let best = highest(values);
        values.iter().position(|&value| value == best).unwrap_or(0)
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
mod tests {
    use super::*;
    use crate::env::{Env, GridWorld};
    use crate::rng::Seed;

    const SHORTEST: usize = 14;

    fn learner(settings: DynaQSettings) -> DynaQ {
        DynaQ::new(GridWorld::CELLS, 4, settings).expect("possible settings")
    }

    /// Real steps of each episode in the maze, without time limit as in the book, and what was learned.
    fn practise(seed: u64, planning_steps: usize, bonus: f32, episodes: usize) -> (Vec<usize>, DynaQ) {
        let (mut acting, mut planning) = (Seed(seed).stream("actions"), Seed(seed).stream("planning"));
        let mut learner = learner(DynaQSettings { bonus, ..DynaQSettings::default() });
        let episode = |_| {
            let (mut maze, mut steps) = (GridWorld::default(), 0);
            loop {
                let state = maze.cell();
                let action = learner.act(state, &mut acting);
                let outcome = maze.step(&[action as f32], &mut acting);
                steps += 1;
                learner.learn(TableStep {
                    state,
                    action,
                    reward: outcome.reward,
                    next_state: maze.cell(),
                    terminated: outcome.terminated,
                });
                learner.plan(planning_steps, &mut planning);
                if outcome.terminated {
                    return steps;
                }
            }
        };
        ((0..episodes).map(episode).collect(), learner)
    }

    /// Length of the greedy way from the start; none if it does not arrive.
    fn greedy_way(learner: &DynaQ) -> Option<usize> {
        let mut maze = GridWorld::default();
        let mut unused = Seed(0).stream("unused");
        (1..=GridWorld::CELLS)
            .find(|_| maze.step(&[learner.greedy(maze.cell()) as f32], &mut unused).terminated)
    }

    #[test]
    fn more_planning_needs_fewer_real_steps_as_in_figure_8_2() {
        const SEEDS: usize = 30;
        let mean_of_episode = |planning_steps: usize, episodes: usize| -> Vec<f64> {
            let runs: Vec<Vec<usize>> =
                (0..SEEDS as u64).map(|seed| practise(seed, planning_steps, 0.0, episodes).0).collect();
            let mean =
                |episode: usize| runs.iter().map(|run| run[episode]).sum::<usize>() as f64 / SEEDS as f64;
            (0..episodes).map(mean).collect()
        };
        let [none, five, fifty] = [0, 5, 50].map(|planning_steps| mean_of_episode(planning_steps, 50));
        for (name, curve) in [("0", &none), ("5", &five), ("50", &fifty)] {
            let shown: Vec<String> = [2, 3, 5, 10, 20, 50].map(|at| format!("{:.0}", curve[at - 1])).into();
            println!("{name} planning steps: episodes 2, 3, 5, 10, 20, 50 take {}", shown.join(", "));
        }
        for episode in 1..10 {
            assert!(none[episode] > five[episode], "episode {}", episode + 1);
            assert!(five[episode] > fifty[episode] || fifty[episode] < 20.0, "episode {}", episode + 1);
        }
        let all = |curve: &[f64]| curve.iter().sum::<f64>();
        assert!(all(&none[1..]) > 2.0 * all(&five[1..]), "{} {}", all(&none[1..]), all(&five[1..]));
        assert!(all(&five[1..]) > 1.2 * all(&fifty[1..]), "{} {}", all(&five[1..]), all(&fifty[1..]));
    }

    #[test]
    fn planning_finds_the_shortest_way_and_a_bonus_misses_it_less_often() {
        let ways = |bonus: f32| -> Vec<Option<usize>> {
            (0..30).map(|seed| greedy_way(&practise(seed, 50, bonus, 50).1)).collect()
        };
        let shortest = |ways: &[Option<usize>]| ways.iter().filter(|way| **way == Some(SHORTEST)).count();
        let [plain, curious] = [0.0, 1e-4].map(ways);
        println!("shortest way with {} of 30 seeds, with a bonus {}", shortest(&plain), shortest(&curious));
        assert!(
            plain.iter().all(|way| way.is_some_and(|steps| (SHORTEST..=18).contains(&steps))),
            "{plain:?}"
        );
        assert!(shortest(&plain) >= 20, "{plain:?}");
        assert!(shortest(&curious) >= 28, "{curious:?}");
    }

    #[test]
    fn a_real_step_moves_one_value_by_the_equation() {
        let settings = DynaQSettings { learning_rate: 0.5, gamma: 0.5, epsilon: 0.0, bonus: 0.0 };
        let mut learner = DynaQ::new(3, 2, settings).expect("settings");
        let step = TableStep { state: 1, action: 0, reward: 4.0, next_state: 2, terminated: true };
        learner.learn(step);
        assert_eq!(learner.values(1), [2.0, 0.0]);
        learner.learn(TableStep { state: 0, action: 1, reward: 1.0, next_state: 1, terminated: false });
        assert_eq!(learner.values(0), [0.0, 1.0], "0.5 (1 + 0.5 · 2)");
        learner.learn(TableStep { state: 0, action: 1, reward: 1.0, next_state: 1, terminated: true });
        assert_eq!(learner.values(0), [0.0, 1.0], "nothing follows an end: 1 + 0.5 (1 − 1)");
        assert_eq!((learner.greedy(0), learner.greedy(2), learner.real_steps()), (1, 0, 3));
    }

    #[test]
    fn planning_carries_a_reward_back_without_a_real_step() {
        let settings = DynaQSettings { learning_rate: 1.0, gamma: 0.5, epsilon: 0.0, bonus: 0.0 };
        let mut learner = DynaQ::new(3, 1, settings).expect("settings");
        let mut stream = Seed(1).stream("planning");
        learner.plan(10, &mut stream);
        for state in 0..3 {
            let terminated = state == 2;
            let reward = if terminated { 1.0 } else { 0.0 };
            learner.learn(TableStep { state, action: 0, reward, next_state: (state + 1) % 3, terminated });
        }
        assert_eq!([0, 1, 2].map(|state| learner.values(state)[0]), [0.0, 0.0, 1.0]);
        learner.plan(100, &mut stream);
        assert_eq!([0, 1, 2].map(|state| learner.values(state)[0]), [0.25, 0.5, 1.0]);
        assert_eq!(learner.real_steps(), 3);
    }

    #[test]
    fn a_bonus_makes_what_was_never_tried_attractive() {
        let step = TableStep { state: 0, action: 0, reward: 0.0, next_state: 0, terminated: false };
        let value_of_untried = |bonus: f32| {
            let mut learner =
                DynaQ::new(1, 2, DynaQSettings { bonus, ..DynaQSettings::default() }).expect("settings");
            (0..100).for_each(|_| learner.learn(step));
            learner.plan(200, &mut Seed(1).stream("planning"));
            (learner.values(0)[1], learner.greedy(0))
        };
        assert_eq!(value_of_untried(0.0), (0.0, 0));
        let (value, greedy) = value_of_untried(0.01);
        assert!(value > 0.05 && greedy == 1, "{value}");
    }

    #[test]
    fn it_acts_by_chance_among_equals_and_as_often_as_epsilon_says() {
        let mut stream = Seed(2).stream("actions");
        let mut learner = learner(DynaQSettings::default());
        let count = |learner: &DynaQ, stream: &mut Stream| {
            (0..4000).fold([0usize; 4], |mut count, _| {
                count[learner.act(5, stream)] += 1;
                count
            })
        };
        assert!(count(&learner, &mut stream).iter().all(|count| count.abs_diff(1000) < 120));
        learner.learn(TableStep { state: 5, action: 2, reward: 1.0, next_state: 6, terminated: false });
        let [_, _, best, _] = count(&learner, &mut stream);
        assert!(best.abs_diff(3700) < 80, "1 − ε + ε/4 of 4000 are 3700, not {best}");
    }

    #[test]
    fn settings_that_cannot_be_are_named() {
        let refused = |states, settings| DynaQ::new(states, 4, settings).unwrap_err().to_string();
        let default = DynaQSettings::default();
        assert!(refused(0, default).contains("states = 0"));
        assert!(refused(5, DynaQSettings { gamma: 1.5, ..default }).contains("gamma = 1.5"));
        assert!(refused(5, DynaQSettings { learning_rate: 0.0, ..default }).contains("learning_rate = 0"));
        assert!(refused(5, DynaQSettings { epsilon: f32::NAN, ..default }).contains("epsilon = NaN"));
        assert!(refused(5, DynaQSettings { bonus: -1.0, ..default }).contains("bonus = -1"));
    }
}
