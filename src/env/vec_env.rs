//! Several copies of one task, side by side: time limits and resets, written once.
//!
//! **What.** One agent practises in N copies at the same time. A copy ("lane") whose episode is over starts the
//! next one by itself, so that every step gives N transitions.
//!
//! **Equation.**
//! ```text
//! truncated = elapsed steps ≥ time limit        (also when terminated on the same step, as in Gymnasium)
//! obs of the next step = reset()  if terminated or truncated,  else  next_obs
//! ```
//!
//! **Shapes.** actions [N, action_size] → [`VecEnv::obs`] [N, O] and N [`Transition`]s.
//!
//! **Where.** Actions come from the policy; transitions go to the [`Rollout`](crate::buffer::Rollout) and to the
//! [`Replay`](crate::buffer::Replay).
//!
//! **Details.** 1. [`Transition::next_obs`] is what followed, before any reset: bootstrapping from the fresh state
//! would value the wrong future. 2. Every lane resets from a stream of its own, so what happens in one lane never
//! changes another. 3. Actions are checked before any lane moves: an error leaves all of them where they were.
//!
//! **Paper.** Pardo et al. 2018, "Time limits in reinforcement learning", arXiv 1712.00378.

mod saved;

use super::{ActionSpace, Env, EnvSpec, PhysicsParameter, Task};
use crate::error::{Error, Result};
use crate::rng::{Seed, Stream};
use serde::Serialize;
use std::sync::Arc;

/// What happened in one lane in one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition<'a> {
    /// What was seen before acting, `[O]`.
    pub obs: &'a [f32],
    /// What was done, `[action_size]`.
    pub action: &'a [f32],
    /// External reward.
    pub reward: f32,
    /// What followed, before any reset, `[O]`.
    pub next_obs: &'a [f32],
    /// The task itself ended here.
    pub terminated: bool,
    /// The time limit was reached here.
    pub truncated: bool,
    /// The episode this step belongs to: unique over all lanes, counted from 0 in order of reset.
    pub episode_id: u64,
    /// Steps of that episode before this one: 0 for its first.
    pub episode_step: usize,
    /// Set on the last step of an episode.
    pub finished: Option<EpisodeEnd>,
}

/// A physical quantity of the task as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PhysicsValue {
    /// "gravity"
    pub name: &'static str,
    /// "m/s²"
    pub unit: &'static str,
    /// Smallest value that it may take.
    pub min: f64,
    /// Largest value that it may take.
    pub max: f64,
    /// Its value in every lane.
    pub value: f64,
}

/// A whole episode, in two numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpisodeEnd {
    /// Sum of its external rewards, not discounted.
    pub return_: f32,
    /// Steps it took.
    pub length: usize,
}

/// One copy of the task, with its clock.
struct Lane {
    env: Box<dyn Env>,
    stream: Stream,
    episode_id: u64,
    elapsed: usize,
    /// In f64: a sum of a thousand rewards should not depend on rounding.
    return_: f64,
}

/// What a step left behind, apart from the observations.
#[derive(Debug, Clone, Copy, Default)]
struct Record {
    reward: f32,
    terminated: bool,
    truncated: bool,
    episode_id: u64,
    episode_step: usize,
    finished: Option<EpisodeEnd>,
}

/// N copies of a task. All buffers are made once; stepping allocates nothing.
pub struct VecEnv {
    spec: Arc<EnvSpec>,
    lanes: Vec<Lane>,
    next_episode_id: u64,
    /// Seen now, [N, O].
    obs: Vec<f32>,
    /// Seen before the last step, [N, O].
    obs_before: Vec<f32>,
    /// Done in the last step, [N, action_size].
    actions: Vec<f32>,
    /// Seen after the last step and before any reset, [N, O].
    next_obs: Vec<f32>,
    /// [N]; empty until the first step.
    records: Vec<Record>,
}

impl VecEnv {
    /// `num_envs` freshly reset copies of `task`. Lane 3 resets from the stream `"{stream_prefix}.3"`.
    ///
    /// # Errors
    /// [`Error::Config`] if no copy is asked for, or what making one fails with.
    pub fn new(task: &Task, num_envs: usize, seed: Seed, stream_prefix: &str) -> Result<Self> {
        if num_envs == 0 {
            return Err(Error::Config {
                field: "num_envs".into(),
                value: "0".into(),
                allowed: "at least one environment is needed".into(),
            });
        }
        let spec = task.spec().clone();
        let lanes = (0..num_envs)
            .map(|lane| Lane::new(task, lane, seed.stream(&format!("{stream_prefix}.{lane}"))))
            .collect::<Result<Vec<_>>>()?;
        let (obs_size, action_size) = (spec.obs_size(), spec.action_size());
        let mut envs = Self {
            spec,
            lanes,
            next_episode_id: num_envs as u64,
            obs: vec![0.0; num_envs * obs_size],
            obs_before: vec![0.0; num_envs * obs_size],
            actions: vec![0.0; num_envs * action_size],
            next_obs: vec![0.0; num_envs * obs_size],
            records: Vec::with_capacity(num_envs),
        };
        for (lane, obs) in envs.lanes.iter().zip(envs.obs.chunks_exact_mut(obs_size)) {
            lane.env.observe(obs);
        }
        envs.require_sound()?;
        Ok(envs)
    }

    /// The facts about the task.
    pub fn spec(&self) -> &Arc<EnvSpec> {
        &self.spec
    }

    /// N.
    pub fn num_envs(&self) -> usize {
        self.lanes.len()
    }

    /// What every lane sees now, after any reset: what the next actions are chosen from, [N, O].
    pub fn obs(&self) -> &[f32] {
        &self.obs
    }

    /// The task in `lane`, for pictures.
    ///
    /// # Panics
    /// If `lane` is not below N.
    pub fn env(&self, lane: usize) -> &dyn Env {
        self.lanes[lane].env.as_ref()
    }

    /// Steps that the running episode of `lane` has taken.
    ///
    /// # Panics
    /// If `lane` is not below N.
    pub fn elapsed(&self, lane: usize) -> usize {
        self.lanes[lane].elapsed
    }

    /// Moves every lane one step with `actions` [N, action_size], and gives what happened, lane after lane.
    ///
    /// # Errors
    /// [`Error::Config`] with field `action` if an action is outside the task's space, or if their number is wrong.
    /// No lane has moved then. Or why a task that is somebody else's code cannot go on.
    pub fn step(&mut self, actions: &[f32]) -> Result<impl ExactSizeIterator<Item = Transition<'_>>> {
        self.check(actions)?;
        self.actions.copy_from_slice(actions);
        self.obs_before.copy_from_slice(&self.obs);
        self.records.clear();
        let (obs_size, action_size) = (self.spec.obs_size(), self.spec.action_size());
        let rows = self.obs.chunks_exact_mut(obs_size).zip(self.next_obs.chunks_exact_mut(obs_size));
        let inputs = self.lanes.iter_mut().zip(actions.chunks_exact(action_size));
        for ((lane, action), (obs, next_obs)) in inputs.zip(rows) {
            let record = lane.step(action, self.spec.time_limit, next_obs);
            if record.finished.is_some() {
                lane.reset(self.next_episode_id);
                self.next_episode_id += 1;
            }
            lane.env.observe(obs);
            self.records.push(record);
        }
        self.require_sound()?;
        Ok(self.transitions())
    }

    /// What keeps a lane from going on.
    fn require_sound(&self) -> Result<()> {
        self.lanes.iter().find_map(|lane| lane.env.failure()).map_or(Ok(()), Err)
    }

    /// The last step's transitions once more; none before the first step.
    pub fn transitions(&self) -> impl ExactSizeIterator<Item = Transition<'_>> {
        let (obs_size, action_size) = (self.spec.obs_size(), self.spec.action_size());
        self.records.iter().enumerate().map(move |(lane, record)| Transition {
            obs: row(&self.obs_before, lane, obs_size),
            action: row(&self.actions, lane, action_size),
            reward: record.reward,
            next_obs: row(&self.next_obs, lane, obs_size),
            terminated: record.terminated,
            truncated: record.truncated,
            episode_id: record.episode_id,
            episode_step: record.episode_step,
            finished: record.finished,
        })
    }

    /// Puts `lane` into a physical state, `elapsed` steps into its episode.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such lane, or the state has another size than the task's.
    pub fn set_state(&mut self, lane: usize, state: &[f64], elapsed: usize) -> Result<()> {
        let num_envs = self.lanes.len();
        let Some(target) = self.lanes.get_mut(lane) else {
            return Err(Error::Config {
                field: "lane".into(),
                value: lane.to_string(),
                allowed: format!("lanes are 0 to {}", num_envs - 1),
            });
        };
        let size = target.env.state().len();
        if state.len() != size {
            return Err(Error::Config {
                field: "state".into(),
                value: format!("{state:?}"),
                allowed: format!("a state of {} has {size} numbers", self.spec.id),
            });
        }
        target.env.set_state(state);
        target.elapsed = elapsed;
        let obs_size = self.spec.obs_size();
        target.env.observe(&mut self.obs[lane * obs_size..(lane + 1) * obs_size]);
        self.require_sound()
    }

    /// What can be changed while it runs, with its value now.
    pub fn physics(&mut self) -> Vec<PhysicsValue> {
        let of_first = self.lanes.first_mut().map(|lane| lane.env.parameters()).unwrap_or_default();
        let value = |parameter: PhysicsParameter<'_>| PhysicsValue {
            name: parameter.name,
            unit: parameter.unit,
            min: parameter.min,
            max: parameter.max,
            value: *parameter.value,
        };
        of_first.into_iter().map(value).collect()
    }

    /// Changes a physical quantity in every lane, from the next step on.
    ///
    /// # Errors
    /// [`Error::Config`] if the task has none of this name, or the value is out of its range. Nothing has changed then.
    pub fn set_physics(&mut self, name: &str, value: f64) -> Result<()> {
        self.require_physics(name, value)?;
        for lane in &mut self.lanes {
            for parameter in lane.env.parameters().into_iter().filter(|parameter| parameter.name == name) {
                *parameter.value = value;
            }
        }
        Ok(())
    }

    /// Whether a physical quantity can take this value.
    ///
    /// # Errors
    /// As from [`VecEnv::set_physics`].
    pub fn require_physics(&mut self, name: &str, value: f64) -> Result<()> {
        let all = self.physics();
        let refused = |allowed: String| Error::Config {
            field: format!("physics.{name}"),
            value: value.to_string(),
            allowed,
        };
        let Some(parameter) = all.iter().find(|parameter| parameter.name == name) else {
            let names: Vec<&str> = all.iter().map(|parameter| parameter.name).collect();
            let there_are = if names.is_empty() { "nothing to change".into() } else { names.join(", ") };
            return Err(refused(format!("{} has {there_are}", self.spec.id)));
        };
        if !(parameter.min..=parameter.max).contains(&value) {
            return Err(refused(format!("it must be a number from {} to {}", parameter.min, parameter.max)));
        }
        Ok(())
    }

    fn check(&self, actions: &[f32]) -> Result<()> {
        let expected = self.lanes.len() * self.spec.action_size();
        if actions.len() != expected {
            return Err(Error::Config {
                field: "action".into(),
                value: format!("{} numbers", actions.len()),
                allowed: format!("{} lanes of {} take {expected}", self.lanes.len(), self.spec.id),
            });
        }
        match actions.iter().find(|action| !self.spec.action.allows(**action)) {
            None => Ok(()),
            Some(action) => Err(Error::Config {
                field: "action".into(),
                value: action.to_string(),
                allowed: match self.spec.action {
                    ActionSpace::Discrete(n) => format!("{} takes 0 to {}", self.spec.id, n - 1),
                    ActionSpace::Box { .. } => format!("{} takes finite numbers", self.spec.id),
                },
            }),
        }
    }
}

impl Lane {
    fn new(task: &Task, lane: usize, mut stream: Stream) -> Result<Self> {
        let mut env = task.make()?;
        env.reset(&mut stream);
        Ok(Self { env, stream, episode_id: lane as u64, elapsed: 0, return_: 0.0 })
    }

    /// One step of physics and clock; writes what followed into `next_obs`, and resets nothing.
    fn step(&mut self, action: &[f32], time_limit: usize, next_obs: &mut [f32]) -> Record {
        let outcome = self.env.step(action, &mut self.stream);
        self.env.observe(next_obs);
        let episode_step = self.elapsed;
        self.elapsed += 1;
        self.return_ += f64::from(outcome.reward);
        let truncated = self.elapsed >= time_limit;
        let end = EpisodeEnd { return_: self.return_ as f32, length: self.elapsed };
        Record {
            reward: outcome.reward,
            terminated: outcome.terminated,
            truncated,
            episode_id: self.episode_id,
            episode_step,
            finished: (outcome.terminated || truncated).then_some(end),
        }
    }

    fn reset(&mut self, episode_id: u64) {
        self.env.reset(&mut self.stream);
        self.episode_id = episode_id;
        self.elapsed = 0;
        self.return_ = 0.0;
    }
}

fn row(rows: &[f32], index: usize, size: usize) -> &[f32] {
    &rows[index * size..(index + 1) * size]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cart_pole() -> Task {
        Task::named("CartPole-v1").expect("a task")
    }

    fn envs(num_envs: usize) -> VecEnv {
        VecEnv::new(&cart_pole(), num_envs, Seed(5), "envs").expect("the task exists")
    }

    #[test]
    fn physics_change_in_every_lane_and_bad_values_are_refused_by_name() {
        let mut envs = envs(2);
        envs.set_physics("wind", 5.0).expect("in range");
        assert_eq!(
            envs.physics().iter().find(|value| value.name == "wind").map(|wind| wind.value),
            Some(5.0)
        );
        for lane in 0..2 {
            envs.set_state(lane, &[0.0; 4], 0).expect("a state");
        }
        let speeds: Vec<f32> =
            envs.step(&[0.0, 1.0]).expect("allowed").map(|step| step.next_obs[1]).collect();
        assert!((speeds[0] / speeds[1] + 5.0 / 15.0).abs() < 1e-6, "−10 + 5 N against 10 + 5 N: {speeds:?}");
        let refused = envs_error;
        assert_eq!(
            refused("gravity", 99.0),
            "physics.gravity = 99 is not valid: it must be a number from 1 to 30."
        );
        assert!(refused("colour", 1.0).contains("gravity, cart_mass"));
    }

    fn envs_error(name: &str, value: f64) -> String {
        envs(1).set_physics(name, value).expect_err("refused").to_string()
    }

    #[test]
    fn the_successor_is_seen_before_the_reset_and_the_next_obs_after_it() {
        let mut envs = envs(2);
        envs.set_state(1, &[2.39, 1.0, 0.0, 0.0], 0).expect("lane 1 exists");
        let other_lane = envs.step(&[0.0, 1.0]).expect("both exist").next().map(|t| t.finished);
        assert_eq!(other_lane, Some(None));
        let fell = envs.transitions().nth(1).expect("two lanes");
        assert_eq!((fell.terminated, fell.truncated), (true, false));
        assert_eq!(fell.finished, Some(EpisodeEnd { return_: 1.0, length: 1 }));
        assert_eq!(fell.obs[0], 2.39);
        assert_eq!(fell.next_obs[0], 2.41);
        assert!(envs.obs()[4].abs() <= 0.05, "lane 1 stands in the middle again: {:?}", envs.obs());
    }

    #[test]
    fn the_time_limit_truncates_even_when_the_task_ends_on_the_same_step() {
        let mut envs = envs(1);
        let mut flags_of_last_step = |state: &[f64]| {
            envs.set_state(0, state, 499).expect("lane 0 exists");
            let last = envs.step(&[1.0]).expect("1 is allowed").next().expect("one lane");
            (last.terminated, last.truncated, last.finished.map(|end| end.length))
        };
        assert_eq!(flags_of_last_step(&[0.0; 4]), (false, true, Some(500)));
        assert_eq!(flags_of_last_step(&[2.399, 3.0, 0.0, 0.0]), (true, true, Some(500)));
    }

    #[test]
    fn episodes_are_numbered_in_order_of_reset_over_all_lanes() {
        let mut envs = envs(3);
        let mut ids = Vec::new();
        for _ in 0..60 {
            for transition in envs.step(&[1.0, 0.0, 1.0]).expect("allowed") {
                if transition.episode_step == 0 {
                    ids.push(transition.episode_id);
                }
            }
        }
        assert!(ids.len() > 10);
        assert_eq!(ids, (0..ids.len() as u64).collect::<Vec<_>>());
    }

    #[test]
    fn a_lane_lives_the_same_life_whatever_happens_beside_it() {
        let life_of_lane_0 = |num_envs: usize, neighbours: f32| {
            let mut envs = envs(num_envs);
            let mut actions = vec![neighbours; num_envs];
            let mut life = Vec::new();
            for step in 0..100 {
                actions[0] = f32::from(u8::from(step % 3 == 0));
                assert_eq!(envs.step(&actions).expect("allowed").len(), num_envs);
                life.extend_from_slice(&envs.obs()[..4]);
            }
            life
        };
        assert_eq!(life_of_lane_0(1, 0.0), life_of_lane_0(4, 1.0));
    }

    #[test]
    fn an_action_outside_the_space_is_named_and_moves_no_lane() {
        let mut envs = envs(2);
        let before = envs.obs().to_vec();
        for (wrong, named) in [(2.0, "2"), (0.5, "0.5"), (f32::NAN, "NaN"), (-1.0, "-1")] {
            let error = envs.step(&[1.0, wrong]).err().expect("refused");
            assert!(
                matches!(&error, Error::Config { field, value, .. } if field == "action" && value == named)
            );
        }
        assert!(envs.step(&[1.0]).is_err(), "one action for two lanes");
        assert_eq!(envs.obs(), before);
        assert_eq!(envs.transitions().len(), 0);
    }

    #[test]
    fn no_environment_or_an_unknown_task_is_an_error() {
        assert!(VecEnv::new(&cart_pole(), 0, Seed(0), "envs").is_err());
        assert!(Task::named("Tetris").is_err());
    }
}
