//! The policy and the value: what to do, and how good it is to be here.
//!
//! **What.** Two separate networks that see the same observation. The policy scores the actions; the value
//! foretells the return, with one head for the task's reward and, with curiosity, one for novelty.
//! ```text
//! π_θ(· | obs) from logits [B, A]        V_θ(obs) [B, heads]
//! ```
//! **Where.** Obs are divided by nothing: classic control is small enough. Trained by [`crate::ppo`].
//! **Choices.** (1) 2 × 64 tanh; orthogonal first weights, √2 inside, 0.01 on the policy's last layer so that it
//! starts undecided, 1 on the value's. (2) Both live in one parameter buffer, because their gradient is clipped
//! together. (3) Acting uses [`HostActor`], a copy on the host.
//! **Source.** Huang et al. 2022, "The 37 implementation details of PPO".

use super::{Adam, HostMlp, Layout, Mlp, Tracked, categorical::cumulative_choice};
use crate::config::Activation;
use crate::device::{Device, read};
use crate::error::Result;
use crate::rng::Stream;
use burn::tensor::Tensor;

/// Policy and value on a device.
#[derive(Debug, Clone)]
pub struct ActorCritic {
    layout: Layout,
    policy: Mlp,
    value: Mlp,
    /// All parameters, `[parameters]`.
    pub flat: Tensor<1>,
    /// The memory of their optimiser.
    pub adam: Adam,
}

impl ActorCritic {
    /// New networks for observations of `obs_size` and `actions` choices; `value_heads` is 1, or 2 with curiosity.
    pub fn new(
        device: &Device,
        [obs_size, hidden_size, actions, value_heads]: [usize; 4],
        (activation, learning_rate): (Activation, f64),
        stream: &mut Stream,
    ) -> Self {
        let mut layout = Layout::default();
        let sizes = |outputs| [obs_size, hidden_size, hidden_size, outputs];
        let policy = Mlp::new(&mut layout, device.kind(), 1, &sizes(actions), activation);
        let value = Mlp::new(&mut layout, device.kind(), 1, &sizes(value_heads), activation);
        let mut initial = policy.initial(0.01, stream);
        initial.extend(value.initial(1.0, stream));
        let flat = device.floats(initial, [layout.len()]);
        let adam = Adam::new(&flat, learning_rate, 1e-5);
        Self { layout, policy, value, flat, adam }
    }

    /// The matrices for looking: logits and values without a gradient.
    pub fn matrices(&self) -> Vec<Tensor<3>> {
        self.layout.matrices(&self.flat)
    }

    /// The matrices for learning.
    pub fn tracked(&self) -> Tracked {
        self.layout.tracked(&self.flat)
    }

    /// Logits [B, A] of observations [B, O].
    pub fn logits(&self, matrices: &[Tensor<3>], obs: Tensor<2>) -> Tensor<2> {
        self.policy.forward(matrices, obs.unsqueeze_dim(0)).squeeze_dim(0)
    }

    /// Values [B, heads] of observations [B, O].
    pub fn values(&self, matrices: &[Tensor<3>], obs: Tensor<2>) -> Tensor<2> {
        self.value.forward(matrices, obs.unsqueeze_dim(0)).squeeze_dim(0)
    }

    /// Copies the policy to the host.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn actor(&self) -> Result<HostActor> {
        let flat = read(self.flat.clone(), "reading the policy").await?;
        Ok(HostActor { policy: HostMlp::new(&self.policy, &self.layout, &flat), flat })
    }
}

/// The policy on the host, for acting in real environments.
#[derive(Debug, Clone, PartialEq)]
pub struct HostActor {
    policy: HostMlp,
    /// All parameters of policy and value, as they were copied.
    pub flat: Vec<f32>,
}

impl HostActor {
    /// Samples an action for one observation with a uniform number; gives its index and its log-probability.
    pub fn act(&mut self, obs: &[f32], uniform: f32) -> (usize, f32) {
        let logits = self.policy.forward(obs);
        let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weights = logits.iter().map(|logit| (logit - highest).exp());
        let total: f32 = weights.clone().sum();
        let action = cumulative_choice(weights, uniform);
        (action, logits[action] - highest - total.ln())
    }

    /// The most probable action for one observation.
    pub fn act_greedily(&mut self, obs: &[f32]) -> usize {
        let logits = self.policy.forward(obs);
        (0..logits.len()).fold(0, |best, index| if logits[index] > logits[best] { index } else { best })
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn the_actor_on_the_host_says_what_the_device_says() {
        let device = Device::cpu();
        let net =
            ActorCritic::new(&device, [4, 16, 3, 2], (Activation::Tanh, 1e-3), &mut Seed(2).stream("init"));
        let mut actor = pollster::block_on(net.actor()).unwrap();
        let mut stream = Seed(3).stream("obs");
        for _ in 0..50 {
            let obs: Vec<f32> = (0..4).map(|_| 30.0 * stream.normal()).collect();
            let uniform = stream.uniform();
            let (action, log_prob) = actor.act(&obs, uniform);
            let logits = net.logits(&net.matrices(), device.floats(obs, [1, 4]));
            let one_hot =
                super::super::categorical::sample(logits.clone(), device.floats(vec![uniform], [1, 1]));
            let expected: Vec<f32> = one_hot.clone().into_data().try_into_vec().unwrap();
            assert_eq!(expected.iter().sum::<f32>(), 1.0);
            assert_eq!(expected[action], 1.0);
            let on_device: f32 = super::super::categorical::log_prob(logits, one_hot).into_scalar();
            assert!((on_device - log_prob).abs() < 1e-5, "{on_device} {log_prob}");
        }
    }
}
