//! Imagining: the policy acts in the learned model instead of the task.
//!
//! **What.** Branches start from states that were really visited and follow the model, each step with one member of the
//! ensemble drawn uniformly. The result is a [`Rollout`] like a real one.
//! ```text
//! a ~ π(· | s)   e ~ U   ŝ', r̂, p̂_end = ŵ_e(s, a)   until the end is predicted, a border is crossed, or H steps
//! ```
//! **Shapes.** B branches: everything is [B, ·]; the record of one step is [B, O + A + 5].
//! **Where.** Start states come from the newest part of replay; the rollout goes to [`crate::samples`]. `by_hand`
//! computes on the CPU, `by_gpu` on WebGPU, `by_tensors` for comparison; `cut` ends branches for all three.
//! **Choices.** (1) `terminated` only where the task would end, by the model's prediction or the task's own rule; a
//! branch that leaves the [`Borders`] or reaches the horizon is truncated and bootstraps. (2) All randomness comes from
//! the host's stream: on the CPU number by number, on WebGPU as the seed of a counter-based generator; only steps draw
//! from it. (3) Disagreement is computed only where it is used: on the CPU it costs E times as much.
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
use crate::budget::add;
use crate::buffer::Rollout;
use crate::curiosity::Curiosity;
use crate::device::{Device, DeviceKind};
use crate::env::ActionSpace;
use crate::error::Result;
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
    /// Most branches that take a step in one tick.
    pub group: usize,
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
    /// Groups that have been cut.
    cut: usize,
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

/// What a group of branches gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Imagined {
    /// One segment a branch.
    pub rollout: Rollout,
    /// Branches, of which some may have no step that counts.
    pub branches: usize,
    /// Mean disagreement over all steps that count.
    pub disagreement: f32,
    /// Branches that were cut where the model's numbers became too large to be learned from.
    pub overflowed: usize,
}

impl Imagination {
    /// Starts one branch from each of `starts` [B, O].
    pub fn start(device: &Device, starts: Vec<f32>, scope: Scope, stream: &mut Stream) -> Self {
        // By hand each step draws from the stream when it is taken: a build with nothing else has no use for it here.
        #[cfg(not(any(webgpu, tensors)))]
        let _ = stream;
        #[cfg(webgpu)]
        if let Some(queue) = device.queue() {
            let groups = groups(&scope, &starts).len();
            let room = Room::ByGpu(Box::new(GpuBranches::start(queue, groups, scope, stream)));
            return Self { scope, starts, cut: 0, room };
        }
        let room = match device.kind() {
            DeviceKind::Cpu | DeviceKind::WebGpu => {
                Room::ByHand(Box::new(HandBranches::start(&groups(&scope, &starts), scope)))
            }
            #[cfg(tensors)]
            DeviceKind::CpuPlain => {
                Room::ByTensors(Box::new(TensorBranches::start(device, &starts, scope, stream)))
            }
        };
        Self { scope, starts, cut: 0, room }
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

    /// One step of the next group of branches, or on WebGPU all steps of it, with agent, model and curiosity of the
    /// device that it was started on, and the stream of chance that it was started with.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn step(
        &mut self,
        agent: &mut Agent,
        model: &mut Model,
        curiosity: Option<&mut Curiosity>,
        stream: &mut Stream,
    ) -> Result<()> {
        match &mut self.room {
            Room::ByHand(branches) => {
                let (Some(net), Some(world)) = (agent.by_hand(), model.by_hand()) else {
                    unreachable!("a run has one device")
                };
                branches.step(net, world, stream);
                let novelties = match (curiosity, branches.visit()) {
                    (Some(curiosity), Some(visit)) => curiosity.novelty(&visit).await?,
                    _ => Vec::new(),
                };
                branches.note(&novelties);
            }
            #[cfg(webgpu)]
            Room::ByGpu(branches) => {
                let groups = groups(&self.scope, &self.starts);
                let starts = groups.get(branches.next()).copied().unwrap_or_default();
                branches.run(starts, agent, model, curiosity).await?;
            }
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

    /// Cuts the next group of branches where each ends; none once all have been cut. `weight` is the weight of every
    /// sample.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn cut(&mut self, borders: Borders<'_>, weight: f32) -> Result<Option<Imagined>> {
        let (group, all) = (self.cut, groups(&self.scope, &self.starts));
        self.cut += 1;
        let Some(&of_group) = all.get(group) else { return Ok(None) };
        let (starts, rows) = match &mut self.room {
            Room::ByHand(branches) => (of_group, branches.take_record(group)),
            #[cfg(webgpu)]
            Room::ByGpu(branches) => (of_group, branches.take_record(group)),
            #[cfg(tensors)]
            Room::ByTensors(_) if group > 0 => return Ok(None),
            #[cfg(tensors)]
            Room::ByTensors(branches) => (self.starts.as_slice(), branches.take_record()?),
        };
        add(rows.len() * PER_NUMBER);
        Ok(Some(Recorded { scope: self.scope, starts, rows: &rows }.cut(borders, weight)))
    }

    /// Cuts all branches, of which there are few.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn finish(&mut self, borders: Borders<'_>, weight: f32) -> Result<Imagined> {
        let mut all = self.cut(borders, weight).await?.unwrap_or_else(|| Imagined {
            rollout: Rollout::new(false, self.scope.obs_size, self.scope.action.stored_size()),
            branches: 0,
            disagreement: 0.0,
            overflowed: 0,
        });
        while let Some(imagined) = self.cut(borders, weight).await? {
            let Imagined { rollout, branches, disagreement, overflowed } = imagined;
            let [before, new] = [all.rollout.len(), rollout.len()].map(|steps| steps as f32);
            let sum = all.disagreement * before + disagreement * new;
            all.disagreement = sum / (before + new).max(1.0);
            all.branches += branches;
            all.overflowed += overflowed;
            all.rollout.append(&rollout);
        }
        Ok(all)
    }
}

/// What it costs to look at one number of the record, in multiply-adds.
const PER_NUMBER: usize = 8;

/// The starts of each group, [rows, O].
fn groups<'a>(scope: &Scope, starts: &'a [f32]) -> Vec<&'a [f32]> {
    let (mut left, mut groups) = (starts, Vec::new());
    while !left.is_empty() {
        let rows = left.len() / scope.obs_size;
        let rows = if rows <= scope.group + 1 { rows } else { scope.group };
        let (group, rest) = left.split_at(rows * scope.obs_size);
        groups.push(group);
        left = rest;
    }
    groups
}
