//! Which transitions each member learns from, and which are held out, updated as replay fills and drops old ones.
//!
//! ```text
//! member e sees transition i  n(e, i) ~ Poisson(1) times   (its bootstrap, the same in every fit; once if E = 1)
//! ```
//! **Shapes.** Ids in rising order: one list a member, and one of the held-out part.
//! **Where.** Updated by the trainer before each fit; drawn from by [`super::fit`], sampled by [`super::open_loop`].
//! **Choices.** (1) The count is a hash of transition and member, so nothing has to be saved: a resumed run computes it
//! again. (2) A transition is visited once when it is added and once when it is dropped, however large replay is.
//! **Paper.** Osband et al. 2016 (1602.04621).

use crate::budget::{PER_ROW, Tick, add};
use crate::buffer::Replay;
use std::collections::VecDeque;
use std::ops::Range;

/// The lists.
#[derive(Debug, Clone, Default)]
pub struct Bootstraps {
    /// Transitions of each member, [E][·].
    members: Vec<VecDeque<usize>>,
    training: VecDeque<usize>,
    held_out: VecDeque<usize>,
    /// All ids that were in replay when it was last looked at.
    known: Range<usize>,
}

/// What one member learns from.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    ids: &'a VecDeque<usize>,
}

impl Bootstraps {
    /// Nothing is known yet, for so many members.
    pub fn new(members: usize) -> Self {
        Self { members: vec![VecDeque::new(); members], ..Self::default() }
    }

    /// Looks at what has come to replay since the last time, and forgets what has gone; true once nothing is left to
    /// look at, false if the tick was over before.
    pub fn catch_up(&mut self, replay: &Replay) -> bool {
        let (tick, stored) = (Tick::begin(), replay.ids());
        for ids in self.members.iter_mut().chain([&mut self.training, &mut self.held_out]) {
            let gone = ids.partition_point(|&id| id < stored.start);
            ids.drain(..gone);
            add(gone);
        }
        self.known.start = stored.start;
        self.known.end = self.known.end.max(stored.start);
        while self.known.end < stored.end && !tick.is_over() {
            let id = self.known.end;
            self.known.end += 1;
            add(PER_ROW);
            if replay.is_held_out(id) {
                self.held_out.push_back(id);
                continue;
            }
            self.training.push_back(id);
            let several = if self.members.len() > 1 { self.members.as_mut_slice() } else { &mut [] };
            for (member, own) in several.iter_mut().enumerate() {
                own.extend(std::iter::repeat_n(id, poisson_1(hash(id as u64, member as u64))));
            }
        }
        self.known.end == stored.end
    }

    /// What this member learns from. One alone learns from all: there is nobody that it could differ from. Of few
    /// transitions none may fall to a member; then each counts once. What is held out is never learned from.
    pub fn own(&self, member: usize) -> Own<'_> {
        let own = &self.members[member];
        Own { ids: if own.is_empty() { &self.training } else { own } }
    }

    /// E
    pub fn members(&self) -> usize {
        self.members.len()
    }

    /// At most `most` held-out transitions, evenly spread from the oldest on.
    pub fn held_out(&self, most: usize) -> Vec<usize> {
        let stride = self.held_out.len().div_ceil(most).max(1);
        self.held_out.iter().copied().step_by(stride).collect()
    }
}

impl Own<'_> {
    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The id at this place; the ids rise.
    pub fn at(&self, place: usize) -> usize {
        self.ids[place]
    }

    /// The first place whose id is not below `bound`.
    pub fn first_from(&self, bound: f64) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if (self.at(middle) as f64) < bound { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// SplitMix64's finaliser over both numbers.
fn hash(id: u64, member: u64) -> u64 {
    let mut z =
        id.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(member.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A Poisson(1) count from uniform bits, by inverting the distribution.
fn poisson_1(bits: u64) -> usize {
    let uniform = (bits >> 11) as f64 / (1u64 << 53) as f64;
    let (mut count, mut probability, mut sum) = (0, (-1.0f64).exp(), (-1.0f64).exp());
    while uniform >= sum && count < 8 {
        count += 1;
        probability /= count as f64;
        sum += probability;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buffer::Part;
    use crate::env::Transition;

    #[test]
    fn a_bootstrap_count_is_poisson_with_mean_and_variance_one() {
        let counts: Vec<f64> = (0..100_000).map(|id| poisson_1(hash(id, 3)) as f64).collect();
        let mean = counts.iter().sum::<f64>() / 1e5;
        let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / 1e5;
        assert!((mean - 1.0).abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }

    #[test]
    fn members_get_different_bootstraps() {
        let same = (0..1000).filter(|&id| poisson_1(hash(id, 0)) == poisson_1(hash(id, 1))).count();
        assert!(same < 500, "{same} of 1000 counts agree");
    }

    fn push(replay: &mut Replay, steps: usize) {
        for _ in 0..steps {
            let id = replay.ids().end as u64;
            replay.push(Transition {
                obs: &[0.0],
                action: &[0.0],
                reward: 0.0,
                next_obs: &[0.0],
                terminated: false,
                truncated: id % 7 == 6,
                episode_id: id / 7,
                episode_step: 0,
                finished: None,
            });
        }
    }

    fn ids(own: Own<'_>) -> Vec<usize> {
        (0..own.len()).map(|place| own.at(place)).collect()
    }

    #[test]
    fn what_is_kept_up_to_date_is_what_is_found_anew_wherever_the_ring_stands() {
        let mut replay = Replay::new(300, 1, 1);
        let mut kept = Bootstraps::new(3);
        for steps in [5, 20, 130, 200, 1, 77, 900] {
            push(&mut replay, steps);
            while !kept.catch_up(&replay) {}
            let mut anew = Bootstraps::new(3);
            while !anew.catch_up(&replay) {}
            for member in 0..3 {
                assert_eq!(ids(kept.own(member)), ids(anew.own(member)));
                let training = replay.ids_of(Part::Training);
                let times = |id: usize| poisson_1(hash(id as u64, member as u64));
                let expected: Vec<usize> = training.flat_map(|id| vec![id; times(id)]).collect();
                assert_eq!(ids(kept.own(member)), expected);
            }
            assert_eq!(kept.held_out(usize::MAX), replay.ids_of(Part::HeldOut).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_member_without_transitions_of_its_own_has_all_that_train_and_so_has_one_alone() {
        let mut replay = Replay::new(10, 1, 1);
        push(&mut replay, 2);
        for members in [1, 10] {
            let mut bootstraps = Bootstraps::new(members);
            while !bootstraps.catch_up(&replay) {}
            assert!((0..members).all(|member| !bootstraps.own(member).is_empty()));
        }
        let mut alone = Bootstraps::new(1);
        push(&mut replay, 5);
        while !alone.catch_up(&replay) {}
        assert_eq!(ids(alone.own(0)), replay.ids_of(Part::Training).collect::<Vec<_>>());
    }
}
