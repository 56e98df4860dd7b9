//! The ghosts: what each member of the model expects of the policy, from where environment 0 is now.
//!
//! **Choices.** They are for the eye and train nothing. The policy is deterministic, so there is one future a member:
//! where they part, the model is in doubt.

use super::policy::SearchedPolicy;
use super::trials::{Taken, step};
use crate::buffer::{Rollout, Step};
use crate::dynamics::{self, State};
use crate::error::Result;
use crate::imagination::{Dynamics, has_overflowed};
use crate::trainer::context::Context;
use crate::trainer::imagined::Rules;

/// Futures on their way.
pub(super) struct Ghosts {
    starts: Option<dynamics::Context>,
    state: State,
    members: Vec<usize>,
    alive: Vec<bool>,
    futures: Vec<Rollout>,
    steps: usize,
}

impl Ghosts {
    /// One future a member, for a model that wants to know `steps` real steps.
    pub(super) fn start(context: &Context, members: usize, steps: usize) -> Self {
        let (obs_size, action) = (context.spec.obs_size(), context.spec.action);
        let nothing = Rollout::new(false, obs_size, action.stored_size());
        let mut starts = dynamics::Context::default();
        for _ in 0..members {
            starts.push_now(&context.envs.obs()[..obs_size], &nothing, steps, action);
        }
        Self {
            starts: Some(starts),
            state: State::default(),
            members: (0..members).collect(),
            alive: vec![true; members],
            futures: vec![nothing; members],
            steps: 0,
        }
    }

    /// One step of all; whether they have come to their end.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub(super) async fn advance(
        &mut self,
        world: &mut dyn Dynamics,
        (policy, weights): (&mut SearchedPolicy, &[f32]),
        rules: &Rules<'_>,
    ) -> Result<bool> {
        if let Some(starts) = self.starts.take() {
            self.state = world.warm_up(starts).await?;
        }
        let from = (&self.state, self.members.as_slice());
        let Taken { actions, answer } = step(world, policy, |_| weights, from).await?;
        self.steps += 1;
        let size = policy.shape.obs_size;
        let each = actions.len() / self.members.len();
        for (member, future) in self.futures.iter_mut().enumerate() {
            if !self.alive[member] {
                continue;
            }
            let next_obs = &answer.state.obs[member * size..][..size];
            let terminated = rules.borders.terminates(next_obs, answer.end_probabilities[member]);
            self.alive[member] = !terminated && !has_overflowed(next_obs);
            if has_overflowed(next_obs) {
                continue;
            }
            future.push(Step {
                obs: &self.state.obs[member * size..][..size],
                action: &actions[member * each..][..each],
                log_prob: 0.0,
                reward_ext: answer.rewards[member],
                reward_int: 0.0,
                next_obs,
                terminated,
                truncated: !terminated && self.steps == rules.horizon,
                weight: 0.0,
            });
        }
        self.state = answer.state;
        Ok(self.steps >= rules.horizon || !self.alive.contains(&true))
    }

    /// All futures, one segment each.
    pub(super) fn rollout(mut self) -> Option<Rollout> {
        self.futures.iter_mut().for_each(Rollout::end_segment);
        let mut futures = self.futures.into_iter().filter(|future| !future.is_empty());
        let mut all = futures.next()?;
        futures.for_each(|future| all.append(&future));
        Some(all)
    }
}
