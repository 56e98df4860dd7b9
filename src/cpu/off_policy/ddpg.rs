//! DDPG, the deep deterministic policy gradient: TD3's ancestor, with its parts.
//!
//! **What.** One critic learns what an action is worth, and the policy climbs it.
//! ```text
//! y = r + γ (1 − terminated) Q'(s', μ'(s'))
//! critic loss = mean (Q(s, a) − y)²        actor loss = −mean Q(s, μ(s))
//! after every update: μ' and Q' follow with τ
//! ```
//! **Where.** The formulas of [`crate::kernels::td3`] with a single critic, no noise on the target's action, and no
//! delay. Acting uses an Ornstein–Uhlenbeck process (the trainer's `off_policy`).
//! **Choices.** As in the paper, except that both networks have one width and one learning rate, that the action enters
//! the critic with the observation, and that there is neither batch normalisation nor weight decay.
//! **Paper.** Lillicrap et al. 2016 (1509.02971).

use super::td3::Td3;
use crate::config::Config;
use crate::kernels::td3::Settings;
use crate::nets::Shape;
use crate::rng::Stream;

/// DDPG: TD3 with one critic, and without what TD3 takes values down by.
pub(super) fn new(shape: Shape, config: &Config, stream: &mut Stream) -> Td3 {
    let Config { gamma, tau, max_grad_norm, .. } = *config;
    let (policy_delay, target_policy_noise, target_noise_clip) = (1, 0.0, 0.0);
    let settings =
        Settings { gamma, tau, policy_delay, target_policy_noise, target_noise_clip, max_grad_norm };
    Td3::new(shape, config, 1, settings, stream)
}
