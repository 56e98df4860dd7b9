//! The last good state: what had been learned before a failure.
//!
//! **What.** At the end of each iteration everything that learns is copied. After a failure the copy is restored, and
//! [`Trainer::checkpoint`] saves it with all experience up to the failure: a run that continues from there has lost at
//! most one iteration of learning.
//! **Choices.** (1) Experience is kept as it is: actions and their outcomes were checked to be finite before they were
//! stored. (2) The initial state is the first good state, so there always is one. (3) A state is good if a run can go
//! on from it: an iteration may end with finite metrics and a policy that cannot act any more, because the metrics are
//! those before its last update. Then the state before stays.

use super::replay_learner::ReplayLearner;
use super::{Trainer, Trust};
use crate::curiosity::Curiosity;
use crate::error::Error;
use crate::kernels::scales::Scales;
use crate::nets::HostActor;
use crate::policy::Policy;
use crate::world_model::WorldModel;

/// Everything that learns, and how far the model was trusted.
#[derive(Clone)]
pub(super) struct Learned {
    agent: Box<dyn Policy>,
    model: Option<Box<dyn WorldModel>>,
    curiosity: Option<Curiosity>,
    replay_learner: Option<ReplayLearner>,
    trust: Trust,
    /// Updates up to here: nothing is copied again before there are more.
    updates: u64,
}

impl Trainer {
    /// Keeps what has been learned so far, if a run can go on from it; called when all metrics have been found finite.
    pub(super) fn keep(&mut self) {
        let is_good = self.actor.as_ref().is_none_or(HostActor::can_go_on);
        if self.kept.is_some() && !is_good {
            return;
        }
        let updates = self.record.updates;
        let may_rest = self.replay_learner.is_some() || self.table.is_some();
        if may_rest && self.kept.as_ref().is_some_and(|kept| kept.updates == updates) {
            return;
        }
        self.kept = Some(Learned {
            agent: self.agent.clone(),
            model: self.model.clone(),
            curiosity: self.curiosity.clone(),
            replay_learner: self.replay_learner.clone(),
            trust: self.trust.clone(),
            updates,
        });
    }

    /// Puts the last good state back after a failure.
    pub(super) async fn go_back(&mut self) {
        let Some(kept) = self.kept.take() else { return };
        (self.agent, self.model, self.curiosity) = (kept.agent, kept.model, kept.curiosity);
        (self.replay_learner, self.trust) = (kept.replay_learner, kept.trust);
        if let Some(model) = self.model.as_mut().filter(|model| model.scales().is_none())
            && !self.replay.is_empty()
        {
            model.set_scales(Scales::of(&self.replay, self.config.model_target));
        }
        self.actor = match &self.replay_learner {
            Some(learner) => learner.actor(self.agent.shape().clone()).ok(),
            None => self.agent.actor().await.ok(),
        };
    }

    /// What ended the run, if anything did. What it had learned before can still be saved.
    pub fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
impl Trainer {
    /// Policy and value of a run on the CPU.
    pub(super) fn net(&mut self) -> &mut crate::kernels::ppo::ActorCritic {
        let policy: &mut dyn std::any::Any = self.agent.as_mut();
        &mut policy.downcast_mut::<crate::cpu::PpoPolicy>().expect("on the CPU").net
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
    use pollster::block_on;

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
        trainer.net().flat.fill(f32::NAN);
        let failure = failure_of(&mut trainer);
        assert!(failure.contains("NaN in phase"), "{failure}");
        assert_eq!(trainer.policy_parameters().expect("a policy"), good);
        assert_eq!(failure_of(&mut trainer), failure, "every later tick says the same");
        assert_eq!(trainer.policy_parameters().expect("a policy"), good);
    }

    #[test]
    fn infinity_in_the_world_model_is_found_where_it_is_fitted() {
        let mut trainer = after_one_iteration();
        trainer.perceptrons().world.model.flat.fill(f32::INFINITY);
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
        trainer.net().flat.fill(f32::NAN);
        failure_of(&mut trainer);
        assert!(trainer.failure().is_some() && !trainer.is_between_iterations());
        assert_eq!(rescued(&trainer), good);
    }

    #[test]
    fn a_run_that_fails_in_its_first_iteration_still_has_what_it_began_with() {
        let mut trainer = fresh();
        let before = trainer.net().flat.clone();
        trainer.net().flat.fill(f32::NAN);
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
        let good = trainer.net().flat.clone();
        let size = good.len();
        let cases = [(size - 1, -60.0), (size - 1, 60.0), (0, f32::NAN), (0, 1e9), (size / 2, f32::INFINITY)];
        for (place, absurd) in cases {
            trainer.net().flat[place] = absurd;
            trainer.actor = block_on(trainer.agent.actor()).ok();
            trainer.keep();
            let kept = trainer.kept.as_ref().and_then(|kept| block_on(kept.agent.actor()).ok());
            assert_eq!(kept.expect("a kept state").flat, good, "{absurd} at {place}");
            trainer.net().flat.clone_from(&good);
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

    #[test]
    fn a_learner_from_replay_is_saved_as_it_last_was_good() {
        let config = Config {
            learning_starts: 10,
            train_freq: 5,
            gradient_steps: 2,
            hidden_size: 8,
            ..preset("dqn", "CartPole-v1").expect("a preset")
        };
        let mut trainer = Trainer::new("CartPole-v1", config, Seed(1), Device::cpu()).expect("a run");
        while trainer.snapshot().iteration < 4 {
            block_on(trainer.tick()).expect("a tick");
        }
        let good = trainer.policy_parameters().expect("a policy").to_vec();
        match trainer.replay_learner.as_mut().expect("a learner") {
            ReplayLearner::Dqn(dqn) => dqn.q.flat.fill(f32::NAN),
            _ => unreachable!("DQN by hand"),
        }
        failure_of(&mut trainer);
        assert_eq!(rescued(&trainer), good);
    }
}
