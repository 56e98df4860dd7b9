//! Playing: a run that does what it has learned, and learns nothing.
//!
//! **What.** A tick is one step of all environments with the greedy action, an iteration is [`TICKS`] of them. Their
//! steps are real ones: counted, stored and shown like any others, so that learning can go on from there.
//! **Where.** A [policy alone](crate::policy_file) is played so; any saved run can be.
//! **Choices.** (1) A run that is told within an iteration to play ends that first. (2) What has played was not made
//! by its seed alone, so no receipt of it can be verified: it gets another [`Origin`].

use super::Trainer;
use super::context::Context;
use super::evaluation::Evaluation;
use super::learner::{Asked, Learner, Place, Progress};
use super::origin::Origin;
use crate::config::Kind;
use crate::error::{Error, Result};

/// Ticks of an iteration.
const TICKS: usize = 100;

/// What is going on, as a sentence for a newcomer.
pub(super) const NARRATION: &str = "It plays what it has learned, and learns nothing.";

/// The share of the iteration that is done after so many ticks.
pub(super) fn done(ticks: usize) -> f32 {
    ticks as f32 / TICKS as f32
}

/// One unit of work of a learner that may be told to play only.
pub(super) async fn tick(
    context: &mut Context,
    learner: &mut dyn Learner,
    played: &mut usize,
) -> Result<Progress> {
    if !context.only_plays || !learner.is_between_iterations() {
        return learner.tick(context).await;
    }
    learner.get_ready().await?;
    let (obs, lanes) = (context.envs.obs().to_vec(), context.config.num_envs);
    let begun: Vec<bool> = (0..lanes).map(|lane| context.envs.elapsed(lane) == 0).collect();
    let asked = Asked { place: Place::Played, obs: &obs, asks: &vec![true; lanes], begun: &begun };
    let Some(mut actions) = learner.decide(context, asked).await? else { return Ok(Progress::Within) };
    Error::unless_finite("collect", "action", &actions)?;
    context.spec.action.clip(&mut actions);
    context.step(&actions, |_, _, _| {})?;
    *played = (*played + 1) % TICKS;
    Ok(if *played == 0 { Progress::Over } else { Progress::Within })
}

impl Trainer {
    /// Whether it only plays what it has learned.
    pub fn only_plays(&self) -> bool {
        self.context.only_plays
    }

    /// From now on, or from the end of the iteration, it only plays, or learns again.
    ///
    /// # Errors
    /// As from [`Trainer::require_critics`] if it is to learn.
    pub fn set_only_plays(&mut self, only_plays: bool) -> Result<()> {
        if only_plays == self.context.only_plays {
            return Ok(());
        }
        if !only_plays {
            self.require_critics()?;
        }
        self.keep_origin();
        self.context.only_plays = only_plays;
        self.played = 0;
        self.began_elsewhere();
        Ok(())
    }

    /// Checks that it can learn on from its policy: one that is learned from critics would only be spoilt by fresh
    /// ones.
    ///
    /// # Errors
    /// [`Error::Policy`] with field `algorithm` for TD3, DDPG, SAC and MBPO whose critics have never learned.
    pub fn require_critics(&self) -> Result<()> {
        let Context { config, record, .. } = &self.context;
        let algorithm = config.algorithm;
        let from_replay = matches!(algorithm.kind, Kind::OffPolicy | Kind::ModelReplay);
        let has_critics = from_replay && algorithm.word != "dqn";
        if !has_critics || record.updates > 0 {
            return Ok(());
        }
        let allowed = "its policy is learned from critics, which a policy alone does not hold: it can be played, \
             and the saved run can be trained on";
        let (field, value) = ("algorithm".into(), algorithm.word.into());
        Err(Error::Policy { field, value, allowed: allowed.into() })
    }

    /// It was not made by its seed alone.
    pub fn began_elsewhere(&mut self) {
        let device = self.context.device.kind().name().into();
        self.context.computed_by.push(Origin::unknown(crate::PROGRAM.into(), device));
        self.context.computed_ticks = self.context.record.ticks;
    }

    /// Returns of so many greedy episodes from fresh states, as an evaluation has them.
    ///
    /// # Errors
    /// [`Error::Diverged`] if an action is not finite; [`Error::Device`] if the device cannot be read.
    pub async fn greedy_returns(&mut self, episodes: usize) -> Result<Vec<f32>> {
        self.learner.get_ready().await?;
        let mut evaluation = Evaluation::start(&self.context, self.learner.as_mut(), episodes)?;
        while !evaluation.step(&mut self.context, self.learner.as_mut()).await? {}
        Ok(evaluation.returns.into_iter().flatten().collect())
    }
}
