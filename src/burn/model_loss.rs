//! The parts of the world model's loss in tensors.
//!
//! **What, equation, paper.** As in [`crate::kernels::model_loss`].
//! **Where.** Put together by [`WorldModel::losses`](super::WorldModel::losses).

use crate::burn::tensor::{Tensor, activation};
use crate::kernels::model_loss::LOG_VARIANCE;

/// −y log σ(l) − (1 − y) log(1 − σ(l)), in the form that does not overflow.
pub fn binary_cross_entropy(logit: Tensor<3>, target: Tensor<3>) -> Tensor<3> {
    let linear = activation::relu(logit.clone()) - logit.clone() * target;
    linear + ((-logit.abs()).exp() + 1.0).log()
}

/// log σ² from a raw output, softly within −10 and 0.5.
pub fn bounded_log_variance(raw: Tensor<3>) -> Tensor<3> {
    let [low, high] = LOG_VARIANCE;
    let below_high = activation::softplus(-raw + high, 1.0).neg() + high;
    activation::softplus(below_high - low, 1.0) + low
}

/// mean ½ (log σ² + error² / σ² + log 2π), `[1]`.
pub fn negative_log_likelihood(error: Tensor<3>, log_variance: Tensor<3>) -> Tensor<1> {
    let surprise = error.clone() * error * log_variance.clone().neg().exp();
    (log_variance + surprise + std::f64::consts::TAU.ln()).mean() * 0.5
}
