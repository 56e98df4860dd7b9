//! How a policy's outputs become an action: one of A choices, or a vector of numbers around a mean.
//!
//! **What.** The rest of the program asks for log-probabilities, entropies and samples and does not care which kind
//! of action a task has.
//! **Shapes.** outputs [B, A] (logits, or means); log σ [1, A] for vectors only; actions in the policy's own form
//! [B, A]: one-hot rows, or the numbers as they were drawn, before the task clips them.
//! **Choices.** All random numbers come from the host ([`crate::nets::draw_noise`]).

use super::{categorical, gaussian};
use crate::burn::tensor::Tensor;

/// What a policy says about a batch of observations.
#[allow(clippy::large_enum_variant)] // one lives at a time, on the stack of a step
#[derive(Debug, Clone)]
pub enum Distribution {
    /// Scores of the choices, [B, A].
    Categorical(Tensor<2>),
    /// A mean in every component and a spread that is the same in every state.
    Gaussian {
        /// [B, A]
        mean: Tensor<2>,
        /// [1, A]
        log_std: Tensor<2>,
    },
}

impl Distribution {
    /// log π(action), [B, 1], of actions in the policy's form.
    pub fn log_prob(&self, actions: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Categorical(logits) => categorical::log_prob(logits.clone(), actions),
            Self::Gaussian { mean, log_std } => gaussian::log_prob(mean.clone(), log_std.clone(), actions),
        }
    }

    /// The entropy of each row in nats, [B, 1].
    pub fn entropy(&self) -> Tensor<2> {
        match self {
            Self::Categorical(logits) => categorical::entropy(logits.clone()),
            Self::Gaussian { mean, log_std } => {
                gaussian::entropy(log_std.clone()).repeat_dim(0, mean.dims()[0])
            }
        }
    }

    /// Actions in the policy's form, [B, A], from `noise` [B, [`noise_size`](crate::nets::noise_size)].
    pub fn sample(&self, noise: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Categorical(logits) => categorical::sample(logits.clone(), noise),
            Self::Gaussian { mean, log_std } => mean.clone() + noise * log_std.clone().exp(),
        }
    }
}
