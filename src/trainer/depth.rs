//! How deep an iteration's imagination went, over all its rounds: how long branches were, and where they ended.
//!
//! **Choices.** A branch that reaches the horizon has not been cut, even if its last step crosses a border. An
//! iteration in which nothing was imagined has a depth of 0, so that the curve shows it.

use super::record::Record;
use crate::buffer::Rollout;

/// Sums over the branches of an iteration.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Depth {
    branches: usize,
    steps: usize,
    /// Branches whose episode ended.
    terminated: usize,
    /// Branches that were cut before the horizon.
    cut: usize,
}

impl Depth {
    /// Adds `branches` branches, of which `rollout` has all that has at least one step.
    pub(super) fn add(&mut self, rollout: &Rollout, branches: usize, horizon: usize) {
        let terminated = rollout.terminated.iter().filter(|&&ended| ended).count();
        let is_complete = |segment: &&std::ops::Range<usize>| {
            segment.len() == horizon && !rollout.terminated[segment.end - 1]
        };
        let complete = rollout.segments.iter().filter(is_complete).count();
        self.branches += branches;
        self.steps += rollout.len();
        self.terminated += terminated;
        self.cut += branches - terminated - complete;
    }

    /// Tells how deep imagination has gone in this iteration so far.
    pub(super) fn note(&self, record: &mut Record) {
        for (name, value) in self.metrics() {
            record.metric(name, value);
        }
    }

    fn metrics(&self) -> [(&'static str, f32); 3] {
        let a_branch = |count: usize| count as f32 / self.branches.max(1) as f32;
        [
            ("imagination/length_mean", a_branch(self.steps)),
            ("imagination/terminated", a_branch(self.terminated)),
            ("imagination/cut", a_branch(self.cut)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buffer::Step;

    /// One branch a list, with a flag for each step: whether the episode ended there.
    fn rollout(branches: &[&[bool]]) -> Rollout {
        let mut rollout = Rollout::new(false, 1, 1);
        for branch in branches {
            for (index, &terminated) in branch.iter().enumerate() {
                rollout.push(Step {
                    obs: &[0.0],
                    action: &[0.0],
                    log_prob: 0.0,
                    reward_ext: 1.0,
                    reward_int: 0.0,
                    next_obs: &[0.0],
                    terminated,
                    truncated: !terminated && index + 1 == branch.len(),
                    weight: 1.0,
                });
            }
            rollout.end_segment();
        }
        rollout
    }

    #[test]
    fn branches_end_at_a_predicted_end_at_a_border_or_at_the_horizon() {
        let mut depth = Depth::default();
        assert!(depth.metrics().iter().all(|(_, value)| *value == 0.0), "nothing was imagined yet");
        // Up to the horizon, ended early, cut early; a fourth overflowed in its first step and has none.
        depth.add(&rollout(&[&[false, false, false], &[false, true], &[false]]), 4, 3);
        // A second round: one that ended with its last step.
        depth.add(&rollout(&[&[false, false, true]]), 1, 3);
        let values = depth.metrics().map(|(_, value)| value);
        assert_eq!(values, [9.0 / 5.0, 2.0 / 5.0, 2.0 / 5.0]);
    }
}
