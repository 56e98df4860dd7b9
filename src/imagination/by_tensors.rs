//! Imagination on `cpu-plain`, for comparison.
//!
//! **Shapes.** Everything is [B, ·]; nothing is read before the horizon is reached.

use super::Scope;
use crate::curiosity::{Curiosity, TensorVisit};
use crate::device::Device;
use crate::env::ActionSpace;
use crate::error::Result;
use crate::nets::{chance_size, draw_chance};
use crate::rng::Stream;
use crate::tensors::{ActorCritic, Dynamics, read};
use burn::tensor::Tensor;

/// B branches in tensors.
pub struct TensorBranches {
    scope: Scope,
    /// Where all branches are, [B, O].
    obs: Tensor<2>,
    /// The action's chance, the choice of a member and the world's noise, of all steps: [H, B, C + E + noise].
    chance: Tensor<3>,
    /// What happened, one [B, O + A + 5] a step.
    record: Vec<Tensor<2>>,
    steps: usize,
}

impl TensorBranches {
    pub(super) fn start(device: &Device, starts: &[f32], scope: Scope, stream: &mut Stream) -> Self {
        let branches = starts.len() / scope.obs_size;
        let width = chance_size(scope.action) + scope.members + scope.noise_size;
        Self {
            scope,
            obs: device.floats(starts.to_vec(), [branches, scope.obs_size]),
            chance: device.floats(packed(&scope, branches, stream), [scope.horizon, branches, width]),
            record: Vec::with_capacity(scope.horizon),
            steps: 0,
        }
    }

    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    /// One step of all branches.
    pub fn step(&mut self, net: &ActorCritic, world: &dyn Dynamics, curiosity: Option<&Curiosity>) {
        let chance: Tensor<2> = self.chance.clone().narrow(0, self.steps, 1).squeeze_dim(0);
        let Scope { action: space, members, noise_size, .. } = self.scope;
        let size = chance_size(space);
        let policy = net.policy(&net.matrices(), self.obs.clone());
        let action = policy.sample(chance.clone().narrow(1, 0, size)); // [B, A]
        let log_prob = policy.log_prob(action.clone());
        let of_model = model_form(space, action.clone());
        let choice = chance.clone().narrow(1, size, members); // [B, E]
        let noise = (noise_size > 0).then(|| chance.narrow(1, size + members, noise_size));
        let said = world.predict(self.obs.clone(), of_model.clone(), choice, noise);
        let visit = |curiosity: &Curiosity| {
            curiosity.novelty_of_tensors(TensorVisit {
                obs: self.obs.clone(),
                action: of_model,
                next_obs: said.next_obs.clone(),
                disagreement: said.disagreement.clone(),
            })
        };
        let novelty = curiosity.map_or_else(|| said.reward.zeros_like(), visit);
        self.obs = said.next_obs.clone();
        let record = vec![
            said.next_obs,
            action,
            log_prob,
            said.reward,
            said.end_probability,
            said.disagreement,
            novelty,
        ];
        self.record.push(Tensor::cat(record, 1));
        self.steps += 1;
    }

    /// What was recorded, [H · B, O + A + 5]; it is not kept.
    pub(super) fn take_record(&mut self) -> Result<Vec<f32>> {
        read(Tensor::cat(std::mem::take(&mut self.record), 0), "reading imagined steps")
    }
}

/// The model's form of actions in the policy's form, [B, A] → [B, A], as [`ActionSpace::encode`] has it on the host.
fn model_form(space: ActionSpace, action: Tensor<2>) -> Tensor<2> {
    match space {
        ActionSpace::Discrete(_) => action,
        ActionSpace::Box { bound, .. } => action.clamp(-bound, bound) / bound,
    }
}

/// All chance in one block, in the order in which the host draws it: what actions take, members as one-hot rows, noise.
fn packed(scope: &Scope, branches: usize, stream: &mut Stream) -> Vec<f32> {
    let mut block = Vec::new();
    for _ in 0..scope.horizon * branches {
        draw_chance(scope.action, stream, &mut block);
        let member = stream.below(scope.members);
        block.extend((0..scope.members).map(|m| if m == member { 1.0 } else { 0.0 }));
        block.extend((0..scope.noise_size).map(|_| stream.normal()));
    }
    block
}
