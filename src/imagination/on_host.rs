//! Imagination step by step: policy and world are asked in turn, wherever they compute.
//!
//! **Choices.** (1) A branch follows one member of the ensemble, drawn anew in every step. (2) Branches are processed
//! in groups, each as large as a tick allows: step by step, one group after another, so that random numbers are drawn
//! in the same order for any grouping.

use super::branches::{Branches, Noise};
use super::dynamics::{Parts, Rollout};
use super::{Scope, groups};
use crate::budget::{self, MOST_BRANCHES, PER_ROW, add};
use crate::curiosity::Visit;
use crate::dynamics::State;
use crate::error::Result;
use crate::nets::draw_noise;
use crate::part::Pending;
use crate::rng::Stream;
use std::ops::Range;

/// B branches on the host.
pub struct HostRollout {
    scope: Scope,
    groups: Vec<Group>,
    /// The group that is next.
    next: usize,
    steps: usize,
    draws: Draws,
}

/// Branches that take a step together.
struct Group {
    branches: Branches,
    /// What happened, [rows, O + A + 5] a step.
    record: Vec<f32>,
}

/// The random numbers of one step of a group.
#[derive(Default)]
struct Draws {
    actions: Vec<f32>,
    members: Vec<usize>,
    world: Vec<f32>,
}

impl Draws {
    fn draw(&mut self, scope: &Scope, rows: usize, stream: &mut Stream) {
        let Self { actions, members, world } = self;
        actions.clear();
        members.clear();
        world.clear();
        for _ in 0..rows {
            draw_noise(scope.action, stream, actions);
            members.push(stream.below(scope.members));
            world.extend((0..scope.noise_size).map(|_| stream.normal()));
        }
    }
}

impl HostRollout {
    pub(super) fn start(starts: &State, scope: Scope) -> Self {
        let all = starts.obs.len() / scope.obs_size;
        let group = |rows: Range<usize>| Group {
            record: Vec::with_capacity(rows.len() * scope.horizon * scope.record_width()),
            branches: Branches::new(
                starts.rows(rows, all),
                scope.obs_size,
                scope.action,
                scope.with_disagreement,
            ),
        };
        let groups = groups(all, most_of(&scope)).map(group).collect();
        Self { scope, groups, next: 0, steps: 0, draws: Draws::default() }
    }

    async fn step(&mut self, parts: Parts<'_>, stream: &mut Stream) -> Result<()> {
        let Parts { policy, world, curiosity } = parts;
        if let Some(Group { branches, .. }) = self.groups.get_mut(self.next) {
            add(branches.len() * PER_ROW);
            self.draws.draw(&self.scope, branches.len(), stream);
            let Draws { actions, members, world: of_world } = &self.draws;
            let of_world = (self.scope.noise_size > 0).then_some(of_world.as_slice());
            branches.step(policy, world, Noise { actions, members, world: of_world }).await?;
            let novelties = match curiosity {
                Some(curiosity) => curiosity.novelty(&visit(branches)).await?,
                None => Vec::new(),
            };
            self.note(&novelties);
        }
        self.next += 1;
        if self.next >= self.groups.len() {
            (self.next, self.steps) = (0, self.steps + 1);
        }
        Ok(())
    }

    /// Records the step just done, with the novelty of each branch, or none.
    fn note(&mut self, novelties: &[f32]) {
        let Some(Group { branches, record }) = self.groups.get_mut(self.next) else { return };
        let Branches { drawn, answer, .. } = branches;
        let (obs_size, actions_of_one) = (self.scope.obs_size, self.scope.action.encoded_size());
        for (branch, log_prob) in drawn.log_probs.iter().enumerate() {
            record.extend_from_slice(&answer.state.obs[branch * obs_size..][..obs_size]);
            record.extend_from_slice(&drawn.actions[branch * actions_of_one..][..actions_of_one]);
            let novelty = novelties.get(branch).copied().unwrap_or(0.0);
            let (end, apart) = (answer.end_probabilities[branch], answer.disagreements[branch]);
            record.extend([*log_prob, answer.rewards[branch], end, apart, novelty]);
        }
    }
}

impl Rollout for HostRollout {
    fn group(&self) -> usize {
        most_of(&self.scope)
    }

    fn steps(&self) -> usize {
        self.steps
    }

    fn advance<'a>(&'a mut self, parts: Parts<'a>, stream: &'a mut Stream) -> Pending<'a, ()> {
        Box::pin(self.step(parts, stream))
    }

    fn take_record(&mut self, group: usize) -> Vec<f32> {
        self.groups.get_mut(group).map(|group| std::mem::take(&mut group.record)).unwrap_or_default()
    }
}

/// Branches that a tick can take a step with.
fn most_of(scope: &Scope) -> usize {
    budget::rows(MOST_BRANCHES, scope.cost)
}

/// The step just done, for curiosity.
fn visit(branches: &Branches) -> Visit<'_> {
    Visit {
        rows: branches.len(),
        obs: &branches.state.obs,
        action: &branches.of_model,
        next_obs: &branches.answer.state.obs,
        disagreement: &branches.answer.disagreements,
    }
}
