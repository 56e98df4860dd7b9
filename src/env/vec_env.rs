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

mod lane;
mod physics;
mod saved;
#[cfg(test)]
mod tests;
mod transition;

pub use physics::PhysicsValue;
pub use transition::{EpisodeEnd, Transition};

use super::{ActionSpace, Env, EnvSpec, Task};
use crate::error::{Error, Result};
use crate::rng::Seed;
use lane::{Lane, Record};
use std::sync::Arc;

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

    /// Breaks off every running episode and begins the next one.
    pub fn begin_episodes(&mut self) {
        let size = self.spec.obs_size();
        for (lane, obs) in self.lanes.iter_mut().zip(self.obs.chunks_exact_mut(size)) {
            lane.reset(self.next_episode_id);
            self.next_episode_id += 1;
            lane.env.observe(obs);
        }
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

fn row(rows: &[f32], index: usize, size: usize) -> &[f32] {
    &rows[index * size..(index + 1) * size]
}
