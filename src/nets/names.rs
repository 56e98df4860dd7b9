//! The names that networks have in a checkpoint: the same on every device.
//!
//! **Choices.** Learners from replay name theirs themselves ([`crate::off_policy::names`]).

use super::saved::{Networks, Part};
use crate::config::{Activation, Config};
use crate::kernels::{Mlp, icm as icm_networks, ppo, rnd as rnd_networks};
use crate::world_model::layer_sizes;

/// Policy and value, and log σ where actions are numbers.
pub fn actor_critic(shape: &ppo::Shape) -> Networks {
    let names: &[&str] = if shape.shared_trunk { &["shared"] } else { &["policy", "value"] };
    let networks = ppo::networks(shape);
    let mut parts: Vec<Part> =
        names.iter().zip(networks).flat_map(|(name, mlp)| Part::of(name, &mlp)).collect();
    if ppo::log_std_size(shape) > 0 {
        parts.push(Part::row("log_std", ppo::log_std_size(shape)));
    }
    Networks { learner: "actor_critic", parts, has_target: false }
}

/// The ensemble of a world model.
pub fn world_model(obs_size: usize, action_size: usize, config: &Config) -> Networks {
    let sizes = layer_sizes(obs_size, action_size, config);
    let mlp = Mlp::new(0, config.ensemble_size, &sizes, config.model_activation);
    Networks { learner: "world_model", parts: Part::of("members", &mlp), has_target: false }
}

/// The networks of random network distillation; the fixed one is the target of the other.
pub fn rnd(obs_size: usize) -> Networks {
    let mlp = Mlp::new(0, 1, &rnd_networks::layer_sizes(obs_size), Activation::Tanh);
    Networks { learner: "rnd", parts: Part::of("predictor", &mlp), has_target: true }
}

/// The networks of the intrinsic curiosity module.
pub fn icm(obs_size: usize, actions: usize) -> Networks {
    let networks =
        ["features", "inverse", "forward"].into_iter().zip(icm_networks::layer_sizes(obs_size, actions));
    let parts = |(name, sizes): (&str, [usize; 3])| Part::of(name, &Mlp::new(0, 1, &sizes, Activation::Tanh));
    Networks { learner: "icm", parts: networks.flat_map(parts).collect(), has_target: false }
}
