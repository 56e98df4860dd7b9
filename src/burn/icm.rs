//! Intrinsic curiosity module: what is new is a step whose outcome one cannot predict, as far as it matters for
//! control.
//!
//! **What.** Features φ are learned so that the action can be read off two neighbouring states: what one cannot
//! influence leaves no trace in them. A forward model predicts the next features; where it fails, there is novelty.
//! ```text
//! novelty(s, a, s') = mean_j (φ̂(φ(s), a)_j − φ(s')_j)²
//! loss = (1 − w) · inverse(φ(s), φ(s') → a) + w · forward        w = 0.2
//! inverse: cross-entropy for choices, squared error for numbers
//! ```
//! **Shapes.** s, s' [B, O], a [B, A] in the model's form → novelty [B, 1]; φ: O – 64 – 16, both heads 64 wide, tanh.
//! **Where.** As [`Rnd`](super::Rnd): trained on real steps, asked by collection and by imagination.
//! [`crate::kernels::icm`] computes the same.
//! **Choices.** (1) States are normalised as for RND. (2) Gradients of the forward loss reach φ too, as in the paper.
//! (3) The mean over features, not half the sum, so that the loss does not depend on their number.
//! **Paper.** Pathak et al. 2017 (1705.05363).

use super::{Adam, Layout, Mlp, categorical};
use crate::burn::Device;
use crate::burn::tensor::Tensor;
use crate::config::Activation;
use crate::env::ActionSpace;
use crate::kernels::adam::EPS;
use crate::kernels::icm::{FIRST_GAIN, FORWARD_SHARE, layer_sizes};
use crate::kernels::rnd::CLIP;
use crate::rng::Stream;
use crate::stats::RunningStats;

/// Features, inverse model and forward model in one buffer.
#[derive(Debug, Clone)]
pub struct Icm {
    device: Device,
    action: ActionSpace,
    layout: Layout,
    features: Mlp,
    inverse: Mlp,
    forward: Mlp,
    mean: Tensor<2>,
    std: Tensor<2>,
    /// All parameters, `[parameters]`.
    pub flat: Tensor<1>,
    /// The memory of their optimiser.
    pub adam: Adam,
}

impl Icm {
    /// New networks for a task of this size.
    pub fn new(
        device: &Device,
        obs_size: usize,
        action: ActionSpace,
        learning_rate: f64,
        stream: &mut Stream,
    ) -> Self {
        let mut layout = Layout::default();
        let [features, inverse, forward] = layer_sizes(obs_size, action.encoded_size())
            .map(|sizes| Mlp::new(&mut layout, 1, &sizes, Activation::Tanh));
        let networks = [&features, &inverse, &forward];
        let initial: Vec<f32> =
            networks.into_iter().flat_map(|mlp| mlp.initial(FIRST_GAIN, stream)).collect();
        let flat = device.floats(initial, [layout.len()]);
        let adam = Adam::new(&flat, learning_rate, EPS);
        Self {
            device: device.clone(),
            action,
            layout,
            features,
            inverse,
            forward,
            mean: device.floats(vec![0.0; obs_size], [1, obs_size]),
            std: device.floats(vec![1.0; obs_size], [1, obs_size]),
            flat,
            adam,
        }
    }

    /// Where it computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Takes over how states are normalised.
    pub fn set_normalization(&mut self, stats: &RunningStats) {
        let size = stats.size();
        let mean = stats.mean().iter().map(|&mean| mean as f32).collect();
        let std = (0..size).map(|d| stats.std(d) as f32).collect();
        self.mean = self.device.floats(mean, [1, size]);
        self.std = self.device.floats(std, [1, size]);
    }

    /// Squared error of the predicted features of each step, not scaled, [B, 1].
    pub fn error(&self, obs: Tensor<2>, action: Tensor<2>, next_obs: Tensor<2>) -> Tensor<2> {
        let matrices = self.layout.matrices(&self.flat);
        let now = self.features.forward(&matrices, self.normalized(obs));
        let next = self.features.forward(&matrices, self.normalized(next_obs));
        let guess = self.forward.forward(&matrices, Tensor::cat(vec![now, action.unsqueeze_dim(0)], 2));
        let difference = guess - next;
        (difference.clone() * difference).mean_dim(2).squeeze_dim(0)
    }

    /// One step down the loss on these steps; gives the loss before it, `[1]`.
    pub fn update(&mut self, obs: Tensor<2>, action: Tensor<2>, next_obs: Tensor<2>) -> Tensor<1> {
        let (loss, gradient) = self.loss_and_gradient(obs, action, next_obs);
        self.flat = self.adam.step(self.flat.clone(), gradient);
        loss
    }

    /// The loss of these steps and its gradient.
    pub fn loss_and_gradient(
        &self,
        obs: Tensor<2>,
        action: Tensor<2>,
        next_obs: Tensor<2>,
    ) -> (Tensor<1>, Tensor<1>) {
        let lift = |states: Tensor<2>| Tensor::<3>::from_inner(self.normalized(states));
        let tracked = self.layout.tracked(&self.flat);
        let now = self.features.forward(&tracked.matrices, lift(obs));
        let next = self.features.forward(&tracked.matrices, lift(next_obs));
        let action: Tensor<2> = Tensor::from_inner(action);
        let pair = Tensor::cat(vec![now.clone(), next.clone()], 2);
        let predicted: Tensor<2> = self.inverse.forward(&tracked.matrices, pair).squeeze_dim(0);
        let inverse = match self.action {
            ActionSpace::Discrete(_) => -categorical::log_prob(predicted, action.clone()).mean(),
            ActionSpace::Box { .. } => {
                let difference = predicted - action.clone();
                (difference.clone() * difference).mean()
            }
        };
        let guess =
            self.forward.forward(&tracked.matrices, Tensor::cat(vec![now, action.unsqueeze_dim(0)], 2));
        let difference = guess - next;
        let forward = (difference.clone() * difference).mean();
        let loss = inverse * (1.0 - FORWARD_SHARE) + forward * FORWARD_SHARE;
        let gradient = tracked.gradient(&loss);
        (loss.inner(), gradient)
    }

    /// [1, B, O]
    fn normalized(&self, obs: Tensor<2>) -> Tensor<3> {
        ((obs - self.mean.clone()) / self.std.clone()).clamp(-CLIP, CLIP).unsqueeze_dim(0)
    }
}
