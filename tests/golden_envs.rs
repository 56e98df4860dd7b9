//! Every task against 5,000 steps of an independent implementation: Gymnasium 1.4.0 and its edge cases, and for the
//! cart-pole of PILCO its equations, integrated finely.
//!
//! Gates, from the tolerances an independent port reached (`tolerances.json`): state and observation of one step within
//! 1e-6, reward 2e-5, the first 50 steps of a roll-out within 1e-5, flags exact.
#![cfg(not(target_family = "wasm"))]

mod support;

use mbppo::env::{Env, TASKS, Task, VecEnv, make};
use mbppo::rng::Seed;
use serde::Deserialize;
use support::{golden, golden_folder, max_difference};

const ONE_STEP: f64 = 1e-6;
const REWARD: f64 = 2e-5;
const ROLLOUT: f64 = 1e-5;
const ROLLOUT_STEPS: usize = 50;
/// The same number of steps is five seconds of a swinging pole, which multiply a difference by more than a thousand.
const ROLLOUT_OF_SECONDS: (&str, f64) = ("CartPoleSwingUp-v0", 5e-4);

#[derive(Deserialize)]
struct Trace {
    episodes: Vec<Episode>,
}

/// `states[t]` and `obs[t]` are those after `actions[t]`.
#[derive(Deserialize)]
struct Episode {
    initial_state: Vec<f64>,
    initial_obs: Vec<f32>,
    actions: Vec<f32>,
    states: Vec<Vec<f64>>,
    obs: Vec<Vec<f32>>,
    rewards: Vec<f64>,
    terminated: Vec<u8>,
    truncated: Vec<u8>,
}

#[derive(Deserialize)]
struct EdgeCases {
    cases: Vec<EdgeCase>,
}

#[derive(Deserialize)]
struct EdgeCase {
    env: String,
    name: String,
    state: Vec<f64>,
    action: f32,
    elapsed_steps_before: usize,
    next_state: Vec<f64>,
    obs: Vec<f32>,
    reward: f64,
    terminated: bool,
    truncated: bool,
}

/// What one step should give.
struct Expected<'a> {
    state: &'a [f64],
    obs: &'a [f32],
    reward: f64,
    flags: (bool, bool),
}

impl Episode {
    fn expected(&self, t: usize) -> Expected<'_> {
        Expected {
            state: &self.states[t],
            obs: &self.obs[t],
            reward: self.rewards[t],
            flags: (self.terminated[t] != 0, self.truncated[t] != 0),
        }
    }
}

/// How far apart two steps are: the largest difference of any number.
#[derive(Clone, Copy, Default)]
struct Differences {
    state: f64,
    obs: f64,
    reward: f64,
}

impl Differences {
    fn worst(self, other: Self) -> Self {
        Self {
            state: self.state.max(other.state),
            obs: self.obs.max(other.obs),
            reward: self.reward.max(other.reward),
        }
    }

    fn assert_within(self, state_and_obs: f64, reward: f64, place: &str) {
        let Self { state, obs, reward: of_reward } = self;
        assert!(state <= state_and_obs, "{place}: state off by {state:e}");
        assert!(obs <= state_and_obs, "{place}: obs off by {obs:e}");
        assert!(of_reward <= reward, "{place}: reward off by {of_reward:e}");
    }
}

impl std::fmt::Display for Differences {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "state {:.1e}, obs {:.1e}, reward {:.1e}", self.state, self.obs, self.reward)
    }
}

/// The same as [`max_difference`] up to 1, and relative to what is expected beyond: observations are f32.
fn relative_difference(actual: &[f32], expected: &[f32]) -> f64 {
    let scaled = |numbers: &[f32]| -> Vec<f32> {
        numbers.iter().zip(expected).map(|(number, size)| number / size.abs().max(1.0)).collect()
    };
    max_difference(&scaled(actual), &scaled(expected))
}

/// A task twice: by itself, which shows the state, and as a lane with time limit and reset.
struct Pair {
    env: Box<dyn Env>,
    lane: VecEnv,
}

impl Pair {
    fn new(task: &str) -> Self {
        let lane =
            VecEnv::new(&Task::named(task).expect("a task"), 1, Seed(0), "envs").expect("the task exists");
        Self { env: make(task).expect("the task exists"), lane }
    }

    fn set_state(&mut self, state: &[f64], elapsed: usize) {
        self.env.set_state(state);
        self.lane.set_state(0, state, elapsed).expect("a state of this task");
    }

    /// Steps both and compares; flags must be equal.
    fn step(&mut self, action: f32, expected: &Expected<'_>, place: &str) -> Differences {
        let outcome = self.env.step(&[action], &mut Seed(0).stream("unused"));
        let step = self.lane.step(&[action]).expect("an action of this task").next().expect("one lane");
        assert_eq!((step.terminated, step.truncated), expected.flags, "{place}: flags");
        assert_eq!(outcome.terminated, step.terminated, "{place}: the lane passes the task's end on");
        assert_eq!(step.finished.is_some(), step.terminated || step.truncated, "{place}: episode end");
        Differences {
            state: max_difference(&self.env.state(), expected.state),
            obs: relative_difference(step.next_obs, expected.obs),
            reward: (f64::from(step.reward) - expected.reward).abs(),
        }
    }
}

/// The tasks that somebody else has written down too; the others have no traces to be held to.
fn traced_tasks() -> impl Iterator<Item = &'static str> {
    TASKS.iter().copied().filter(|task| golden_folder().join(trace_file(task)).exists())
}

fn trace_file(task: &str) -> String {
    format!("env/{task}.json.gz")
}

#[test]
fn golden_all_tasks_have_traces_but_the_maze() {
    let traced: Vec<&str> = traced_tasks().collect();
    let gymnasium =
        ["CartPole-v1", "Acrobot-v1", "Pendulum-v1", "MountainCar-v0", "MountainCarContinuous-v0"];
    assert!(gymnasium.iter().all(|task| traced.contains(task)), "{traced:?}");
    let own = std::env::var_os("MBPPO_GOLDEN").is_none();
    assert!(!own || traced.len() == TASKS.len() - 1, "{traced:?}");
}

fn trace(task: &str) -> Trace {
    golden(&trace_file(task))
}

#[test]
fn golden_every_task_steps_like_its_trace_from_every_state_of_it() {
    for task in traced_tasks() {
        let mut pair = Pair::new(task);
        let (mut worst, mut steps) = (Differences::default(), 0);
        for (number, episode) in trace(task).episodes.iter().enumerate() {
            let mut before = &episode.initial_state;
            for t in 0..episode.actions.len() {
                pair.set_state(before, t);
                let place = format!("{task}, episode {number}, step {t}");
                let differences = pair.step(episode.actions[t], &episode.expected(t), &place);
                differences.assert_within(ONE_STEP, REWARD, &place);
                worst = worst.worst(differences);
                before = &episode.states[t];
                steps += 1;
            }
        }
        assert_eq!(steps, 5000, "{task}: the trace is complete");
        println!("{task}: one step off by at most {worst}");
    }
}

#[test]
fn golden_every_task_rolls_out_like_its_trace_for_fifty_steps_and_ends_where_it_ends() {
    for task in traced_tasks() {
        let mut pair = Pair::new(task);
        let mut worst = [Differences::default(); 2];
        for (number, episode) in trace(task).episodes.iter().enumerate() {
            pair.set_state(&episode.initial_state, 0);
            for t in 0..episode.actions.len() {
                let place = format!("{task}, episode {number}, step {t}");
                let differences = pair.step(episode.actions[t], &episode.expected(t), &place);
                let late = usize::from(t >= ROLLOUT_STEPS);
                worst[late] = worst[late].worst(differences);
                if t < ROLLOUT_STEPS {
                    let (longest, gate) = ROLLOUT_OF_SECONDS;
                    let most = if task == longest { gate } else { ROLLOUT };
                    // A reward adds up squares of a state that is off by as much as this.
                    differences.assert_within(most, REWARD.max(10.0 * most), &place);
                }
            }
        }
        println!("{task}: off by at most {} in {ROLLOUT_STEPS} steps; later {}", worst[0], worst[1]);
    }
}

#[test]
fn golden_every_task_shows_its_initial_states_as_its_trace_does() {
    for task in traced_tasks() {
        let mut lane =
            VecEnv::new(&Task::named(task).expect("a task"), 1, Seed(0), "envs").expect("the task exists");
        for episode in trace(task).episodes {
            lane.set_state(0, &episode.initial_state, 0).expect("a state of this task");
            assert!(max_difference(lane.obs(), &episode.initial_obs) <= ONE_STEP, "{task}");
        }
    }
}

#[test]
fn golden_edge_cases_end_and_pay_as_in_gymnasium() {
    let cases = golden::<EdgeCases>("env/edge_cases.json").cases;
    for case in cases.iter().filter(|case| TASKS.contains(&case.env.as_str())) {
        let place = format!("{}, {}", case.env, case.name);
        let mut pair = Pair::new(&case.env);
        pair.set_state(&case.state, case.elapsed_steps_before);
        let flags = (case.terminated, case.truncated);
        let expected = Expected { state: &case.next_state, obs: &case.obs, reward: case.reward, flags };
        pair.step(case.action, &expected, &place).assert_within(ONE_STEP, REWARD, &place);
    }
}
