//! A network and its target network, for learners that bootstrap from their own predictions.
//!
//! **What.** An action value is learned from the network's own value one step later. If both moved at once, every step
//! would move the target too; so the target comes from a copy that follows slowly, or in jumps.
//! ```text
//! θ' ← τ θ + (1 − τ) θ'          τ = 1 copies
//! ```
//! **Shapes.** θ and θ' `[parameters]`; x [E, B, in] → y [E, B, out].
//! **Where.** The networks of [`super::dqn`] and [`super::td3`].
//! **Choices.** (1) θ' starts as θ. (2) Initial weights are orthogonal, like those of policy and value;
//! Stable-Baselines3 keeps PyTorch's uniform ones here.
//! **Paper.** Copies: Mnih et al. 2015, Nature 518. Averages: Lillicrap et al. 2016 (1509.02971), after Polyak.

use super::{Adam, Layout, Mlp, Tracked, clip_by_global_norm, read};
use crate::burn::Device;
use crate::burn::tensor::Tensor;
use crate::config::Activation;
use crate::error::Result;
use crate::kernels::{self, Weights};
use crate::rng::Stream;

/// A perceptron (or E of them) with its optimiser and its slow copy.
#[derive(Debug, Clone)]
pub struct Targeted {
    layout: Layout,
    mlp: Mlp,
    /// θ, `[parameters]`.
    pub flat: Tensor<1>,
    /// θ', `[parameters]`.
    pub target: Tensor<1>,
    /// The memory of θ's optimiser.
    pub adam: Adam,
}

impl Targeted {
    /// A new network of these layer sizes, and its copy.
    pub fn new(
        device: &Device,
        members: usize,
        sizes: &[usize],
        activation: Activation,
        output_gain: f32,
        learning_rate: f64,
        stream: &mut Stream,
    ) -> Self {
        let mut layout = Layout::default();
        let mlp = Mlp::new(&mut layout, members, sizes, activation);
        let flat = device.floats(mlp.initial(output_gain, stream), [layout.len()]);
        let adam = Adam::new(&flat, learning_rate, 1e-8);
        Self { layout, mlp, target: flat.clone(), flat, adam }
    }

    /// y from x; `matrices` are θ's or θ' 's, for looking or for learning.
    pub fn forward(&self, matrices: &[Tensor<3>], x: Tensor<3>) -> Tensor<3> {
        self.mlp.forward(matrices, x)
    }

    /// θ for looking.
    pub fn matrices(&self) -> Vec<Tensor<3>> {
        self.layout.matrices(&self.flat)
    }

    /// θ' for looking; nobody learns it.
    pub fn target_matrices(&self) -> Vec<Tensor<3>> {
        self.layout.matrices(&self.target)
    }

    /// θ for learning.
    pub fn tracked(&self) -> Tracked {
        self.layout.tracked(&self.flat)
    }

    /// One step of θ along −gradient, which is made no longer than `max_norm`; gives its length before, `[1]`.
    pub fn descend(&mut self, gradient: Tensor<1>, max_norm: f64) -> Tensor<1> {
        let (gradient, norm) = clip_by_global_norm(gradient, max_norm);
        self.flat = self.adam.step(self.flat.clone(), gradient);
        norm
    }

    /// All that was learned, with θ' as its target; `doing` says what for.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the tensors cannot be read.
    pub fn weights(&self, doing: &str) -> Result<Weights> {
        let target = read(self.target.clone(), doing)?;
        Ok(Weights { target, ..self.adam.weights(&self.flat, doing)? })
    }

    /// Goes on from what was learned before.
    pub fn set_weights(&mut self, mut weights: Weights) {
        let target = std::mem::take(&mut weights.target);
        self.target = Device::of(&self.flat).floats(target, [self.layout.len()]);
        self.flat = self.adam.take_over(weights);
    }

    /// θ' goes the share `tau` of its way to θ.
    pub fn follow(&mut self, tau: f64) {
        self.target = self.flat.clone() * tau + self.target.clone() * (1.0 - tau);
    }

    /// The network on the host, with the numbers of `flat` as they were read.
    pub fn on_host(&self) -> kernels::Mlp {
        kernels::Mlp::new(0, 1, self.mlp.sizes(), self.mlp.activation())
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::rng::Seed;

    fn numbers(tensor: &Tensor<1>) -> Vec<f32> {
        tensor.clone().into_data().try_into_vec().expect("floats")
    }

    #[test]
    fn the_slow_copy_goes_its_share_of_the_way_and_with_a_share_of_one_it_copies() {
        let device = Device::cpu();
        let stream = &mut Seed(1).stream("init");
        let mut net = Targeted::new(&device, 1, &[1, 1], Activation::Relu, 1.0, 1e-3, stream);
        net.target = device.floats(vec![1.0, -2.0], [2]);
        net.flat = device.floats(vec![3.0, 0.0], [2]);
        net.follow(0.25);
        assert_eq!(numbers(&net.target), [1.5, -1.5]);
        net.follow(0.25);
        assert_eq!(numbers(&net.target), [1.875, -1.125]);
        assert_eq!(numbers(&net.flat), [3.0, 0.0], "the learning network is not moved");
        net.follow(1.0);
        assert_eq!(numbers(&net.target), [3.0, 0.0]);
    }

    #[test]
    fn it_starts_as_its_own_copy_and_only_the_learning_one_descends() {
        let stream = &mut Seed(2).stream("init");
        let mut net = Targeted::new(&Device::cpu(), 2, &[3, 4, 1], Activation::Relu, 1.0, 0.1, stream);
        let start = numbers(&net.flat);
        assert_eq!(numbers(&net.target), start);
        let length = net.descend(net.flat.ones_like() * 3.0, 1.0);
        let expected = 3.0 * (start.len() as f32).sqrt();
        assert!((numbers(&length)[0] - expected).abs() < 1e-3);
        // Adam's first step is learning_rate long in every component, whatever the gradient's length.
        assert!(
            numbers(&net.flat).iter().zip(&start).all(|(after, before)| (before - after - 0.1).abs() < 1e-4)
        );
        assert_eq!(numbers(&net.target), start);
    }
}
