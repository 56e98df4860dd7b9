//! The variant `task_reward`: another goal in the same world ([`crate::rewards`]).
//!
//! **What.** The task's reward is replaced by a named one, which is asked with what is seen before and after the step.
//! Goal, bar and range of returns are those of the reward; what moves, what is seen and what ends are the task's.
//!
//! **Where.** Made by [`Task::varied`](super::Task::varied), below `task_hidden`: what is hidden from the agent is
//! rewarded all the same.

use super::{Env, EnvSpec, Outcome, Wrapper};
use crate::rewards::NamedReward;
use crate::rng::Stream;
use std::sync::Arc;

/// A task with another reward.
pub struct Rewarded {
    env: Box<dyn Env>,
    spec: Arc<EnvSpec>,
    reward: &'static NamedReward,
    /// What is seen before the step and after it, `[O]` each.
    seen: [Vec<f32>; 2],
}

impl Rewarded {
    /// `env` with this reward; its observations must be the task's own.
    pub fn new(env: Box<dyn Env>, reward: &'static NamedReward) -> Self {
        let mut spec = (*env.spec()).clone();
        spec.goal = reward.goal.into();
        (spec.solved_return, spec.return_range) = (reward.solved_return, (0.0, reward.best_return));
        let nothing = vec![0.0; spec.obs_size()];
        Self { env, spec: Arc::new(spec), reward, seen: [nothing.clone(), nothing] }
    }
}

impl Wrapper for Rewarded {
    fn inner(&self) -> &dyn Env {
        self.env.as_ref()
    }

    fn inner_mut(&mut self) -> &mut dyn Env {
        self.env.as_mut()
    }

    fn spec(&self) -> Arc<EnvSpec> {
        self.spec.clone()
    }

    fn step(&mut self, action: &[f32], stream: &mut Stream) -> Outcome {
        let [obs, next_obs] = &mut self.seen;
        self.env.observe(obs);
        let outcome = self.env.step(action, stream);
        self.env.observe(next_obs);
        Outcome { reward: self.reward.worth(obs, action, next_obs), ..outcome }
    }

    fn known_reward(&self, obs: &[f32], action: &[f32], next_obs: &[f32]) -> Option<f32> {
        Some(self.reward.worth(obs, action, next_obs))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Choice, Config};
    use crate::env::{Task, make};
    use crate::rewards::{REWARDS, TaskReward};

    #[test]
    fn every_reward_is_of_a_task_and_makes_it_another_goal() {
        for (reward, value) in REWARDS.iter().zip(&<TaskReward as Choice>::VALUES[1..]) {
            let own = make(reward.task).expect("a task").spec();
            assert_eq!(reward.best_return, own.time_limit as f32, "a step is worth at most 1");
            assert!((0.0..reward.best_return).contains(&reward.solved_return));
            let config = Config { task_reward: *value, ..Config::default() };
            let varied = |id: &str| Task::named(id).and_then(|task| task.varied(&config)).expect("a variant");
            let spec = varied(reward.task).spec().clone();
            assert_eq!((spec.goal.as_str(), spec.solved_return), (reward.goal, reward.solved_return));
            assert_eq!(varied("Acrobot-v1").spec(), &make("Acrobot-v1").expect("a task").spec());
        }
    }
}
