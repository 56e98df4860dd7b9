//! What of replay no model is fitted on: it is examined there.
//!
//! ```text
//! a piece = up to 128 steps of one episode, one after another
//! held out ⇔ when its piece began, fewer than 1/10 of the stored transitions were held out
//! ```
//! **Where.** Fitting stops by the error on it ([`crate::world_model::fit`]), and the error of whole stretches of it
//! says how far ahead the model is trusted ([`crate::world_model::open_loop`]).
//! **Choices.** (1) Whole pieces are held out, never single steps: neighbours in time are so alike that a model
//! would be examined on what it has learned by heart. (2) Short episodes are pieces, long ones have several: so a
//! tenth is held out however long they are, and with one environment, too, there is something to examine the model
//! on after 128 steps at the latest. The very first piece trains.

use super::Replay;
use super::ring::Place;
use crate::env::Transition;

/// One transition in this many is held out.
pub const HELD_OUT_EVERY: usize = 10;
/// Most steps of an episode that are held out, or not, together: more than a branch may last, so that every horizon
/// can be examined.
pub const PIECE: usize = 128;

/// The two parts that every piece of an episode belongs to one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The world model is fitted on these transitions.
    Training,
    /// The world model is examined on these transitions.
    HeldOut,
}

impl Replay {
    /// By the rule at the head of this file: as the episode's step before, or anew where a piece begins.
    pub(super) fn shall_be_held_out(&self, transition: &Transition<'_>) -> bool {
        let before = self.running.iter().find(|(episode, _)| *episode == transition.episode_id);
        match before {
            Some(&(_, before)) if !transition.episode_step.is_multiple_of(PIECE) => {
                self.held_out[before % self.capacity]
            }
            _ => self.held_out_len * HELD_OUT_EVERY < self.len(),
        }
    }

    /// Writes down the part of the transition that takes this place, perhaps from another.
    pub(super) fn note_part(&mut self, place: Place, held_out: bool) {
        let was_held_out = self.len() == self.capacity && self.held_out[place.slot];
        self.held_out_len = self.held_out_len + usize::from(held_out) - usize::from(was_held_out);
        place.write(&mut self.held_out, &[held_out]);
    }

    /// Whether no model is fitted on the transition `id`.
    ///
    /// # Panics
    /// If `id` is not one of [`Replay::ids`].
    pub fn is_held_out(&self, id: usize) -> bool {
        self.held_out[self.slot(id)]
    }

    /// Whether both parts are there: something to fit a world model on, and something to examine it on.
    pub fn has_both_parts(&self) -> bool {
        (1..self.len()).contains(&self.held_out_len)
    }

    /// Ids of the stored transitions of `part`, oldest first.
    pub fn ids_of(&self, part: Part) -> impl Iterator<Item = usize> {
        self.ids().filter(move |&id| self.is_held_out(id) == (part == Part::HeldOut))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::push;
    use super::*;

    /// Episodes of these lengths in one lane, and then whether each step was held out.
    fn held_out(lengths: &[usize]) -> Vec<Vec<bool>> {
        let mut replay = Replay::new(100_000, 1, 1);
        for (episode, &length) in (0..).zip(lengths) {
            (0..length).for_each(|step| push(&mut replay, episode, step, step + 1 == length));
        }
        let mut ids = replay.ids();
        let mut of_episode =
            |length: usize| ids.by_ref().take(length).map(|id| replay.is_held_out(id)).collect();
        lengths.iter().map(|&length| of_episode(length)).collect()
    }

    #[test]
    fn short_episodes_are_held_out_as_a_whole_from_the_second_on() {
        let episodes = held_out(&[20; 30]);
        let whole: Vec<usize> = (0..30).filter(|&episode| episodes[episode] == [true; 20]).collect();
        assert_eq!(whole, [1, 11, 21]);
        assert!(episodes.iter().enumerate().all(|(episode, held)| held == &[whole.contains(&episode); 20]));
    }

    #[test]
    fn one_long_episode_after_the_other_is_held_out_in_pieces() {
        let episodes = held_out(&[999; 4]);
        assert!(episodes[0][..PIECE].iter().all(|held| !held), "the very first piece trains");
        assert!(episodes[0][PIECE..2 * PIECE].iter().all(|held| *held), "the second examines");
        assert!(episodes[0][2 * PIECE..].iter().all(|held| !held), "that is a tenth for long");
        let all = episodes.concat();
        let share = all.iter().filter(|held| **held).count() as f64 / all.len() as f64;
        assert!((0.08..0.13).contains(&share), "{share}");
    }

    #[test]
    fn what_is_held_out_makes_room_for_other_pieces_when_it_is_forgotten() {
        let mut replay = Replay::new(256, 1, 1);
        (0..5000).for_each(|step| push(&mut replay, 0, step, false));
        let held = replay.ids_of(Part::HeldOut).count();
        assert!(replay.has_both_parts() && held <= 2 * PIECE, "{held} of 256");
        let counted = replay.ids().filter(|&id| replay.is_held_out(id)).count();
        assert_eq!((held, replay.held_out_len), (counted, counted));
    }

    #[test]
    fn with_many_lanes_one_in_ten_is_held_out_from_the_first_step_on() {
        let mut replay = Replay::new(10_000, 1, 1);
        for step in 0..16 {
            (0..64).for_each(|lane| push(&mut replay, lane, step, false));
        }
        let held: Vec<u64> =
            replay.ids_of(Part::HeldOut).take(7).map(|id| replay.get(id).episode_id).collect();
        assert_eq!(held, [1, 11, 21, 31, 41, 51, 61]);
        assert_eq!(replay.ids_of(Part::HeldOut).count(), 7 * 16);
    }
}
