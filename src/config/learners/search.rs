//! Learners that try whole policies.

use crate::config::learner::{Kind, Learner, Needs};
use crate::config::preset::{ForTask, Preset};
use crate::config::shown::Shown;

/// All of them.
pub(in crate::config) const LEARNERS: &[&Learner] = &[&RANDOM_SEARCH, &POLICY_SEARCH];

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

/// Policy search in the model: the trainer's `policy_search`.
const POLICY_SEARCH: Learner = Learner {
    word: "policy_search",
    name: "Policy search",
    kind: Kind::ModelSearch,
    needs: Needs::Nothing,
    devices: &["cpu", "cpu-plain"],
    reads: &[&[
        "gamma",
        "num_steps",
        "learning_starts",
        "replay_capacity",
        "normalize_obs",
        "search_noise",
        "search_episodes",
        "search_generations",
        "search_population",
        "search_hidden_size",
    ]],
    shows: &[&[Shown::ImaginedSteps, Shown::ErrorByHorizon, Shown::Calibration]],
    networks: &[],
    presets: &[Preset {
        name: "policy-search",
        title: "policy search",
        explanation: "A small policy is tried, changed and tried again in the learned model, without gradients, until \
                      nothing better is found there; only then it acts.",
        changes: &[
            ("algorithm", "policy_search"),
            ("imagination_rounds", "0"),
            ("curiosity", "none"),
            ("num_envs", "1"),
            ("num_steps", "40"),
            ("learning_starts", "40"),
            ("horizon", "100"),
            ("gamma", "1"),
            ("search_noise", "0.5"),
            ("search_episodes", "10"),
            ("search_hidden_size", "10"),
            ("model_hidden_size", "64"),
            ("model_updates", "1000"),
            ("model_patience", "20"),
        ],
        for_task: &[
            ForTask {
                task: "CartPole-v1",
                changes: &[("search_hidden_size", "0"), ("termination", "known")],
                why: "A linear policy balances, and is found sooner. When an episode ends is what a model learns last, \
                      from a handful of falls, so the task's own rule is taken.",
            },
            ForTask {
                task: "Pendulum-v1",
                changes: &[("horizon", "60"), ("search_generations", "40"), ("model_hidden_size", "128")],
                why: "Three seconds are enough to swing it up and hold it; its reward needs a finer model.",
            },
            ForTask {
                task: "CartPoleSwingUp-v0",
                changes: &[("horizon", "40"), ("search_generations", "40")],
                why: "An episode has no more steps.",
            },
        ],
    }],
};
