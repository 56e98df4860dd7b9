//! Named configurations: what a learner compares.

use super::Config;
use crate::error::{Error, Result};
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
}

/// All presets; the first is the page's default.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "mb-ppo",
        title: "MB-PPO",
        explanation: "Learns a model of the task and practises in it: ten fresh batches of imagined futures for every 64 real steps.",
        changes: &[],
    },
    Preset {
        name: "ppo",
        title: "plain PPO",
        explanation: "The same policy learner without imagination, with the epochs that suit it best: what the model is worth is the difference.",
        changes: &[
            ("imagination_rounds", "0"),
            ("num_steps", "64"),
            ("n_epochs", "50"),
            ("batch_size", "64"),
            ("learning_rate", "0.0007"),
            ("curiosity", "none"),
        ],
    },
    Preset {
        name: "textbook",
        title: "textbook",
        explanation: "The recipe as it is often written down: one network on raw next states, imagined once and learned from in one stream. It does not hold what it learns, and the pictures show why.",
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
    },
];

/// The configuration of this preset.
///
/// # Errors
/// [`Error::Config`] with field `preset` if there is none of this name.
pub fn preset(name: &str) -> Result<Config> {
    let Some(preset) = PRESETS.iter().find(|preset| preset.name == name) else {
        let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        return Err(Error::Config {
            field: "preset".into(),
            value: name.into(),
            allowed: format!("the presets are {}", names.join(", ")),
        });
    };
    let mut config = Config::default();
    for (name, text) in preset.changes {
        config.set(name, text)?;
    }
    config.validate()?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_valid_configuration() {
        for row in PRESETS {
            preset(row.name).unwrap();
        }
        assert!(preset("mbppo").unwrap_err().to_string().contains("mb-ppo, ppo, textbook"));
    }
}
