//! Where imagined branches end, and the rollout that remains of them.
//!
//! **What.** A branch continues until the model or the task's rule says that the episode ends, it leaves the known
//! range, its numbers overflow, or it reaches the horizon.
//! **Choices.** (1) Finished branches keep computing and are cut here: shapes stay constant, and there is one readback
//! per round. (2) A step with a number beyond [`LARGEST`] is not learned from: the branch is truncated before it. A bad
//! model may predict anything, and that must not end a run.

use super::{Imagined, Scope};
use crate::buffer::{Rollout, Step};
use crate::env::Env;

/// Beyond this probability of an end a branch is taken to have ended.
const END_THRESHOLD: f32 = 0.5;

/// The largest number in a step that can be learned from: its square is still far from the largest f32.
const LARGEST: f32 = 1e9;

/// Where branches may go: inside, the model has seen something similar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KnownRange {
    /// Lowest value of each dimension, `[O]`.
    pub low: Vec<f32>,
    /// Highest value of each dimension, `[O]`.
    pub high: Vec<f32>,
}

impl KnownRange {
    fn contains(&self, obs: &[f32]) -> bool {
        obs.iter().zip(self.low.iter().zip(&self.high)).all(|(x, (low, high))| (*low..=*high).contains(x))
    }
}

/// What cuts a branch short before the horizon.
#[derive(Clone, Copy, Default)]
pub struct Borders<'a> {
    /// Beyond it a branch is truncated.
    pub range: Option<&'a KnownRange>,
    /// Disagreement above which a branch is truncated.
    pub disagreement_max: Option<f32>,
    /// The task whose own rule says where an episode terminates; none leaves that to the model.
    pub known_ends: Option<&'a dyn Env>,
}

impl Borders<'_> {
    /// Whether the episode ends with this step, by the task's rule or by what the model says.
    pub fn terminates(&self, next_obs: &[f32], end_probability: f32) -> bool {
        self.known_ends.map_or(end_probability > END_THRESHOLD, |task| task.known_end(next_obs))
    }

    fn crossed(&self, next_obs: &[f32], disagreement: f32) -> bool {
        self.range.is_some_and(|range| !range.contains(next_obs))
            || self.disagreement_max.is_some_and(|max| disagreement > max)
    }
}

/// What was recorded of all branches: a row for each, step by step.
pub(super) struct Recorded<'a> {
    pub(super) scope: Scope,
    /// [B, O]
    pub(super) starts: &'a [f32],
    /// [H · B, O + A + 5]: next obs, action, log-prob, reward, end, disagreement, novelty.
    pub(super) rows: &'a [f32],
}

impl Recorded<'_> {
    /// Cuts each branch where it ends. `weight` is the weight of every sample.
    pub(super) fn cut(&self, borders: Borders<'_>, weight: f32) -> Imagined {
        let Scope { obs_size, action: space, .. } = self.scope;
        let (actions, width) = (space.encoded_size(), self.scope.record_width());
        let branches = self.starts.len() / obs_size;
        let steps = self.rows.len() / (branches * width).max(1);
        let mut rollout = Rollout::new(false, obs_size, space.stored_size());
        rollout.reserve(branches * steps);
        let (mut disagreement, mut overflowed) = (0.0, 0);
        let mut action = Vec::with_capacity(space.stored_size());
        for (branch, start) in self.starts.chunks_exact(obs_size).enumerate() {
            let usable = (0..steps).take_while(|&step| !has_overflowed(self.row(step, branch))).count();
            let (mut obs, mut is_over) = (start, false);
            for step in 0..usable {
                let (next_obs, rest) = self.row(step, branch).split_at(obs_size);
                let (of_policy, rest) = rest.split_at(actions);
                let &[log_prob, reward_ext, end, apart, reward_int] = rest else { continue };
                let terminated = borders.terminates(next_obs, end);
                is_over = terminated || borders.crossed(next_obs, apart);
                let truncated = !terminated && (is_over || step + 1 == usable);
                action.clear();
                space.decode(of_policy, &mut action);
                rollout.push(Step {
                    obs,
                    action: &action,
                    log_prob,
                    reward_ext,
                    reward_int,
                    next_obs,
                    terminated,
                    truncated,
                    weight,
                });
                disagreement += apart;
                if is_over {
                    break;
                }
                obs = next_obs;
            }
            overflowed += usize::from(usable < steps && !is_over);
            rollout.end_segment();
        }
        let disagreement = disagreement / rollout.len().max(1) as f32;
        Imagined { rollout, branches, disagreement, overflowed }
    }

    /// What happened in this step of this branch.
    fn row(&self, step: usize, branch: usize) -> &[f32] {
        let (branches, width) = (self.starts.len() / self.scope.obs_size, self.scope.record_width());
        &self.rows[(step * branches + branch) * width..][..width]
    }
}

/// Whether a number of this step is too large to be learned from, or none at all.
pub fn has_overflowed(row: &[f32]) -> bool {
    row.iter().any(|number| number.is_nan() || number.abs() > LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::ActionSpace;

    /// One number is observed, and what each branch sees is given step by step.
    fn cut(branches: &[[f32; 3]], range: Option<&KnownRange>) -> Imagined {
        let scope = Scope {
            action: ActionSpace::Discrete(2),
            obs_size: 1,
            horizon: 3,
            members: 1,
            noise_size: 0,
            cost: 1,
            with_disagreement: false,
        };
        let row = |obs: f32| [obs, 1.0, 0.0, -0.7, 1.0, 0.0, 0.0, 0.0];
        let rows: Vec<f32> =
            (0..3).flat_map(|step| branches.iter().flat_map(move |of| row(of[step]))).collect();
        let starts = vec![0.0; branches.len()];
        let borders = Borders { range, ..Borders::default() };
        Recorded { scope, starts: &starts, rows: &rows }.cut(borders, 1.0)
    }

    #[test]
    fn a_branch_whose_numbers_overflow_is_cut_before_that_and_counted() {
        for absurd in [f32::NAN, f32::INFINITY, -1e30, 2e9] {
            let imagined = cut(&[[1.0, 2.0, 3.0], [1.0, absurd, absurd], [absurd, 0.0, 0.0]], None);
            assert_eq!(imagined.overflowed, 2, "{absurd}");
            assert_eq!(imagined.rollout.segments, [0..3, 3..4]);
            assert_eq!(imagined.rollout.truncated, [false, false, true, true], "the future is bootstrapped");
            assert_eq!(imagined.rollout.terminated, [false; 4]);
            assert!(imagined.rollout.next_obs.iter().all(|number| number.is_finite()));
        }
    }

    #[test]
    fn what_overflows_behind_a_border_is_not_counted() {
        let range = KnownRange { low: vec![-5.0], high: vec![5.0] };
        let imagined = cut(&[[1.0, 9.0, f32::NAN]], Some(&range));
        assert_eq!((imagined.overflowed, imagined.rollout.len()), (0, 2));
    }
}
