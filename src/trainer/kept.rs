//! The last good state: what had been learned before anything stopped being finite.

use super::Trainer;
use crate::curiosity::Curiosity;
use crate::nets::ActorCritic;
use crate::world_model::WorldModel;

/// Everything that learns. Tensors are shared, not copied, so keeping it costs next to nothing.
#[derive(Clone)]
pub(super) struct Learned {
    net: ActorCritic,
    model: Option<WorldModel>,
    curiosity: Option<Curiosity>,
}

impl Trainer {
    /// Keeps what has been learned so far; called at the end of an iteration, when all of it has been found finite.
    pub(super) fn keep(&mut self) {
        self.kept = Some(Learned {
            net: self.net.clone(),
            model: self.model.clone(),
            curiosity: self.curiosity.clone(),
        });
    }

    /// Puts the last good state back after a number stopped being finite.
    pub(super) async fn go_back(&mut self) {
        let Some(kept) = self.kept.take() else { return };
        (self.net, self.model, self.curiosity) = (kept.net, kept.model, kept.curiosity);
        self.actor = self.net.actor().await.ok();
    }
}
