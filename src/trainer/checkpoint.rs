//! Checkpoints: a run as a file, from which it continues exactly, here or elsewhere.
//!
//! **What.** Everything that the rest of the run depends on: learned parameters and optimiser state, replay, the state
//! of the environments, the positions of the random streams, and the metrics so far. On the CPU the resumed run is the
//! same as if it had never stopped, bit for bit; on another device it continues from the same numbers and rounds
//! differently from there.
//! **Where.** Between iterations only: within one, half an update would have to be saved too. After a failure it is the
//! last good state. Each owner writes its own arrays; `docs/checkpoints.md` lists them.
//! **Choices.** (1) A file with a missing or unknown field is refused by name: a run that resumes almost correctly is
//! worse than none. (2) Plots are not saved; the next iteration draws them.

use super::Trainer;
use super::context::Context;
use super::earlier;
use super::origin::Origin;
use super::record::{Counters, Record};
use crate::arrays::{Arrays, refused};
use crate::config::Config;
use crate::device::Device;
use crate::env::Task;
use crate::error::{Error, Result};
use crate::rng::Seed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of what [`Trainer::checkpoint`] writes and [`Trainer::resume`] reads.
pub const FORMAT: u64 = 2;

/// What is no array: the JSON in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    format: u64,
    /// Version of the program that wrote it.
    program: String,
    task: String,
    seed: u64,
    /// Where it was trained last.
    device: String,
    /// Real steps after which the run is to be given up; files of earlier versions do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_steps: Option<u64>,
    /// Whether what has been learned is only played.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    only_plays: bool,
    /// Rounds of imagining alone that are left of a transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    relearning: Option<u64>,
    /// Where it was computed, the latest last; files of 0.1.0 do not say it.
    #[serde(default)]
    computed_by: Vec<Origin>,
    /// Every hyperparameter by name, as text.
    config: BTreeMap<String, String>,
    counters: Counters,
    /// How many 32-bit words were drawn from each stream of chance.
    streams: BTreeMap<String, u64>,
    trust: ImaginationFacts,
    /// Names of the latest values in the array `metrics`.
    metrics: Vec<String>,
}

/// What the page shows of how far a model was trusted last; decided anew in the next iteration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImaginationFacts {
    /// Floating-point numbers are stored in arrays: this one as `trust.confidence`.
    #[serde(skip)]
    pub(super) confidence: Option<f32>,
    pub(super) branches: usize,
    /// Steps of a branch; 0 before a model was first fitted.
    pub(super) horizon: usize,
    /// Steps ahead up to which the model's held-out error is known.
    pub(super) known_steps: usize,
    /// Why imagination is skipped, if it is.
    pub(super) skipped: Option<String>,
}

impl Trainer {
    /// The run as a file: a safetensors file as `docs/checkpoints.md` describes it. Of a run that has failed it is the
    /// last good state: what had been learned before the iteration of the failure, and all experience.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] with field `phase` unless the run has failed or [`Trainer::is_between_iterations`];
    /// [`Error::Device`] if the device cannot be read.
    pub async fn checkpoint(&self) -> Result<Vec<u8>> {
        if self.failure.is_none() && !self.is_between_iterations() {
            let allowed = "a run can be saved between two iterations only".into();
            return Err(refused("phase", self.phase().name().into(), allowed));
        }
        let mut arrays = Arrays::default();
        self.context.save(&mut arrays);
        self.learner.save(&self.context, &mut arrays).await?;
        let facts = serde_json::to_string(&self.facts());
        arrays
            .to_bytes(&facts.map_err(|error| refused("facts", error.to_string(), "it must be JSON".into()))?)
    }

    /// The run that was saved in `bytes`, on this device. Whoever calls this still has the run that he has.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] with what in the file is missing, unknown or not valid.
    pub fn resume(bytes: &[u8], device: Device) -> Result<Self> {
        Self::resume_task(bytes, device, None)
    }

    /// The same for a run of a task that need not be in the list: it is given once more, and must be the one that the
    /// file is of.
    ///
    /// # Errors
    /// As from [`Trainer::resume`]; with field `task` for another task.
    pub fn resume_task(bytes: &[u8], device: Device, task: Option<Task>) -> Result<Self> {
        Self::resume_changed(bytes, device, task, |_, config| Ok(config))
    }

    /// The same with another configuration than the one that was saved of this task: what `changed` makes of it.
    pub(super) fn resume_changed(
        bytes: &[u8],
        device: Device,
        task: Option<Task>,
        changed: impl FnOnce(&str, Config) -> Result<Config>,
    ) -> Result<Self> {
        let (mut arrays, text) = Arrays::from_bytes(bytes)?;
        let facts = Facts::read(&text)?;
        let given =
            task.filter(|task| task.spec().id == facts.task).map_or_else(|| Task::named(&facts.task), Ok);
        let config = changed(&facts.task, facts.config()?)?;
        let mut trainer = given
            .and_then(|task| Self::of_task(task, config, Seed(facts.seed), device))
            .map_err(|error| of_file("", error))?;
        let context = &mut trainer.context;
        context.max_steps = facts.max_steps;
        context.only_plays = facts.only_plays;
        context.relearning = facts.relearning;
        context.computed_by = facts.computed_by;
        if context.computed_by.is_empty() {
            context.computed_by = vec![Origin::unknown(facts.program, facts.device)];
        }
        context.restore(&mut arrays)?;
        context.require_all_stored(facts.counters.real_steps())?;
        context.streams.go_to(facts.streams)?;
        facts.trust.require_possible(&context.config)?;
        trainer.learner.restore(context, facts.trust, &mut arrays)?;
        let bar = context.spec.solved_return;
        context.record = Record::load(facts.counters, &facts.metrics, bar, &mut arrays)?;
        context.computed_ticks = context.record.ticks;
        trainer.began_at = context.record.real_steps;
        earlier::discard(&mut arrays);
        arrays.finish()?;
        trainer.learner.keep_last_good(context.record.updates);
        Ok(trainer)
    }

    /// A hash of everything that the rest of the run depends on, as it is saved, and of what was measured so far: 64
    /// bits, which two runs have in common if they agree in every bit. Who computed it does not count.
    ///
    /// # Errors
    /// As from [`Trainer::checkpoint`].
    pub async fn results_hash(&self) -> Result<u64> {
        let bytes = self.checkpoint().await?;
        let (arrays, text) = Arrays::from_bytes(&bytes)?;
        let facts = Facts::read(&text)?;
        let counted = (facts.counters, facts.streams, facts.metrics);
        let text = serde_json::to_string(&counted)
            .map_err(|error| refused("facts", error.to_string(), "it must be JSON".into()))?;
        let mut hash = arrays.hash();
        hash.add(text.as_bytes());
        Ok(hash.value())
    }

    fn facts(&self) -> Facts {
        let context = &self.context;
        Facts {
            format: FORMAT,
            program: crate::PROGRAM.into(),
            task: context.spec.id.clone(),
            seed: context.seed.0,
            device: context.device.kind().name().into(),
            max_steps: context.max_steps,
            only_plays: context.only_plays,
            relearning: context.relearning,
            computed_by: self.computed_by(),
            config: context.config.texts(),
            counters: context.record.counters(),
            streams: context.streams.positions(),
            trust: self.learner.imagination(),
            metrics: context.record.told_metrics().keys().cloned().collect(),
        }
    }
}

impl Context {
    /// The real tasks, what is remembered of them, and what is measured on the way.
    fn save(&self, arrays: &mut Arrays) {
        self.envs.save(arrays);
        self.physics.save(arrays);
        self.replay.save(arrays);
        self.record.save(arrays);
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.envs.restore(arrays)?;
        self.physics.restore(&mut self.envs, arrays)?;
        self.replay.restore(arrays)?;
        let actions = self.replay.ids().flat_map(|id| self.replay.get(id).action);
        if let Some(action) = actions.into_iter().find(|action| !self.spec.action.allows(**action)) {
            let allowed = format!("{} has no such action", self.spec.id);
            return Err(refused("replay.actions", action.to_string(), allowed));
        }
        Ok(())
    }

    /// Checks that replay has been given every real step, and no other.
    fn require_all_stored(&self, real_steps: u64) -> Result<()> {
        let pushed = self.replay.ids().end as u64;
        if pushed == real_steps {
            return Ok(());
        }
        let allowed = format!("the counter of real steps says {real_steps}");
        Err(refused("replay.pushed", pushed.to_string(), allowed))
    }
}

impl ImaginationFacts {
    /// Checks that no more is told than this run can imagine.
    fn require_possible(&self, config: &Config) -> Result<()> {
        let parts = [
            ("branches", self.branches, config.most_branches()),
            ("horizon", self.horizon, config.horizon),
            ("known_steps", self.known_steps, config.horizon),
        ];
        match parts.into_iter().find(|(_, count, most)| count > most) {
            None => Ok(()),
            Some((name, count, most)) => {
                let allowed = format!("it must be from 0 to {most}");
                Err(refused(&format!("trust.{name}"), count.to_string(), allowed))
            }
        }
    }
}

impl Facts {
    /// Reads the JSON of a checkpoint, the version first: it says whether the rest can be understood.
    fn read(text: &str) -> Result<Self> {
        let wrong = |error: serde_json::Error| {
            refused(
                "__metadata__.mbppo",
                "its JSON".into(),
                format!("it must be what mbppo writes ({error})"),
            )
        };
        let json: serde_json::Value = serde_json::from_str(text).map_err(wrong)?;
        if json.get("policy").is_some() {
            let allowed = "a policy alone can be played, but is no run to go on with".into();
            return Err(refused("file", "a policy".into(), allowed));
        }
        let format = json.get("format").cloned().unwrap_or_default();
        if format != FORMAT {
            let allowed = format!("mbppo {} reads format {FORMAT}", env!("CARGO_PKG_VERSION"));
            return Err(refused("format", format.to_string(), allowed));
        }
        serde_json::from_value(json).map_err(wrong)
    }

    /// The hyperparameters: all that there were at first, those that came later or their defaults, and no others.
    fn config(&self) -> Result<Config> {
        Config::of_texts(&self.config, earlier::may_lack).map_err(|error| of_file("config.", error))
    }
}

/// What a configuration refuses was read from a file.
pub(super) fn of_file(prefix: &str, error: Error) -> Error {
    match error {
        Error::Config { field, value, allowed } => refused(&format!("{prefix}{field}"), value, allowed),
        other => other,
    }
}
