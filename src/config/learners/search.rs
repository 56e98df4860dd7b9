//! Learners that try whole policies.

use crate::config::learner::{Kind, Learner, Needs};
use crate::config::preset::{ForTask, Preset};

/// All of them.
pub(in crate::config) const LEARNERS: &[&Learner] = &[&RANDOM_SEARCH];

/// Random search over linear policies: the trainer's `random_search`.
const RANDOM_SEARCH: Learner = Learner {
    word: "random_search",
    name: "Random search",
    kind: Kind::Search,
    needs: Needs::Nothing,
    devices: &["cpu", "cpu-plain"],
    reads: &[&["normalize_obs", "search_noise", "search_episodes"]],
    shows: &[],
    networks: &[],
    presets: &[Preset {
        name: "random-search",
        title: "random search",
        explanation: "A linear policy is shaken at random and tried, and kept if it did better: no gradient, no value, \
                      no model.",
        changes: &[
            ("algorithm", "random_search"),
            ("imagination_rounds", "0"),
            ("curiosity", "none"),
            ("num_envs", "1"),
        ],
        for_task: &[ForTask {
            task: "CartPole-v1",
            changes: &[("normalize_obs", "true")],
            why: "Its policy has a constant input: beside that, angles as they are would hardly count.",
        }],
    }],
};
