//! A minibatch of replay in tensors.
//!
//! **What.** [`crate::transitions`] as columns, with the target of a value of actions, y = r + γ (1 − terminated)
//! v(s').
//! **Shapes.** y and v(s') [B, 1].
//! **Where.** Read by [`super::dqn`] and [`super::td3`], which say what v is.

use crate::burn::Device;
use crate::burn::tensor::Tensor;
use crate::transitions;

/// B transitions.
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

impl Transitions {
    /// The same transitions.
    pub fn upload(device: &Device, batch: &transitions::Transitions) -> Self {
        let rows = batch.len();
        let block = |numbers: &[f32]| device.floats(numbers.to_vec(), [rows, numbers.len() / rows]);
        Self {
            obs: block(&batch.obs),
            actions: block(&batch.actions),
            rewards: block(&batch.rewards),
            continues: block(&batch.continues),
            next_obs: block(&batch.next_obs),
        }
    }

    /// y, [B, 1], from v(s'), [B, 1].
    pub fn targets(&self, gamma: f64, next_values: Tensor<2>) -> Tensor<2> {
        self.rewards.clone() + self.continues.clone() * next_values * gamma
    }
}
