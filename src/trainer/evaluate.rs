//! Evaluation: how good is the greedy policy, on episodes it has never seen?
//!
//! **What.** The most probable action in every step of `eval_episodes` fresh episodes in parallel. Their steps are not
//! counted as real steps, nothing learns from them, and they have their own random streams, so training is unaffected.

use super::Trainer;
use super::work::Work;
use crate::env::VecEnv;
use crate::error::{Error, Result};

/// Evaluation episodes in progress.
pub(super) struct Evaluation {
    envs: VecEnv,
    /// Return of each episode once it has ended.
    returns: Vec<Option<f32>>,
}

impl Evaluation {
    pub(super) fn start(trainer: &Trainer) -> Result<Self> {
        let prefix = format!("evaluation.{}", trainer.record.evaluations.count);
        let episodes = trainer.config.eval_episodes;
        let mut envs = VecEnv::new(&trainer.task, episodes, trainer.seed, &prefix)?;
        for (name, value) in &trainer.changed_physics {
            envs.set_physics(name, *value)?;
        }
        Ok(Self { envs, returns: vec![None; episodes] })
    }

    pub(super) fn done(&self) -> f32 {
        self.returns.iter().flatten().count() as f32 / self.returns.len() as f32
    }
}

impl Trainer {
    pub(super) fn evaluate(&mut self, mut now: Evaluation) -> Result<Work> {
        let rows = now.envs.obs().chunks_exact(self.spec.obs_size());
        // Lanes whose episode is over go on with any action; their later episodes are not looked at.
        let size = self.spec.action_size();
        let mut actions = Vec::with_capacity(now.returns.len() * size);
        for (obs, ended) in rows.zip(&now.returns) {
            match ended {
                Some(_) => actions.extend(std::iter::repeat_n(0.0, size)),
                None => match (&self.table, &mut self.actor) {
                    (Some(table), _) => actions.push(table.greedy(self.envs.env(0).state_seen(obs)) as f32),
                    (None, Some(actor)) => actor.act_greedily(obs, &mut actions),
                    (None, None) => return Ok(Work::Begin),
                },
            }
        }
        Error::unless_finite("evaluate", "action", &actions)?;
        self.spec.action.clip(&mut actions);
        for (transition, return_) in now.envs.step(&actions)?.zip(&mut now.returns) {
            if let (Some(end), None) = (transition.finished, *return_) {
                *return_ = Some(end.return_);
            }
        }
        if now.returns.iter().any(Option::is_none) {
            return Ok(Work::Evaluate(now));
        }
        let mean = now.returns.iter().flatten().sum::<f32>() / now.returns.len() as f32;
        self.record.evaluation(mean, self.spec.solved_return);
        Ok(Work::Begin)
    }
}
