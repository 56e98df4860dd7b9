//! Advantages: how much better an action turned out than the value function expected.
//!
//! **What.** Every step is credited with its own TD error and, with decaying weight, with those of the steps after it.
//!
//! **Equation.** GAE(λ), backwards over one segment:
//! ```text
//! δ_t = r_t + γ (1 − terminated_t) V(s_{t+1}) − V(s_t)
//! A_t = δ_t + γ λ (1 − end_t) A_{t+1}          end_t = terminated_t, or t is the segment's last step
//! return_t = A_t + V(s_t)
//! ```
//!
//! **Shapes.** All slices are `[n]`, one entry per step. `next_values[t]` is V of step t's own successor, before any
//! reset.
//!
//! **Where.** Rewards and segments come from a [`Rollout`](crate::buffer::Rollout), values from the value network;
//! advantages and returns go to the PPO loss.
//!
//! **Details.** 1. A segment that ends without `terminated` (time limit, horizon, disagreement, end of collection)
//! bootstraps: its last δ keeps γ V(s_{t+1}) (Pardo et al. 2018). 2. Nothing propagates from one segment to another;
//! that one mistake cost the whole benefit of imagination in prototypes on CartPole. 3. Two value heads are two calls.
//! If novelty is non-episodic, its call gets `terminated` all false and, after an end, the value of a new episode's
//! start (Burda et al. 2019, §2.3).
//!
//! **Paper.** Schulman et al. 2016, arXiv 1506.02438; time limits: Pardo et al. 2018, arXiv 1712.00378.

use std::ops::Range;

/// Advantages and returns of n steps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Estimates {
    /// A, `[n]`; not normalised.
    pub advantages: Vec<f32>,
    /// A + V, `[n]`: what the value network should have said.
    pub returns: Vec<f32>,
}

impl Estimates {
    fn new(advantages: Vec<f32>, values: &[f32]) -> Self {
        let returns = advantages.iter().zip(values).map(|(advantage, value)| advantage + value).collect();
        Self { advantages, returns }
    }
}

/// Writes the advantages of **one** segment: one episode of one environment, or one imagined branch.
///
/// `gamma` and `lambda` are in [0, 1]; all slices have the same length.
///
/// Two steps, γ = λ = ½, the second cut short by a time limit:
/// ```
/// let mut advantages = [0.0; 2];
/// mbppo::gae::gae(&[1.0, 1.0], &[2.0, 4.0], &[4.0, 6.0], &[false, false], 0.5, 0.5, &mut advantages);
/// // δ₁ = 1 + 0.5·6 − 4 = 0        A₁ = 0
/// // δ₀ = 1 + 0.5·4 − 2 = 1        A₀ = 1 + 0.25·0 = 1
/// assert_eq!(advantages, [1.0, 0.0]);
///
/// mbppo::gae::gae(&[1.0, 1.0], &[2.0, 4.0], &[4.0, 6.0], &[false, true], 0.5, 0.5, &mut advantages);
/// // terminated: δ₁ = 1 − 4 = −3,  A₁ = −3,  A₀ = 1 + 0.25·(−3) = 0.25
/// assert_eq!(advantages, [0.25, -3.0]);
/// ```
pub fn gae(
    rewards: &[f32],
    values: &[f32],
    next_values: &[f32],
    terminated: &[bool],
    gamma: f32,
    lambda: f32,
    advantages: &mut [f32],
) {
    let mut following = 0.0;
    for t in (0..advantages.len()).rev() {
        let continues = if terminated[t] { 0.0 } else { 1.0 };
        let delta = rewards[t] + gamma * continues * next_values[t] - values[t];
        following = delta + gamma * lambda * continues * following;
        advantages[t] = following;
    }
}

/// Advantages and returns of all `segments`, each by itself. Together the segments are 0..n, as those of a
/// [`Rollout`](crate::buffer::Rollout) are; all slices have length n.
///
/// Steps before or after a segment's borders have no influence on it:
/// ```
/// let values = [0.0; 3];
/// let estimates =
///     mbppo::gae::per_segment(&[0..1, 1..3], &[1.0, 1.0, 9.0], &values, &values, &[false; 3], 0.5, 1.0);
/// assert_eq!(estimates.advantages, [1.0, 5.5, 9.0]);
/// ```
pub fn per_segment(
    segments: &[Range<usize>],
    rewards: &[f32],
    values: &[f32],
    next_values: &[f32],
    terminated: &[bool],
    gamma: f32,
    lambda: f32,
) -> Estimates {
    let mut advantages = vec![0.0; rewards.len()];
    for segment in segments {
        let steps = || segment.clone();
        gae(
            &rewards[steps()],
            &values[steps()],
            &next_values[steps()],
            &terminated[steps()],
            gamma,
            lambda,
            &mut advantages[steps()],
        );
    }
    Estimates::new(advantages, values)
}

/// **Wrong on purpose**: one recursion over all steps as they lie in memory, without ends.
///
/// The textbook recipe taken literally, for the preset "textbook" only, so that its effect can be seen. The successor
/// of a branch's last step is taken to be the next branch's start, no end is respected, and the very last step is
/// followed by nothing. Use [`per_segment`] for anything that should learn.
pub fn across_segments(rewards: &[f32], values: &[f32], gamma: f32, lambda: f32) -> Estimates {
    let mut advantages = vec![0.0; rewards.len()];
    let (mut following, mut next_value) = (0.0, 0.0);
    for t in (0..rewards.len()).rev() {
        let delta = rewards[t] + gamma * next_value - values[t];
        following = delta + gamma * lambda * following;
        advantages[t] = following;
        next_value = values[t];
    }
    Estimates::new(advantages, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Seed, Stream};

    const GAMMA: f32 = 0.97;
    const LAMBDA: f32 = 0.9;

    /// Segments of random lengths, some ending in `terminated`, one after another.
    struct Case {
        segments: Vec<Range<usize>>,
        rewards: Vec<f32>,
        values: Vec<f32>,
        next_values: Vec<f32>,
        terminated: Vec<bool>,
    }

    impl Case {
        fn random(stream: &mut Stream) -> Self {
            let mut segments = Vec::new();
            let mut terminated = Vec::new();
            for _ in 0..1 + stream.below(6) {
                let start = terminated.len();
                terminated.resize(start + 1 + stream.below(30), false);
                let last = terminated.len() - 1;
                terminated[last] = stream.below(2) == 0;
                segments.push(start..terminated.len());
            }
            let mut normals = || terminated.iter().map(|_| stream.normal()).collect::<Vec<_>>();
            let (rewards, values, next_values) = (normals(), normals(), normals());
            Self { segments, rewards, values, next_values, terminated }
        }

        fn estimates(&self) -> Estimates {
            per_segment(
                &self.segments,
                &self.rewards,
                &self.values,
                &self.next_values,
                &self.terminated,
                GAMMA,
                LAMBDA,
            )
        }

        /// Σ_l (γλ)^l δ_{t+l} up to the end of t's segment: the definition, not the recursion.
        fn direct_sum(&self, t: usize) -> f64 {
            let segment = self.segments.iter().find(|segment| segment.contains(&t));
            let end = segment.map_or(t, |segment| segment.end);
            (t..end)
                .map(|step| {
                    let next = if self.terminated[step] { 0.0 } else { self.next_values[step] };
                    let delta = self.rewards[step] + GAMMA * next - self.values[step];
                    f64::from(GAMMA * LAMBDA).powi((step - t) as i32) * f64::from(delta)
                })
                .sum()
        }
    }

    #[test]
    fn the_recursion_is_the_discounted_sum_of_surprises_on_random_segments() {
        for seed in 0..200 {
            let case = Case::random(&mut Seed(seed).stream("gae"));
            let estimates = case.estimates();
            for t in 0..case.rewards.len() {
                let (fast, direct) = (f64::from(estimates.advantages[t]), case.direct_sum(t));
                assert!((fast - direct).abs() < 1e-5 * (1.0 + direct.abs()), "seed {seed}, step {t}");
                assert_eq!(estimates.returns[t], estimates.advantages[t] + case.values[t]);
            }
        }
    }

    #[test]
    fn nothing_flows_from_one_segment_into_another() {
        let mut case = Case::random(&mut Seed(1).stream("gae"));
        let before = case.estimates();
        let last = case.segments.last().cloned().expect("there is a segment");
        case.rewards[last.clone()].fill(1e6);
        let after = case.estimates();
        assert_eq!(before.advantages[..last.start], after.advantages[..last.start]);
        assert_ne!(before.advantages[last.clone()], after.advantages[last]);
    }

    #[test]
    fn truncation_bootstraps_but_termination_does_not() {
        let advantage = |terminated| {
            let mut out = [0.0];
            gae(&[1.0], &[0.0], &[10.0], &[terminated], 0.9, 0.95, &mut out);
            out[0]
        };
        assert_eq!(advantage(false), 10.0);
        assert_eq!(advantage(true), 1.0);
    }

    #[test]
    fn the_textbook_variant_is_right_for_one_endless_segment_and_leaks_between_two() {
        let (rewards, values) = ([1.0, 2.0, 3.0], [0.5, 0.25, 1.0]);
        let next_values = [0.25, 1.0, 0.0];
        let right = |segments: &[Range<usize>]| {
            per_segment(segments, &rewards, &values, &next_values, &[false; 3], 0.9, 0.8)
        };
        let textbook = across_segments(&rewards, &values, 0.9, 0.8);
        assert_eq!(textbook, right(std::slice::from_ref(&(0..3))));
        assert_ne!(textbook, right(&[0..1, 1..3]));
    }
}
