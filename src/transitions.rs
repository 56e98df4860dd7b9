//! A minibatch of replay, and the target that a value of actions is learned towards.
//!
//! **What.** Transitions drawn from replay. What follows a transition is worth its reward and, unless the
//! task ended there, the discounted value of where it led.
//! ```text
//! y = r + γ (1 − terminated) v(s')
//! ```
//! **Shapes.** x and x' [B, O], actions in the model's form [B, A]; r, 1 − terminated, y and v(s') `[B]`.
//! **Where.** Read by [`crate::kernels::dqn`] and [`crate::kernels::td3`], which say what v is.
//! **Choices.** (1) A time limit is no end of the task: such a transition bootstraps. (2) Observations are scaled here,
//! as the policy's are, and rewards multiplied by `reward_scale`, here and nowhere else.
//! **Paper.** Time limits: Pardo et al. 2018 (1712.00378).

use crate::buffer::Replay;
use crate::env::ActionSpace;
use crate::scaling::Scaling;

/// B transitions, each part row-major; kept and refilled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transitions {
    /// x [B, O]
    pub obs: Vec<f32>,
    /// In the model's form, [B, A]: one-hot, or numbers in [−1, 1].
    pub actions: Vec<f32>,
    /// r, scaled, `[B]`
    pub rewards: Vec<f32>,
    /// 1 − terminated, `[B]`
    pub continues: Vec<f32>,
    /// x' [B, O], before any reset
    pub next_obs: Vec<f32>,
}

/// How stored transitions become rows.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// What actions are.
    pub action: ActionSpace,
    /// How observations are put on a scale.
    pub scaling: &'a Scaling,
    /// What rewards are multiplied by.
    pub reward_scale: f32,
}

impl Transitions {
    /// Takes the transitions `ids` of replay in place of those it had.
    pub fn refill(&mut self, replay: &Replay, ids: &[usize], form: Form<'_>) {
        let Self { obs, actions, rewards, continues, next_obs } = self;
        [&mut *obs, actions, rewards, continues, next_obs].into_iter().for_each(Vec::clear);
        for &id in ids {
            let stored = replay.get(id);
            form.scaling.apply(stored.obs, obs);
            form.action.encode(stored.action, actions);
            rewards.push(form.reward_scale * stored.reward_ext);
            continues.push(if stored.terminated { 0.0 } else { 1.0 });
            form.scaling.apply(stored.next_obs, next_obs);
        }
    }

    /// B
    pub fn len(&self) -> usize {
        self.rewards.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rewards.is_empty()
    }

    /// Makes y of v(s'), `[B]`, in place.
    pub fn make_targets(&self, gamma: f64, values: &mut [f32]) {
        let gamma = gamma as f32;
        for ((value, reward), goes_on) in values.iter_mut().zip(&self.rewards).zip(&self.continues) {
            *value = reward + goes_on * *value * gamma;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Transition;

    /// Three steps that differ only in how they end: not at all, by the task, by the time limit.
    fn three_ends() -> Replay {
        let mut replay = Replay::new(8, 2, 1);
        for (episode, (terminated, truncated)) in
            [(false, false), (true, false), (false, true)].into_iter().enumerate()
        {
            replay.push(Transition {
                obs: &[episode as f32, 6.0],
                action: &[1.0],
                reward: 2.0,
                next_obs: &[episode as f32, 8.0],
                terminated,
                truncated,
                episode_id: episode as u64,
                episode_step: 0,
                finished: None,
            });
        }
        replay
    }

    #[test]
    fn a_time_limit_bootstraps_and_the_end_of_the_task_does_not() {
        let scaling = Scaling { centre: vec![0.0, 4.0], half_range: vec![1.0, 2.0] };
        let form = Form { action: ActionSpace::Discrete(3), scaling: &scaling, reward_scale: 0.5 };
        let mut batch = Transitions::default();
        batch.refill(&three_ends(), &[2, 1], form);
        batch.refill(&three_ends(), &[0, 1, 2], form);
        let mut targets = [10.0; 3];
        batch.make_targets(0.9, &mut targets);
        assert_eq!(targets, [10.0, 1.0, 10.0]);
        assert_eq!(batch.obs, [0.0, 1.0, 1.0, 1.0, 2.0, 1.0]);
        assert_eq!(batch.next_obs, [0.0, 2.0, 1.0, 2.0, 2.0, 2.0]);
        assert_eq!(batch.actions, [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn numbers_are_shares_of_their_bound() {
        let form = Form {
            action: ActionSpace::Box { size: 1, bound: 2.0 },
            scaling: &Scaling::none(2),
            reward_scale: 1.0,
        };
        let mut batch = Transitions::default();
        batch.refill(&three_ends(), &[2, 2], form);
        assert_eq!(batch.actions, [0.5, 0.5]);
    }
}
