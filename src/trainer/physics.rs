//! Changes of the task's physics, each with the tick at which it happens: part of the run, like its seed.
//!
//! **What.** When somebody changes a quantity, the run remembers the tick. The same seed, settings and changes give the
//! same run, bit for bit on the CPU; that is how an address can hold it.
//! **Where.** [`super::Trainer::tick`] applies what is due before it works. A checkpoint holds all changes, past and
//! scheduled.
//! **Choices.** Time is counted in ticks, because a change may fall between two steps of an iteration.

use super::Trainer;
use super::checkpoint::of_file;
use super::context::sizes;
use crate::arrays::{Arrays, refused};
use crate::config::{Config, MOST_BYTES};
use crate::env::{PhysicsValue, Task, VecEnv};
use crate::error::{Error, Result};
use crate::learners::{require_known_ends, require_known_rewards, require_suited};
use crate::rng::Seed;
use serde::Serialize;
use std::collections::BTreeMap;

/// Ticks are counted in numbers that JavaScript and f64 tell from their neighbours.
const LAST_TICK: u64 = (1 << 53) - 1;
/// Where a checkpoint has the value of a parameter that was changed, and all its changes.
const VALUE: &str = "physics.";
const CHANGES: &str = "physics_changes.";

/// What somebody has changed in the task.
#[derive(Default)]
pub(super) struct Physics {
    /// The value now of every parameter that was changed.
    values: BTreeMap<String, f64>,
    /// The changes of each parameter: by the ticks that were done before, the value from then on.
    changes: BTreeMap<String, BTreeMap<u64, f64>>,
}

/// A physical quantity that can be changed, with its history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lever {
    /// What it is, and its value now.
    #[serde(flatten)]
    pub now: PhysicsValue,
    /// Its value in the task as it is.
    pub usual: f64,
    /// Its changes as [`Trainer::plan_physics`] reads them: `20` from the start, `20@150` after 150 ticks, several with
    /// semicolons.
    pub changes: String,
}

fn text(changes: &BTreeMap<u64, f64>) -> String {
    let one = |(tick, value): (&u64, &f64)| match tick {
        0 => value.to_string(),
        _ => format!("{value}@{tick}"),
    };
    changes.iter().map(one).collect::<Vec<_>>().join(";")
}

/// Reads "20", "20@150" or several with semicolons between them; a comma may be a decimal mark, so it is refused.
fn parse(name: &str, text: &str) -> Result<Vec<(u64, f64)>> {
    let refuse = || Error::Config {
        field: format!("physics.{name}"),
        value: text.into(),
        allowed: "it must be a number, or numbers with the ticks at which they begin, such as 20@150 or \
                  20;9.8@1500"
            .into(),
    };
    let change = |part: &str| {
        let (value, tick) = part.split_once('@').unwrap_or((part, "0"));
        let tick = tick.trim().parse().ok().filter(|tick| *tick <= LAST_TICK);
        Some((tick?, value.trim().parse().ok()?))
    };
    text.split(';').map(|part| change(part).ok_or_else(refuse)).collect()
}

impl Physics {
    /// Makes these environments the same as those of the run.
    pub(super) fn apply(&self, envs: &mut VecEnv) -> Result<()> {
        self.values.iter().try_for_each(|(name, value)| envs.set_physics(name, *value))
    }

    /// Applies the changes that belong to this tick.
    pub(super) fn apply_due(&mut self, ticks: u64, envs: &mut VecEnv) -> Result<()> {
        for (name, changes) in &self.changes {
            if let Some(value) = changes.get(&ticks) {
                envs.set_physics(name, *value)?;
                self.values.insert(name.clone(), *value);
            }
        }
        Ok(())
    }

    pub(super) fn save(&self, arrays: &mut Arrays) {
        for (name, value) in &self.values {
            arrays.put(&format!("{VALUE}{name}"), &[1], [*value]);
        }
        for (name, changes) in &self.changes {
            let rows = changes.iter().flat_map(|(tick, value)| [*tick as f64, *value]);
            arrays.put(&format!("{CHANGES}{name}"), &[changes.len(), 2], rows);
        }
    }

    /// Takes over what was saved, and applies it to `envs`.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] for a value that the task does not take, or a tick that is no whole number.
    pub(super) fn restore(&mut self, envs: &mut VecEnv, arrays: &mut Arrays) -> Result<()> {
        for PhysicsValue { name, .. } in envs.physics() {
            let (value_name, changes_name) = (format!("{VALUE}{name}"), format!("{CHANGES}{name}"));
            if arrays.has(&value_name) {
                let value = arrays.take_one(&value_name)?;
                envs.set_physics(name, value).map_err(|error| of_file("", error))?;
                self.values.insert(name.into(), value);
            }
            if arrays.has(&changes_name) {
                for row in arrays.take_rows::<f64>(&changes_name, &[2])?.chunks_exact(2) {
                    let tick = row[0] as u64;
                    if tick as f64 != row[0] || tick > LAST_TICK {
                        let allowed = "a tick must be a whole number".into();
                        return Err(refused(&changes_name, row[0].to_string(), allowed));
                    }
                    envs.require_physics(name, row[1]).map_err(|error| of_file("", error))?;
                    self.changes.entry(name.into()).or_default().insert(tick, row[1]);
                }
            }
        }
        Ok(())
    }
}

impl Trainer {
    /// What can be changed in the task while it runs, with its value now and its changes.
    ///
    /// # Errors
    /// What making a copy of the task fails with; of the tasks in the list none does.
    pub fn levers(&mut self) -> Result<Vec<Lever>> {
        let mut task = self.context.task.make()?;
        let usual: Vec<f64> = task.parameters().into_iter().map(|parameter| *parameter.value).collect();
        let lever = |(now, usual): (PhysicsValue, f64)| {
            let changes = self.context.physics.changes.get(now.name).map(text).unwrap_or_default();
            Lever { now, usual, changes }
        };
        Ok(self.context.envs.physics().into_iter().zip(usual).map(lever).collect())
    }

    /// All changes of physical quantities, as [`Trainer::plan_physics`] reads them.
    pub fn physics_changes(&self) -> BTreeMap<String, String> {
        let changes = self.context.physics.changes.iter();
        changes.map(|(name, changes)| (name.clone(), text(changes))).collect()
    }

    /// What can be changed in the task while it runs, with its value now.
    pub fn physics(&mut self) -> Vec<PhysicsValue> {
        self.context.envs.physics()
    }

    /// Changes a physical quantity of the task, from the next step on and in later evaluations.
    ///
    /// # Errors
    /// [`Error::Config`] with the name, the value and what is allowed; nothing has changed then.
    pub fn set_physics(&mut self, name: &str, value: f64) -> Result<()> {
        self.context.envs.set_physics(name, value)?;
        self.context.physics.values.insert(name.into(), value);
        self.context.physics.changes.entry(name.into()).or_default().insert(self.context.record.ticks, value);
        Ok(())
    }

    /// Plans changes of a physical quantity: `20` from the start, `20@150` after 150 ticks of the run, `20;9.8@1500`
    /// both.
    ///
    /// # Errors
    /// [`Error::Config`] with the name, the text and what is allowed; nothing is planned then.
    pub fn plan_physics(&mut self, name: &str, text: &str) -> Result<()> {
        let planned = parse(name, text)?;
        planned.iter().try_for_each(|(_, value)| self.context.envs.require_physics(name, *value))?;
        self.context.physics.changes.entry(name.into()).or_default().extend(planned);
        self.context.apply_due_physics()
    }

    /// Whether a run of `task` can be made with this configuration and these plans, as [`Trainer::plan_physics`] takes
    /// them.
    ///
    /// # Errors
    /// What [`Trainer::of_task`] and [`Trainer::plan_physics`] would refuse, except for what only a device, or a build
    /// with other parts, can say.
    pub fn require_possible(task: &Task, config: &Config, plans: &[(String, String)]) -> Result<()> {
        config.validate()?;
        let task = &task.clone().varied(config)?;
        let mut envs = VecEnv::new(task, 1, Seed(0), "check")?;
        config.require_memory(sizes(envs.spec()), MOST_BYTES)?;
        require_suited(config.algorithm, envs.env(0))?;
        require_known_ends(config, envs.env(0))?;
        require_known_rewards(config, envs.env(0))?;
        for (name, text) in plans {
            parse(name, text)?.iter().try_for_each(|(_, value)| envs.require_physics(name, *value))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_as_they_are_written() {
        for (written, read) in [
            ("20", vec![(0, 20.0)]),
            ("20;9.8@150", vec![(0, 20.0), (150, 9.8)]),
            ("-0.5@7;1e-3@9", vec![(7, -0.5), (9, 1e-3)]),
        ] {
            assert_eq!(parse("wind", written).expect("changes"), read);
            let again = parse("wind", &text(&read.iter().copied().collect())).expect("changes");
            assert_eq!(again, read);
        }
        for wrong in [
            "",
            "heavy",
            "20@",
            "20@-1",
            "20@1.5",
            "@3",
            "20;",
            "9,8",
            "9,8@150",
            "20@1e3",
            "20@99999999999999999",
        ] {
            let message = parse("gravity", wrong).expect_err("refused").to_string();
            assert!(message.starts_with(&format!("physics.gravity = {wrong} is not ")), "{message}");
        }
    }
}
