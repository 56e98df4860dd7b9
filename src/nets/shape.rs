//! What a policy and a value are made of, and their first weights: the same on every device.
//!
//! **Shapes.** Two perceptrons, O – hidden – hidden – A and O – hidden – hidden – heads, on one parameter buffer; log σ `[A]`
//! stands last where actions are numbers.
//! **Choices.** 2 × 64 tanh; orthogonal first weights, √2 inside, 0.01 on the policy's last layer so that it starts
//! undecided, 1 on the value's.
//! **Source.** Huang et al. 2022, "The 37 implementation details of PPO".

use super::init::initial;
use crate::config::Activation;
use crate::env::ActionSpace;
pub use crate::kernels::ppo::Scaling as ObsScaling;
use crate::kernels::{distribution, ppo};
use crate::rng::Stream;

/// What a policy and a value are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Numbers of an observation.
    pub obs_size: usize,
    /// What the policy acts in.
    pub action: ActionSpace,
    /// Width of the two hidden layers.
    pub hidden_size: usize,
    /// Value heads: 1, or 2 with curiosity.
    pub heads: usize,
    /// The bend between layers.
    pub activation: Activation,
    /// How observations are put on a scale.
    pub scaling: ObsScaling,
    /// First log σ of a policy that draws numbers.
    pub log_std_init: f32,
}

impl Shape {
    /// The same for [`crate::kernels`].
    pub fn by_hand(&self) -> ppo::Shape {
        let distribution = match self.action {
            ActionSpace::Discrete(_) => distribution::Distribution::Categorical,
            ActionSpace::Box { .. } => distribution::Distribution::Gaussian,
        };
        ppo::Shape {
            obs_size: self.obs_size,
            hidden_size: self.hidden_size,
            actions: self.action.encoded_size(),
            heads: self.heads,
            activation: self.activation,
            distribution,
        }
    }

    /// First parameters of policy and value, and log σ where actions are numbers: the same on every device.
    pub fn initial(&self, stream: &mut Stream) -> Vec<f32> {
        let [policy, value] = [self.action.encoded_size(), self.heads]
            .map(|outputs| [self.obs_size, self.hidden_size, self.hidden_size, outputs]);
        let mut flat = initial(1, &policy, 0.01, stream);
        flat.extend(initial(1, &value, 1.0, stream));
        if let ActionSpace::Box { size, .. } = self.action {
            flat.extend(vec![self.log_std_init; size]);
        }
        flat
    }
}
