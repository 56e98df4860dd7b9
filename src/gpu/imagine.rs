//! Imagination on WebGPU: all steps at once, by [`super::rollout`].
//!
//! **What.** A group of branches is one dispatch and one readback, whatever the horizon; a round is one group, unless
//! it would keep the processor for so long that nothing else could be drawn.
//! **Choices.** (1) Random numbers come from a counter-based generator ([`crate::kernels::counter`]), seeded with two
//! words of the stream from which the CPU draws all of them: the same seed gives the same run, but not the CPU's. (2)
//! Novelty other than random network distillation is computed on the host afterwards: it decides nothing within a
//! rollout.

use super::rollout::{self, Agent, Round, World, launch};
use super::{Queue, RndNovelty};
use crate::budget::{self, MOST_BRANCHES};
use crate::curiosity::{Curiosity, Visit};
use crate::dynamics::State;
use crate::env::ActionSpace;
use crate::error::Result;
use crate::imagination::{Parts, Rollout, Scope, groups};
use crate::part::Pending;
use crate::rng::Stream;
use std::any::Any;

/// How many times as much a graphics processor does in a tick.
const FASTER: usize = 64;

/// B branches on the graphics processor.
pub struct GpuRollout {
    queue: Queue,
    agent: Agent,
    world: World,
    scope: Scope,
    groups: Vec<Group>,
    /// Groups that have been run.
    run: usize,
}

/// Branches that are run together.
struct Group {
    seed: [u32; 2],
    /// Where they begin, [rows, O].
    starts: Vec<f32>,
    /// What happened, [H · rows, O + A + 5].
    record: Vec<f32>,
}

impl GpuRollout {
    /// One branch from each of `starts`.
    pub(super) fn start(
        queue: &Queue,
        (agent, world): (Agent, World),
        starts: &State,
        scope: Scope,
        stream: &mut Stream,
    ) -> Self {
        let all = starts.obs.len() / scope.obs_size;
        let mut group = |starts: State| Group {
            seed: [stream.word(), stream.word()],
            starts: starts.obs,
            record: Vec::new(),
        };
        let cut = groups(all, most_of(&scope)).map(|rows| starts.rows(rows, all));
        let mut groups: Vec<Group> = cut.map(&mut group).collect();
        if groups.is_empty() {
            // A round without branches draws its seed too.
            groups.push(group(State::default()));
        }
        Self { queue: queue.clone(), agent, world, scope, groups, run: 0 }
    }

    /// All steps of the next group's branches.
    async fn run(&mut self, parts: Parts<'_>) -> Result<()> {
        let Some(group) = self.groups.get_mut(self.run) else { return Ok(()) };
        self.run += 1;
        if group.starts.is_empty() {
            return Ok(());
        }
        let novelty = parts.curiosity.as_ref().and_then(|curiosity| {
            let module: &dyn Any = &*curiosity.module;
            Some(module.downcast_ref::<RndNovelty>()?.on_device(curiosity.scale))
        });
        let networks = rollout::Parts { agent: self.agent.clone(), world: self.world.clone(), novelty };
        let round = Round {
            space: self.scope.action,
            starts: &group.starts,
            horizon: self.scope.horizon,
            with_disagreement: self.scope.with_disagreement,
            with_values: false,
            seed: group.seed,
        };
        let (_, record) = launch(&self.queue, &networks, &round);
        group.record = self.queue.read(&[&record], "reading imagined steps").await?.concat();
        match parts.curiosity {
            Some(curiosity) if networks.novelty.is_none() => {
                group.look_up_novelty(&self.scope, curiosity).await
            }
            _ => Ok(()),
        }
    }
}

impl Rollout for GpuRollout {
    fn group(&self) -> usize {
        most_of(&self.scope)
    }

    fn steps(&self) -> usize {
        self.scope.horizon * self.run / self.groups.len()
    }

    fn advance<'a>(&'a mut self, parts: Parts<'a>, _stream: &'a mut Stream) -> Pending<'a, ()> {
        Box::pin(self.run(parts))
    }

    fn take_record(&mut self, group: usize) -> Vec<f32> {
        self.groups.get_mut(group).map(|group| std::mem::take(&mut group.record)).unwrap_or_default()
    }
}

/// Branches whose steps the device takes in what is a tick elsewhere.
fn most_of(scope: &Scope) -> usize {
    budget::rows(MOST_BRANCHES * FASTER, scope.cost * scope.horizon / FASTER)
}

impl Group {
    async fn look_up_novelty(&mut self, scope: &Scope, curiosity: &mut Curiosity) -> Result<()> {
        let (size, space, width) = (scope.obs_size, scope.action, scope.record_width());
        let mut obs = self.starts.clone();
        let rows = obs.len() / size;
        for step in self.record.chunks_exact_mut((rows * width).max(1)) {
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
}
