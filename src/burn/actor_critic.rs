//! The policy and the value: what to do, and how good it is to be here.
//!
//! **What.** Two networks that see the same observation, or one whose hidden layers both share. The policy scores the
//! actions, or gives the means to draw them around; the value predicts the return, with one head for the task's
//! reward and, with curiosity, one for novelty.
//! ```text
//! x = (obs − centre) / half_range        π_θ(· | x) from outputs [B, A], log σ [A]        V_θ(x) [B, heads]
//! ```
//! **Where.** Trained by [`super::ppo`]; asked by [`crate::imagination`].
//! **Choices.** (1) Sizes and first weights: [`Shape`]. (2) All lives in one parameter buffer, because the gradient is
//! clipped together; log σ stands last. (3) Observations are put on the usual range of the task, a constant: running
//! statistics would move the policy while nothing has been learned. (4) Acting uses [`HostActor`], a copy on the host.

use super::{Adam, Distribution, Layout, Mlp, Tracked, read};
use crate::burn::Device;
use crate::burn::tensor::Tensor;
use crate::env::ActionSpace;
use crate::error::Result;
use crate::kernels::adam::EPS_OF_PPO;
use crate::nets::{HostActor, Shape};
use crate::rng::Stream;

/// Policy and value on a device.
#[derive(Debug, Clone)]
pub struct ActorCritic {
    shape: Shape,
    layout: Layout,
    /// Policy and value, or the one network that is both.
    networks: Vec<Mlp>,
    /// Index in the layout of log σ; none for choices.
    log_std: Option<usize>,
    /// [1, O] each.
    centre: Tensor<2>,
    half_range: Tensor<2>,
    /// All parameters, `[parameters]`.
    pub flat: Tensor<1>,
    /// The memory of their optimiser.
    pub adam: Adam,
}

impl ActorCritic {
    /// New networks of this shape.
    pub fn new(device: &Device, shape: Shape, learning_rate: f64, stream: &mut Stream) -> Self {
        let mut layout = Layout::default();
        let network = |sizes: &Vec<usize>| Mlp::new(&mut layout, 1, sizes, shape.activation);
        let networks = shape.for_kernels().layer_sizes().iter().map(network).collect();
        let log_std = match shape.action {
            ActionSpace::Discrete(_) => None,
            ActionSpace::Box { size, .. } => Some(layout.add([1, 1, size])),
        };
        let flat = device.floats(shape.initial(stream), [layout.len()]);
        let adam = Adam::new(&flat, learning_rate, EPS_OF_PPO);
        let row = |numbers: &[f32]| device.floats(numbers.to_vec(), [1, shape.obs_size]);
        let (centre, half_range) = (row(&shape.scaling.centre), row(&shape.scaling.half_range));
        Self { shape, layout, networks, log_std, centre, half_range, flat, adam }
    }

    /// The matrices for looking: outputs and values without a gradient.
    pub fn matrices(&self) -> Vec<Tensor<3>> {
        self.layout.matrices(&self.flat)
    }

    /// The matrices for learning.
    pub fn tracked(&self) -> Tracked {
        self.layout.tracked(&self.flat)
    }

    /// The policy at observations [B, O].
    pub fn policy(&self, matrices: &[Tensor<3>], obs: Tensor<2>) -> Distribution {
        let both: Tensor<2> = self.networks[0].forward(matrices, self.scaled(obs)).squeeze_dim(0);
        let outputs = both.narrow(1, 0, self.shape.action.encoded_size());
        match self.log_std {
            None => Distribution::Categorical(outputs),
            Some(slot) => {
                Distribution::Gaussian { mean: outputs, log_std: matrices[slot].clone().squeeze_dim(0) }
            }
        }
    }

    /// Values [B, heads] of observations [B, O].
    pub fn values(&self, matrices: &[Tensor<3>], obs: Tensor<2>) -> Tensor<2> {
        let of_both = if self.shape.shared_trunk { self.shape.action.encoded_size() } else { 0 };
        let network = &self.networks[self.networks.len() - 1];
        let both: Tensor<2> = network.forward(matrices, self.scaled(obs)).squeeze_dim(0);
        both.narrow(1, of_both, self.shape.heads)
    }

    /// x [1, B, O]
    fn scaled(&self, obs: Tensor<2>) -> Tensor<3> {
        let (centre, half_range) = (self.centre.clone(), self.half_range.clone());
        if obs.is_autodiff() {
            let lift = |constant: Tensor<2>| Tensor::<2>::from_inner(constant);
            return ((obs - lift(centre)) / lift(half_range)).unsqueeze_dim(0);
        }
        ((obs - centre) / half_range).unsqueeze_dim(0)
    }

    /// What these networks are made of.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Copies the policy to the host.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub fn actor(&self) -> Result<HostActor> {
        let flat = read(self.flat.clone(), "reading the policy")?;
        Ok(HostActor::new(self.shape.clone(), flat))
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::config::Activation;
    use crate::nets::{Hidden, ObsScaling, draw_noise, noise_size};
    use crate::rng::Seed;

    #[test]
    fn the_actor_on_the_host_says_what_the_device_says() {
        for action in [ActionSpace::Discrete(3), ActionSpace::Box { size: 2, bound: 1.0 }] {
            let device = Device::cpu();
            let scaling = ObsScaling { centre: vec![0.5; 4], half_range: vec![2.0; 4] };
            let shape = Shape {
                obs_size: 4,
                action,
                hidden: Hidden { layers: 2, width: 16 },
                shared_trunk: false,
                heads: 2,
                activation: Activation::Tanh,
                scaling,
                log_std_init: -0.5,
            };
            let net = ActorCritic::new(&device, shape, 1e-3, &mut Seed(2).stream("init"));
            let mut actor = net.actor().expect("the CPU is there");
            let mut stream = Seed(3).stream("obs");
            for draw in 0..50 {
                let obs: Vec<f32> = (0..4).map(|_| 30.0 * stream.normal()).collect();
                let mut stored = Vec::new();
                let log_prob = actor.act(&obs, &mut Seed(draw).stream("act"), &mut stored);
                let mut noise = Vec::new();
                draw_noise(action, &mut Seed(draw).stream("act"), &mut noise);
                let policy = net.policy(&net.matrices(), device.floats(obs, [1, 4]));
                let drawn = policy.sample(device.floats(noise, [1, noise_size(action)]));
                let on_device: f32 = policy.log_prob(drawn.clone()).into_scalar();
                let numbers: Vec<f32> = drawn.into_data().try_into_vec().expect("floats");
                let mut expected = Vec::new();
                action.decode(&numbers, &mut expected);
                let apart = expected.iter().zip(&stored).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(apart < 1e-5, "{expected:?} {stored:?}");
                assert!((on_device - log_prob).abs() < 1e-5, "{on_device} {log_prob}");
                assert!(matches!(policy, Distribution::Categorical(_)) == (stored.len() == 1));
            }
        }
    }
}
