//! A minibatch of replay: stored transitions as the rows from which a value of actions is learned.
//!
//! **Choices.** (1) A time limit is no end of the task: such a transition bootstraps. (2) Observations are scaled here,
//! as the policy's are, and rewards multiplied by `reward_scale`, here and nowhere else.

use crate::buffer::Replay;
use crate::env::ActionSpace;
use crate::kernels::scaling::Scaling;
pub use crate::kernels::transitions::Transitions;

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

impl Form<'_> {
    /// Takes the transitions `ids` of replay in place of those that `rows` had.
    pub fn refill(&self, rows: &mut Transitions, replay: &Replay, ids: &[usize]) {
        rows.clear();
        self.append(rows, replay, ids);
    }

    /// Adds the transitions `ids` of replay to `rows`.
    pub fn append(&self, rows: &mut Transitions, replay: &Replay, ids: &[usize]) {
        let Transitions { obs, actions, rewards, continues, next_obs } = rows;
        for &id in ids {
            let stored = replay.get(id);
            self.scaling.apply(stored.obs, obs);
            self.action.encode(stored.action, actions);
            rewards.push(self.reward_scale * stored.reward_ext);
            continues.push(if stored.terminated { 0.0 } else { 1.0 });
            self.scaling.apply(stored.next_obs, next_obs);
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
        form.refill(&mut batch, &three_ends(), &[2, 1]);
        form.refill(&mut batch, &three_ends(), &[0, 1, 2]);
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
        form.refill(&mut batch, &three_ends(), &[2, 2]);
        assert_eq!(batch.actions, [0.5, 0.5]);
    }
}
