//! Phase 1, collect: the policy acts in the real task.
//!
//! **What.** T steps in N environments. Only these are real steps; they go to replay, to the iteration's rollouts and
//! to the record that the display draws from. Then their novelty is scored ([`super::novelty`]).

use super::OnPolicy;
use super::stage::Stage;
use crate::buffer::{Rollout, Step};
use crate::error::{Error, Result};
use crate::trainer::context::Context;
use crate::trainer::learner::Learner;

impl OnPolicy {
    pub(super) async fn begin_iteration(&mut self, context: &Context) -> Result<Stage> {
        self.get_ready().await?;
        self.policy.set_learning_rate(context.learning_rate());
        let (obs_size, action_size) = (context.spec.obs_size(), context.spec.action_size());
        self.lanes = vec![Rollout::new(true, obs_size, action_size); context.config.num_envs];
        self.lanes.iter_mut().for_each(|lane| lane.reserve(context.config.num_steps));
        Ok(Stage::Collect { step: 0 })
    }

    pub(super) fn collect(&mut self, context: &mut Context, step: usize) -> Result<Stage> {
        let Some(actor) = &mut self.actor else { return Ok(Stage::Begin) };
        let (size, lanes) = (context.spec.action_size(), &mut self.lanes);
        let mut actions = Vec::with_capacity(context.config.num_envs * size);
        let mut log_probs = Vec::with_capacity(context.config.num_envs);
        for obs in context.envs.obs().chunks_exact(context.spec.obs_size()) {
            log_probs.push(actor.act(obs, &mut context.streams.actions, &mut actions));
        }
        Error::unless_finite("collect", "action", &actions)?;
        let mut clipped = actions.clone();
        context.spec.action.clip(&mut clipped);
        context.step(&clipped, |lane, transition, _| {
            lanes[lane].push(Step {
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
                lanes[lane].end_segment();
            }
        })?;
        if step + 1 < context.config.num_steps {
            return Ok(Stage::Collect { step: step + 1 });
        }
        self.lanes.iter_mut().for_each(Rollout::end_segment);
        Ok(self.begin_scoring(context))
    }

    /// All real experience of this iteration as one rollout.
    pub(super) fn real_rollout(&self, context: &Context) -> Rollout {
        let mut all = Rollout::new(true, context.spec.obs_size(), context.spec.action_size());
        all.reserve(self.lanes.iter().map(Rollout::len).sum());
        self.lanes.iter().for_each(|lane| all.append(lane));
        all
    }
}
