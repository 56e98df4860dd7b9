//! What a policy and a value are made of, and their first weights: the same on every device.
//!
//! **Shapes.** Two perceptrons, O – hidden … – A and O – hidden … – heads, or one with both outputs, as
//! [`crate::kernels::policy_value`] has them; log σ `[A]` stands last where actions are numbers.
//! **Choices.** 2 × 64 tanh; orthogonal first weights, √2 inside, 0.01 on the policy's last layer so that it starts
//! undecided, 1 on the value's. With a shared trunk the columns of the last layer get what they would have got alone.
//! **Source.** Huang et al. 2022, "The 37 implementation details of PPO".

use super::init::{initial, orthogonal};
use crate::config::Activation;
use crate::env::ActionSpace;
use crate::kernels::{Hidden, distribution, ppo};
use crate::rng::Stream;
pub use crate::scaling::Scaling as ObsScaling;

/// Gain of the policy's last layer.
const POLICY_GAIN: f32 = 0.01;
/// Gain of the value's last layer.
const VALUE_GAIN: f32 = 1.0;

/// What a policy and a value are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Numbers of an observation.
    pub obs_size: usize,
    /// What the policy acts in.
    pub action: ActionSpace,
    /// Hidden layers of policy and value.
    pub hidden: Hidden,
    /// Whether both share them.
    pub shared_trunk: bool,
    /// Value heads: 1, or 2 with curiosity.
    pub heads: usize,
    /// The activation between layers.
    pub activation: Activation,
    /// How observations are put on a scale.
    pub scaling: ObsScaling,
    /// First log σ of a policy that draws numbers.
    pub log_std_init: f32,
}

impl Shape {
    /// The same for [`crate::kernels`].
    pub fn for_kernels(&self) -> ppo::Shape {
        let distribution = match self.action {
            ActionSpace::Discrete(_) => distribution::Distribution::Categorical,
            ActionSpace::Box { .. } => distribution::Distribution::Gaussian,
        };
        ppo::Shape {
            obs_size: self.obs_size,
            hidden: self.hidden,
            shared_trunk: self.shared_trunk,
            actions: self.action.encoded_size(),
            heads: self.heads,
            activation: self.activation,
            distribution,
        }
    }

    /// First parameters of policy and value, and log σ where actions are numbers: the same on every device.
    pub fn initial(&self, stream: &mut Stream) -> Vec<f32> {
        let sizes = self.for_kernels().layer_sizes();
        let mut flat: Vec<f32> = if self.shared_trunk {
            let trunk = &sizes[0][..=self.hidden.layers];
            [initial(1, trunk, std::f32::consts::SQRT_2, stream), self.initial_heads(stream)].concat()
        } else {
            let gains = [POLICY_GAIN, VALUE_GAIN];
            sizes.iter().zip(gains).flat_map(|(sizes, gain)| initial(1, sizes, gain, stream)).collect()
        };
        if let ActionSpace::Box { size, .. } = self.action {
            flat.extend(vec![self.log_std_init; size]);
        }
        flat
    }

    /// First last layer of a shared trunk, W and b: the policy's columns, then the value's.
    fn initial_heads(&self, stream: &mut Stream) -> Vec<f32> {
        let (width, actions) = (self.hidden.width, self.action.encoded_size());
        let policy = orthogonal(width, actions, POLICY_GAIN, stream);
        let value = orthogonal(width, self.heads, VALUE_GAIN, stream);
        let rows = policy.chunks_exact(actions).zip(value.chunks_exact(self.heads));
        let biases = std::iter::repeat_n(0.0, actions + self.heads);
        rows.flat_map(|(policy, value)| policy.iter().chain(value).copied()).chain(biases).collect()
    }
}
