//! Transfer: another reward for a run whose model of the world stays.
//!
//! **What.** A saved run is taken up with another reward ([`NamedReward`](crate::env::NamedReward)): what it remembers
//! is relabelled, its policy begins anew and is learned from the model alone. Not one real step is taken; then it is
//! evaluated in the real task. What comes of it is a run like any other, which can be saved, shown and gone on with.
//! **Where.** `on_policy/relearn.rs` does the learning; `mbppo transfer` and the page begin it.
//! **Choices.** (1) The reward is given as a rule and not learned: none was seen yet that it could be learned from.
//! Where episodes end is given as a rule too: a model knows least about that, and a policy that is improved in it alone
//! finds out (without the rule, CartPole-v1's policies ran off the track in imagination, where nothing ended). (2)
//! Returns, evaluations and curves begin anew, for they were those of another reward; steps count on. (3) Running
//! episodes are broken off: one return must not be the sum of two rewards. (4) What was transferred was not made by its
//! seed alone, so no receipt of it can be verified.

use super::Trainer;
use crate::arrays::refused;
use crate::config::{Choice, Config, ImaginedReward, Kind, Termination};
use crate::device::Device;
use crate::env::make;
use crate::error::{Error, Result};
use crate::rewards::{OWN, TaskReward, rewards_of};

/// Rounds of imagining and improving that a transfer has unless somebody says otherwise.
pub const USUAL_ROUNDS: u64 = 80;

/// Share of imagined states from which a reward counts as covered.
const COVERED: f32 = 0.75;

impl Trainer {
    /// The run that was saved in `bytes`, with this reward in the place of its own, to be relearned in `rounds` rounds
    /// of imagining alone.
    ///
    /// # Errors
    /// [`Error::Config`] with field `reward` if the task has none of this name; [`Error::Checkpoint`] with what the
    /// file lacks: a world model that was measured, a reward that what is seen tells; else as from [`Trainer::resume`].
    pub fn transfer(bytes: &[u8], device: Device, reward: &str, rounds: u64) -> Result<Self> {
        let changed = |task: &str, config: Config| with_reward(task, config, reward);
        let mut trainer = Self::resume_changed(bytes, device, None, changed)?;
        if !trainer.learner.has_measured_model() {
            let allowed =
                "it was never fitted and measured, so there is nothing to imagine with: train it further";
            return Err(refused("world_model", "untested".into(), allowed.into()));
        }
        let context = &mut trainer.context;
        context.only_plays = false;
        context.relearning = Some(rounds);
        context.record.begin_anew();
        context.envs.begin_episodes();
        let judge = context.envs.env(0);
        context
            .replay
            .relabel(|obs, action, next_obs| judge.known_reward(obs, action, next_obs).unwrap_or(0.0));
        trainer.learner.begin_anew(&trainer.context);
        trainer.began_elsewhere();
        Ok(trainer)
    }

    /// Whether what was really seen covers what the relearned policy would do, as a sentence; none before a transfer is
    /// over.
    pub fn told_coverage(&self) -> Option<String> {
        let share = *self.snapshot().metrics.get("imagination/coverage")?;
        let percent = 100.0 * share;
        Some(match share >= COVERED {
            true => format!(
                "Its experience covers this reward: {percent:.0} % of the states that it imagines reaching are like \
                 ones that it has really seen."
            ),
            false => format!(
                "Its experience does not cover this reward: only {percent:.0} % of the states that it imagines \
                 reaching are like ones that it has really seen, and elsewhere its model guesses."
            ),
        })
    }

    /// Rounds of imagining alone that are left of a transfer; none if there is none, or it is over.
    pub fn relearning(&self) -> Option<u64> {
        self.context.relearning
    }
}

/// The configuration of a run on this task with this reward.
fn with_reward(task: &str, mut config: Config, reward: &str) -> Result<Config> {
    let word = require_reward(task, reward)?;
    require_relearnable(&config)?;
    config.task_reward = word;
    config.imagined_reward = ImaginedReward::Known;
    if make(task)?.knows_ends() {
        config.termination = Termination::Known;
    }
    Ok(config)
}

/// Checks that the task has this reward.
fn require_reward(task: &str, reward: &str) -> Result<TaskReward> {
    let index = TaskReward::WORDS.iter().position(|word| *word == reward);
    let value = index.map(|index| <TaskReward as Choice>::VALUES[index]);
    let names: Vec<&str> = rewards_of(task).map(|reward| reward.word).collect();
    match value {
        Some(value) if !names.is_empty() && (reward == OWN || value.on(task).is_some()) => Ok(value),
        _ => Err(Error::Config {
            field: "reward".into(),
            value: reward.into(),
            allowed: match names.is_empty() {
                true => format!("{task} has no reward but its own"),
                false => format!("the rewards of {task} are {OWN}, {}", names.join(", ")),
            },
        }),
    }
}

/// Checks that a run of this configuration has a model in which a policy can be relearned.
fn require_relearnable(config: &Config) -> Result<()> {
    let refused = |field: &str, allowed: &str| {
        let value = config.get(field).unwrap_or_default();
        Err(refused(&format!("config.{field}"), value, allowed.into()))
    };
    if config.algorithm.kind != Kind::OnPolicy {
        return refused("algorithm", "only ppo and a2c relearn a policy in their model of the world");
    }
    if !config.has_model() {
        return refused(
            "imagination_rounds",
            "it must be 1 or more: without a model there is nothing to imagine with",
        );
    }
    if config.task_hidden {
        return refused("task_hidden", "rewards are rules of what is seen, and this task hides some of it");
    }
    Ok(())
}
