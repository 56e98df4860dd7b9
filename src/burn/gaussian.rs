//! Continuous actions: sampling each component from a Gaussian with its own mean.
//!
//! ```text
//! π(a) = ∏_d N(a_d; μ_d, σ_d)     log π(a) = −½ Σ_d [ ((a_d − μ_d)/σ_d)² + 2 log σ_d + log 2π ]
//! entropy = Σ_d (log σ_d + ½ log 2πe)
//! ```
//! **Shapes.** μ and actions [B, D], log σ [1, D], the same in every state; log-probs and entropies [B, 1].
//! **Choices.** The log-probability is that of the action as it was drawn, before the task clips it.

use crate::burn::tensor::Tensor;

/// log π(action), [B, 1].
pub fn log_prob(mean: Tensor<2>, log_std: Tensor<2>, actions: Tensor<2>) -> Tensor<2> {
    let z = (actions - mean) / log_std.clone().exp();
    let log_2_pi = std::f64::consts::TAU.ln();
    (z.clone() * z + log_std * 2.0 + log_2_pi).sum_dim(1) * -0.5
}

/// The entropy in nats, [1, 1].
pub fn entropy(log_std: Tensor<2>) -> Tensor<2> {
    let half_log_2_pi_e = 0.5 * (std::f64::consts::TAU.ln() + 1.0);
    (log_std + half_log_2_pi_e).sum_dim(1)
}
