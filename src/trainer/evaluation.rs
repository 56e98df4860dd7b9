//! Evaluation: how good is the greedy policy, on episodes it has never seen?
//!
//! **What.** The most probable action in every step of `eval_episodes` fresh episodes in parallel. Their steps are not
//! counted as real steps, nothing learns from them, and they have their own random streams, so training is unaffected.

use super::context::Context;
use super::learner::Learner;
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
    pub(super) fn start(context: &Context, episodes: usize) -> Result<Self> {
        let prefix = format!("evaluation.{}", context.record.evaluations.count);
        let mut envs = VecEnv::new(&context.task, episodes, context.seed, &prefix)?;
        context.physics.apply(&mut envs)?;
        Ok(Self { envs, returns: vec![None; episodes] })
    }

    /// The share of episodes that have ended.
    pub(super) fn done(&self) -> f32 {
        self.returns.iter().flatten().count() as f32 / self.returns.len() as f32
    }

    /// One step of all episodes; their mean return is recorded after the last. Whether it is over.
    ///
    /// # Errors
    /// [`Error::Diverged`] if an action is not finite.
    pub(super) fn step(&mut self, context: &mut Context, learner: &mut dyn Learner) -> Result<bool> {
        let rows = self.envs.obs().chunks_exact(context.spec.obs_size());
        // Lanes whose episode is over go on with any action; their later episodes are not looked at.
        let size = context.spec.action_size();
        let mut actions = Vec::with_capacity(self.returns.len() * size);
        for (obs, ended) in rows.zip(&self.returns) {
            match ended {
                Some(_) => actions.extend(std::iter::repeat_n(0.0, size)),
                None => learner.act_greedily(obs, &mut actions),
            }
        }
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
