//! Phase 3, imagine: the policy acts in the model, from where it has just been.
//!
//! ```text
//! round 1          real samples w = 1, imagined ones w = imagination_discount · confidence
//! rounds 2 to K    imagined samples only, w = 1
//! ```
//! **Choices.** (1) Confidence acts on how much is imagined ([`confidence`](crate::world_model::confidence)), and in
//! the first round on what real and imagined samples count beside each other. Later rounds have nothing real in
//! them: a mean over samples that all have the same weight is the same whatever that weight is. (2) Measured over 20
//! seeds, an update that shrinks with confidence (loss over the number of samples, or a step size times the mean
//! weight) and fewer rounds needed no fewer real steps anywhere and more on Acrobot (`docs/results.md`).

use super::Trainer;
use super::work::Work;
use crate::buffer::Rollout;
use crate::config::{CuriosityKind, Termination};
use crate::error::{Error, Result};
use crate::imagination::{Borders, Imagination};

impl Trainer {
    /// The ghosts: futures from where environment 0 is now. They are for the eye and train nothing, so they may go
    /// where the model has never been: that they scatter there is what one should see.
    pub(super) async fn forecast(&mut self, mut imagination: Imagination) -> Result<Work> {
        let Some(model) = &mut self.model else { return Ok(Work::Begin) };
        if !imagination.is_complete() {
            imagination.step(&mut self.agent, model, None, &mut self.streams.forecast).await?;
            return Ok(Work::Forecast(imagination));
        }
        let borders = Borders { range: None, disagreement_max: None, ..self.borders() };
        let imagined = imagination.finish(borders, 0.0).await?;
        self.record.metric("imagination/disagreement", imagined.disagreement);
        self.record.forecast(&imagined.rollout, self.trust.confidence.unwrap_or(0.0));
        Ok(self.begin_return_gap())
    }

    pub(super) fn first_round(&mut self) -> Work {
        self.note_depth();
        if self.trust.branches == 0 || self.trust.rounds == 0 {
            return self.advantages_of(0, vec![self.real_rollout()]);
        }
        self.begin_round(1)
    }

    /// w of an imagined sample where it shares a batch with real ones.
    fn weight_beside_real(&self) -> f32 {
        self.config.imagination_discount as f32 * self.trust.confidence.unwrap_or(0.0)
    }

    /// What cuts branches short in this iteration.
    pub(super) fn borders(&self) -> Borders<'_> {
        let knows_ends = self.config.termination == Termination::Known;
        Borders {
            range: self.trust.range.as_ref(),
            disagreement_max: self.config.adaptive_depth.then_some(self.config.disagreement_max as f32),
            known_ends: knows_ends.then(|| self.envs.env(0)),
        }
    }

    pub(super) fn begin_round(&mut self, round: usize) -> Work {
        let newest = self.replay.newest(self.config.start_fraction as f32);
        let mut starts = Vec::with_capacity(self.trust.branches * self.spec.obs_size());
        for _ in 0..self.trust.branches {
            let id = newest.start + self.streams.starts.below(newest.len());
            starts.extend_from_slice(self.replay.get(id).obs);
        }
        let with_disagreement =
            self.config.adaptive_depth || self.config.curiosity == CuriosityKind::Disagreement;
        let scope = self.scope(self.trust.horizon, with_disagreement);
        let imagination = Imagination::start(&self.device, starts, scope, &mut self.streams.imagination);
        Work::Imagine(Round { round, imagination, rollouts: Vec::new(), reward: 0.0 })
    }

    /// One step of some branches; after the last, some branches cut to what counts of them.
    pub(super) async fn imagine(&mut self, mut now: Round) -> Result<Work> {
        let Some(model) = &mut self.model else { return Ok(Work::Begin) };
        if !now.imagination.is_complete() {
            let stream = &mut self.streams.imagination;
            now.imagination.step(&mut self.agent, model, self.curiosity.as_mut(), stream).await?;
            return Ok(Work::Imagine(now));
        }
        let weight = if now.round == 1 { self.weight_beside_real() } else { 1.0 };
        let Some(imagined) = now.imagination.cut(self.borders(), weight).await? else {
            return Ok(self.end_round(now));
        };
        self.note_branches(&imagined.rollout, imagined.branches);
        let rollout = imagined.rollout;
        Error::unless_finite("imagine", "imagined obs", &rollout.next_obs)?;
        Error::unless_finite("imagine", "imagined reward", &rollout.rewards_ext)?;
        now.reward = rollout.rewards_ext.iter().fold(now.reward, |sum, reward| sum + reward);
        now.rollouts.push(rollout);
        Ok(Work::Imagine(now))
    }

    fn end_round(&mut self, now: Round) -> Work {
        let Round { round, mut rollouts, reward, .. } = now;
        let steps: usize = rollouts.iter().map(Rollout::len).sum();
        self.record.imagined_steps += steps as u64;
        self.record.metric("imagination/reward_mean", reward / steps.max(1) as f32);
        if round == 1 {
            rollouts.insert(0, self.real_rollout());
        }
        self.advantages_of(round, rollouts)
    }
}

/// A round of imagining in progress; rounds count from 1.
pub(super) struct Round {
    pub(super) round: usize,
    pub(super) imagination: Imagination,
    /// What has been cut so far, some branches each.
    rollouts: Vec<Rollout>,
    /// Sum of its rewards.
    reward: f32,
}
