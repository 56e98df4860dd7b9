//! A generation of candidates, each tried in the model.
//!
//! ```text
//! R(W) = 1/E Σₑ Σₜ γᵗ r̂ₜ      r̂ clipped to the rewards that were really seen; until an end is predicted, or H steps
//! ```
//! **Shapes.** P candidates in E imagined episodes each: rows [P · E, ·], candidate after candidate; all have the
//! same E starts.
//! **Choices.** (1) An episode follows one member of the ensemble to its end, and the members take turns: what is good
//! for all of them counts, not what one of them has got wrong. (2) An episode whose numbers overflow ends there.
//! (3) Rows take a step in groups, as many as a tick allows.
//! **Paper.** Members followed to the end: Chua et al. 2018 (1805.12114), TS∞.

use super::policy::SearchedPolicy;
use crate::budget::{MOST_BRANCHES, rows};
use crate::dynamics::{self, Answer, Question, State};
use crate::error::Result;
use crate::imagination::{Dynamics, groups, has_overflowed};
use crate::trainer::imagined::Rules;
use std::ops::{Range, RangeInclusive};

/// One step of some rows.
pub(super) struct Taken {
    /// As they are stored, row after row.
    pub(super) actions: Vec<f32>,
    pub(super) answer: Answer,
}

/// Every row takes a step in the `world`, each with the weights that `weights` gives for its index.
pub(super) async fn step<'a>(
    world: &mut dyn Dynamics,
    policy: &mut SearchedPolicy,
    weights: impl Fn(usize) -> &'a [f32],
    (state, members): (&State, &[usize]),
) -> Result<Taken> {
    let (mut stored, mut actions) = (Vec::new(), Vec::new());
    for (row, obs) in state.obs.chunks_exact(policy.shape.obs_size).enumerate() {
        let from = stored.len();
        policy.act(weights(row), obs, &mut stored);
        policy.shape.action.encode(&stored[from..], &mut actions);
    }
    let mut answer = Answer::default();
    let question = Question { state, actions: &actions, members, noise: None, with_disagreement: false };
    world.step(question, &mut answer).await?;
    Ok(Taken { actions: stored, answer })
}

/// A generation on its way.
pub(super) struct Trials {
    /// W of each candidate, [P, n].
    candidates: Vec<f32>,
    /// E
    episodes: usize,
    /// The least and the best reward that was seen.
    rewards: RangeInclusive<f32>,
    /// What the model warms up on, [P · E]; none once it has.
    starts: Option<dynamics::Context>,
    groups: Vec<Group>,
    /// The group that is next.
    next: usize,
    /// Steps that all groups have taken.
    pub(super) steps: usize,
    discount: f32,
    /// Imagined steps that counted.
    pub(super) counted: u64,
}

/// Rows that take a step together.
struct Group {
    rows: Range<usize>,
    state: State,
    members: Vec<usize>,
    alive: Vec<bool>,
    returns: Vec<f32>,
}

impl Trials {
    /// Of `candidates`, from `starts`, which are repeated for each of them: [P · E].
    pub(super) fn start(
        candidates: Vec<f32>,
        episodes: usize,
        starts: dynamics::Context,
        rewards: RangeInclusive<f32>,
    ) -> Self {
        Self {
            candidates,
            episodes,
            rewards,
            starts: Some(starts),
            groups: Vec::new(),
            next: 0,
            steps: 0,
            discount: 1.0,
            counted: 0,
        }
    }

    /// One step of the next group; whether all rows have come to their end.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub(super) async fn advance(
        &mut self,
        (world, members, cost): (&mut dyn Dynamics, usize, usize),
        policy: &mut SearchedPolicy,
        rules: &Rules<'_>,
    ) -> Result<bool> {
        if let Some(starts) = self.starts.take() {
            let all = starts.obs.len() / policy.shape.obs_size;
            let state = world.warm_up(starts).await?;
            let most = rows(MOST_BRANCHES, cost);
            self.groups =
                groups(all, most).map(|rows| Group::new(rows, &state, all, self.episodes, members)).collect();
        }
        let size = policy.size();
        if let Some(group) = self.groups.get_mut(self.next) {
            let weights = |row: usize| &self.candidates[row / self.episodes * size..][..size];
            let first = group.rows.start;
            let from = (&group.state, group.members.as_slice());
            let Taken { answer, .. } = step(world, policy, |row| weights(first + row), from).await?;
            self.counted += group.count(&answer, rules, &self.rewards, self.discount);
            group.state = answer.state;
        }
        self.next += 1;
        if self.next >= self.groups.len() {
            (self.next, self.steps, self.discount) = (0, self.steps + 1, self.discount * rules.gamma);
        }
        Ok(self.next == 0 && (self.steps >= rules.horizon || self.groups.iter().all(Group::is_over)))
    }

    /// R of each candidate, `[P]`.
    pub(super) fn returns(&self) -> Vec<f32> {
        let all: Vec<f32> = self.groups.iter().flat_map(|group| group.returns.iter().copied()).collect();
        all.chunks_exact(self.episodes).map(|of| of.iter().sum::<f32>() / self.episodes as f32).collect()
    }
}

impl Group {
    fn new(rows: Range<usize>, state: &State, all: usize, episodes: usize, members: usize) -> Self {
        let count = rows.len();
        Self {
            state: state.rows(rows.clone(), all),
            members: rows.clone().map(|row| row % episodes % members).collect(),
            rows,
            alive: vec![true; count],
            returns: vec![0.0; count],
        }
    }

    fn is_over(&self) -> bool {
        !self.alive.contains(&true)
    }

    /// Adds the rewards of the episodes that are not over, and ends those that end; how many went on.
    fn count(
        &mut self,
        taken: &Answer,
        rules: &Rules<'_>,
        rewards: &RangeInclusive<f32>,
        discount: f32,
    ) -> u64 {
        let size = taken.state.obs.len() / self.rows.len();
        let mut counted = 0;
        for (index, obs) in taken.state.obs.chunks_exact(size).enumerate() {
            if !self.alive[index] {
                continue;
            }
            if has_overflowed(obs) {
                self.alive[index] = false;
                continue;
            }
            counted += 1;
            self.returns[index] += discount * taken.rewards[index].clamp(*rewards.start(), *rewards.end());
            self.alive[index] = !rules.borders.terminates(obs, taken.end_probabilities[index]);
        }
        counted
    }
}
