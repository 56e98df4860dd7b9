//! Off-policy learning: what learns a value of actions from replay, on any device.
//!
//! **What.** [`OffPolicy`] is what a run asks of such a learner, whatever it is and wherever it computes. What acts in
//! the real task until then is an [`Actor`].
//! **Where.** Implemented in [`crate::cpu::off_policy`](mod@crate::cpu::off_policy) and, for comparison, in
//! `crate::burn`; made by [`crate::backend`]; driven by the ticks of the trainer's `off_policy`, which also explores.
//! Minibatches come from replay ([`minibatch`]).
//! **Choices.** (1) An update may take several ticks: a minibatch can be more than one of them may do. (2) Settings of
//! an update, and the names of its networks, are the same for every device: they stand here.

mod deterministic;
pub mod minibatch;

pub use deterministic::{Critics, Deterministic};
pub use minibatch::{Chosen, Minibatch};

use crate::config::Config;
use crate::error::Result;
use crate::kernels::{Mlp, dqn, td3};
use crate::nets::{Networks, Stretch};
use crate::part::Part;
use crate::policy::Sampler;
use crate::rng::Stream;

/// Numbers of an update by the name of their metric.
pub type Metrics = Vec<(&'static str, f32)>;

/// A learner from replay.
pub trait OffPolicy: Part {
    /// As much as a tick may do of one update on this minibatch; gives its numbers once it is done.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the numbers cannot be read.
    fn update(&mut self, minibatch: &mut Minibatch<'_>, stream: &mut Stream) -> Result<Option<Metrics>>;

    /// Real steps were taken: there were `before` of them, and now there are `now`.
    fn steps_taken(&mut self, _before: u64, _now: u64) {}

    /// Another step size from the next update on.
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// Copies what acts, and with it everything that learns, to the host.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn actor(&self) -> Result<Box<dyn Actor>>;

    /// Copies what acts, for many observations at once, as imagination asks for it; none where the policy has no chance
    /// of its own.
    fn sampler(&self) -> Option<Box<dyn Sampler>> {
        None
    }

    /// Multiply-adds of what [`OffPolicy::sampler`] does for one row.
    fn cost(&self) -> usize {
        0
    }

    /// The same once more.
    fn boxed(&self) -> Box<dyn OffPolicy>;
}

impl Clone for Box<dyn OffPolicy> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}

/// What acts in the real task, on the host.
pub trait Actor {
    /// Appends an action that explores, where the policy itself has chance; elsewhere the greedy one. It may lie
    /// outside the task's bound.
    fn explore(&mut self, obs: &[f32], stream: &mut Stream, action: &mut Vec<f32>);

    /// Appends the best action.
    fn act_greedily(&mut self, obs: &[f32], action: &mut Vec<f32>);

    /// The value of its greedy action here, as learned: of scaled rewards.
    fn value(&mut self, obs: &[f32]) -> f32;

    /// Everything that learns, as it was copied.
    fn parameters(&self) -> &[f32];
}

/// The names in a checkpoint of a network with a target network.
pub fn names(learner: &'static str, network: &str, mlp: &Mlp) -> Networks {
    Networks { learner, parts: Stretch::of(network, mlp), has_target: true }
}

/// DQN's settings.
pub fn dqn_settings(config: &Config) -> dqn::Settings {
    dqn::Settings { gamma: config.gamma, double_q: config.double_q, max_grad_norm: config.max_grad_norm }
}

/// When DQN's target network moves, and how far: counted in real steps, as in Stable-Baselines3, not in updates.
#[derive(Debug, Clone, Copy)]
pub struct Following {
    /// Real steps between two moves.
    interval: u64,
    /// τ
    pub tau: f64,
}

impl Following {
    /// As the configuration says.
    pub fn of(config: &Config) -> Self {
        Self { interval: config.target_update_interval as u64, tau: config.tau }
    }

    /// Whether it moves when there were `before` real steps, and now there are `now`.
    pub fn is_due(self, before: u64, now: u64) -> bool {
        now / self.interval > before / self.interval
    }
}

/// TD3's settings.
pub fn td3_settings(config: &Config) -> td3::Settings {
    td3::Settings {
        gamma: config.gamma,
        tau: config.tau,
        policy_delay: config.policy_delay,
        target_policy_noise: config.target_policy_noise,
        target_noise_clip: config.target_noise_clip,
        max_grad_norm: config.max_grad_norm,
    }
}

/// What an update of TD3 is told as.
pub fn td3_metrics(updated: td3::Updated) -> Metrics {
    let mut metrics = vec![
        ("train/critic_loss", updated.critic_loss),
        ("train/q_mean", updated.q_mean),
        ("train/grad_norm", updated.grad_norm),
    ];
    metrics.extend(updated.actor_loss.map(|loss| ("train/actor_loss", loss)));
    metrics
}
