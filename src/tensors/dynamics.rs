//! What it takes to be a world: given where one is and what one does, say what comes next.
//!
//! [`crate::imagination`] steps in anything that implements [`Dynamics`]: the learned ensemble, or in tests a
//! stub that is perfect, which must make imagined equal real.

use burn::tensor::Tensor;

/// What a world says of one step; B branches side by side.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// [B, O]
    pub next_obs: Tensor<2>,
    /// [B, 1]
    pub reward: Tensor<2>,
    /// Probability that the episode ends with this step, [B, 1].
    pub end_probability: Tensor<2>,
    /// How far the members are apart, as a share of the usual change, [B, 1].
    pub disagreement: Tensor<2>,
}

/// A world that can be stepped in on the device.
pub trait Dynamics {
    /// E, how many opinions there are.
    fn members(&self) -> usize;

    /// Numbers of chance that one step takes: 0 for a world without chance.
    fn noise_size(&self) -> usize {
        0
    }

    /// One step from `obs` [B, O] with one-hot or scaled `action` [B, A]; row b follows the member that
    /// `choice` [B, E] marks with a 1. `noise`, standard normal [B, noise_size], is what a world with chance draws
    /// with; without it such a world gives its means.
    fn predict(
        &self,
        obs: Tensor<2>,
        action: Tensor<2>,
        choice: Tensor<2>,
        noise: Option<Tensor<2>>,
    ) -> Prediction;
}
