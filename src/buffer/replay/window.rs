//! Windows: the last steps of an episode up to a transition, for models that learn from sequences.

use super::Replay;

/// Environments take turns, so the step before a transition is at most this many ids before it
/// ([`num_envs`](crate::config::Config::num_envs) allows no more).
pub const MOST_LANES: usize = 64;

impl Replay {
    /// The ids of the last `steps` steps of an episode up to transition `id`, oldest first: fewer where the episode, or
    /// what is stored of it, is younger.
    ///
    /// # Panics
    /// If `id` is not one of [`Replay::ids`].
    pub fn window(&self, id: usize, steps: usize) -> Vec<usize> {
        let before = |&id: &usize| {
            let near = id.saturating_sub(MOST_LANES).max(self.first_id())..id;
            near.rev().find(|&earlier| self.followers[self.slot(earlier)] == id)
        };
        let mut window: Vec<usize> = std::iter::successors(Some(id), before).take(steps).collect();
        window.reverse();
        window
    }
}

#[cfg(test)]
mod tests {
    use crate::buffer::Replay;
    use crate::env::Transition;

    /// `lanes` environments side by side in a ring of this capacity, whose episodes last 5 steps.
    fn filled(lanes: usize, rounds: usize, capacity: usize) -> Replay {
        let mut replay = Replay::new(capacity, 1, 1);
        for round in 0..rounds {
            for lane in 0..lanes {
                replay.push(Transition {
                    obs: &[round as f32],
                    action: &[lane as f32],
                    reward: 0.0,
                    next_obs: &[round as f32 + 1.0],
                    terminated: false,
                    truncated: round % 5 == 4,
                    episode_id: (round / 5 * lanes + lane) as u64,
                    episode_step: round % 5,
                    finished: None,
                });
            }
        }
        replay
    }

    #[test]
    fn a_window_is_one_episode_in_order_and_ends_with_its_transition() {
        for lanes in [1, 3, 64] {
            let replay = filled(lanes, 12, lanes * 12);
            for id in replay.ids() {
                let window = replay.window(id, 4);
                let expected = (id / lanes % 5 + 1).min(4);
                assert_eq!((window.len(), window.last()), (expected, Some(&id)), "{lanes} lanes, {id}");
                assert!(window.windows(2).all(|pair| pair[1] - pair[0] == lanes));
            }
        }
    }

    #[test]
    fn what_the_ring_has_forgotten_is_in_no_window() {
        let replay = filled(2, 12, 7);
        let all: Vec<usize> = replay.ids().flat_map(|id| replay.window(id, 10)).collect();
        assert!(all.iter().all(|id| replay.ids().contains(id)), "{all:?}");
        assert_eq!(replay.window(replay.first_id(), 10), [replay.first_id()]);
    }
}
