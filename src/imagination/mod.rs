//! Imagining: the policy acts in the learned model instead of the task.
//!
//! **What.** Branches start from states that were really visited and follow the model, each step with one member
//! of the ensemble drawn by lot. What comes out is a [`Rollout`] like a real one.
//! ```text
//! a ~ π(· | s)    e ~ lot    ŝ', r̂, p̂_end = ŵ_e(s, a)     until the end is predicted, a border is crossed, or H steps
//! ```
//! **Shapes.** B branches: everything is [B, ·]; the record of one step is [B, O + A + 5].
//! **Where.** Starts come from the newest part of replay; the rollout goes to [`crate::samples`]. `by_hand` computes on the
//! CPU, `by_gpu` on WebGPU, `by_tensors` to compare with; `cut` ends branches for all.
//! **Choices.** (1) `terminated` only where the task would end, by the model's word or the task's own rule; a branch that
//! crosses a [`Borders`] or reaches the horizon is truncated and bootstraps. (2) All chance comes from the host's
//! stream: number by number on the CPU, on WebGPU as the seed of a generator that counts. (3) Disagreement is computed where somebody needs it: on the CPU it costs E times as much.
//! **Paper.** Janner et al. 2019 (1906.08253); Chua et al. 2018 (1805.12114), TS1 propagation.

#[cfg(webgpu)]
mod by_gpu;
mod by_hand;
#[cfg(tensors)]
mod by_tensors;
mod cut;

#[cfg(webgpu)]
pub use by_gpu::GpuBranches;
pub use by_hand::HandBranches;
#[cfg(tensors)]
pub use by_tensors::TensorBranches;
pub use cut::{Borders, KnownRange};

use crate::agent::Agent;
use crate::buffer::Rollout;
use crate::curiosity::Curiosity;
use crate::device::{Device, DeviceKind};
use crate::env::ActionSpace;
use crate::error::Result;
use crate::nets::{chance_size, draw_chance};
use crate::rng::Stream;
use crate::world_model::Model;
use cut::Recorded;

/// How much is imagined, and in which task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scope {
    /// What the policy acts in.
    pub action: ActionSpace,
    /// O
    pub obs_size: usize,
    /// H
    pub horizon: usize,
    /// E
    pub members: usize,
    /// Numbers of chance that the world takes for one step.
    pub noise_size: usize,
    /// Whether somebody needs the members' disagreement; where it is not computed it is 0.
    pub with_disagreement: bool,
}

impl Scope {
    /// Numbers that are recorded of one branch and step.
    fn record_width(&self) -> usize {
        self.obs_size + self.action.encoded_size() + 5
    }
}

/// A round of imagination in progress.
pub struct Imagination {
    scope: Scope,
    starts: Vec<f32>,
    /// What computes.
    pub room: Room,
}

/// Where a round is computed.
pub enum Room {
    /// On the CPU, by hand.
    ByHand(Box<HandBranches>),
    /// On WebGPU, all steps at once.
    #[cfg(webgpu)]
    ByGpu(Box<GpuBranches>),
    /// In tensors, to compare with.
    #[cfg(tensors)]
    ByTensors(Box<TensorBranches>),
}

/// What a round gave, beside the rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct Imagined {
    /// One segment a branch.
    pub rollout: Rollout,
    /// Mean disagreement over all steps that count.
    pub disagreement: f32,
}

/// The chance of all steps and branches, [H, B] each.
struct Chance {
    /// What actions are drawn with.
    actions: Vec<f32>,
    /// The member that is followed.
    members: Vec<usize>,
    /// What a world with chance draws with.
    noise: Vec<f32>,
}

impl Chance {
    fn draw(scope: &Scope, branches: usize, stream: &mut Stream) -> Self {
        let rows = scope.horizon * branches;
        let room = |width: usize| Vec::with_capacity(rows * width);
        let (actions, noise) = (room(chance_size(scope.action)), room(scope.noise_size));
        let mut chance = Self { actions, members: Vec::with_capacity(rows), noise };
        for _ in 0..rows {
            draw_chance(scope.action, stream, &mut chance.actions);
            chance.members.push(stream.below(scope.members));
            chance.noise.extend((0..scope.noise_size).map(|_| stream.normal()));
        }
        chance
    }
}

impl Imagination {
    /// Starts one branch from each of `starts` [B, O].
    pub fn start(device: &Device, starts: Vec<f32>, scope: Scope, stream: &mut Stream) -> Self {
        #[cfg(webgpu)]
        if let Some(queue) = device.queue() {
            let room = Room::ByGpu(Box::new(GpuBranches::start(queue, scope, stream)));
            return Self { scope, starts, room };
        }
        let chance = Chance::draw(&scope, starts.len() / scope.obs_size, stream);
        let room = match device.kind() {
            DeviceKind::Cpu | DeviceKind::WebGpu => {
                Room::ByHand(Box::new(HandBranches::start(&starts, scope, chance)))
            }
            #[cfg(tensors)]
            DeviceKind::CpuPlain => {
                Room::ByTensors(Box::new(TensorBranches::start(device, &starts, scope, &chance)))
            }
        };
        Self { scope, starts, room }
    }

    /// How many branches there are.
    pub fn branches(&self) -> usize {
        self.starts.len() / self.scope.obs_size
    }

    /// Steps imagined so far.
    pub fn steps(&self) -> usize {
        match &self.room {
            Room::ByHand(branches) => branches.steps(),
            #[cfg(webgpu)]
            Room::ByGpu(branches) => branches.steps(),
            #[cfg(tensors)]
            Room::ByTensors(branches) => branches.steps(),
        }
    }

    /// Steps to be imagined in all, H.
    pub fn horizon(&self) -> usize {
        self.scope.horizon
    }

    /// Whether the horizon is reached.
    pub fn is_complete(&self) -> bool {
        self.steps() >= self.scope.horizon
    }

    /// One step of all branches, or on WebGPU all steps, with agent, model and curiosity of the device that it was started on.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn step(
        &mut self,
        agent: &mut Agent,
        model: &mut Model,
        curiosity: Option<&mut Curiosity>,
    ) -> Result<()> {
        match &mut self.room {
            Room::ByHand(branches) => {
                let (Some(net), Some(world)) = (agent.by_hand(), model.by_hand()) else {
                    unreachable!("a run has one device")
                };
                branches.step(net, world);
                let novelties = match curiosity {
                    Some(curiosity) => curiosity.novelty(&branches.visit()).await?,
                    None => Vec::new(),
                };
                branches.note(&novelties);
            }
            #[cfg(webgpu)]
            Room::ByGpu(branches) => branches.run(&self.starts, agent, model, curiosity).await?,
            #[cfg(tensors)]
            Room::ByTensors(branches) => {
                let (Some(net), Some(world)) = (agent.by_tensors(), model.by_tensors()) else {
                    unreachable!("a run has one device")
                };
                branches.step(net, world, curiosity.as_deref());
            }
        }
        Ok(())
    }

    /// Cuts each branch where it ends. `weight` is the weight of every sample.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn finish(self, borders: Borders<'_>, weight: f32) -> Result<Imagined> {
        let rows = match self.room {
            Room::ByHand(branches) => branches.record(),
            #[cfg(webgpu)]
            Room::ByGpu(branches) => branches.record(),
            #[cfg(tensors)]
            Room::ByTensors(branches) => branches.record()?,
        };
        Ok(Recorded { scope: self.scope, starts: &self.starts, rows: &rows }.cut(borders, weight))
    }
}
