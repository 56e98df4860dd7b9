//! The map of states at the end of a watched iteration: where the agent has been, and what it expects there.
//!
//! **What.** Visits are counted from replay, some transitions a tick; value and novelty are the learner's.
//! **Choices.** (1) It looks, and changes nothing that is learned: where nobody watches, it is not drawn. (2) A map
//! counts all of replay, and some learners have an iteration a step: it is drawn again once there are so many more real
//! steps that at most 64 transitions a step are counted. That follows from the number of steps alone, so a resumed run
//! draws the same maps.

use super::context::Context;
use super::learner::Learner;
use crate::budget::{PER_ROW, add, rows};
use crate::diagnostics::state_map;
use crate::error::Result;
use crate::snapshot::StateMap;

/// Fewest real steps between two maps.
const FEWEST_STEPS: u64 = 16;
/// A new map is drawn after this share of the real steps so far, to the next power of two.
const SHARE: u64 = 32;

/// Whether an iteration that began at `before` real steps and ended at `now` ends with a map; the first does.
pub(super) fn is_due(before: u64, now: u64) -> bool {
    let every = ((now / SHARE + 1).next_power_of_two() / 2).max(FEWEST_STEPS);
    before == 0 || before / every != now / every
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_of_short_iterations_counts_few_transitions_a_step() {
        let ends = (1..=100_000u64).filter(|&now| is_due(now - 1, now));
        let (mut maps, mut counted, mut latest, mut longest) = (0, 0, 0, 0.0f64);
        for now in ends {
            (maps, counted) = (maps + 1, counted + now);
            longest = longest.max((now - latest) as f64 / now.max(512) as f64);
            latest = now;
        }
        assert!(counted <= 64 * 100_000, "{counted} transitions for {maps} maps");
        assert!(longest <= 1.0 / 16.0, "a map is {longest} of the run old");
    }

    #[test]
    fn the_first_iteration_ends_with_a_map_and_so_does_every_long_one() {
        assert!(is_due(0, 1));
        assert!((1..30).all(|n| is_due(64 * n, 64 * (n + 1))));
        assert!((1..30).all(|n| is_due(2048 * n, 2048 * (n + 1))));
    }
}
