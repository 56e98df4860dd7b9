//! Where imagined branches end, and the rollout that is left of them.
//!
//! **What.** A branch goes on until its world says that the episode ends, it crosses a border, or the horizon is reached.
//! **Choices.** Branches that have ended go on computing and are cut off here: shapes stay constant, and there is one
//! readback a round.

use super::{Imagined, Scope};
use crate::buffer::{Rollout, Step};
use crate::env::Env;

/// Beyond this probability of an end a branch is taken to have ended.
const END_THRESHOLD: f32 = 0.5;

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
    fn terminates(&self, next_obs: &[f32], end_probability: f32) -> bool {
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
        let mut disagreement = 0.0;
        let mut action = Vec::with_capacity(space.stored_size());
        for (branch, start) in self.starts.chunks_exact(obs_size).enumerate() {
            let mut obs = start;
            for step in 0..steps {
                let row = &self.rows[(step * branches + branch) * width..][..width];
                let (next_obs, rest) = row.split_at(obs_size);
                let (of_policy, rest) = rest.split_at(actions);
                let &[log_prob, reward_ext, end, apart, reward_int] = rest else { continue };
                let terminated = borders.terminates(next_obs, end);
                let truncated = !terminated && (step + 1 == steps || borders.crossed(next_obs, apart));
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
                if terminated || truncated {
                    break;
                }
                obs = next_obs;
            }
            rollout.end_segment();
        }
        let disagreement = disagreement / rollout.len().max(1) as f32;
        Imagined { rollout, branches, disagreement }
    }
}
