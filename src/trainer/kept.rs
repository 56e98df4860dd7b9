//! The last good state: what had been learned before anything stopped being finite.

use super::Trainer;
use super::replay_learner::ReplayLearner;
use crate::curiosity::Curiosity;
use crate::nets::ActorCritic;
use crate::world_model::WorldModel;

/// Everything that learns. Tensors are shared, not copied, so keeping it costs next to nothing.
#[derive(Clone)]
pub(super) struct Learned {
    net: ActorCritic,
    model: Option<WorldModel>,
    curiosity: Option<Curiosity>,
    replay_learner: Option<ReplayLearner>,
}

impl Trainer {
    /// Keeps what has been learned so far; called at the end of an iteration, when all of it has been found finite.
    pub(super) fn keep(&mut self) {
        self.kept = Some(Learned {
            net: self.net.clone(),
            model: self.model.clone(),
            curiosity: self.curiosity.clone(),
            replay_learner: self.replay_learner.clone(),
        });
    }

    /// Puts the last good state back after a number stopped being finite.
    pub(super) async fn go_back(&mut self) {
        let Some(kept) = self.kept.take() else { return };
        (self.net, self.model, self.curiosity) = (kept.net, kept.model, kept.curiosity);
        self.replay_learner = kept.replay_learner;
        self.actor = match &self.replay_learner {
            Some(learner) => learner.actor(self.net.shape().clone()).await.ok(),
            None => self.net.actor().await.ok(),
        };
    }
}
