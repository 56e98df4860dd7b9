//! What an on-policy run has learned: kept as the last good state, saved and restored.
//!
//! **What.** At the end of each iteration everything that learns is copied. After a failure the copy is restored, and
//! [`crate::trainer::Trainer::checkpoint`] saves it with all experience up to the failure: a run that continues from
//! there has lost at most one iteration of learning.
//! **Choices.** (1) Experience is kept as it is: actions and their outcomes were checked to be finite before they were
//! stored. (2) The initial state is the first good state, so there always is one. (3) A state is good if a run can go
//! on from it: an iteration may end with finite metrics and a policy that cannot act any more, because the metrics are
//! those before its last update. Then the state before stays.

use super::OnPolicy;
use crate::arrays::Arrays;
use crate::curiosity::Curiosity;
use crate::error::Result;
use crate::policy::Policy;
use crate::scaling;
use crate::trainer::checkpoint::ImaginationFacts;
use crate::trainer::context::Context;
use crate::trainer::model;
use crate::trainer::trust::Trust;
use crate::world_model::WorldModel;

/// Everything that learns, and how far the model was trusted.
pub(super) struct Learned {
    policy: Box<dyn Policy>,
    model: Option<Box<dyn WorldModel>>,
    curiosity: Option<Curiosity>,
    trust: Trust,
}

impl Learned {
    pub(super) fn of(learner: &OnPolicy) -> Self {
        let OnPolicy { policy, model, curiosity, trust, .. } = learner;
        let (policy, model, curiosity) = (policy.clone(), model.clone(), curiosity.clone());
        Self { policy, model, curiosity, trust: trust.clone() }
    }
}

impl OnPolicy {
    /// Puts the last good state back after a failure.
    pub(super) async fn go_back(&mut self, context: &Context) -> Result<()> {
        let Some(last_good) = self.last_good.take() else { return Ok(()) };
        let Learned { policy, model, curiosity, trust } = *last_good;
        (self.policy, self.model, self.curiosity, self.trust) = (policy, model, curiosity, trust);
        if let Some(saved) = &mut self.model {
            model::go_back(saved.as_mut(), context);
        }
        self.actor = None;
        self.actor = Some(self.policy.actor().await?);
        Ok(())
    }

    /// Networks with the memory of their optimisers, and what is measured of novelty and trust.
    pub(super) async fn save_learned(&self, arrays: &mut Arrays) -> Result<()> {
        scaling::save(&self.policy.shape().scaling, "obs_scaling", arrays);
        self.policy.save(arrays).await?;
        if let Some(model) = &self.model {
            model.save(arrays).await?;
        }
        if let Some(curiosity) = &self.curiosity {
            curiosity.module.save(arrays).await?;
        }
        self.novelty_scale.save("curiosity.novelty", arrays);
        arrays.put("curiosity.beta", &[1], [self.beta.beta]);
        if let Some(confidence) = self.trust.confidence {
            arrays.put("trust.confidence", &[1], [confidence]);
        }
        Ok(())
    }

    pub(super) fn restore_learned(
        &mut self,
        context: &Context,
        facts: ImaginationFacts,
        arrays: &mut Arrays,
    ) -> Result<()> {
        self.novelty_scale.restore("curiosity.novelty", arrays)?;
        self.beta.beta = arrays.take_within("curiosity.beta", &[1], 0.0..=1.0)?[0];
        scaling::require_saved(&self.policy.shape().scaling, "obs_scaling", arrays)?;
        self.policy.restore(arrays)?;
        if let Some(saved) = &mut self.model {
            model::restore(saved.as_mut(), context, arrays)?;
        }
        if let Some(curiosity) = &mut self.curiosity {
            curiosity.module.set_normalization(context.replay.obs_stats());
            curiosity.scale = self.novelty_scale.std().max(1e-8);
            curiosity.module.restore(arrays)?;
        }
        self.trust = Trust::of_facts(facts);
        if arrays.has("trust.confidence") {
            self.trust.confidence = Some(arrays.take_within("trust.confidence", &[1], 0.0..=1.0)?[0]);
        }
        while self.model.is_some() && !self.bootstraps.catch_up(&context.replay) {}
        Ok(())
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
impl OnPolicy {
    /// The learner of this run.
    pub(super) fn of(trainer: &mut crate::trainer::Trainer) -> &mut Self {
        let learner: &mut dyn std::any::Any = trainer.learner.as_mut();
        learner.downcast_mut().expect("an on-policy run")
    }

    /// The world model of a run on the CPU.
    pub(super) fn perceptrons(&mut self) -> &mut crate::cpu::Perceptrons {
        let model: &mut dyn std::any::Any = self.model.as_mut().expect("a model").as_mut();
        model.downcast_mut().expect("on the CPU")
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::config::{Config, preset};
    use crate::device::Device;
    use crate::rng::Seed;
    use crate::trainer::Trainer;
    use crate::trainer::learner::Learner;
    use pollster::block_on;

    /// All parameters of policy and value.
    fn parameters(trainer: &mut Trainer) -> &mut Vec<f32> {
        let policy: &mut dyn std::any::Any = OnPolicy::of(trainer).policy.as_mut();
        &mut policy.downcast_mut::<crate::cpu::PpoPolicy>().expect("on the CPU").net.flat
    }

    fn after_one_iteration() -> Trainer {
        let mut trainer = fresh();
        while trainer.snapshot().iteration < 1 {
            block_on(trainer.tick()).expect("a tick");
        }
        trainer
    }

    fn fresh() -> Trainer {
        let config = Config {
            num_envs: 2,
            num_steps: 12,
            n_epochs: 1,
            batch_size: 16,
            model_updates: 25,
            imagination_rounds: 1,
            horizon: 4,
            model_r2_min: 0.0,
            eval_every: 0,
            ..Config::default()
        };
        Trainer::new("CartPole-v1", config, Seed(1), Device::cpu()).expect("a run")
    }

    fn failure_of(trainer: &mut Trainer) -> String {
        loop {
            if let Err(failure) = block_on(trainer.tick()) {
                return failure.to_string();
            }
        }
    }

    #[test]
    fn nan_in_the_policy_stops_the_run_by_name_and_the_last_good_state_stays() {
        let mut trainer = after_one_iteration();
        let good = trainer.policy_parameters().expect("a policy").to_vec();
        parameters(&mut trainer).fill(f32::NAN);
        let failure = failure_of(&mut trainer);
        assert!(failure.contains("NaN in phase"), "{failure}");
        assert_eq!(trainer.policy_parameters().expect("a policy"), good);
        assert_eq!(failure_of(&mut trainer), failure, "every later tick says the same");
        assert_eq!(trainer.policy_parameters().expect("a policy"), good);
    }

    #[test]
    fn infinity_in_the_world_model_is_found_where_it_is_fitted() {
        let mut trainer = after_one_iteration();
        OnPolicy::of(&mut trainer).perceptrons().world.model.flat.fill(f32::INFINITY);
        let failure = failure_of(&mut trainer);
        assert!(failure.contains("world_model/val_loss") && failure.contains("phase fit"), "{failure}");
    }

    /// Goes on from what is saved after the failure for two more iterations, and gives its first parameters.
    fn rescued(failed: &Trainer) -> Vec<f32> {
        let bytes = block_on(failed.checkpoint()).expect("the last good state");
        let mut again = Trainer::resume(&bytes, Device::cpu()).expect("a checkpoint");
        assert_eq!(again.steps(), failed.steps(), "experience is kept");
        block_on(again.tick()).expect("a tick");
        let first = again.policy_parameters().expect("a policy").to_vec();
        let last = again.snapshot().iteration + 2;
        while again.snapshot().iteration < last {
            block_on(again.tick()).expect("it goes on");
        }
        first
    }

    #[test]
    fn after_a_failure_the_last_good_state_is_what_is_saved_and_it_goes_on() {
        let mut trainer = after_one_iteration();
        let good = trainer.policy_parameters().expect("a policy").to_vec();
        parameters(&mut trainer).fill(f32::NAN);
        failure_of(&mut trainer);
        assert!(trainer.failure().is_some() && !trainer.is_between_iterations());
        assert_eq!(rescued(&trainer), good);
    }

    #[test]
    fn a_run_that_fails_in_its_first_iteration_still_has_what_it_began_with() {
        let mut trainer = fresh();
        let before = parameters(&mut trainer).clone();
        parameters(&mut trainer).fill(f32::NAN);
        failure_of(&mut trainer);
        assert_eq!(rescued(&trainer), before);
    }

    /// Its policy diverges: nothing but noise is rewarded, and the steps are large.
    fn wild(seed: u64) -> Trainer {
        let config = Config {
            learning_rate: 0.1,
            ent_coef: 1.0,
            vf_coef: 0.0,
            num_steps: 64,
            hidden_size: 8,
            eval_every: 0,
            ..preset("ppo", "Pendulum-v1").expect("a preset")
        };
        Trainer::new("Pendulum-v1", config, Seed(seed), Device::cpu()).expect("a run")
    }

    #[test]
    fn a_state_that_cannot_act_or_be_improved_is_not_kept() {
        let mut trainer = wild(1);
        let good = parameters(&mut trainer).clone();
        let size = good.len();
        let cases = [(size - 1, -60.0), (size - 1, 60.0), (0, f32::NAN), (0, 1e9), (size / 2, f32::INFINITY)];
        for (place, absurd) in cases {
            parameters(&mut trainer)[place] = absurd;
            let learner = OnPolicy::of(&mut trainer);
            learner.actor = block_on(learner.policy.actor()).ok();
            learner.keep_last_good(1);
            let kept = learner.last_good.as_ref().and_then(|kept| block_on(kept.policy.actor()).ok());
            assert_eq!(kept.expect("a kept state").flat, good, "{absurd} at {place}");
            parameters(&mut trainer).clone_from(&good);
        }
    }

    #[test]
    fn a_run_that_diverges_goes_on_from_what_is_kept_for_an_iteration_at_least() {
        for seed in 0..4 {
            let mut trainer = wild(seed);
            let failure = failure_of(&mut trainer);
            let bytes = block_on(trainer.checkpoint()).expect("the last good state");
            let mut again = Trainer::resume(&bytes, Device::cpu()).expect("a checkpoint");
            let next = again.snapshot().iteration + 1;
            while again.snapshot().iteration < next {
                let ticked = block_on(again.tick());
                assert!(ticked.is_ok(), "seed {seed}: {ticked:?} at once, after {failure}");
            }
        }
    }
}
