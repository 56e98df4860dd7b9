//! Phase 3, imagine: the policy acts in the model, from where it has just been.

use super::Trainer;
use super::work::Work;
use crate::error::Result;
use crate::imagination::Imagination;

impl Trainer {
    /// The ghosts: futures from where environment 0 is now. They are for the eye and train nothing.
    pub(super) async fn forecast(&mut self, mut imagination: Imagination) -> Result<Work> {
        let Some(model) = &self.model else { return Ok(Work::Begin) };
        imagination.step(&self.net, model, None);
        if !imagination.is_complete() {
            return Ok(Work::Forecast(imagination));
        }
        let imagined = imagination.finish(self.trust.range.as_ref(), 0.0).await?;
        self.record.forecast(&imagined.rollout, self.trust.confidence.unwrap_or(0.0));
        Ok(self.first_round())
    }

    fn first_round(&mut self) -> Work {
        if self.trust.branches == 0 {
            return Work::Advantages { round: 0, rollouts: vec![self.real_rollout()] };
        }
        self.begin_round(1)
    }

    pub(super) fn begin_round(&mut self, round: usize) -> Work {
        let newest = self.replay.newest(self.config.start_fraction as f32);
        let mut starts = Vec::with_capacity(self.trust.branches * self.spec.obs_size());
        for _ in 0..self.trust.branches {
            let id = newest.start + self.streams.starts.below(newest.len());
            starts.extend_from_slice(self.replay.get(id).obs);
        }
        let sizes = [self.spec.obs_size(), self.config.horizon, self.config.ensemble_size];
        let stream = &mut self.streams.imagination;
        let imagination = Imagination::start(&self.device, starts, self.spec.action, sizes, stream);
        Work::Imagine { round, imagination }
    }

    pub(super) async fn imagine(&mut self, round: usize, mut imagination: Imagination) -> Result<Work> {
        let Some(model) = &self.model else { return Ok(Work::Begin) };
        imagination.step(&self.net, model, self.curiosity.as_ref());
        if !imagination.is_complete() {
            return Ok(Work::Imagine { round, imagination });
        }
        let confidence = self.trust.confidence.unwrap_or(0.0);
        let weight = self.config.imagination_discount as f32 * confidence;
        let branches = imagination.branches();
        let imagined = imagination.finish(self.trust.range.as_ref(), weight).await?;
        let steps = imagined.rollout.len();
        self.record.imagined_steps += steps as u64;
        let reward: f32 = imagined.rollout.rewards_ext.iter().sum();
        self.record.metric("imagination/length_mean", steps as f32 / branches.max(1) as f32);
        self.record.metric("imagination/reward_mean", reward / steps.max(1) as f32);
        self.record.metric("imagination/disagreement", imagined.disagreement);
        let mut rollouts = vec![imagined.rollout];
        if round == 1 {
            rollouts.insert(0, self.real_rollout());
        }
        Ok(Work::Advantages { round, rollouts })
    }
}
