//! The last good state: what had been learned before anything stopped being finite.

use super::Trainer;
use super::replay_learner::ReplayLearner;
use crate::agent::Agent;
use crate::curiosity::Curiosity;
use crate::world_model::Model;

/// Everything that learns. It is small: keeping it costs next to nothing.
#[derive(Clone)]
pub(super) struct Learned {
    agent: Agent,
    model: Option<Model>,
    curiosity: Option<Curiosity>,
    replay_learner: Option<ReplayLearner>,
}

impl Trainer {
    /// Keeps what has been learned so far; called at the end of an iteration, when all of it has been found finite.
    pub(super) fn keep(&mut self) {
        self.kept = Some(Learned {
            agent: self.agent.clone(),
            model: self.model.clone(),
            curiosity: self.curiosity.clone(),
            replay_learner: self.replay_learner.clone(),
        });
    }

    /// Puts the last good state back after a number stopped being finite.
    pub(super) async fn go_back(&mut self) {
        let Some(kept) = self.kept.take() else { return };
        (self.agent, self.model, self.curiosity) = (kept.agent, kept.model, kept.curiosity);
        self.replay_learner = kept.replay_learner;
        self.actor = match &self.replay_learner {
            Some(learner) => learner.actor(self.agent.shape().clone()).ok(),
            None => self.agent.actor().await.ok(),
        };
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::device::Device;
    use crate::rng::Seed;
    use pollster::block_on;

    fn after_one_iteration() -> Trainer {
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
        let mut trainer = Trainer::new("CartPole-v1", config, Seed(1), Device::cpu()).expect("a run");
        while trainer.snapshot().iteration < 1 {
            block_on(trainer.tick()).expect("a tick");
        }
        trainer
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
        trainer.agent.by_hand().expect("on the CPU").flat.fill(f32::NAN);
        let failure = failure_of(&mut trainer);
        assert!(failure.contains("NaN in phase"), "{failure}");
        assert_eq!(trainer.policy_parameters().expect("a policy"), good);
        assert_eq!(failure_of(&mut trainer), failure, "every later tick says the same");
        assert_eq!(trainer.policy_parameters().expect("a policy"), good);
    }

    #[test]
    fn infinity_in_the_world_model_is_found_where_it_is_fitted() {
        let mut trainer = after_one_iteration();
        let model = trainer.model.as_mut().expect("a model");
        model.by_hand().expect("on the CPU").model.flat.fill(f32::INFINITY);
        let failure = failure_of(&mut trainer);
        assert!(failure.contains("world_model/val_loss") && failure.contains("phase fit"), "{failure}");
    }
}
