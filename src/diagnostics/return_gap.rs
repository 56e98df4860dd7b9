//! Does the policy exploit the model? Compare its imagined returns with real ones from the same start states.
//!
//! **What.** The newest real experience is cut into windows; from each window's start the same policy acts in the model
//! for as many steps, several times. If imagination promises more than reality gave, the policy will learn to exploit
//! the model's errors.
//! ```text
//! gap = mean_windows ( mean_samples Σ_t r̂_t − Σ_t r_t )        sums over a window's length, or until an end
//! ```
//! **Where.** Windows come from this iteration's rollouts, whose policy is still the current one when the model has
//! been fitted; imagined steps are those of [`crate::imagination`], and train nothing.
//! **Choices.** A real window that is cut short by the end of collection is compared over the steps it has.
//! **Paper.** The model-exploitation gap: Kurutach et al. 2018 (1802.10592), ME-TRPO.

use crate::buffer::Rollout;
use crate::dynamics::Context;
use crate::env::ActionSpace;
use crate::snapshot::ReturnGap;
use std::ops::Range;

/// Imagined futures for each real window.
pub const SAMPLES: usize = 8;
/// Most windows that are compared.
pub const MOST_WINDOWS: usize = 256;

/// A stretch of real experience under the current policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// The rollout that it is of, the segment there, and the step with which it starts.
    pub place: (usize, Range<usize>, usize),
    /// Real steps.
    pub steps: usize,
    /// Sum of the real rewards.
    pub return_: f32,
}

/// Windows of at most `horizon` steps, one after another through every segment; of many, evenly spread ones.
pub fn windows(real: &[Rollout], horizon: usize) -> Vec<Window> {
    let mut windows = Vec::new();
    for (lane, rollout) in real.iter().enumerate() {
        for segment in &rollout.segments {
            for start in segment.clone().step_by(horizon.max(1)) {
                let steps = start..(start + horizon).min(segment.end);
                windows.push(Window {
                    place: (lane, segment.clone(), start),
                    steps: steps.len(),
                    return_: rollout.rewards_ext[steps].iter().sum(),
                });
            }
        }
    }
    let stride = windows.len().div_ceil(MOST_WINDOWS).max(1);
    windows.into_iter().step_by(stride).collect()
}

/// Where all imagined futures start, [`SAMPLES`] from each window of `real`, with the steps that led there.
pub fn starts(windows: &[Window], real: &[Rollout], steps: usize, action: ActionSpace) -> Context {
    let mut starts = Context::default();
    for Window { place: (lane, segment, start), .. } in windows {
        for _ in 0..SAMPLES {
            starts.push_lived(&real[*lane], segment, *start, steps, action);
        }
    }
    starts
}

/// The gap, from one imagined segment for each start; none without windows.
pub fn return_gap(windows: &[Window], imagined: &Rollout) -> Option<ReturnGap> {
    if windows.is_empty() || imagined.segments.len() != windows.len() * SAMPLES {
        return None;
    }
    let promised = |(index, segment): (usize, &Range<usize>)| {
        let end = segment.end.min(segment.start + windows[index / SAMPLES].steps);
        imagined.rewards_ext[segment.start..end].iter().sum::<f32>()
    };
    let promised: f32 = imagined.segments.iter().enumerate().map(promised).sum();
    let imagined = promised / imagined.segments.len() as f32;
    let real = windows.iter().map(|window| window.return_).sum::<f32>() / windows.len() as f32;
    Some(ReturnGap { imagined, real, gap: imagined - real, windows: windows.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buffer::Step;

    fn rollout(segments: &[usize], reward: f32) -> Rollout {
        let mut rollout = Rollout::new(true, 1, 1);
        for &steps in segments {
            for step in 0..steps {
                rollout.push(Step {
                    obs: &[step as f32],
                    action: &[0.0],
                    log_prob: 0.0,
                    reward_ext: reward,
                    reward_int: 0.0,
                    next_obs: &[step as f32 + 1.0],
                    terminated: false,
                    truncated: false,
                    weight: 1.0,
                });
            }
            rollout.end_segment();
        }
        rollout
    }

    #[test]
    fn the_same_rewards_leave_no_gap_and_a_promise_of_more_is_told() {
        let real = [rollout(&[7, 4], 1.0)];
        let windows = windows(&real, 5);
        let lengths: Vec<usize> = windows.iter().map(|window| window.steps).collect();
        assert_eq!(lengths, [5, 2, 4]);
        assert_eq!(starts(&windows, &real, 1, ActionSpace::Discrete(1)).obs.len(), 3 * SAMPLES);
        let honest = return_gap(&windows, &rollout(&[5; 3 * SAMPLES], 1.0)).expect("a gap");
        assert!(honest.gap.abs() < 1e-6, "{honest:?}");
        let promising = return_gap(&windows, &rollout(&[5; 3 * SAMPLES], 2.0)).expect("a gap");
        assert!((promising.gap - 11.0 / 3.0).abs() < 1e-5, "{promising:?}");
        let pessimistic = return_gap(&windows, &rollout(&[1; 3 * SAMPLES], 1.0)).expect("a gap");
        assert!((pessimistic.gap - (1.0 - 11.0 / 3.0)).abs() < 1e-5, "{pessimistic:?}");
    }
}
