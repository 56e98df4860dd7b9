//! Imagining: the policy acts in the learned model instead of the task.
//!
//! **What.** Branches start from states that were really visited and follow the model, each step with one member of the
//! ensemble drawn uniformly. The result is a [rollout](buffer::Rollout) like a real one.
//! ```text
//! a ~ π(· | s)   e ~ U   ŝ', r̂, p̂_end = ŵ_e(s, a)   until the end is predicted, a border is crossed, or H steps
//! ```
//! **Shapes.** B branches: everything is [B, ·]; the record of one step is [B, O + A + 5].
//! **Where.** Start states come from the newest part of replay; the rollout goes to [`crate::samples`]. A world is
//! whatever implements [`Dynamics`]; `on_host` steps in any, `crate::gpu::imagine` takes all steps at once where policy
//! and model live there, and `cut` ends branches for both.
//! **Choices.** (1) `terminated` only where the task would end, by the model's prediction or the task's own rule; a
//! branch that leaves the [`Borders`] or reaches the horizon is truncated and bootstraps. (2) All randomness comes from
//! the host's stream: on the CPU number by number, on WebGPU as the seed of a counter-based generator; only steps draw
//! from it. (3) Disagreement is computed only where it is used: on the CPU it costs E times as much.
//! **Paper.** Janner et al. 2019 (1906.08253); Chua et al. 2018 (1805.12114), TS1 propagation.

mod branches;
mod cut;
mod dynamics;
mod on_host;

pub use branches::{Branches, Noise};
pub use cut::{Borders, KnownRange, has_overflowed};
pub use dynamics::{Dynamics, Parts, Rollout};

use crate::budget::add;
use crate::buffer;
use crate::curiosity::Curiosity;
use crate::dynamics::Context;
use crate::env::ActionSpace;
use crate::error::Result;
use crate::policy::Sampler;
use crate::rng::Stream;
use cut::Recorded;
use on_host::HostRollout;
use std::ops::Range;

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
    /// Random numbers that the world takes for one step.
    pub noise_size: usize,
    /// Whether somebody needs the members' disagreement; where it is not computed it is 0.
    pub with_disagreement: bool,
    /// Multiply-adds of one step of a branch, by which branches are shared out among ticks.
    pub cost: usize,
}

impl Scope {
    /// Numbers that are recorded of one branch and step.
    pub fn record_width(&self) -> usize {
        self.obs_size + self.action.encoded_size() + 5
    }
}

/// A round of imagination in progress.
pub struct Imagination {
    scope: Scope,
    /// What the model warms up on in the first step.
    context: Context,
    /// Where the branches began, [B, O].
    starts: Vec<f32>,
    /// Groups that have been cut.
    cut: usize,
    /// None before the first step.
    rollout: Option<Box<dyn Rollout>>,
}

/// What a group of branches gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Imagined {
    /// One segment a branch.
    pub rollout: buffer::Rollout,
    /// Branches, of which some may have no step that counts.
    pub branches: usize,
    /// Mean disagreement over all steps that count.
    pub disagreement: f32,
    /// Branches that were cut where the model's numbers became too large to be learned from.
    pub overflowed: usize,
}

impl Imagination {
    /// One branch from each moment of `context`. Nothing is computed yet.
    pub fn start(context: Context, scope: Scope) -> Self {
        let starts = context.obs.clone();
        Self { scope, context, starts, cut: 0, rollout: None }
    }

    /// How many branches there are.
    pub fn branches(&self) -> usize {
        self.starts.len() / self.scope.obs_size
    }

    /// Steps imagined so far.
    pub fn steps(&self) -> usize {
        self.rollout.as_ref().map_or(0, |rollout| rollout.steps())
    }

    /// Steps to be imagined in all, H.
    pub fn horizon(&self) -> usize {
        self.scope.horizon
    }

    /// Whether the horizon is reached.
    pub fn is_complete(&self) -> bool {
        self.steps() >= self.scope.horizon
    }

    /// One step of the next group of branches, or all steps of it on a device that can do that. Always with the same
    /// parts and the same stream.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn step(
        &mut self,
        policy: &mut dyn Sampler,
        world: &mut dyn Dynamics,
        curiosity: Option<&mut Curiosity>,
        stream: &mut Stream,
    ) -> Result<()> {
        let rollout = match &mut self.rollout {
            Some(rollout) => rollout,
            None => {
                let starts = world.warm_up(std::mem::take(&mut self.context)).await?;
                let of_device = world.rollout(policy, &starts, self.scope, stream);
                let rollout = of_device.unwrap_or_else(|| Box::new(HostRollout::start(&starts, self.scope)));
                self.rollout.insert(rollout)
            }
        };
        rollout.advance(Parts { policy, world, curiosity }, stream).await
    }

    /// Cuts the next group of branches where each ends; none once all have been cut. `weight` is the weight of every
    /// sample.
    pub fn cut(&mut self, borders: Borders<'_>, weight: f32) -> Option<Imagined> {
        let (all, index) = (self.branches(), self.cut);
        let rollout = self.rollout.as_mut()?;
        let group = groups(all, rollout.group()).nth(index)?;
        self.cut += 1;
        let rows = rollout.take_record(index);
        add(rows.len() * PER_NUMBER);
        let starts = &self.starts[group.start * self.scope.obs_size..group.end * self.scope.obs_size];
        Some(Recorded { scope: self.scope, starts, rows: &rows }.cut(borders, weight))
    }

    /// Cuts all branches, of which there are few.
    pub fn finish(&mut self, borders: Borders<'_>, weight: f32) -> Imagined {
        let mut all = self.cut(borders, weight).unwrap_or_else(|| Imagined {
            rollout: buffer::Rollout::new(false, self.scope.obs_size, self.scope.action.stored_size()),
            branches: 0,
            disagreement: 0.0,
            overflowed: 0,
        });
        while let Some(imagined) = self.cut(borders, weight) {
            let Imagined { rollout, branches, disagreement, overflowed } = imagined;
            let [before, new] = [all.rollout.len(), rollout.len()].map(|steps| steps as f32);
            let sum = all.disagreement * before + disagreement * new;
            all.disagreement = sum / (before + new).max(1.0);
            all.branches += branches;
            all.overflowed += overflowed;
            all.rollout.append(&rollout);
        }
        all
    }
}

/// What it costs to look at one number of the record, in multiply-adds.
const PER_NUMBER: usize = 8;

/// The branches of each group, `most` at most: a last one by itself is not left alone.
pub fn groups(branches: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let left = branches - from;
        let rows = if left <= most + 1 { left } else { most };
        from += rows;
        (rows > 0).then_some(from - rows..from)
    })
}
