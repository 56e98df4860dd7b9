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
use crate::dynamics::Context;
use crate::error::Result;
use crate::imagination::{Borders, Imagination};

impl Trainer {
    /// The ghosts: futures from where environment 0 is now. They are for the eye and train nothing, so they may go
    /// where the model has never been: that they scatter there is what one should see.
    pub(super) async fn forecast(&mut self, mut imagination: Imagination) -> Result<Work> {
        let Some(model) = &mut self.model else { return Ok(Work::Begin) };
        if !imagination.is_complete() {
            let (policy, stream) = (self.agent.as_mut(), &mut self.streams.forecast);
            imagination.step(policy, model.as_mut(), None, stream).await?;
            return Ok(Work::Forecast(imagination));
        }
        let borders = Borders { range: None, disagreement_max: None, ..self.borders() };
        let imagined = imagination.finish(borders, 0.0);
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
        let steps = self.model.as_ref().map_or(1, |model| model.context());
        let mut starts = Context::seen(Vec::with_capacity(self.trust.branches * self.spec.obs_size()));
        for _ in 0..self.trust.branches {
            let id = newest.start + self.streams.starts.below(newest.len());
            starts.push_stored(&self.replay, id, steps, self.spec.action);
        }
        let with_disagreement =
            self.config.adaptive_depth || self.config.curiosity == CuriosityKind::Disagreement;
        let scope = self.scope(self.trust.horizon, with_disagreement);
        let imagination = Imagination::start(starts, scope);
        Work::Imagine(Round { round, imagination, rollouts: Vec::new(), reward: 0.0, overflowed: 0 })
    }

    /// One step of some branches; after the last, some branches cut to what counts of them.
    pub(super) async fn imagine(&mut self, mut now: Round) -> Result<Work> {
        let Some(model) = &mut self.model else { return Ok(Work::Begin) };
        if !now.imagination.is_complete() {
            let stream = &mut self.streams.imagination;
            let (policy, curiosity) = (self.agent.as_mut(), self.curiosity.as_mut());
            now.imagination.step(policy, model.as_mut(), curiosity, stream).await?;
            return Ok(Work::Imagine(now));
        }
        let weight = if now.round == 1 { self.weight_beside_real() } else { 1.0 };
        let Some(imagined) = now.imagination.cut(self.borders(), weight) else {
            return self.end_round(now).await;
        };
        self.note_branches(&imagined.rollout, imagined.branches);
        now.overflowed += imagined.overflowed;
        let rollout = imagined.rollout;
        now.reward = rollout.rewards_ext.iter().fold(now.reward, |sum, reward| sum + reward);
        now.rollouts.push(rollout);
        Ok(Work::Imagine(now))
    }

    async fn end_round(&mut self, now: Round) -> Result<Work> {
        let Round { round, mut rollouts, reward, overflowed, imagination } = now;
        self.trust.overflowed = overflowed;
        let share = overflowed as f32 / imagination.branches().max(1) as f32;
        self.record.metric("imagination/overflowed", share);
        let steps: usize = rollouts.iter().map(Rollout::len).sum();
        self.record.imagined_steps += steps as u64;
        self.record.metric("imagination/reward_mean", reward / steps.max(1) as f32);
        if round > 1 && steps == 0 {
            return self.after_improving(round).await;
        }
        if round == 1 {
            rollouts.insert(0, self.real_rollout());
        }
        Ok(self.advantages_of(round, rollouts))
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
    /// Branches that were cut because the model's numbers overflowed.
    overflowed: usize,
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use crate::config::preset;
    use crate::device::Device;
    use crate::rng::Seed;
    use crate::trainer::Trainer;
    use pollster::block_on;

    #[test]
    fn a_model_whose_numbers_overflow_cuts_its_branches_and_the_run_goes_on() {
        let mut config = preset("textbook", "CartPole-v1").expect("a preset");
        let changes =
            ["horizon=100", "model_updates=1", "model_learning_rate=0.000001", "imagination_rounds=3"];
        for change in changes.into_iter().chain(["n_epochs=1", "branches_min=20", "branches_max=20"]) {
            let (name, value) = change.split_once('=').expect("NAME=VALUE");
            config.set(name, value).expect("allowed");
        }
        let mut trainer = Trainer::new("CartPole-v1", config, Seed(1), Device::cpu()).expect("a run");
        trainer.perceptrons().world.model.flat.iter_mut().for_each(|weight| *weight *= 20.0);
        let (mut most, mut narrations) = (0.0f32, String::new());
        while trainer.snapshot().iteration < 3 {
            block_on(trainer.tick()).expect("a tick");
            let snapshot = trainer.snapshot();
            most = most.max(snapshot.metrics.get("imagination/overflowed").copied().unwrap_or(0.0));
            narrations += &snapshot.narration;
            assert!(snapshot.metrics.values().all(|value| value.is_finite()), "{:?}", snapshot.metrics);
        }
        assert!(most > 0.5, "{most} of the branches overflowed");
        assert!(narrations.contains("grew out of all bounds"), "it is told");
    }
}
