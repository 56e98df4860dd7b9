//! Which learner suits which task, and which devices it can run on.
//!
//! What a learner needs, and where it has kernels, stands in its row ([`LEARNERS`](crate::config::LEARNERS)). The
//! trainer enforces these rules, and the page and the command line take from them what to offer.

use crate::config::{
    Algorithm, Choice, Config, ImaginedReward, Needs, PRESETS, Remark, Shown, TaskHas, Termination, preset,
};
use crate::device::DeviceKind;
use crate::env::{ActionSpace, Env, EnvSpec, TASKS, Task, make};
use crate::error::{Error, Result};
use crate::rewards::rewards_of;
use serde::Serialize;
use std::collections::BTreeMap;

/// Presets in the order in which they are tried in place of one that cannot learn a task: the nearest first.
const INSTEAD: [&str; 3] = ["dqn", "td3", "mb-ppo"];

/// A preset that cannot learn a task.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unsuited {
    /// Name of the preset.
    pub preset: &'static str,
    /// Id of the task.
    pub task: &'static str,
    /// Why, as a sentence.
    pub why: String,
    /// The nearest preset that can.
    pub instead: &'static str,
}

/// Something that a run never shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NotShown {
    /// What it is.
    pub what: Shown,
    /// Why, as a sentence.
    pub why: String,
    /// The first preset that learns the same task and shows it.
    pub instead: &'static str,
}

/// Whether an algorithm can compute on this kind of device.
pub fn has_kernels(algorithm: Algorithm, device: DeviceKind) -> bool {
    algorithm.devices.contains(&device.name())
}

/// The names of the devices on which each algorithm can compute, by its name.
pub fn devices() -> BTreeMap<&'static str, Vec<&'static str>> {
    let of = |algorithm: Algorithm| {
        let kinds = DeviceKind::ALL.iter().filter(|&&kind| has_kernels(algorithm, kind));
        kinds.map(|kind| kind.name()).collect()
    };
    Algorithm::VALUES.iter().map(|algorithm| (algorithm.word(), of(*algorithm))).collect()
}

/// Every preset and task that do not go together.
///
/// # Errors
/// None: presets and tasks of the lists are there.
pub fn unsuited() -> Result<Vec<Unsuited>> {
    let mut found = Vec::new();
    for task in TASKS {
        let env = make(task)?;
        for row in PRESETS {
            let Some(why) = reason(preset(row.name, task)?.algorithm, env.as_ref()) else { continue };
            let suits = |name: &&str| {
                preset(name, task).is_ok_and(|config| reason(config.algorithm, env.as_ref()).is_none())
            };
            let instead = INSTEAD.into_iter().find(suits).unwrap_or(PRESETS[0].name);
            found.push(Unsuited { preset: row.name, task, why: format!("{why}."), instead });
        }
    }
    Ok(found)
}

/// Everything that a run of this configuration never shows on this task.
///
/// # Errors
/// What making the task gives.
pub fn not_shown(config: &Config, task: &Task) -> Result<Vec<NotShown>> {
    let (env, mut found) = (task.make()?, Vec::new());
    for what in Shown::ALL {
        let Some(why) = config.not_shown(what) else { continue };
        let shows = |name: &&str| {
            preset(name, &task.spec().id).is_ok_and(|other| {
                other.not_shown(what).is_none() && reason(other.algorithm, env.as_ref()).is_none()
            })
        };
        let instead = PRESETS.iter().map(|row| row.name).find(shows).unwrap_or(PRESETS[0].name);
        found.push(NotShown { what, why, instead });
    }
    Ok(found)
}

/// Every hyperparameter that has no effect in this configuration on this task.
///
/// # Errors
/// [`Error::Config`] with field `task` for an unknown one.
pub fn without_effect(config: &Config, task: &str) -> Result<Vec<Remark>> {
    Ok(without_effect_on(config, &make(task)?.spec()))
}

/// The same on a task of these facts, which need not be in the list.
pub fn without_effect_on(config: &Config, spec: &EnvSpec) -> Vec<Remark> {
    config.without_effect(TaskHas {
        numbers: matches!(spec.action, ActionSpace::Box { .. }),
        usual_change: !spec.variants.usual_change.is_empty(),
        velocities: !spec.variants.velocities.is_empty(),
        rewards: rewards_of(&spec.id).next().is_some(),
        this_reward: config.task_reward.on(&spec.id).is_some(),
        sparse_reward: spec.variants.sparse.is_some(),
    })
}

/// Checks that this algorithm can learn this task.
///
/// # Errors
/// [`Error::Config`] with field `algorithm`, and what to take instead.
pub fn require_suited(algorithm: Algorithm, env: &dyn Env) -> Result<()> {
    let Some(reason) = reason(algorithm, env) else { return Ok(()) };
    let can = |other: &&Algorithm| self::reason(**other, env).is_none();
    let suited: Vec<&str> = Algorithm::VALUES.iter().filter(can).map(Choice::word).collect();
    Err(Error::Config {
        field: "algorithm".into(),
        value: algorithm.word().into(),
        allowed: format!("{reason}; take {} there", suited.join(", ")),
    })
}

/// Checks that the task has the rule that `termination = known` takes ends from.
///
/// # Errors
/// [`Error::Config`] with field `termination`, and what to take instead.
pub fn require_known_ends(config: &Config, env: &dyn Env) -> Result<()> {
    if config.termination != Termination::Known || !config.has_model() || env.knows_ends() {
        return Ok(());
    }
    let allowed = format!("{} has no rule of its own for that; take learned there", env.spec().id);
    Err(Error::Config { field: "termination".into(), value: "known".into(), allowed })
}

/// Checks that the task has the rule that `imagined_reward = known` takes rewards from.
///
/// # Errors
/// [`Error::Config`] with field `imagined_reward`, and what to take instead.
pub fn require_known_rewards(config: &Config, env: &dyn Env) -> Result<()> {
    let is_read = config.has_model() && config.algorithm.reads("imagined_reward");
    if config.imagined_reward != ImaginedReward::Known || !is_read || knows_rewards(env) {
        return Ok(());
    }
    let allowed = format!("{} has no rule for that in what is seen; take learned there", env.spec().id);
    Err(Error::Config { field: "imagined_reward".into(), value: "known".into(), allowed })
}

/// Whether what is seen tells what a step is worth.
fn knows_rewards(env: &dyn Env) -> bool {
    let spec = env.spec();
    let (obs, action) = (vec![0.0; spec.obs_size()], vec![0.0; spec.action_size()]);
    env.known_reward(&obs, &action, &obs).is_some()
}

/// Checks that this algorithm has kernels on this kind of device.
///
/// # Errors
/// [`Error::Config`] with field `device`, and what is possible.
pub fn require_kernels(algorithm: Algorithm, device: DeviceKind) -> Result<()> {
    if has_kernels(algorithm, device) {
        return Ok(());
    }
    let allowed = format!("{} computes on the CPU only: take device cpu", algorithm.word);
    Err(Error::Config { field: "device".into(), value: device.name().into(), allowed })
}

/// Why this algorithm cannot learn this task, if so.
fn reason(algorithm: Algorithm, env: &dyn Env) -> Option<String> {
    let (spec, name) = (env.spec(), algorithm.name);
    match (algorithm.needs, spec.action) {
        (Needs::DiscreteActions, ActionSpace::Box { .. }) => {
            Some(format!("{name} needs discrete actions, and those of {} are continuous", spec.id))
        }
        (Needs::ContinuousActions, ActionSpace::Discrete(choices)) => {
            Some(format!("{name} needs continuous actions, and {} has {choices} discrete ones", spec.id))
        }
        (Needs::NumberedStates, _) if env.state_count().is_none() => Some(format!(
            "{name} needs a table of all states, as for DynaMaze-v0, and {} has too many",
            spec.id
        )),
        _ => None,
    }
}
