//! The policy on the host, for acting in real environments without asking the device and waiting.
//!
//! **What.** The policy's distribution for one observation at a time, in plain f32.
//! **Choices.** (1) A greedy action is the most probable one: the highest score, or the mean. (2) Learners without a
//! distribution (DQN, TD3) have an actor that can only be greedy: the most valuable choice, or bound · tanh(output).

use super::saved::LARGEST_WEIGHT;
use super::shape::Shape;
use crate::config::Activation;
use crate::env::ActionSpace;
use crate::kernels::activation::activate_number;
use crate::kernels::distribution::{argmax, choose};
use crate::kernels::{Cache, Mlp, ppo};
use crate::rng::Stream;

/// Beyond this, squares of σ or of 1/σ soon leave the range of an f32, and with them the gradient of a density.
const LARGEST_LOG_STD: f32 = 40.0;

/// A copy of the policy.
#[derive(Debug, Clone)]
pub struct HostActor {
    policy: Mlp,
    log_std: Vec<f32>,
    shape: Shape,
    x: Vec<f32>,
    /// Whether numbers are squashed into the bound, as those of TD3 are.
    squashes: bool,
    cache: Cache,
    /// All parameters of policy and value, as they were copied.
    pub flat: Vec<f32>,
}

impl HostActor {
    /// The policy of this shape in `flat`, all parameters of policy and value.
    pub fn new(shape: Shape, flat: Vec<f32>) -> Self {
        let by_hand = shape.for_kernels();
        let log_std = flat[flat.len() - ppo::log_std_size(&by_hand)..].to_vec();
        // The policy is the first of two networks, or the first outputs of the only one.
        let policy = ppo::networks(&by_hand).swap_remove(0);
        Self { policy, log_std, shape, x: Vec::new(), squashes: false, cache: Cache::default(), flat }
    }

    /// A deterministic policy, of which only [`HostActor::act_greedily`] can be asked: `policy` scores the choices, or
    /// gives numbers that tanh puts into the bound.
    pub fn deterministic(policy: Mlp, shape: Shape, flat: Vec<f32>) -> Self {
        let (log_std, x, cache) = (Vec::new(), Vec::new(), Cache::default());
        Self { policy, log_std, shape, x, squashes: true, cache, flat }
    }

    /// What the policy's network makes of one observation, [A] scores or numbers.
    pub(crate) fn outputs(&mut self, obs: &[f32]) -> &[f32] {
        self.x.clear();
        self.shape.scaling.apply(obs, &mut self.x);
        &self.policy.forward(&self.flat, &self.x, 1, &mut self.cache)[..self.shape.action.encoded_size()]
    }

    /// The observation that was asked for last, on its scale.
    pub(crate) fn scaled(&self) -> &[f32] {
        &self.x
    }

    /// Samples an action for one observation, appends it as it is stored (not clipped), and gives its log-probability.
    pub fn act(&mut self, obs: &[f32], stream: &mut Stream, action: &mut Vec<f32>) -> f32 {
        if let ActionSpace::Discrete(_) = self.shape.action {
            let logits = self.outputs(obs);
            let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let weights = logits.iter().map(|logit| (logit - highest).exp());
            let total: f32 = weights.clone().sum();
            let choice = choose(weights, stream.uniform() * total);
            action.push(choice as f32);
            return logits[choice] - highest - total.ln();
        }
        let log_std = std::mem::take(&mut self.log_std);
        let mut log_prob = 0.0;
        for (mean, log_std) in self.outputs(obs).iter().zip(&log_std) {
            let z = stream.normal();
            action.push(mean + log_std.exp() * z);
            log_prob -= 0.5 * (z * z + std::f32::consts::TAU.ln()) + log_std;
        }
        self.log_std = log_std;
        log_prob
    }

    /// Whether a run can go on from these parameters: all are of a possible size, and σ is one with which actions and
    /// their densities are finite.
    pub fn can_go_on(&self) -> bool {
        let is_possible = |parameter: &f32| parameter.abs() <= LARGEST_WEIGHT;
        self.flat.iter().all(is_possible)
            && self.log_std.iter().all(|log_std| log_std.abs() <= LARGEST_LOG_STD)
    }

    /// Mean spread over the components of an action; none for choices.
    pub fn std(&self) -> Option<f32> {
        let count = self.log_std.len() as f32;
        (count > 0.0).then(|| self.log_std.iter().map(|log_std| log_std.exp()).sum::<f32>() / count)
    }

    /// Appends the most probable action for one observation.
    pub fn act_greedily(&mut self, obs: &[f32], action: &mut Vec<f32>) {
        let (space, squashes) = (self.shape.action, self.squashes);
        let outputs = self.outputs(obs);
        match space {
            ActionSpace::Discrete(_) => action.push(argmax(outputs) as f32),
            ActionSpace::Box { bound, .. } if squashes => {
                action
                    .extend(outputs.iter().map(|output| bound * activate_number(Activation::Tanh, *output)));
            }
            ActionSpace::Box { .. } => action.extend_from_slice(outputs),
        }
    }
}
