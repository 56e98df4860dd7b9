//! The map of states at the end of a watched iteration: where the agent has been, and what it expects there.
//!
//! **What.** Visits are counted from replay, some transitions a tick; value and novelty are the learner's.
//! **Choices.** It looks, and changes nothing that is learned: where nobody watches, it is not drawn.

use super::context::Context;
use super::learner::Learner;
use crate::budget::{PER_ROW, add, rows};
use crate::diagnostics::state_map;
use crate::error::Result;
use crate::snapshot::StateMap;

/// A map that is being drawn.
pub(super) struct Drawing {
    map: StateMap,
    /// The transition that is counted next.
    next: usize,
}

impl Drawing {
    pub(super) fn begin(context: &Context) -> Self {
        Self { map: state_map::unvisited(&context.spec), next: context.replay.first_id() }
    }

    /// As much as a tick may do; gives the map once it is done.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the learner's networks cannot be read.
    pub(super) async fn advance(
        &mut self,
        context: &Context,
        learner: &mut dyn Learner,
    ) -> Result<Option<StateMap>> {
        let end = context.replay.ids().end;
        let ids = self.next..self.next + rows(end - self.next, PER_ROW);
        add(ids.len() * PER_ROW);
        self.next = ids.end;
        state_map::count_visits(&context.spec, &context.replay, ids, &mut self.map);
        if self.next < end {
            return Ok(None);
        }
        let centres = state_map::centres(&context.spec, &context.replay);
        let is_done = learner.fill_map(context, &centres, &mut self.map).await?;
        Ok(is_done.then(|| self.map.clone()))
    }
}
