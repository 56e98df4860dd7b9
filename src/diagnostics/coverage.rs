//! Coverage: is what a policy would do like what was really seen?
//!
//! **What.** A model knows the world where it has been. Of the states that a policy reaches in imagination, coverage is
//! the share that lie near a state that was really seen:
//! ```text
//! d(s) = min over seen s' of ‖(s − s') / std‖        coverage = share of imagined s with d(s) ≤ 1.5
//! ```
//! **Shapes.** seen [K, O], over the standard deviations of all that was seen; states asked about [n, O].
//! **Where.** Seen states come from [`Replay`]; those asked about from [`crate::imagination`], after a transfer.
//! **Choices.** (1) Distances and not the members' disagreement: members that share a mistake agree. (2) How far is
//! near is a constant. The distance of held-out states says how densely replay lies where the policy has been for
//! longest, and not how far a model can be followed: their 95 % quantile was 0.17 to 3.2 in five runs, and a model of
//! the first kind served goals 1.2 away. (3) States alone: what was done there is not asked.

use crate::budget::add;
use crate::buffer::Replay;
use std::ops::Range;

/// Seen states that distances are measured to, at most.
const MOST_SEEN: usize = 2000;
/// States that are asked about, at most: those are taken evenly.
const MOST_ASKED: usize = 512;
/// Up to this distance a state is like one that was seen.
const NEAR: f32 = 1.5;

/// What was really seen.
pub struct Seen {
    std: Vec<f32>,
    /// [K, O], each over its standard deviation.
    states: Vec<f32>,
}

impl Seen {
    /// What replay holds: a sample, evenly spread.
    pub fn of(replay: &Replay) -> Self {
        let std: Vec<f32> = (0..replay.obs_size()).map(|d| replay.obs_stats().std(d) as f32).collect();
        let first = replay.first_id();
        let seen = evenly(replay.len(), MOST_SEEN).map(|index| replay.get(first + index).obs);
        let states = seen.flat_map(|obs| scaled(obs, &std)).collect();
        Self { std, states }
    }

    /// The share of these states [n, O] that are like what was seen; none of no states.
    pub fn coverage(&self, states: &[f32]) -> Option<f32> {
        let size = self.std.len();
        let asked: Vec<usize> = evenly(states.len() / size, MOST_ASKED).collect();
        let is_known = |&&index: &&usize| self.distance(&states[index * size..][..size]) <= NEAR;
        let known = asked.iter().filter(is_known).count();
        (!asked.is_empty()).then(|| known as f32 / asked.len() as f32)
    }

    /// d of this state.
    fn distance(&self, obs: &[f32]) -> f32 {
        let size = self.std.len();
        let scaled: Vec<f32> = scaled(obs, &self.std).collect();
        add(self.states.len());
        let squared = self
            .states
            .chunks_exact(size)
            .map(|seen| seen.iter().zip(&scaled).map(|(a, b)| (a - b) * (a - b)).sum::<f32>());
        squared.fold(f32::INFINITY, f32::min).sqrt()
    }
}

/// An observation over these standard deviations.
fn scaled<'a>(obs: &'a [f32], std: &'a [f32]) -> impl Iterator<Item = f32> + use<'a> {
    obs.iter().zip(std).map(|(number, std)| number / std)
}

/// `most` of so many indices at most, evenly spread.
fn evenly(all: usize, most: usize) -> impl Iterator<Item = usize> {
    let indices: Range<usize> = 0..all.min(most);
    indices.map(move |index| index * all / all.min(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Transition;

    /// A circle that is gone round, step by step.
    fn circle(steps: usize) -> Replay {
        let mut replay = Replay::new(steps, 2, 1);
        let at = |step: usize| [(step as f32 * 0.037).cos(), (step as f32 * 0.037).sin()];
        for step in 0..steps {
            replay.push(Transition {
                obs: &at(step),
                action: &[0.0],
                reward: 0.0,
                next_obs: &at(step + 1),
                terminated: false,
                truncated: false,
                episode_id: 0,
                episode_step: step,
                finished: None,
            });
        }
        replay
    }

    #[test]
    fn where_it_has_been_is_covered_and_elsewhere_is_not() {
        let seen = Seen::of(&circle(3000));
        let on =
            |radius: f32| (0..1000).flat_map(move |i| [radius * (i as f32).cos(), radius * (i as f32).sin()]);
        let coverage = |states: Vec<f32>| seen.coverage(&states).expect("states");
        assert_eq!(coverage(on(1.0).collect()), 1.0);
        assert_eq!(coverage(on(1.5).collect()), 1.0, "a model can be followed a little further");
        assert_eq!(coverage(on(2.5).collect()), 0.0, "each number's standard deviation is 0.7");
        let half: Vec<f32> = on(1.0).chain(on(2.5)).collect();
        assert!((coverage(half) - 0.5).abs() < 0.05);
        assert_eq!(seen.coverage(&[]), None);
    }

    #[test]
    fn a_sample_is_spread_over_all() {
        assert_eq!(evenly(3, 5).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(evenly(10, 4).collect::<Vec<_>>(), [0, 2, 5, 7]);
        assert_eq!(evenly(0, 4).count(), 0);
    }
}
