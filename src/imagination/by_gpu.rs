//! Imagination on WebGPU: all steps at once, by [`crate::gpu::rollout`].
//!
//! **What.** A group of branches is one dispatch and one readback, whatever the horizon; a round is one group, unless
//! it would keep the processor for so long that nothing else could be drawn.
//! **Choices.** (1) Random numbers come from a counter-based generator ([`crate::kernels::chance`]), seeded with two
//! words of the stream from which the CPU draws all of them: the same seed gives the same run, but not the CPU's. (2)
//! Novelty other than random network distillation is computed on the host afterwards: it decides nothing within a
//! rollout.

use super::Scope;
use crate::agent::Agent;
use crate::curiosity::{Curiosity, Visit};
use crate::env::ActionSpace;
use crate::error::Result;
use crate::gpu::Queue;
use crate::gpu::rollout::{Parts, Round, launch};
use crate::rng::Stream;
use crate::world_model::Model;

/// B branches on the graphics processor.
pub struct GpuBranches {
    queue: Queue,
    scope: Scope,
    groups: Vec<Group>,
    /// Groups that have been run.
    run: usize,
}

/// Branches that are run together.
struct Group {
    seed: [u32; 2],
    /// What happened, [H · rows, O + A + 5].
    record: Vec<f32>,
}

impl GpuBranches {
    pub(super) fn start(queue: &Queue, groups: usize, scope: Scope, stream: &mut Stream) -> Self {
        // A round without branches draws its seed too.
        let group = |_| Group { seed: [stream.word(), stream.word()], record: Vec::new() };
        let groups = (0..groups.max(1)).map(group).collect();
        Self { queue: queue.clone(), scope, groups, run: 0 }
    }

    pub(super) fn steps(&self) -> usize {
        self.scope.horizon * self.run / self.groups.len()
    }

    /// The group that is next.
    pub(super) fn next(&self) -> usize {
        self.run
    }

    /// All steps of the next group's branches, from `starts` [rows, O].
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn run(
        &mut self,
        starts: &[f32],
        agent: &Agent,
        model: &Model,
        curiosity: Option<&mut Curiosity>,
    ) -> Result<()> {
        let group = self.run;
        self.run += 1;
        if starts.is_empty() {
            return Ok(());
        }
        let (Some(agent), Some(world)) = (agent.on_device(&self.queue), model.on_device(&self.queue)) else {
            unreachable!("a run has one device")
        };
        let judge = curiosity.as_ref().and_then(|curiosity| curiosity.on_device(&self.queue));
        let parts = Parts { agent, world, judge };
        let round = Round {
            space: self.scope.action,
            starts,
            horizon: self.scope.horizon,
            with_disagreement: self.scope.with_disagreement,
            with_values: false,
            seed: self.groups[group].seed,
        };
        let (_, record) = launch(&self.queue, &parts, &round);
        self.groups[group].record = self.queue.read(&[&record], "reading imagined steps").await?.concat();
        match curiosity {
            Some(curiosity) if parts.judge.is_none() => self.look_up_novelty(group, starts, curiosity).await,
            _ => Ok(()),
        }
    }

    async fn look_up_novelty(
        &mut self,
        group: usize,
        starts: &[f32],
        curiosity: &mut Curiosity,
    ) -> Result<()> {
        let (size, space, width) = (self.scope.obs_size, self.scope.action, self.scope.record_width());
        let mut obs = starts.to_vec();
        let rows = starts.len() / size;
        for step in self.groups[group].record.chunks_exact_mut((rows * width).max(1)) {
            let (mut next_obs, mut action, mut disagreement) = (Vec::new(), Vec::new(), Vec::new());
            for row in step.chunks_exact(width) {
                next_obs.extend_from_slice(&row[..size]);
                let of_policy = &row[size..size + space.encoded_size()];
                match space {
                    ActionSpace::Discrete(_) => action.extend_from_slice(of_policy),
                    ActionSpace::Box { .. } => space.encode(of_policy, &mut action),
                }
                disagreement.push(row[width - 2]);
            }
            let visit =
                Visit { rows, obs: &obs, action: &action, next_obs: &next_obs, disagreement: &disagreement };
            let novelties = curiosity.novelty(&visit).await?;
            step.chunks_exact_mut(width).zip(novelties).for_each(|(row, novelty)| row[width - 1] = novelty);
            obs = next_obs;
        }
        Ok(())
    }

    /// What was recorded of a group, [H · rows, O + A + 5]; it is not kept.
    pub(super) fn take_record(&mut self, group: usize) -> Vec<f32> {
        self.groups.get_mut(group).map(|group| std::mem::take(&mut group.record)).unwrap_or_default()
    }
}
