//! Imagination on the CPU, by [`crate::kernels::imagine`].
//!
//! **Choices.** (1) A branch evaluates only the ensemble member that it follows; all members are evaluated where
//! disagreement is needed. (2) Branches are processed in groups, each as large as a tick allows: step by step, one
//! group after another, so that random numbers are drawn in the same order for any grouping.

use super::Scope;
use crate::budget::{PER_ROW, add};
use crate::curiosity::Visit;
use crate::kernels::imagine::{self, Branches, Parts};
use crate::kernels::ppo::ActorCritic;
use crate::kernels::world::Dynamics;
use crate::nets::draw_chance;
use crate::rng::Stream;

/// B branches on the host.
pub struct HandBranches {
    scope: Scope,
    groups: Vec<Group>,
    /// The group that is next.
    next: usize,
    steps: usize,
    chance: Chance,
}

/// Branches that take a step together.
struct Group {
    branches: Branches,
    /// What happened, [rows, O + A + 5] a step.
    record: Vec<f32>,
}

/// The chance of one step of a group.
#[derive(Default)]
struct Chance {
    /// What actions are drawn with.
    actions: Vec<f32>,
    /// The member that is followed.
    members: Vec<usize>,
    /// What a world with chance draws with.
    noise: Vec<f32>,
}

impl Chance {
    fn draw(&mut self, scope: &Scope, rows: usize, stream: &mut Stream) {
        let Self { actions, members, noise } = self;
        actions.clear();
        members.clear();
        noise.clear();
        for _ in 0..rows {
            draw_chance(scope.action, stream, actions);
            members.push(stream.below(scope.members));
            noise.extend((0..scope.noise_size).map(|_| stream.normal()));
        }
    }
}

impl HandBranches {
    pub(super) fn start(groups: &[&[f32]], scope: Scope) -> Self {
        let group = |starts: &&[f32]| Group {
            branches: Branches::new(starts, scope.obs_size, scope.action, scope.with_disagreement),
            record: Vec::new(),
        };
        let groups = groups.iter().map(group).collect();
        Self { scope, groups, next: 0, steps: 0, chance: Chance::default() }
    }

    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    /// One step of the next group; it counts once it is noted.
    pub fn step(&mut self, net: &mut ActorCritic, world: &mut dyn Dynamics, stream: &mut Stream) {
        let Some(Group { branches, .. }) = self.groups.get_mut(self.next) else { return };
        add(branches.len() * PER_ROW);
        self.chance.draw(&self.scope, branches.len(), stream);
        let Chance { actions, members, noise } = &self.chance;
        let noise = (self.scope.noise_size > 0).then_some(noise.as_slice());
        branches.step(Parts { net, world, rnd: None }, imagine::Chance { actions, members, noise });
    }

    /// The step just done; none without branches.
    pub fn visit(&self) -> Option<Visit<'_>> {
        let Group { branches, .. } = self.groups.get(self.next)?;
        Some(Visit {
            rows: branches.len(),
            obs: &branches.obs,
            action: &branches.of_model,
            next_obs: &branches.answer.next_obs,
            disagreement: &branches.answer.disagreements,
        })
    }

    /// Records the step just done, with the novelty of each branch, or none.
    pub fn note(&mut self, novelties: &[f32]) {
        if let Some(Group { branches, record }) = self.groups.get_mut(self.next) {
            let Branches { actions, log_probs, answer, .. } = branches;
            let (obs_size, actions_of_one) = (self.scope.obs_size, self.scope.action.encoded_size());
            for (branch, log_prob) in log_probs.iter().enumerate() {
                record.extend_from_slice(&answer.next_obs[branch * obs_size..][..obs_size]);
                record.extend_from_slice(&actions[branch * actions_of_one..][..actions_of_one]);
                let novelty = novelties.get(branch).copied().unwrap_or(0.0);
                let (end, apart) = (answer.end_probabilities[branch], answer.disagreements[branch]);
                record.extend([*log_prob, answer.rewards[branch], end, apart, novelty]);
            }
        }
        self.next += 1;
        if self.next >= self.groups.len() {
            (self.next, self.steps) = (0, self.steps + 1);
        }
    }

    /// What was recorded of a group, [H · rows, O + A + 5]; it is not kept.
    pub(super) fn take_record(&mut self, group: usize) -> Vec<f32> {
        self.groups.get_mut(group).map(|group| std::mem::take(&mut group.record)).unwrap_or_default()
    }
}
