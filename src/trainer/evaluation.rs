//! Evaluation: how good is the greedy policy, on episodes it has never seen?
//!
//! **What.** The most probable action in every step of `eval_episodes` fresh episodes in parallel. Their steps are not
//! counted as real steps, nothing learns from them, and they have their own random streams, so training is unaffected.

use super::context::Context;
use super::learner::{Asked, Learner, Place};
use crate::env::VecEnv;
use crate::error::{Error, Result};

/// Evaluation episodes in progress.
pub(super) struct Evaluation {
    envs: VecEnv,
    /// Return of each episode once it has ended.
    pub(super) returns: Vec<Option<f32>>,
}

impl Evaluation {
    /// Evaluation of so many episodes.
    pub(super) fn start(context: &Context, learner: &mut dyn Learner, episodes: usize) -> Result<Self> {
        learner.begin_evaluation(context, episodes);
        let prefix = format!("evaluation.{}", context.record.evaluations.count);
        let mut envs = VecEnv::new(&context.task, episodes, context.seed, &prefix)?;
        context.physics.apply(&mut envs)?;
        Ok(Self { envs, returns: vec![None; episodes] })
    }

    /// The share of episodes that have ended.
    pub(super) fn done(&self) -> f32 {
        self.returns.iter().flatten().count() as f32 / self.returns.len() as f32
    }

    /// One step of all episodes, or a part of what it takes to decide it; their mean return is recorded after the
    /// last. Whether it is over.
    ///
    /// # Errors
    /// [`Error::Diverged`] if an action is not finite; [`Error::Device`] if the device cannot be read.
    pub(super) async fn step(&mut self, context: &mut Context, learner: &mut dyn Learner) -> Result<bool> {
        // Lanes whose episode is over go on with any action; their later episodes are not looked at.
        let asks: Vec<bool> = self.returns.iter().map(Option::is_none).collect();
        let begun: Vec<bool> = (0..asks.len()).map(|lane| self.envs.elapsed(lane) == 0).collect();
        let asked = Asked { place: Place::Evaluation, obs: self.envs.obs(), asks: &asks, begun: &begun };
        let Some(mut actions) = learner.decide(context, asked).await? else { return Ok(false) };
        Error::unless_finite("evaluate", "action", &actions)?;
        context.spec.action.clip(&mut actions);
        for (transition, return_) in self.envs.step(&actions)?.zip(&mut self.returns) {
            if let (Some(end), None) = (transition.finished, *return_) {
                *return_ = Some(end.return_);
            }
        }
        if self.returns.iter().any(Option::is_none) {
            return Ok(false);
        }
        let mean = self.returns.iter().flatten().sum::<f32>() / self.returns.len() as f32;
        context.record.evaluation(mean, context.spec.solved_return);
        Ok(true)
    }
}
