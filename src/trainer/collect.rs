//! Phase 1, collect: the policy acts in the real task.
//!
//! **What.** T steps in N environments. Only these are real steps; they go to replay, to the iteration's rollouts and
//! to the record that the display draws from. Then they are reviewed ([`super::review`]).

use super::Trainer;
use super::work::Work;
use crate::buffer::{Rollout, Step};
use crate::error::{Error, Result};

impl Trainer {
    pub(super) async fn begin_iteration(&mut self) -> Result<Work> {
        if self.actor.is_none() {
            self.actor = Some(self.agent.actor().await?);
        }
        self.agent.set_learning_rate(self.learning_rate());
        let (obs_size, action_size) = (self.spec.obs_size(), self.spec.action_size());
        self.lanes = vec![Rollout::new(true, obs_size, action_size); self.config.num_envs];
        Ok(Work::Collect { step: 0 })
    }

    pub(super) fn collect(&mut self, step: usize) -> Result<Work> {
        let Some(actor) = &mut self.actor else { return Ok(Work::Begin) };
        let size = self.spec.action_size();
        let mut actions = Vec::with_capacity(self.config.num_envs * size);
        let mut log_probs = Vec::with_capacity(self.config.num_envs);
        for obs in self.envs.obs().chunks_exact(self.spec.obs_size()) {
            log_probs.push(actor.act(obs, &mut self.streams.actions, &mut actions));
        }
        Error::unless_finite("collect", "action", &actions)?;
        let mut clipped = actions.clone();
        self.spec.action.clip(&mut clipped);
        let transitions = self.envs.step(&clipped)?;
        self.record.real_steps += self.config.num_envs as u64;
        for (lane, transition) in transitions.enumerate() {
            self.replay.push(transition);
            self.lanes[lane].push(Step {
                obs: transition.obs,
                action: &actions[lane * size..(lane + 1) * size],
                log_prob: log_probs[lane],
                reward_ext: transition.reward,
                reward_int: 0.0,
                next_obs: transition.next_obs,
                terminated: transition.terminated,
                truncated: transition.truncated,
                weight: 1.0,
            });
            if transition.finished.is_some() {
                self.lanes[lane].end_segment();
            }
            if lane == 0 {
                self.record.frame(&transition);
            }
            if let Some(end) = transition.finished {
                self.record.episode(end);
            }
        }
        if step + 1 < self.config.num_steps {
            return Ok(Work::Collect { step: step + 1 });
        }
        self.lanes.iter_mut().for_each(Rollout::end_segment);
        Ok(self.begin_review())
    }

    /// All real experience of this iteration as one rollout.
    pub(super) fn real_rollout(&self) -> Rollout {
        let mut all = Rollout::new(true, self.spec.obs_size(), self.spec.action_size());
        self.lanes.iter().for_each(|lane| all.append(lane));
        all
    }
}
