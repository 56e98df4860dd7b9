//! Presets: named configurations of the learners to compare.
//!
//! A configuration is built in three steps: the defaults, then what the task needs for any learner ([`TUNED`]), then
//! the preset itself ([`Preset::changes`], and for a few tasks [`Preset::for_task`]).

use super::Config;
use crate::error::{Error, Result};
use crate::nearest::the_nearest;
use serde::Serialize;

/// A named set of hyperparameters.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Preset {
    /// Name in URL and on the command line.
    pub name: &'static str,
    /// Name on the page.
    pub title: &'static str,
    /// One sentence for a newcomer.
    pub explanation: &'static str,
    /// What differs from the defaults.
    pub changes: &'static [(&'static str, &'static str)],
    /// What differs besides on some tasks.
    pub for_task: &'static [ForTask],
}

/// What differs on one task, and why.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ForTask {
    /// Id of the task.
    pub task: &'static str,
    /// What differs.
    pub changes: &'static [(&'static str, &'static str)],
    /// Why, in a sentence.
    pub why: &'static str,
}

/// What a task needs whoever learns it.
pub const TUNED: &[ForTask] = &[
    ForTask {
        task: "CartPole-v1",
        changes: &[("normalize_obs", "false")],
        why: "Its observations are near 1 as they are; scaled to the usual range, the cart's drift would look too \
              small to be corrected in time.",
    },
    ForTask {
        task: "Pendulum-v1",
        changes: &[("reward_scale", "0.1"), ("gamma", "0.95")],
        why: "Its rewards are as large as −16 in every step, and what happens 20 steps later says little about an \
              action now.",
    },
    ForTask {
        task: "MountainCarContinuous-v0",
        changes: &[("reward_scale", "0.1"), ("beta", "0.3")],
        why: "Until the flag is found, the only reward is the cost of throttle: without much curiosity the best policy \
              is to do nothing.",
    },
];

/// All presets; the first is the page's default.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "mb-ppo",
        title: "MB-PPO",
        explanation: "Learns a model of the task and practises in it: several fresh batches of imagined futures after \
                      every few real steps.",
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
                  networks with a high learning rate are enough for four observations and two actions, returns near 10 \
                  are learned sooner than returns near 100, and a pole that falls slowly is only seen to fall if the \
                  imagined futures are long.",
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
        explanation: "The recipe as often written down: one network predicts raw next states, and one imagined batch \
                      per iteration is learned from as a single stream. It does not keep what it learns, and the plots \
                      show why.",
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
    Preset {
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
    },
    Preset {
        name: "dqn",
        title: "DQN",
        explanation: "Learns the value of every action from replay and takes the best one: no model, and no separate \
                      policy.",
        changes: &[
            ("algorithm", "dqn"),
            ("imagination_rounds", "0"),
            ("curiosity", "none"),
            ("num_envs", "1"),
            ("activation", "relu"),
            ("max_grad_norm", "10"),
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
            ("eval_every", "1000"),
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
    },
    Preset {
        name: "dyna-q",
        title: "Dyna-Q",
        explanation: "The ancestor: a table of action values and a table of what followed each action, replayed many \
                      times between two real steps.",
        changes: &[
            ("algorithm", "dyna_q"),
            ("imagination_rounds", "0"),
            ("curiosity", "none"),
            ("num_envs", "1"),
            ("gamma", "0.95"),
            ("exploration_final_eps", "0.1"),
        ],
        for_task: &[],
    },
    Preset {
        name: "td3",
        title: "TD3",
        explanation: "A deterministic policy for continuous actions follows the gradient of two critics learned from \
                      replay; the lower estimate counts.",
        changes: &[
            ("algorithm", "td3"),
            ("imagination_rounds", "0"),
            ("curiosity", "none"),
            ("num_envs", "1"),
            ("activation", "relu"),
            ("max_grad_norm", "10"),
            ("learning_rate", "0.001"),
            ("batch_size", "256"),
            ("replay_capacity", "200000"),
            ("learning_starts", "1000"),
            ("train_freq", "1"),
            ("gradient_steps", "1"),
            ("action_noise_std", "0.1"),
            ("eval_every", "1000"),
        ],
        for_task: &[ForTask {
            task: "MountainCarContinuous-v0",
            changes: &[("action_noise_std", "0.9"), ("action_noise_correlation", "0.99")],
            why: "Only noise that stays correlated over many steps drives the car as far as the flag.",
        }],
    },
];

/// The configuration of this preset on this task.
///
/// # Errors
/// [`Error::Config`] with field `preset` if there is none of this name. A task that is not known changes nothing here:
/// it is refused where it is made.
pub fn preset(name: &str, task: &str) -> Result<Config> {
    let Some(preset) = PRESETS.iter().find(|preset| preset.name == name) else {
        let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        return Err(Error::Config {
            field: "preset".into(),
            value: name.into(),
            allowed: format!(
                "the presets are {}{}",
                names.join(", "),
                the_nearest(name, names.iter().copied())
            ),
        });
    };
    let mut config = Config::default();
    let of_task = |rows: &'static [ForTask]| {
        rows.iter().filter(|row| row.task == task).flat_map(|row| row.changes.iter())
    };
    let steps = of_task(TUNED).chain(preset.changes).chain(of_task(preset.for_task));
    for (name, text) in steps {
        config.set(name, text)?;
    }
    config.validate()?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_overrides_what_the_task_needs_and_that_overrides_the_defaults() {
        assert_eq!(preset("mb-ppo", "Pendulum-v1").unwrap().gamma, 0.95);
        assert_eq!(preset("mb-ppo", "Acrobot-v1").unwrap().gamma, Config::default().gamma);
        assert_eq!(preset("ppo", "Pendulum-v1").unwrap().n_epochs, 50);
    }
}
