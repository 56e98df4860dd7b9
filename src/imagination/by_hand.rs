//! Imagination's room on the CPU, by [`crate::kernels::imagine`].
//!
//! **Choices.** A branch asks only the member that it follows; all members are asked where disagreement is.

use super::{Chance, Scope};
use crate::curiosity::Visit;
use crate::kernels::imagine::{self, Branches, Parts};
use crate::kernels::ppo::ActorCritic;
use crate::kernels::world::Dynamics;
use crate::nets::chance_size;

/// B branches on the host.
pub struct HandBranches {
    scope: Scope,
    branches: Branches,
    chance: Chance,
    steps: usize,
    /// What happened, [B, O + A + 5] a step.
    record: Vec<f32>,
}

impl HandBranches {
    pub(super) fn start(starts: &[f32], scope: Scope, chance: Chance) -> Self {
        let branches = Branches::new(starts, scope.obs_size, scope.action, scope.with_disagreement);
        let record = Vec::with_capacity(scope.horizon * branches.len() * scope.record_width());
        Self { scope, branches, chance, steps: 0, record }
    }

    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    /// One step of all branches; it counts once it is noted.
    pub fn step(&mut self, net: &mut ActorCritic, world: &mut dyn Dynamics) {
        let Chance { actions, members, noise } = &self.chance;
        let rows = self.branches.len();
        let of_step = |all: &'_ [f32], width: usize| -> std::ops::Range<usize> {
            debug_assert!(all.len() >= (self.steps + 1) * rows * width);
            self.steps * rows * width..(self.steps + 1) * rows * width
        };
        let (draw, noise_size) = (chance_size(self.scope.action), self.scope.noise_size);
        let chance = imagine::Chance {
            actions: &actions[of_step(actions, draw)],
            members: &members[self.steps * rows..(self.steps + 1) * rows],
            noise: (noise_size > 0).then(|| &noise[of_step(noise, noise_size)]),
        };
        self.branches.step(Parts { net, world, rnd: None }, chance);
    }

    /// The step just done.
    pub fn visit(&self) -> Visit<'_> {
        Visit {
            rows: self.branches.len(),
            obs: &self.branches.obs,
            action: &self.branches.of_model,
            next_obs: &self.branches.answer.next_obs,
            disagreement: &self.branches.answer.disagreements,
        }
    }

    /// Records the step just done, with the novelty of each branch, or none.
    pub fn note(&mut self, novelties: &[f32]) {
        let Branches { actions, log_probs, answer, .. } = &self.branches;
        let (obs_size, actions_of_one) = (self.scope.obs_size, self.scope.action.encoded_size());
        for (branch, log_prob) in log_probs.iter().enumerate() {
            self.record.extend_from_slice(&answer.next_obs[branch * obs_size..][..obs_size]);
            self.record.extend_from_slice(&actions[branch * actions_of_one..][..actions_of_one]);
            let novelty = novelties.get(branch).copied().unwrap_or(0.0);
            let (end, apart) = (answer.end_probabilities[branch], answer.disagreements[branch]);
            self.record.extend([*log_prob, answer.rewards[branch], end, apart, novelty]);
        }
        self.steps += 1;
    }

    /// What was recorded, [H · B, O + A + 5].
    pub(super) fn record(self) -> Vec<f32> {
        self.record
    }
}
