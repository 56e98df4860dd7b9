//! Receipts: what a run claims to be and to have reached, small enough for a message, and checked by running it again.
//!
//! **What.** A receipt names everything that makes a run (task, hyperparameters, seed, changes of the physics), where
//! it was computed, what came of it, and a hash of all that it had learned by then. [`Receipt::trainer`] makes the run
//! once more; after as many ticks [`Receipt::compare`] says whether every bit agrees.
//! **Choices.** (1) Nothing is signed: a claim is checked by computing it again, so a forged one does not agree. (2)
//! Where two programs or processors may round differently, a difference proves nothing, and the verdict says so.

use crate::config::Config;
use crate::device::{Device, DeviceKind};
use crate::env::Task;
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::snapshot::Point;
use crate::trainer::{Origin, Trainer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The version of what [`Receipt::of`] makes and [`Receipt::read`] reads.
pub const FORMAT: u64 = 1;
/// The most bytes that a receipt can have: those of a long run with thousands of evaluations are far below.
const MOST_BYTES: usize = 4 << 20;
/// Differences that a verdict names; more say nothing new.
const MOST_NAMED: usize = 3;

/// A run's claims.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// [`FORMAT`].
    receipt: u64,
    /// Where it was computed, the latest last.
    computed_by: Vec<Origin>,
    task: String,
    seed: u64,
    /// Every hyperparameter by name, as text.
    config: BTreeMap<String, String>,
    /// Changes of the physics by the quantity's name, as [`Trainer::plan_physics`] reads them.
    physics: BTreeMap<String, String>,
    /// Units of work until this receipt was made.
    ticks: u64,
    iterations: u64,
    real_steps: u64,
    imagined_steps: u64,
    episodes: u64,
    /// Real steps at the first evaluation that reached the bar.
    solved_at_real_steps: Option<u64>,
    best_evaluation: Option<f32>,
    /// The curve of evaluations: real steps and mean return.
    evaluations: Vec<Point>,
    /// [`Trainer::results_hash`], as 16 hexadecimal digits.
    hash: String,
}

/// What comes of running it again.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Every bit agrees.
    Agrees,
    /// It was computed as here, and something else came out.
    Differs {
        /// What differs, as sentences.
        differences: Vec<String>,
    },
    /// It cannot be said.
    Undecided {
        /// Why, as a sentence.
        reason: String,
    },
}

impl Receipt {
    /// The receipt of a run as it stands between two iterations.
    ///
    /// # Errors
    /// As from [`Trainer::checkpoint`]; also for a run that has failed.
    pub async fn of(trainer: &Trainer) -> Result<Self> {
        if let Some(failure) = trainer.failure() {
            return Err(failure.clone());
        }
        let now = trainer.snapshot();
        Ok(Self {
            receipt: FORMAT,
            computed_by: trainer.computed_by(),
            task: now.task,
            seed: now.seed,
            config: trainer.config().texts(),
            physics: trainer.physics_changes(),
            ticks: now.ticks,
            iterations: now.iteration,
            real_steps: now.real_steps,
            imagined_steps: now.imagined_steps,
            episodes: now.episodes,
            solved_at_real_steps: now.solved_at_real_steps,
            best_evaluation: now.best_evaluation,
            evaluations: trainer.curves().evaluations.clone(),
            hash: format!("{:016x}", trainer.results_hash().await?),
        })
    }

    /// Reads a receipt.
    ///
    /// # Errors
    /// [`Error::Receipt`] with the field, its value and what is allowed.
    pub fn read(text: &str) -> Result<Self> {
        if text.len() > MOST_BYTES {
            return Err(wrong(
                "size",
                format!("{} bytes", text.len()),
                format!("at most {MOST_BYTES} are read"),
            ));
        }
        let not_one = |error: serde_json::Error| {
            wrong("JSON", error.to_string(), "it must be a receipt that mbppo has made".into())
        };
        let json: Value = serde_json::from_str(text).map_err(not_one)?;
        let format = json.get("receipt").cloned().unwrap_or_default();
        if format != FORMAT {
            let allowed = format!("mbppo {} reads format {FORMAT}", env!("CARGO_PKG_VERSION"));
            return Err(wrong("receipt", format.to_string(), allowed));
        }
        let receipt: Self = serde_json::from_value(json).map_err(not_one)?;
        if receipt.computed_by.is_empty() {
            return Err(wrong("computed_by", "[]".into(), "it must say where the run was computed".into()));
        }
        Ok(receipt)
    }

    /// It as JSON.
    ///
    /// # Errors
    /// [`Error::Receipt`] if a number is not finite.
    pub fn to_json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map(|text| text + "\n");
        text.map_err(|error| wrong("JSON", error.to_string(), "every number must be finite".into()))
    }

    /// The claim in a few words: "CartPole-v1, seed 3, 1024 real steps".
    pub fn words(&self) -> String {
        format!("{}, seed {}, {} real steps", self.task, self.seed, self.real_steps)
    }

    /// Every hyperparameter by its name, as text.
    pub fn config(&self) -> &BTreeMap<String, String> {
        &self.config
    }

    /// Id of the task.
    pub fn task(&self) -> &str {
        &self.task
    }

    /// After how many ticks it was made.
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// Why running it again can prove nothing, if so: it was not computed by one program on a CPU.
    pub fn undecidable(&self) -> Option<String> {
        let devices = self.computed_by.iter().map(|origin| origin.device.as_str());
        if let Some(device) = devices.into_iter().find(|device| *device != DeviceKind::Cpu.name()) {
            return Some(format!("it was computed on {device}, which may round differently"));
        }
        let places = self.computed_by.len();
        (places > 1)
            .then(|| format!("it was saved and continued elsewhere: {places} programs had part in it"))
    }

    /// The run from its beginning, as it is claimed to have been made, on the CPU. `task` is one that is not in the
    /// list, if the receipt is of one.
    ///
    /// # Errors
    /// [`Error::Receipt`] for a hyperparameter, task or change of the physics that cannot be.
    pub fn trainer(&self, task: Option<Task>) -> Result<Trainer> {
        let config =
            Config::of_texts(&self.config, |_| false).map_err(|error| of_receipt("config.", error))?;
        let given =
            task.filter(|task| task.spec().id == self.task).map_or_else(|| Task::named(&self.task), Ok);
        let made = given.and_then(|task| Trainer::of_task(task, config, Seed(self.seed), Device::cpu()));
        let mut trainer = made.map_err(|error| of_receipt("", error))?;
        trainer.set_watched(self.computed_by.iter().all(|origin| origin.is_watched));
        for (name, text) in &self.physics {
            trainer.plan_physics(name, text).map_err(|error| of_receipt("", error))?;
        }
        Ok(trainer)
    }

    /// What to say of this claim, once `replayed` has come out of running it again.
    pub fn compare(&self, replayed: &Self) -> Verdict {
        let mut differences = self.differences(replayed);
        if differences.is_empty() {
            return Verdict::Agrees;
        }
        if self.computed_by != replayed.computed_by {
            let by = |receipt: &Self| {
                let names = receipt.computed_by.iter();
                names
                    .map(|origin| format!("mbppo {} ({})", origin.program, origin.arithmetic))
                    .collect::<Vec<_>>()
            };
            return Verdict::Undecided {
                reason: format!(
                    "{}; but it was computed by {}, and this is {}: they may round differently",
                    differences[0],
                    by(self).join(", "),
                    by(replayed).join(", ")
                ),
            };
        }
        differences.truncate(MOST_NAMED);
        Verdict::Differs { differences }
    }

    /// What differs, apart from who computed it.
    fn differences(&self, replayed: &Self) -> Vec<String> {
        let [claimed, came] = [self, replayed].map(|receipt| {
            let mut fields = match serde_json::to_value(receipt) {
                Ok(Value::Object(fields)) => fields,
                _ => serde_json::Map::new(),
            };
            fields.remove("computed_by");
            fields
        });
        let mut differences = Vec::new();
        for (name, value) in &claimed {
            if let Some(other) = came.get(name).filter(|other| *other != value) {
                differences.push(difference(name, value, other));
            }
        }
        differences
    }
}

/// One difference in words; of a list the first entry that differs.
fn difference(name: &str, claimed: &Value, came: &Value) -> String {
    let (Value::Array(all), Value::Array(others)) = (claimed, came) else {
        return format!("{name}: the receipt says {claimed}, running it again gives {came}");
    };
    match all.iter().zip(others).position(|(one, other)| one != other) {
        Some(index) => {
            format!(
                "{name}[{index}]: the receipt says {}, running it again gives {}",
                all[index], others[index]
            )
        }
        None => {
            format!("{name}: the receipt has {} of them, running it again gives {}", all.len(), others.len())
        }
    }
}

fn wrong(field: &str, value: String, allowed: String) -> Error {
    Error::Receipt { field: field.into(), value, allowed }
}

/// What a configuration refuses was read from a receipt.
fn of_receipt(prefix: &str, error: Error) -> Error {
    match error {
        Error::Config { field, value, allowed } => wrong(&format!("{prefix}{field}"), value, allowed),
        other => other,
    }
}
