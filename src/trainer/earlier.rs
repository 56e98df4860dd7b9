//! Files of earlier versions: what they lack, and what nobody reads any more.
//!
//! A hyperparameter that is added later needs nothing here: a file without it is of a program that did what its default
//! does. `tests/checkpoint/earlier.rs` goes on with such files.

use crate::arrays::Arrays;
use crate::config::Hyperparameter;

/// The hyperparameters of the first saved runs: every file has them.
const FIRST: &[&str] = &[
    "action_noise_correlation",
    "action_noise_std",
    "activation",
    "adaptive_beta",
    "adaptive_breadth",
    "adaptive_depth",
    "adversarial_eps",
    "algorithm",
    "batch_size",
    "beta",
    "branches_max",
    "branches_min",
    "clip_range",
    "clip_range_vf",
    "confidence_min",
    "confidence_rule",
    "curiosity",
    "curiosity_learning_rate",
    "curiosity_on_imagined",
    "depth_error_max",
    "disagreement_max",
    "double_q",
    "end_coef",
    "ensemble_size",
    "ent_coef",
    "episodic_novelty",
    "eval_episodes",
    "eval_every",
    "exploration_final_eps",
    "exploration_initial_eps",
    "exploration_steps",
    "gae_lambda",
    "gamma",
    "gamma_int",
    "gradient_steps",
    "hidden_layers",
    "hidden_size",
    "horizon",
    "hybrid_steps",
    "imagination_discount",
    "imagination_rounds",
    "imagined_segments",
    "learning_rate",
    "learning_starts",
    "log_std_init",
    "lr_anneal_steps",
    "max_grad_norm",
    "model_activation",
    "model_batch_size",
    "model_heads",
    "model_hidden_layers",
    "model_hidden_size",
    "model_learning_rate",
    "model_patience",
    "model_r2_min",
    "model_target",
    "model_updates",
    "n_epochs",
    "normalize_advantage",
    "normalize_obs",
    "num_envs",
    "num_steps",
    "planning_bonus",
    "planning_steps",
    "policy_delay",
    "replay_capacity",
    "replay_half_life",
    "reward_scale",
    "separate_values",
    "shared_trunk",
    "start_fraction",
    "table_learning_rate",
    "target_kl",
    "target_noise_clip",
    "target_policy_noise",
    "target_update_interval",
    "tau",
    "termination",
    "train_freq",
    "vf_coef",
];

/// Whether a file may lack this hyperparameter.
pub(super) fn may_lack(row: &Hyperparameter) -> bool {
    !FIRST.contains(&row.name)
}

/// Drops what every learner saved at first, whether it was curious or not.
pub(super) fn discard(arrays: &mut Arrays) {
    let of_curiosity = ["returns", "count", "mean", "m2"].map(|name| format!("curiosity.novelty.{name}"));
    of_curiosity.iter().for_each(|name| arrays.discard(name));
    arrays.discard("curiosity.beta");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::schema;

    #[test]
    fn the_first_hyperparameters_are_still_there() {
        let lost: Vec<_> =
            FIRST.iter().filter(|name| schema().iter().all(|row| row.name != **name)).collect();
        assert!(lost.is_empty(), "files that have {lost:?} cannot be opened any more");
    }
}
