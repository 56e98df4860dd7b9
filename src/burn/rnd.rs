//! Random network distillation: what is new is what one cannot yet predict.
//!
//! **What.** A fixed random network turns a state into numbers, and a second one learns to guess them. Where it has
//! learned often it guesses well; where it guesses badly, the agent has rarely been.
//! ```text
//! error(s) = mean_j (f̂_ψ(x)_j − f(x)_j)²       x = clip((s − mean) / std, −5, 5)
//! ```
//! **Shapes.** s [B, O] → error [B, 1]; both networks O – 64 – 16, tanh.
//! **Where.** Trained on real states by the trainer; asked by collection and by [`crate::imagination`].
//! [`crate::kernels::rnd`] computes the same.
//! **Choices.** (1) States are normalised by replay's running mean and std and clipped at 5. (2) Novelty is this error
//! over the running std of its discounted sum ([`Curiosity`](crate::curiosity::Curiosity)). (3) β is not applied here.
//! **Paper.** Burda et al. 2019 (1810.12894).

use super::{Adam, Layout, Mlp, read};
use crate::burn::Device;
use crate::burn::tensor::Tensor;
use crate::config::Activation;
use crate::error::Result;
use crate::kernels::Weights;
use crate::kernels::adam::EPS;
use crate::kernels::rnd::{CLIP, FIRST_GAIN, layer_sizes};
use crate::rng::Stream;
use crate::stats::RunningStats;

/// Both networks and the scale of novelty.
#[derive(Debug, Clone)]
pub struct Rnd {
    device: Device,
    layout: Layout,
    mlp: Mlp,
    target: Tensor<1>,
    mean: Tensor<2>,
    std: Tensor<2>,
    /// Parameters of the network that learns, `[parameters]`.
    pub flat: Tensor<1>,
    /// The memory of its optimiser.
    pub adam: Adam,
}

impl Rnd {
    /// Two new networks for observations of this size.
    pub fn new(device: &Device, obs_size: usize, learning_rate: f64, stream: &mut Stream) -> Self {
        let mut layout = Layout::default();
        let mlp = Mlp::new(&mut layout, 1, &layer_sizes(obs_size), Activation::Tanh);
        let mut network = || device.floats(mlp.initial(FIRST_GAIN, stream), [layout.len()]);
        let (target, flat) = (network(), network());
        Self::with_networks(device, (layout, mlp), target, flat, learning_rate)
    }

    /// From given networks of one shape.
    pub fn with_networks(
        device: &Device,
        (layout, mlp): (Layout, Mlp),
        target: Tensor<1>,
        flat: Tensor<1>,
        learning_rate: f64,
    ) -> Self {
        let obs_size = mlp.sizes()[0];
        let adam = Adam::new(&flat, learning_rate, EPS);
        Self {
            device: device.clone(),
            layout,
            mlp,
            target,
            mean: device.floats(vec![0.0; obs_size], [1, obs_size]),
            std: device.floats(vec![1.0; obs_size], [1, obs_size]),
            flat,
            adam,
        }
    }

    /// All that was learned, with the fixed network as its target.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the tensors cannot be read.
    pub fn weights(&self) -> Result<Weights> {
        const DOING: &str = "reading the curiosity module";
        let target = read(self.target.clone(), DOING)?;
        Ok(Weights { target, ..self.adam.weights(&self.flat, DOING)? })
    }

    /// Goes on from what was learned before.
    pub fn set_weights(&mut self, mut weights: Weights) {
        let target = std::mem::take(&mut weights.target);
        self.target = self.device.floats(target, [self.layout.len()]);
        self.flat = self.adam.take_over(weights);
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

    /// Prediction error of each state, not scaled, [B, O] → [B, 1].
    pub fn error(&self, obs: Tensor<2>) -> Tensor<2> {
        let x = self.normalized(obs);
        let guess = self.mlp.forward(&self.layout.matrices(&self.flat), x.clone());
        let difference = guess - self.mlp.forward(&self.layout.matrices(&self.target), x);
        (difference.clone() * difference).mean_dim(2).squeeze_dim(0)
    }

    /// One step of the guessing network on these states [B, O]; gives the loss before it, `[1]`.
    pub fn update(&mut self, obs: Tensor<2>) -> Tensor<1> {
        let (loss, gradient) = self.loss_and_gradient(obs);
        self.flat = self.adam.step(self.flat.clone(), gradient);
        loss
    }

    /// The mean error of these states and its gradient.
    pub fn loss_and_gradient(&self, obs: Tensor<2>) -> (Tensor<1>, Tensor<1>) {
        let x = self.normalized(obs);
        let fixed = self.mlp.forward(&self.layout.matrices(&self.target), x.clone());
        let tracked = self.layout.tracked(&self.flat);
        let guess = self.mlp.forward(&tracked.matrices, Tensor::from_inner(x));
        let difference = guess - Tensor::from_inner(fixed);
        let loss = (difference.clone() * difference).mean();
        let gradient = tracked.gradient(&loss);
        (loss.inner(), gradient)
    }

    /// x, [1, B, O]
    fn normalized(&self, obs: Tensor<2>) -> Tensor<3> {
        ((obs - self.mean.clone()) / self.std.clone()).clamp(-CLIP, CLIP).unsqueeze_dim(0)
    }
}
