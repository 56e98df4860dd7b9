//! The minibatch of an update: transitions of one replay, or of several, taken as rows when they are asked for.

use crate::budget::{self, PER_ROW};
use crate::buffer::Replay;
use crate::transitions::{Form, Transitions};

/// B transitions, and a place for some of them.
pub struct Minibatch<'a> {
    /// Which they are, one replay after another.
    pub chosen: &'a [Chosen<'a>],
    /// How they become rows.
    pub form: Form<'a>,
    /// The rows of the moment.
    pub rows: &'a mut Transitions,
}

/// Some transitions of a replay.
#[derive(Clone, Copy)]
pub struct Chosen<'a> {
    /// Where they are.
    pub replay: &'a Replay,
    /// Which they are.
    pub ids: &'a [usize],
}

impl Minibatch<'_> {
    /// B
    pub fn len(&self) -> usize {
        self.chosen.iter().map(|chosen| chosen.ids.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `count` of them, from row `from` on.
    pub fn take(&mut self, from: usize, count: usize) -> &Transitions {
        budget::add(count * PER_ROW);
        self.rows.clear();
        let (mut before, mut left) = (from, count);
        for Chosen { replay, ids } in self.chosen {
            let first = before.min(ids.len());
            let taken = left.min(ids.len() - first);
            self.form.append(self.rows, replay, &ids[first..first + taken]);
            (before, left) = (before - first, left - taken);
        }
        self.rows
    }

    /// All of them.
    pub fn all(&mut self) -> &Transitions {
        self.take(0, self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{ActionSpace, Transition};
    use crate::scaling::Scaling;

    /// Transitions whose rewards count on from `first`.
    fn replay(first: usize, count: usize) -> Replay {
        let mut replay = Replay::new(count, 1, 1);
        for reward in first..first + count {
            replay.push(Transition {
                obs: &[0.0],
                action: &[0.0],
                reward: reward as f32,
                next_obs: &[0.0],
                terminated: false,
                truncated: false,
                episode_id: 0,
                episode_step: reward,
                finished: None,
            });
        }
        replay
    }

    #[test]
    fn pieces_of_any_size_are_the_whole_across_the_border_of_two_replays() {
        let (real, imagined) = (replay(0, 3), replay(10, 4));
        let chosen = [
            Chosen { replay: &real, ids: &[2, 0] },
            Chosen { replay: &real, ids: &[] },
            Chosen { replay: &imagined, ids: &[1, 1, 3] },
        ];
        let scaling = Scaling::none(1);
        let form =
            Form { action: ActionSpace::Box { size: 1, bound: 1.0 }, scaling: &scaling, reward_scale: 1.0 };
        let mut rows = Transitions::default();
        let mut minibatch = Minibatch { chosen: &chosen, form, rows: &mut rows };
        let whole = [2.0, 0.0, 11.0, 11.0, 13.0];
        assert_eq!((minibatch.len(), &minibatch.all().rewards[..]), (5, &whole[..]));
        for size in 1..=5 {
            let pieces =
                (0..5).step_by(size).map(|from| minibatch.take(from, size.min(5 - from)).rewards.clone());
            assert_eq!(pieces.flatten().collect::<Vec<_>>(), whole, "pieces of {size}");
        }
    }
}
