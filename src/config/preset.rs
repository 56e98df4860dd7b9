//! Presets: named configurations of the learners to compare. They stand in the rows of their [learners](LEARNERS).
//!
//! A configuration is built in three steps: the defaults, then what the task needs for any learner ([`TUNED`]), then
//! the preset itself ([`Preset::changes`], and for a few tasks [`Preset::for_task`]).

use super::Config;
use super::learner::LEARNERS;
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

/// All presets, learner after learner; the first is the page's default.
pub const PRESETS: &[Preset] = &{
    let mut presets = [LEARNERS[0].presets[0]; count()];
    let (mut learner, mut filled) = (0, 0);
    while learner < LEARNERS.len() {
        let mut index = 0;
        while index < LEARNERS[learner].presets.len() {
            presets[filled] = LEARNERS[learner].presets[index];
            filled += 1;
            index += 1;
        }
        learner += 1;
    }
    presets
};

const fn count() -> usize {
    let (mut learner, mut count) = (0, 0);
    while learner < LEARNERS.len() {
        count += LEARNERS[learner].presets.len();
        learner += 1;
    }
    count
}

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
