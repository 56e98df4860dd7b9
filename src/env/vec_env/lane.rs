//! One copy of the task, with its clock: it steps, and begins its next episode.

use super::EpisodeEnd;
use crate::env::{Env, Task};
use crate::error::Result;
use crate::rng::Stream;

/// One copy of the task, with its clock.
pub(super) struct Lane {
    pub(super) env: Box<dyn Env>,
    pub(super) stream: Stream,
    pub(super) episode_id: u64,
    pub(super) elapsed: usize,
    /// In f64: a sum of a thousand rewards should not depend on rounding.
    pub(super) return_: f64,
}

/// What a step left behind, apart from the observations.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Record {
    pub(super) reward: f32,
    pub(super) terminated: bool,
    pub(super) truncated: bool,
    pub(super) episode_id: u64,
    pub(super) episode_step: usize,
    pub(super) finished: Option<EpisodeEnd>,
}

impl Lane {
    pub(super) fn new(task: &Task, lane: usize, mut stream: Stream) -> Result<Self> {
        let mut env = task.make()?;
        env.reset(&mut stream);
        Ok(Self { env, stream, episode_id: lane as u64, elapsed: 0, return_: 0.0 })
    }

    /// One step of physics and clock; writes what followed into `next_obs`, and resets nothing.
    pub(super) fn step(&mut self, action: &[f32], time_limit: usize, next_obs: &mut [f32]) -> Record {
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

    pub(super) fn reset(&mut self, episode_id: u64) {
        self.env.reset(&mut self.stream);
        self.episode_id = episode_id;
        self.elapsed = 0;
        self.return_ = 0.0;
    }
}
