//! Checkpoints: a run as a file, from which it continues exactly, here or elsewhere.
//!
//! **What.** Everything that the rest of the run depends on: learned parameters and optimiser state, replay, the state
//! of the environments, the positions of the random streams, and the metrics so far. On the CPU the resumed run is the
//! same as if it had never stopped, bit for bit; on another device it continues from the same numbers and rounds
//! differently from there.
//! **Where.** Between iterations only: within one, half an update would have to be saved too. After a failure it is the
//! last good state ([`super::kept`]). Each owner writes its own arrays; `docs/checkpoints.md` lists them.
//! **Choices.** (1) A file with a missing or unknown field is refused by name: a run that resumes almost correctly is
//! worse than none. (2) Plots are not saved; the next iteration draws them.

use super::record::{Counters, Record};
use super::replay_learner::ReplayLearner;
use super::{Trainer, Trust};
use crate::arrays::{Arrays, refused};
use crate::config::{Config, schema};
use crate::device::Device;
use crate::error::{Error, Result};
use crate::kernels::Weights;
use crate::kernels::scales::Scales;
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
    /// Every hyperparameter by name, as text.
    config: BTreeMap<String, String>,
    counters: Counters,
    /// How many 32-bit words were drawn from each stream of chance.
    streams: BTreeMap<String, u64>,
    trust: TrustFacts,
    /// Names of the latest values in the array `metrics`.
    metrics: Vec<String>,
}

/// What the page shows of how far the model was trusted last; decided anew in the next iteration.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustFacts {
    branches: usize,
    horizon: usize,
    known_steps: usize,
    skipped: Option<String>,
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
        self.save_learned(&mut arrays).await?;
        self.save_experience(&mut arrays);
        let facts = serde_json::to_string(&self.facts());
        arrays
            .to_bytes(&facts.map_err(|error| refused("facts", error.to_string(), "it must be JSON".into()))?)
    }

    /// The run that was saved in `bytes`, on this device. Whoever calls this still has the run that he has.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] with what in the file is missing, unknown or not valid.
    pub fn resume(bytes: &[u8], device: Device) -> Result<Self> {
        let (mut arrays, text) = Arrays::from_bytes(bytes)?;
        let facts = Facts::read(&text)?;
        let mut trainer = Self::new(&facts.task, facts.config()?, Seed(facts.seed), device)
            .map_err(|error| of_file("", error))?;
        trainer.max_steps = facts.max_steps;
        trainer.restore_experience(&mut arrays)?;
        trainer.restore_learned(&mut arrays)?;
        if arrays.has("trust.confidence") {
            trainer.trust.confidence = Some(arrays.take_within("trust.confidence", &[1], 0.0..=1.0)?[0]);
        }
        facts.trust.require_possible(&trainer.config)?;
        let TrustFacts { branches, horizon, known_steps, skipped } = facts.trust;
        trainer.trust = Trust { branches, horizon, known_steps, skipped, ..trainer.trust };
        trainer.require_all_remembered(facts.counters.real_steps())?;
        trainer.streams.go_to(facts.streams)?;
        trainer.record =
            Record::load(facts.counters, &facts.metrics, trainer.spec.solved_return, &mut arrays)?;
        arrays.finish()?;
        while trainer.model.is_some() && !trainer.bootstraps.catch_up(&trainer.replay) {}
        trainer.kept = None;
        trainer.keep();
        Ok(trainer)
    }

    fn facts(&self) -> Facts {
        let setting = |name: &str| (name.to_string(), self.config.get(name).unwrap_or_default());
        Facts {
            format: FORMAT,
            program: crate::PROGRAM.into(),
            task: self.spec.id.into(),
            seed: self.seed.0,
            device: self.device.kind().name().into(),
            max_steps: self.max_steps,
            config: schema().iter().map(|row| setting(row.name)).collect(),
            counters: self.record.counters(),
            streams: self.streams.positions(),
            trust: TrustFacts {
                branches: self.trust.branches,
                horizon: self.trust.horizon,
                known_steps: self.trust.known_steps,
                skipped: self.trust.skipped.clone(),
            },
            metrics: self.record.told_metrics().keys().cloned().collect(),
        }
    }

    /// Networks and tables, with the memory of their optimisers.
    async fn save_learned(&self, arrays: &mut Arrays) -> Result<()> {
        if self.table.is_none() {
            self.agent.shape().scaling.save("obs_scaling", arrays);
        }
        match (&self.table, &self.replay_learner) {
            (Some(table), _) => table.save(arrays),
            (None, Some(learner)) => {
                let weights = learner.weights().await?;
                let names = ReplayLearner::names(self.agent.shape());
                weights.iter().zip(&names).for_each(|(weights, names)| weights.save(names, arrays));
            }
            (None, None) => self.agent.save(arrays).await?,
        }
        if let Some(model) = &self.model {
            model.save(arrays).await?;
        }
        if let Some(curiosity) = &self.curiosity {
            curiosity.module.save(arrays).await?;
        }
        Ok(())
    }

    fn restore_learned(&mut self, arrays: &mut Arrays) -> Result<()> {
        if self.table.is_none() {
            self.agent.shape().scaling.require_saved("obs_scaling", arrays)?;
        }
        match (&mut self.table, &mut self.replay_learner) {
            (Some(table), _) => table.restore(arrays)?,
            (None, Some(learner)) => {
                let names = ReplayLearner::names(self.agent.shape());
                let weights = names.iter().map(|names| Weights::load(names, arrays));
                learner.set_weights(weights.collect::<Result<_>>()?);
            }
            (None, None) => self.agent.restore(arrays)?,
        }
        if let Some(model) = &mut self.model {
            model.restore(arrays)?;
            // The model is first fitted once there is something to examine it on.
            if self.replay.has_both_parts() && model.scales().is_none() {
                Scales::load(self.config.model_target, self.spec.obs_size(), arrays)?;
            }
        }
        if let Some(curiosity) = &mut self.curiosity {
            curiosity.module.set_normalization(self.replay.obs_stats());
            curiosity.scale = self.novelty_scale.std().max(1e-8);
            curiosity.module.restore(arrays)?;
        }
        Ok(())
    }

    /// The real tasks, what is remembered of them, and what is measured on the way.
    fn save_experience(&self, arrays: &mut Arrays) {
        self.envs.save(arrays);
        self.save_physics(arrays);
        if !self.action_noise.is_empty() {
            let shape = [self.config.num_envs, self.spec.action_size()];
            arrays.put("action_noise", &shape, self.action_noise.iter().copied());
        }
        self.replay.save(arrays);
        self.novelty_scale.save("curiosity.novelty", arrays);
        arrays.put("curiosity.beta", &[1], [self.beta.beta]);
        if let Some(confidence) = self.trust.confidence {
            arrays.put("trust.confidence", &[1], [confidence]);
        }
        self.record.save(arrays);
    }

    fn restore_experience(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.envs.restore(arrays)?;
        self.restore_physics(arrays)?;
        if arrays.has("action_noise") {
            let shape = [self.config.num_envs, self.spec.action_size()];
            self.action_noise = arrays.take_within("action_noise", &shape, -LARGEST_NOISE..=LARGEST_NOISE)?;
        }
        self.replay.restore(arrays)?;
        let actions = self.replay.ids().flat_map(|id| self.replay.get(id).action);
        if let Some(action) = actions.into_iter().find(|action| !self.spec.action.allows(**action)) {
            let allowed = format!("{} has no such action", self.spec.id);
            return Err(refused("replay.actions", action.to_string(), allowed));
        }
        self.novelty_scale.restore("curiosity.novelty", arrays)?;
        self.beta.beta = arrays.take_within("curiosity.beta", &[1], 0.0..=1.0)?[0];
        Ok(())
    }

    /// Checks that replay has been given every real step, and no other.
    fn require_all_remembered(&self, real_steps: u64) -> Result<()> {
        let pushed = self.replay.ids().end as u64;
        if pushed == real_steps {
            return Ok(());
        }
        let allowed = format!("the counter of real steps says {real_steps}");
        Err(refused("replay.pushed", pushed.to_string(), allowed))
    }
}

/// The noise is a share of an action's bound, with a spread of at most 2.
const LARGEST_NOISE: f32 = 100.0;

impl TrustFacts {
    /// Checks that no more is told than this run can imagine.
    fn require_possible(&self, config: &Config) -> Result<()> {
        let parts = [
            ("branches", self.branches, config.branches_max),
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
        let format = json.get("format").cloned().unwrap_or_default();
        if format != FORMAT {
            let allowed = format!("mbppo {} reads format {FORMAT}", env!("CARGO_PKG_VERSION"));
            return Err(refused("format", format.to_string(), allowed));
        }
        serde_json::from_value(json).map_err(wrong)
    }

    /// The hyperparameters: all that there are, and no others.
    fn config(&self) -> Result<Config> {
        let mut config = Config::default();
        for (name, text) in &self.config {
            config.set(name, text).map_err(|error| of_file("config.", error))?;
        }
        match schema().iter().find(|row| !self.config.contains_key(row.name)) {
            None => Ok(config),
            Some(row) => {
                let allowed = "every hyperparameter must be there".into();
                Err(refused(&format!("config.{}", row.name), "nothing".into(), allowed))
            }
        }
    }
}

/// What a configuration refuses was read from a file.
pub(super) fn of_file(prefix: &str, error: Error) -> Error {
    match error {
        Error::Config { field, value, allowed } => refused(&format!("{prefix}{field}"), value, allowed),
        other => other,
    }
}
