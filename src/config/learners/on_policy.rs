//! Learners from what the policy has just done: PPO, with a world model or without, and A2C.

use crate::config::learner::{Inputs, Kind, Learner, NETWORKS, Needs, Network, Outputs, REWARDS};
use crate::config::preset::{ForTask, Preset};
use crate::config::shown::Shown;

/// All of them.
pub(in crate::config) const LEARNERS: &[&Learner] = &[&PPO, &A2C];

/// What both read.
const BOTH: &[&str] = &[
    "num_steps",
    "gae_lambda",
    "ent_coef",
    "vf_coef",
    "normalize_advantage",
    "log_std_init",
    "shared_trunk",
];

/// What both read when they imagine.
const IMAGINATION: &[&str] = &[
    "adaptive_depth",
    "depth_error_max",
    "disagreement_max",
    "adaptive_breadth",
    "branches_min",
    "branches_max",
    "confidence_rule",
    "confidence_min",
    "model_r2_min",
    "imagination_discount",
    "start_fraction",
    "hybrid_steps",
    "imagined_segments",
    "imagined_reward",
];

/// What both can show.
const SHOWN_BY_BOTH: &[&[Shown]] = &[&[Shown::Value, Shown::Novelty], Shown::OF_MODEL];

const POLICY_AND_VALUE: &[Network] = &[
    Network { inputs: Inputs::Obs, outputs: Outputs::Actions, copies: 1 },
    Network { inputs: Inputs::Obs, outputs: Outputs::Values, copies: 1 },
];

/// Proximal policy optimisation, with a world model or without: [`crate::kernels::ppo`].
const PPO: Learner = Learner {
    word: "ppo",
    name: "PPO",
    kind: Kind::OnPolicy,
    needs: Needs::Nothing,
    devices: &["cpu", "cpu-plain", "webgpu"],
    reads: &[REWARDS, NETWORKS, BOTH, IMAGINATION, &["n_epochs", "clip_range", "clip_range_vf", "target_kl"]],
    shows: SHOWN_BY_BOTH,
    networks: POLICY_AND_VALUE,
    presets: &[
        Preset {
            name: "mb-ppo",
            title: "MB-PPO",
            explanation: "Learns a model of the task and practises in it: several fresh batches of imagined futures \
                          after every few real steps.",
            changes: &[],
            for_task: &[ForTask {
                task: "CartPole-v1",
                changes: &[
                    ("num_envs", "2"),
                    ("num_steps", "10"),
                    ("reward_scale", "0.1"),
                    ("hidden_size", "32"),
                    ("learning_rate", "0.003"),
                    ("n_epochs", "3"),
                    ("ensemble_size", "2"),
                    ("model_hidden_size", "64"),
                    ("model_learning_rate", "0.003"),
                    ("model_updates", "50"),
                    ("imagination_rounds", "5"),
                    ("horizon", "40"),
                ],
                why: "Episodes are short at first and every one counts: it imagines after every 20 real steps. Small \
                      networks with a high learning rate are enough for four observations and two actions, returns \
                      near 10 are learned sooner than returns near 100, and a pole that falls slowly is only seen to \
                      fall if the imagined futures are long.",
            }],
        },
        Preset {
            name: "ppo",
            title: "plain PPO",
            explanation: "The same learner without imagination, with the number of epochs that suits it best. The \
                          difference is what the model is worth.",
            changes: &[
                ("imagination_rounds", "0"),
                ("num_steps", "64"),
                ("n_epochs", "50"),
                ("batch_size", "64"),
                ("learning_rate", "0.0007"),
                ("curiosity", "none"),
            ],
            for_task: &[ForTask {
                task: "CartPole-v1",
                changes: &[("reward_scale", "0.1")],
                why: "The value reaches returns near 10 sooner than returns near 100, with imagination or without.",
            }],
        },
        Preset {
            name: "textbook",
            title: "textbook",
            explanation: "The recipe as often written down: one network predicts raw next states, and one imagined \
                          batch per iteration is learned from as a single stream. It does not keep what it learns, and \
                          the plots show why.",
            changes: &[
                ("num_steps", "64"),
                ("imagination_rounds", "1"),
                ("horizon", "10"),
                ("n_epochs", "10"),
                ("batch_size", "64"),
                ("learning_rate", "0.0007"),
                ("ensemble_size", "1"),
                ("model_target", "raw"),
                ("termination", "ignored"),
                ("confidence_rule", "one_step"),
                ("model_r2_min", "0"),
                ("imagined_segments", "across"),
            ],
            for_task: &[],
        },
    ],
};

/// Advantage actor-critic: one step down PPO's loss over the whole batch, then the batch is thrown away.
const A2C: Learner = Learner {
    word: "a2c",
    name: "A2C",
    kind: Kind::OnPolicy,
    needs: Needs::Nothing,
    devices: &["cpu", "cpu-plain", "webgpu"],
    reads: &[REWARDS, NETWORKS, BOTH, IMAGINATION],
    shows: SHOWN_BY_BOTH,
    networks: POLICY_AND_VALUE,
    presets: &[Preset {
        name: "a2c",
        title: "A2C",
        explanation: "One gradient step for every five steps in the task, then the data are thrown away: policy \
                          gradient at its simplest.",
        changes: &[
            ("algorithm", "a2c"),
            ("imagination_rounds", "0"),
            ("curiosity", "none"),
            ("num_envs", "8"),
            ("num_steps", "5"),
            ("gae_lambda", "1"),
            ("learning_rate", "0.0007"),
            ("normalize_advantage", "false"),
            ("ent_coef", "0"),
            ("eval_every", "1000"),
        ],
        for_task: &[],
    }],
};
