//! Where imagined episodes start: one in three where a real one did, the others anywhere in replay.
//!
//! **Shapes.** E transitions of replay, by their ids, repeated for each of P candidates: a context of [P · E].
//! **Choices.** (1) All candidates have the same starts, so that luck is the same for all. (2) Where episodes began is
//! remembered from one search to the next: replay is read once, and not again in every generation. (3) What replay has
//! forgotten of an episode makes the oldest step that is left its beginning.

use crate::buffer::{MOST_LANES, Replay};
use crate::dynamics;
use crate::env::ActionSpace;
use crate::rng::Stream;

/// One in so many imagined episodes starts where a real one did.
const FROM_A_START: usize = 3;

/// Which transitions are the first that replay has of their episode, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Starts {
    begun: Vec<usize>,
    /// The id that has not been looked at.
    next: usize,
}

impl Starts {
    /// Looks at what replay has got and has forgotten since the last time.
    pub(super) fn catch_up(&mut self, replay: &Replay) {
        let first = replay.first_id();
        self.begun.retain(|&id| id >= first);
        let is_first = |id: &usize| replay.window(*id, 2).len() == 1;
        // An older step than any looked at can have become the first of its episode, one for each environment.
        let kept = first..self.next.max(first);
        let orphans: Vec<usize> = kept
            .take(MOST_LANES)
            .filter(|id| is_first(id) && self.begun.binary_search(id).is_err())
            .collect();
        self.begun.extend(orphans);
        self.begun.extend((self.next.max(first)..replay.ids().end).filter(is_first));
        self.begun.sort_unstable();
        self.next = replay.ids().end;
    }

    /// Draws where the episodes of every candidate start, for a model that wants to know `steps` real steps.
    pub(super) fn draw(
        &self,
        replay: &Replay,
        (candidates, episodes): (usize, usize),
        (steps, action): (usize, ActionSpace),
        stream: &mut Stream,
    ) -> dynamics::Context {
        let chosen: Vec<usize> = (0..episodes)
            .map(|episode| match episode % FROM_A_START {
                0 if !self.begun.is_empty() => self.begun[stream.below(self.begun.len())],
                _ => replay.ids().start + stream.below(replay.len()),
            })
            .collect();
        let mut starts = dynamics::Context::default();
        for _ in 0..candidates {
            for &id in &chosen {
                starts.push_stored(replay, id, steps, action);
            }
        }
        starts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Transition;

    /// One step of each of three environments, whose episodes last 4, 5 and 6 steps.
    fn push(replay: &mut Replay, round: usize) {
        for lane in 0..3 {
            let length = 4 + lane;
            replay.push(Transition {
                obs: &[round as f32],
                action: &[0.0],
                reward: 0.0,
                next_obs: &[round as f32 + 1.0],
                terminated: round % length + 1 == length,
                truncated: false,
                episode_id: (round / length * 3 + lane) as u64,
                episode_step: round % length,
                finished: None,
            });
        }
    }

    #[test]
    fn the_list_is_what_all_of_replay_says_at_every_moment_also_once_beginnings_are_forgotten() {
        for (capacity, every) in [(1000, 1), (20, 1), (20, 3), (20, 9), (7, 2)] {
            let (mut replay, mut starts) = (Replay::new(capacity, 1, 1), Starts::default());
            for round in 0..40 {
                push(&mut replay, round);
                if round % every == 0 {
                    starts.catch_up(&replay);
                    let all = replay.ids().filter(|&id| replay.window(id, 2).len() == 1);
                    assert_eq!(
                        starts.begun,
                        all.collect::<Vec<_>>(),
                        "{capacity}, every {every}, round {round}"
                    );
                }
            }
        }
    }
}
