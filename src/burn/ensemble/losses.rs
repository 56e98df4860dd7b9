//! What an ensemble learns from: the parts of its loss, and what is minimised.

use super::WorldModel;
use crate::burn::model_loss::{binary_cross_entropy, bounded_log_variance, negative_log_likelihood};
use crate::burn::tensor::Tensor;
use crate::config::ModelHeads;

/// The three parts of the loss, each `[1]`.
#[derive(Debug, Clone)]
pub struct ModelLosses {
    /// Squared error of the state, on the model's own scale.
    pub state: Tensor<1>,
    /// Squared error of the reward, on the model's own scale.
    pub reward: Tensor<1>,
    /// Cross-entropy of the end, in nats.
    pub end: Tensor<1>,
    /// What is minimised: the three together, or with Gaussian heads the negative log-likelihood and the end.
    pub total: Tensor<1>,
}

impl WorldModel {
    /// The parts of the loss for what [`WorldModel::output`] gave against `target` [E, B, O + 2].
    pub fn losses(&self, output: Tensor<3>, target: Tensor<3>) -> ModelLosses {
        let size = self.obs_size;
        let part = |tensor: &Tensor<3>, from, count| tensor.clone().narrow(2, from, count);
        let squared = |from: usize, count: usize| {
            let error = part(&output, from, count) - part(&target, from, count);
            (error.clone() * error).mean()
        };
        let end = if self.learned_ends {
            binary_cross_entropy(part(&output, size + 1, 1), part(&target, size + 1, 1)).mean()
        } else {
            part(&output, size + 1, 1).sum() * 0.0
        };
        let (state, reward) = (squared(0, size), squared(size, 1));
        let total = match self.heads {
            ModelHeads::Deterministic => state.clone() + reward.clone() + end.clone() * self.end_coef,
            ModelHeads::Gaussian => {
                let error = part(&output, 0, size + 1) - part(&target, 0, size + 1);
                let doubt = bounded_log_variance(part(&output, size + 2, size + 1));
                negative_log_likelihood(error, doubt) + end.clone() * self.end_coef
            }
        };
        ModelLosses { state, reward, end, total }
    }
}
