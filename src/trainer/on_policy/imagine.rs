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

use super::OnPolicy;
use super::stage::Stage;
use crate::buffer::Rollout;
use crate::config::CuriosityKind;
use crate::error::Result;
use crate::imagination::Imagination;
use crate::trainer::context::Context;
use crate::trainer::model;

impl OnPolicy {
    /// The first round of imagining, or, without trust, improving from real steps alone.
    pub(super) fn first_round(&mut self, context: &mut Context) -> Stage {
        self.trust.depth.note(&mut context.record);
        if self.trust.branches == 0 || self.rounds == 0 {
            return self.advantages_of(context, 0, vec![self.real_rollout(context)]);
        }
        self.begin_round(context, 1)
    }

    /// w of an imagined sample where it shares a batch with real ones.
    fn weight_beside_real(&self, context: &Context) -> f32 {
        context.config.imagination_discount as f32 * self.trust.confidence.unwrap_or(0.0)
    }

    pub(super) fn begin_round(&mut self, context: &mut Context, round: usize) -> Stage {
        let starts = model::starts(context, self.trust.branches, self.context_steps());
        let with_disagreement =
            context.config.adaptive_depth || context.config.curiosity == CuriosityKind::Disagreement;
        let scope = self.scope(context, self.trust.horizon, with_disagreement);
        let imagination = Imagination::start(starts, scope);
        Stage::Imagine(Round { round, imagination, rollouts: Vec::new(), reward: 0.0, overflowed: 0 })
    }

    /// One step of some branches; after the last, some branches cut to what counts of them.
    pub(super) async fn imagine(&mut self, context: &mut Context, mut now: Round) -> Result<Stage> {
        let Some(model) = &mut self.model else { return Ok(Stage::Begin) };
        if !now.imagination.is_complete() {
            let stream = &mut context.streams.imagination;
            let (policy, curiosity) = (self.policy.as_mut(), self.curiosity.as_mut());
            now.imagination.step(policy, model.as_mut(), curiosity, stream).await?;
            return Ok(Stage::Imagine(now));
        }
        let is_beside_real = now.round == 1 && context.relearning.is_none();
        let weight = if is_beside_real { self.weight_beside_real(context) } else { 1.0 };
        let Some(imagined) = now.imagination.cut(self.trust.borders(context), weight) else {
            return self.end_round(context, now).await;
        };
        self.trust.count(context, &imagined);
        now.overflowed += imagined.overflowed;
        let rollout = imagined.rollout;
        now.reward = rollout.rewards_ext.iter().fold(now.reward, |sum, reward| sum + reward);
        now.rollouts.push(rollout);
        Ok(Stage::Imagine(now))
    }

    async fn end_round(&mut self, context: &mut Context, now: Round) -> Result<Stage> {
        let Round { round, mut rollouts, reward, overflowed, imagination } = now;
        self.trust.overflowed = overflowed;
        let share = overflowed as f32 / imagination.branches().max(1) as f32;
        context.record.metric("imagination/overflowed", share);
        let steps: usize = rollouts.iter().map(Rollout::len).sum();
        context.record.imagined_steps += steps as u64;
        context.record.metric("imagination/reward_mean", reward / steps.max(1) as f32);
        let is_beside_real = round == 1 && context.relearning.is_none();
        if !is_beside_real && steps == 0 {
            return self.after_improving(context, round).await;
        }
        if is_beside_real {
            rollouts.insert(0, self.real_rollout(context));
        }
        Ok(self.advantages_of(context, round, rollouts))
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
    use super::*;
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
        let perceptrons = OnPolicy::of(&mut trainer).perceptrons();
        perceptrons.world.model.flat.iter_mut().for_each(|weight| *weight *= 20.0);
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
