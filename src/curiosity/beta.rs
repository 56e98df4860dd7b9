//! How much novelty counts relative to the task's own reward. β is decided here and nowhere else.
//!
//! **What.** While returns fall, the agent is made more curious; while they rise, less.
//!
//! **Equation.**
//! ```text
//! reward = reward_ext + β · novelty
//! m = slope of the moving average of real episode returns, on the task's scale (0 worst, 1 best), per episode
//! m < −0.01 → β ← min(1, 1.01 β)        m > 0.01 → β ← max(0, 0.99 β)        otherwise β stays
//! ```
//!
//! **Shapes.** returns [episodes], oldest first.
//!
//! **Where.** Called by the trainer with the returns of real episodes, after every iteration in which an episode ended:
//! the same episodes never move β twice. β multiplies novelty once, where rewards are combined for PPO.
//!
//! **Details.** 1. Means of 10 episodes, and a line fitted to the means of the newest 20 episodes: shorter windows
//! follow noise. 2. On the task's scale 0.01 means the same everywhere: from worst to best in a hundred episodes. 3. β
//! = 0 stays 0: a bad streak does not switch curiosity on if it is off.

use crate::stats::{moving_average, slope};
use serde::{Deserialize, Serialize};

/// Episodes in one mean.
const WINDOW: usize = 10;
/// Newest episodes that are looked at.
const EPISODES: usize = 20;
/// Slopes within ± this are standstill.
const STANDSTILL: f32 = 0.01;

/// The weight of novelty, and the rule that moves it.
///
/// ```
/// let mut curiosity = mbppo::curiosity::AdaptiveBeta::new(0.5);
/// let improving: Vec<f32> = (0..20).map(|episode| episode as f32 / 20.0).collect();
/// curiosity.adapt(&improving);
/// assert_eq!(curiosity.beta, 0.5 * 0.99);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdaptiveBeta {
    /// β, in [0, 1].
    pub beta: f32,
}

impl AdaptiveBeta {
    /// Starts at `beta`, which is clamped to [0, 1].
    pub fn new(beta: f32) -> Self {
        Self { beta: beta.clamp(0.0, 1.0) }
    }

    /// Moves β by the newest of `returns`, which are real, oldest first, and on the task's scale (0 worst, 1 best).
    /// Gives the slope it went by, or nothing (and β stays) while there are too few episodes for one.
    pub fn adapt(&mut self, returns: &[f32]) -> Option<f32> {
        let newest = &returns[returns.len().saturating_sub(EPISODES)..];
        let averages = moving_average(newest, WINDOW);
        if averages.len() < 2 {
            return None;
        }
        let slope = slope(&averages);
        if slope < -STANDSTILL {
            self.beta = (self.beta * 1.01).min(1.0);
        } else if slope > STANDSTILL {
            self.beta = (self.beta * 0.99).max(0.0);
        }
        Some(slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(slope: f32, episodes: usize) -> Vec<f32> {
        (0..episodes).map(|episode| 0.5 + slope * episode as f32).collect()
    }

    #[test]
    fn worse_returns_raise_beta_better_ones_lower_it_and_standstill_keeps_it() {
        for (slope, expected) in [(-0.02, 0.5 * 1.01), (0.02, 0.5 * 0.99), (0.009, 0.5), (-0.009, 0.5)] {
            let mut rule = AdaptiveBeta::new(0.5);
            let measured = rule.adapt(&line(slope, 40)).expect("enough episodes");
            assert!((measured - slope).abs() < 1e-5, "{measured} {slope}");
            assert_eq!(rule.beta, expected);
        }
    }

    #[test]
    fn beta_stays_within_zero_and_one() {
        let mut rule = AdaptiveBeta::new(0.999);
        for _ in 0..10 {
            rule.adapt(&line(-0.05, 30));
        }
        assert_eq!(rule.beta, 1.0);
        let mut off = AdaptiveBeta::new(0.0);
        off.adapt(&line(-0.05, 30));
        assert_eq!(off.beta, 0.0);
        assert_eq!(AdaptiveBeta::new(3.0).beta, 1.0);
    }

    #[test]
    fn too_few_episodes_say_nothing() {
        let mut rule = AdaptiveBeta::new(0.5);
        assert_eq!(rule.adapt(&line(1.0, WINDOW)), None);
        assert_eq!(rule.beta, 0.5);
    }

    #[test]
    fn only_the_newest_episodes_count() {
        let mut returns = line(0.5, 30);
        returns.extend([1.0; EPISODES]);
        assert_eq!(AdaptiveBeta::new(0.5).adapt(&returns), Some(0.0));
    }
}
