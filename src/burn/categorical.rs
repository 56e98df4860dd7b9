//! Discrete actions: sampling one of A.
//!
//! **What.** The policy gives each action a score (logit); the higher, the more probable.
//! ```text
//! π(a) = exp(lₐ) / Σ_b exp(l_b)        entropy = −Σₐ π(a) log π(a)
//! ```
//! **Shapes.** logits [B, A]; actions as one-hot rows [B, A]; log-probs and entropies [B, 1].
//! **Choices.** Sampling inverts the cumulative distribution at a uniform number that comes from the host, so
//! that every device makes the same choice.

use crate::burn::tensor::{Tensor, activation};

/// log π(action) of one-hot actions, [B, 1].
pub fn log_prob(logits: Tensor<2>, one_hot: Tensor<2>) -> Tensor<2> {
    (activation::log_softmax(logits, 1) * one_hot).sum_dim(1)
}

/// The entropy of each row's distribution in nats, [B, 1].
pub fn entropy(logits: Tensor<2>) -> Tensor<2> {
    let log_probs = activation::log_softmax(logits, 1);
    -(log_probs.clone().exp() * log_probs).sum_dim(1)
}

/// One action a row, as one-hot rows [B, A], from uniform numbers in [0, 1), [B, 1].
pub fn sample(logits: Tensor<2>, uniform: Tensor<2>) -> Tensor<2> {
    let probabilities = activation::softmax(logits, 1);
    let upper = probabilities.clone().cumsum(1);
    // Rounding may leave the last sum a little below 1: measure the uniform number on the sum that there is.
    let actions = upper.dims()[1];
    let total = upper.clone().narrow(1, actions - 1, 1);
    let point = (uniform * total).repeat_dim(1, actions); // [B, A]
    let below_upper = point.clone().lower(upper.clone()).float();
    let below_lower = point.lower(upper - probabilities).float();
    below_upper - below_lower
}
