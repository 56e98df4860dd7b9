//! A policy alone: what acts, as a small file, without the rest of the run that made it.
//!
//! **What.** The networks, or the table, by which a learner acts, under the names that they have in a checkpoint, and
//! what they need to act again: task, hyperparameters (with the task's variant), the scale of observations. The file of
//! the preset `mb-ppo` for CartPole has 8.3 kB, where the run has 306 kB after 1,500 real steps. [`PolicyFile::run`]
//! makes a run of it, which plays it, or learns on from it with everything else new.
//! **Where.** Between [`crate::trainer`] and whoever opens files; [`text`] has the same in an address.
//! **Choices.** (1) Learning goes on from the policy of PPO, A2C, DQN, Dyna-Q and both searches. TD3, DDPG and SAC
//! learn theirs from critics, and fresh ones would only spoil it: refused. PETS has none to save. (2) A run
//! that began with a policy was not made by its seed alone, and its receipt says so. (3) What is wrong with a file is
//! named, as in a checkpoint.

pub mod text;

use crate::arrays::Arrays;
use crate::config::{Config, Kind};
use crate::device::Device;
use crate::env::Task;
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::trainer::Trainer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of what [`PolicyFile::to_bytes`] writes and [`PolicyFile::read`] reads.
pub const FORMAT: u64 = 1;

/// What acts: names of arrays in a checkpoint, or how they begin.
const ACTING: &[&str] = &[
    "actor.mu.",
    "actor.mu_and_log_std.",
    "actor_critic.log_std",
    "actor_critic.policy.",
    "actor_critic.shared.",
    "dqn.q_net.",
    "dyna_q.values",
    "obs_scaling.",
    "policy_search.weights",
    "random_search.weights",
];
/// Networks with a target network, which begins as a copy: their names and its own.
const TARGETS: &[[&str; 2]] = &[["actor.mu.", "actor.mu_target."], ["dqn.q_net.", "dqn.q_net_target."]];

fn acts(name: &str) -> bool {
    ACTING.iter().any(|prefix| name.starts_with(prefix))
}

/// What is no array.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    /// [`FORMAT`].
    policy: u64,
    /// Version of the program that wrote it.
    program: String,
    task: String,
    /// Every hyperparameter by name, as text: the variant of the task is among them.
    config: BTreeMap<String, String>,
    /// Of the run that made it.
    seed: u64,
    real_steps: u64,
    /// Sizes of the layers, inputs first; empty for a table.
    network: Vec<usize>,
}

/// A policy alone.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyFile {
    facts: Facts,
    arrays: Arrays,
}

impl PolicyFile {
    /// The policy of a run that stands between two iterations.
    ///
    /// # Errors
    /// As from [`Trainer::checkpoint`]; [`Error::Policy`] with field `algorithm` for a learner that has none.
    pub async fn of(trainer: &Trainer) -> Result<Self> {
        let algorithm = trainer.config().algorithm;
        if algorithm.kind == Kind::Planning {
            let allowed =
                "it has no policy, but plans with its world model: save the run, which can be played too";
            return Err(wrong("algorithm", algorithm.word.into(), allowed.into()));
        }
        let (mut arrays, _) = Arrays::from_bytes(&trainer.checkpoint().await?)?;
        arrays.keep(acts);
        let now = trainer.snapshot();
        let facts = Facts {
            policy: FORMAT,
            program: crate::PROGRAM.into(),
            task: now.task,
            config: trainer.config().texts(),
            seed: now.seed,
            real_steps: now.real_steps,
            network: layers(&arrays),
        };
        Ok(Self { facts, arrays })
    }

    /// Whether these bytes are meant to be a policy alone, whatever is wrong with them.
    pub fn is_one(bytes: &[u8]) -> bool {
        let json = |text: String| serde_json::from_str::<serde_json::Value>(&text).ok();
        let text = Arrays::from_bytes(bytes).ok().map(|(_, text)| text);
        text.and_then(json).is_some_and(|json| json.get("policy").is_some())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Policy`] with the field, what it is, and what is allowed.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let (arrays, text) = Arrays::from_bytes(bytes).map_err(of_policy)?;
        let not_one = |error: serde_json::Error| {
            wrong("__metadata__.mbppo", "its JSON".into(), format!("it must be what mbppo writes ({error})"))
        };
        let json: serde_json::Value = serde_json::from_str(&text).map_err(not_one)?;
        let format = json.get("policy").cloned().unwrap_or_default();
        if format != FORMAT {
            let allowed = format!("mbppo {} reads format {FORMAT}", env!("CARGO_PKG_VERSION"));
            return Err(wrong("policy", format.to_string(), allowed));
        }
        let facts: Facts = serde_json::from_value(json).map_err(not_one)?;
        let policy = Self { facts, arrays };
        let layers = layers(&policy.arrays);
        if policy.facts.network != layers {
            let allowed = format!("its arrays have {layers:?}");
            return Err(wrong("network", format!("{:?}", policy.facts.network), allowed));
        }
        Ok(policy)
    }

    /// The policy in a file: one alone, or that of a run, whose task is given if it is not in the list.
    ///
    /// # Errors
    /// As from [`PolicyFile::read`] or [`Trainer::resume_task`].
    pub async fn open(bytes: &[u8], task: Option<Task>) -> Result<Self> {
        if Self::is_one(bytes) {
            return Self::read(bytes);
        }
        Self::of(&Trainer::resume_task(bytes, Device::cpu(), task)?).await
    }

    /// It as a file.
    ///
    /// # Errors
    /// As from [`Arrays::to_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let facts = serde_json::to_string(&self.facts);
        let facts = facts.map_err(|error| wrong("facts", error.to_string(), "it must be JSON".into()))?;
        self.arrays.to_bytes(&facts)
    }

    /// Id of its task.
    pub fn task(&self) -> &str {
        &self.facts.task
    }

    /// It in a few words: "CartPole-v1, ppo 4–64–64–2, seed 3, 1024 real steps".
    pub fn words(&self) -> String {
        let Facts { task, config, seed, real_steps, network, .. } = &self.facts;
        let sizes: Vec<String> = network.iter().map(ToString::to_string).collect();
        let sizes = if sizes.is_empty() { String::new() } else { format!(" {}", sizes.join("–")) };
        let algorithm = config.get("algorithm").map_or("", String::as_str);
        format!("{task}, {algorithm}{sizes}, seed {seed}, {real_steps} real steps")
    }

    /// A run of its task, at its beginning, that plays it or learns on from it; of a task that is not in the list it is
    /// given.
    ///
    /// # Errors
    /// [`Error::Policy`] if it does not fit the networks of its own hyperparameters, or nothing can learn on from it.
    pub async fn run(&self, task: Option<Task>, seed: Seed, only_plays: bool) -> Result<Trainer> {
        let config = Config::of_texts(&self.facts.config, |_| false).map_err(of_policy)?;
        let given = task.filter(|task| task.spec().id == self.facts.task);
        let task = given.map_or_else(|| Task::named(&self.facts.task), Ok).map_err(of_policy)?;
        let fresh = Trainer::of_task(task.clone(), config, seed, Device::cpu()).map_err(of_policy)?;
        let (mut arrays, facts) = Arrays::from_bytes(&fresh.checkpoint().await?)?;
        if !only_plays {
            fresh.require_critics()?;
        }
        self.put_into(&mut arrays).map_err(of_policy)?;
        let mut trainer =
            Trainer::resume_task(&arrays.to_bytes(&facts)?, Device::cpu(), Some(task)).map_err(of_policy)?;
        trainer.began_elsewhere();
        trainer.set_only_plays(only_plays)?;
        Ok(trainer)
    }

    /// Puts it in place of the policy of another checkpoint.
    fn put_into(&self, arrays: &mut Arrays) -> Result<()> {
        for name in arrays.names("").filter(|name| acts(name)).map(String::from).collect::<Vec<_>>() {
            let target = TARGETS.iter().find(|[network, _]| name.starts_with(network));
            let copy = target.map(|[network, target]| name.replacen(network, target, 1));
            for instead in [Some(name.clone()), copy].into_iter().flatten() {
                arrays.replace(&instead, &self.arrays, &name)?;
            }
        }
        match self.arrays.names("").find(|name| !arrays.has(name)) {
            None => Ok(()),
            Some(name) => {
                let shape = format!("{:?}", self.arrays.shape(name).unwrap_or_default());
                Err(wrong(name, shape, "this network has no such array".into()))
            }
        }
    }
}

/// Sizes of the layers of the network among these arrays; none of a table, or of a single matrix.
fn layers(arrays: &Arrays) -> Vec<usize> {
    let mut sizes = Vec::new();
    for name in arrays.names("").filter(|name| name.ends_with(".kernel")) {
        match arrays.shape(name) {
            Some(&[inputs, outputs]) if sizes.is_empty() => sizes = vec![inputs, outputs],
            Some(&[_, outputs]) => sizes.push(outputs),
            _ => {}
        }
    }
    sizes
}

fn wrong(field: &str, value: String, allowed: String) -> Error {
    Error::Policy { field: field.into(), value, allowed }
}

/// What an array or a configuration refuses was read from a policy.
fn of_policy(error: Error) -> Error {
    match error {
        Error::Checkpoint { field, value, allowed } | Error::Config { field, value, allowed } => {
            Error::Policy { field, value, allowed }
        }
        other => other,
    }
}
