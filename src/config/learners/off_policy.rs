//! Learners from replay, with networks.

use crate::config::learner::{Inputs, Kind, Learner, NETWORKS, Needs, Network, Outputs, REWARDS};
use crate::config::preset::{ForTask, Preset};
use crate::config::shown::Shown;

/// All of them.
pub(in crate::config) const LEARNERS: &[&Learner] = &[&DQN, &TD3, &DDPG, &SAC, &MBPO];

/// What all read.
const FROM_REPLAY: &[&str] = &["learning_starts", "train_freq", "gradient_steps", "tau"];

/// What those read that add noise to their actions.
const NOISE: &[&str] = &["action_noise_std", "action_noise_correlation"];

/// What the presets of all change, then a preset's own.
macro_rules! from_replay {
    ($($own:expr),* $(,)?) => { &[
        ("imagination_rounds", "0"),
        ("curiosity", "none"),
        ("num_envs", "1"),
        ("activation", "relu"),
        ("max_grad_norm", "10"),
        ("eval_every", "1000"),
        $($own),*
    ] };
}

/// The same of those with an actor and critics, for continuous actions.
macro_rules! actor_critic {
    ($($own:expr),* $(,)?) => { from_replay![
        ("learning_rate", "0.001"),
        ("batch_size", "256"),
        ("replay_capacity", "200000"),
        ("train_freq", "1"),
        ("gradient_steps", "1"),
        $($own),*
    ] };
}

/// Where chance alone has to find the only reward.
const FLAG: ForTask = ForTask {
    task: "MountainCarContinuous-v0",
    changes: &[("action_noise_std", "0.9"), ("action_noise_correlation", "0.99")],
    why: "Only noise that stays correlated over many steps drives the car as far as the flag.",
};

/// Deep Q-learning, for discrete actions: [`crate::kernels::dqn`].
const DQN: Learner = Learner {
    word: "dqn",
    name: "DQN",
    kind: Kind::OffPolicy,
    needs: Needs::DiscreteActions,
    devices: &["cpu", "cpu-plain"],
    reads: &[
        REWARDS,
        NETWORKS,
        FROM_REPLAY,
        &[
            "target_update_interval",
            "double_q",
            "exploration_steps",
            "exploration_initial_eps",
            "exploration_final_eps",
        ],
    ],
    shows: &[&[Shown::Value]],
    networks: &[Network { inputs: Inputs::Obs, outputs: Outputs::Actions, copies: 2 }],
    presets: &[Preset {
        name: "dqn",
        title: "DQN",
        explanation: "Learns the value of every action from replay and takes the best one: no model, and no separate \
                          policy.",
        changes: from_replay![
            ("algorithm", "dqn"),
            ("learning_rate", "0.0023"),
            ("batch_size", "64"),
            ("replay_capacity", "100000"),
            ("learning_starts", "1000"),
            ("train_freq", "256"),
            ("gradient_steps", "128"),
            ("tau", "1"),
            ("target_update_interval", "10"),
            ("exploration_steps", "8000"),
            ("exploration_final_eps", "0.04"),
        ],
        for_task: &[
            ForTask {
                task: "Acrobot-v1",
                changes: &[
                    ("normalize_obs", "false"),
                    ("learning_rate", "0.00063"),
                    ("batch_size", "128"),
                    ("replay_capacity", "50000"),
                    ("learning_starts", "0"),
                    ("train_freq", "4"),
                    ("gradient_steps", "4"),
                    ("target_update_interval", "250"),
                    ("exploration_steps", "12000"),
                    ("exploration_final_eps", "0.1"),
                ],
                why: "RL-Zoo's values, on raw observations: scaled to the usual range, the joint velocities would look \
                          too small.",
            },
            ForTask {
                task: "MountainCar-v0",
                changes: &[
                    ("hidden_size", "128"),
                    ("learning_rate", "0.001"),
                    ("batch_size", "128"),
                    ("replay_capacity", "50000"),
                    ("train_freq", "16"),
                    ("gradient_steps", "8"),
                    ("target_update_interval", "300"),
                    ("exploration_steps", "24000"),
                    ("exploration_final_eps", "0.07"),
                ],
                why: "The flag has to be found by random actions, so it explores for longer and remembers for longer.",
            },
        ],
    }],
};

/// Twin delayed deterministic policy gradient, for continuous actions: [`crate::kernels::td3`].
const TD3: Learner = Learner {
    word: "td3",
    name: "TD3",
    kind: Kind::OffPolicy,
    needs: Needs::ContinuousActions,
    devices: &["cpu", "cpu-plain"],
    reads: &[
        REWARDS,
        NETWORKS,
        FROM_REPLAY,
        NOISE,
        &["policy_delay", "target_policy_noise", "target_noise_clip"],
    ],
    shows: &[&[Shown::Value]],
    networks: &[
        Network { inputs: Inputs::Obs, outputs: Outputs::Actions, copies: 2 },
        Network { inputs: Inputs::ObsAndAction, outputs: Outputs::One, copies: 4 },
    ],
    presets: &[Preset {
        name: "td3",
        title: "TD3",
        explanation: "A deterministic policy for continuous actions follows the gradient of two critics learned from \
                          replay; the lower estimate counts.",
        changes: actor_critic![
            ("algorithm", "td3"),
            ("learning_starts", "1000"),
            ("action_noise_std", "0.1"),
        ],
        for_task: &[FLAG],
    }],
};

/// Deep deterministic policy gradient, for continuous actions: TD3's ancestor.
const DDPG: Learner = Learner {
    word: "ddpg",
    name: "DDPG",
    kind: Kind::OffPolicy,
    needs: Needs::ContinuousActions,
    devices: &["cpu"],
    reads: &[REWARDS, NETWORKS, FROM_REPLAY, NOISE],
    shows: &[&[Shown::Value]],
    networks: &[
        Network { inputs: Inputs::Obs, outputs: Outputs::Actions, copies: 2 },
        Network { inputs: Inputs::ObsAndAction, outputs: Outputs::One, copies: 2 },
    ],
    presets: &[Preset {
        name: "ddpg",
        title: "DDPG",
        explanation: "A deterministic policy for continuous actions follows the gradient of one critic learned from \
                      replay: what TD3 was made of.",
        changes: actor_critic![
            ("algorithm", "ddpg"),
            ("learning_starts", "1000"),
            ("action_noise_std", "0.38"),
            ("action_noise_correlation", "0.85"),
        ],
        for_task: &[FLAG],
    }],
};

/// Soft actor-critic, for continuous actions: [`crate::cpu::off_policy::sac`].
const SAC: Learner = Learner {
    word: "sac",
    name: "SAC",
    kind: Kind::OffPolicy,
    needs: Needs::ContinuousActions,
    devices: &["cpu"],
    reads: &[REWARDS, NETWORKS, FROM_REPLAY, NOISE],
    shows: &[&[Shown::Value]],
    networks: &[
        Network { inputs: Inputs::Obs, outputs: Outputs::Gaussian, copies: 2 },
        Network { inputs: Inputs::ObsAndAction, outputs: Outputs::One, copies: 4 },
    ],
    presets: &[Preset {
        name: "sac",
        title: "SAC",
        explanation: "A policy with chance earns value and keeps its entropy near a target; two critics learn from \
                      replay, and the lower estimate counts.",
        changes: actor_critic![("algorithm", "sac"), ("learning_starts", "100"), ("action_noise_std", "0")],
        for_task: &[ForTask {
            changes: &[("learning_starts", "1000"), FLAG.changes[0], FLAG.changes[1]],
            ..FLAG
        }],
    }],
};

/// SAC on short imagined branches, for continuous actions: the trainer's `mbpo`.
const MBPO: Learner = Learner {
    word: "mbpo",
    name: "MBPO",
    kind: Kind::ModelReplay,
    needs: Needs::ContinuousActions,
    devices: &["cpu"],
    reads: &[
        REWARDS,
        NETWORKS,
        FROM_REPLAY,
        NOISE,
        &[
            "num_steps",
            "horizon_first",
            "horizon_steps",
            "real_ratio",
            "adaptive_depth",
            "depth_error_max",
            "disagreement_max",
            "adaptive_breadth",
            "branches_min",
            "branches_max",
            "confidence_rule",
            "confidence_min",
            "model_r2_min",
            "start_fraction",
            "imagined_reward",
        ],
    ],
    shows: &[&[
        Shown::Value,
        Shown::ImaginedSteps,
        Shown::ErrorByHorizon,
        Shown::Comparison,
        Shown::Calibration,
    ]],
    networks: SAC.networks,
    presets: &[Preset {
        name: "mbpo",
        title: "MBPO",
        explanation: "SAC that learns mostly from short imagined branches, which begin where it has really been: many \
                      updates for every real step.",
        changes: actor_critic![
            ("algorithm", "mbpo"),
            ("learning_starts", "200"),
            ("action_noise_std", "0"),
            ("num_steps", "50"),
            ("gradient_steps", "10"),
            ("horizon", "5"),
            ("horizon_steps", "1000"),
            ("adaptive_breadth", "false"),
            ("branches_max", "2000"),
            ("start_fraction", "1"),
        ],
        for_task: &[ForTask {
            changes: &[("learning_starts", "1000"), FLAG.changes[0], FLAG.changes[1]],
            ..FLAG
        }],
    }],
};
