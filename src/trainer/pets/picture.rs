//! The plans of a decision as futures for the stage: where each of them leads, and what it is worth.
//!
//! **Choices.** One particle of a plan is drawn, its first: all plans are seen in the same imagined luck.

use crate::buffer::{Rollout, Step};
use std::ops::Range;

/// Plans that are shown, at most.
const MOST_SHOWN: usize = 12;

/// Where each plan has led so far.
pub(super) struct Paths {
    /// Observations of the first particle, from now on, [steps + 1, O] of each plan.
    pub(super) all: Vec<Vec<f32>>,
    /// How much each is worth beside the others, from 0 for the worst that is shown to 1 for the chosen one.
    pub(super) worth: Vec<f32>,
    obs_size: usize,
    particles: usize,
    /// Whether a plan's path goes on.
    goes_on: Vec<bool>,
}

impl Paths {
    pub(super) fn begin(now: &[f32], plans: usize, particles: usize) -> Self {
        let (all, goes_on) = (vec![now.to_vec(); plans], vec![true; plans]);
        Self { all, worth: Vec::new(), obs_size: now.len(), particles, goes_on }
    }

    /// What these rows see after one more step.
    pub(super) fn push(&mut self, rows: &Range<usize>, obs: &[f32], goes_on: impl Fn(usize) -> bool) {
        for (row, obs) in rows.clone().zip(obs.chunks_exact(self.obs_size)) {
            let plan = row / self.particles;
            if row % self.particles == 0 && self.goes_on[plan] {
                self.all[plan].extend_from_slice(obs);
                self.goes_on[plan] = goes_on(row);
            }
        }
    }

    /// Some of them, the best first, with what they are worth.
    pub(super) fn ranked(mut self, order: &[usize], values: &[f32]) -> Self {
        let every = order.len().div_ceil(MOST_SHOWN);
        let shown: Vec<usize> = order.iter().step_by(every).copied().collect();
        let (best, least) = (values[shown[0]], values[shown[shown.len() - 1]]);
        // Plans that are all alike are all as good as the chosen one.
        let range = (best - least).max(f32::MIN_POSITIVE);
        self.worth = shown.iter().map(|&plan| 1.0 - (best - values[plan]) / range).collect();
        self.all = shown.iter().map(|&plan| std::mem::take(&mut self.all[plan])).collect();
        self.goes_on = shown.iter().map(|&plan| self.goes_on[plan]).collect();
        self
    }

    /// All that are shown, one segment each.
    pub(super) fn rollout(&self, action_size: usize) -> Rollout {
        let mut rollout = Rollout::new(false, self.obs_size, action_size);
        let action = vec![0.0; action_size];
        for (path, goes_on) in self.all.iter().zip(&self.goes_on) {
            let moments: Vec<&[f32]> = path.chunks_exact(self.obs_size).collect();
            for (step, pair) in moments.windows(2).enumerate() {
                let is_last = step + 2 == moments.len();
                rollout.push(Step {
                    obs: pair[0],
                    action: &action,
                    log_prob: 0.0,
                    reward_ext: 0.0,
                    reward_int: 0.0,
                    next_obs: pair[1],
                    terminated: is_last && !goes_on,
                    truncated: is_last && *goes_on,
                    weight: 0.0,
                });
            }
            rollout.end_segment();
        }
        rollout
    }
}
