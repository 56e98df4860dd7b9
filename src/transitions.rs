//! A minibatch of replay on the device, and the target that a value of actions is learned towards.
//!
//! **What.** Transitions drawn from replay, in one upload. What follows a transition is worth its reward and, unless the
//! task ended there, the discounted value of where it led.
//! ```text
//! y = r + γ (1 − terminated) v(s')
//! ```
//! **Shapes.** A row is x `[O]` · action in the model's form `[A]` · r · 1 − terminated · x' `[O]`; y and v(s') [B, 1].
//! **Where.** Read by [`crate::dqn`] and [`crate::td3`], which say what v is.
//! **Choices.** (1) A time limit is no end of the task: such a transition bootstraps. (2) Observations are scaled here, as
//! the policy's are, and rewards multiplied by `reward_scale`, here and nowhere else.
//! **Paper.** Time limits: Pardo et al. 2018 (1712.00378).

use crate::buffer::Replay;
use crate::device::Device;
use crate::env::ActionSpace;
use crate::nets::ObsScaling;
use burn::tensor::Tensor;

/// B transitions on the device.
#[derive(Debug, Clone)]
pub struct Transitions {
    /// x [B, O]
    pub obs: Tensor<2>,
    /// In the model's form, [B, A]: one-hot, or numbers in [−1, 1].
    pub actions: Tensor<2>,
    /// r, scaled, [B, 1]
    pub rewards: Tensor<2>,
    /// 1 − terminated, [B, 1]
    pub continues: Tensor<2>,
    /// x' [B, O], before any reset
    pub next_obs: Tensor<2>,
}

/// How stored transitions become rows.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// What actions are.
    pub action: ActionSpace,
    /// How observations are put on a scale.
    pub scaling: &'a ObsScaling,
    /// What rewards are multiplied by.
    pub reward_scale: f32,
}

impl Transitions {
    /// Uploads the transitions `ids` of replay as one block and names its columns.
    pub fn gather(device: &Device, replay: &Replay, ids: &[usize], form: Form<'_>) -> Self {
        let (size, actions) = (replay.obs_size(), form.action.encoded_size());
        let width = 2 * size + actions + 2;
        let mut block = Vec::with_capacity(ids.len() * width);
        for &id in ids {
            let stored = replay.get(id);
            form.scaling.apply(stored.obs, &mut block);
            form.action.encode(stored.action, &mut block);
            block.push(form.reward_scale * stored.reward_ext);
            block.push(if stored.terminated { 0.0 } else { 1.0 });
            form.scaling.apply(stored.next_obs, &mut block);
        }
        let block = device.floats(block, [ids.len(), width]);
        let mut from = 0;
        let mut columns = |count: usize| {
            from += count;
            block.clone().narrow(1, from - count, count)
        };
        Self {
            obs: columns(size),
            actions: columns(actions),
            rewards: columns(1),
            continues: columns(1),
            next_obs: columns(size),
        }
    }

    /// y, [B, 1], from v(s'), [B, 1].
    pub fn targets(&self, gamma: f64, next_values: Tensor<2>) -> Tensor<2> {
        self.rewards.clone() + self.continues.clone() * next_values * gamma
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::env::Transition;

    fn numbers(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().try_into_vec().expect("floats")
    }

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
        let scaling = ObsScaling { centre: vec![0.0, 4.0], half_range: vec![1.0, 2.0] };
        let form = Form { action: ActionSpace::Discrete(3), scaling: &scaling, reward_scale: 0.5 };
        let device = Device::cpu();
        let batch = Transitions::gather(&device, &three_ends(), &[0, 1, 2], form);
        let targets = batch.targets(0.9, device.floats(vec![10.0, 10.0, 10.0], [3, 1]));
        assert_eq!(numbers(targets), [10.0, 1.0, 10.0]);
        assert_eq!(numbers(batch.obs), [0.0, 1.0, 1.0, 1.0, 2.0, 1.0]);
        assert_eq!(numbers(batch.next_obs), [0.0, 2.0, 1.0, 2.0, 2.0, 2.0]);
        assert_eq!(numbers(batch.actions), [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn numbers_are_shares_of_their_bound() {
        let form = Form {
            action: ActionSpace::Box { size: 1, bound: 2.0 },
            scaling: &ObsScaling::none(2),
            reward_scale: 1.0,
        };
        let batch = Transitions::gather(&Device::cpu(), &three_ends(), &[2, 2], form);
        assert_eq!(numbers(batch.actions), [0.5, 0.5]);
    }
}
