//! What one optimiser moves on the device, and the three dispatches that move it.
//!
//! **What.** Once a kernel of [`super::ppo`], [`super::world_model`] or [`super::rnd`] has left the rows of a batch in
//! scratch memory, the rest of an update is the same for all: `weights`, then both kernels of
//! `adam`.
//! **Choices.** The memory that a batch needs is made once for its size and kept.

use super::activation::F4;
use super::adam::{METRICS, PLAN, UNITS, adam, gather};
use super::layout::Layout;
use super::queue::{Buffer, Queue};
use super::weights::{Tiles, weight_gradients};
use crate::error::Result;
use crate::kernels::Adam;
use cubecl::prelude::*;

/// Fours of parameters that one invocation of Adam takes.
const FOURS_PER_UNIT: usize = 8;
/// Invocations that keep a graphics processor busy; rows are cut into stretches until there are as many.
const ENOUGH_UNITS: usize = 4096;
/// So many rows are not worth cutting further.
const LEAST_STRETCH: usize = 64;

/// Parameters and the memory of their optimiser.
#[derive(Debug)]
pub struct Learned {
    /// Where everything lies.
    pub layout: Layout,
    /// θ
    pub theta: Buffer,
    m: Buffer,
    v: Buffer,
}

impl Learned {
    /// Uploads parameters and their optimiser's memory, in the host's order.
    pub fn new(queue: &Queue, layout: Layout, flat: &[f32], adam: &Adam) -> Self {
        let upload = |numbers: &[f32]| queue.floats(&layout.pack(numbers));
        Self { theta: upload(flat), m: upload(&adam.m), v: upload(&adam.v), layout }
    }

    /// Uploads other parameters; the optimiser's memory stays.
    pub fn set(&mut self, queue: &Queue, flat: &[f32]) {
        self.theta = queue.floats(&self.layout.pack(flat));
    }
}

/// Room for a batch of one size.
#[derive(Debug)]
pub struct Workspace {
    /// Rows that every network sees.
    pub rows: usize,
    /// What the networks leave of every row.
    pub scratch: Buffer,
    /// The sums of every tile of rows for the loss: two fours each, [2, tiles, 4].
    pub sums_of_tiles: Buffer,
    tiles: usize,
    table: Buffer,
    table_len: usize,
    stretches: usize,
    gradients: Buffer,
    partials: Buffer,
}

impl Workspace {
    /// For `rows` rows, `scratch` numbers of scratch memory, and `tiles` tiles of rows.
    pub fn new(
        queue: &Queue,
        layout: &Layout,
        rows: usize,
        scratch: usize,
        tiles: usize,
        table: &Tiles,
    ) -> Self {
        let most = (rows / LEAST_STRETCH).max(1);
        let stretches = (ENOUGH_UNITS / table.len().max(1)).clamp(1, most);
        let stretches = if queue.is_software() { 1 } else { stretches };
        Self {
            rows,
            scratch: queue.uninitialised(scratch),
            sums_of_tiles: queue.zeros(2 * tiles * 4),
            tiles,
            table: queue.words(table.words()),
            table_len: table.len(),
            stretches,
            // What fills up biases and matrices is never written: it has to be 0.
            gradients: queue.zeros(stretches * layout.len()),
            partials: queue.uninitialised(3 * UNITS * 4),
        }
    }

    /// Tiles of rows.
    pub fn tiles(&self) -> usize {
        self.tiles
    }
}

/// What one update needs to know, beside its rows.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Rows that every network sees.
    pub rows: usize,
    /// By what the sum of the rows' losses is divided.
    pub divisor: f32,
    /// What the loss needs.
    pub settings: [f32; 4],
    /// Longest gradient; 0 for any.
    pub max_norm: f32,
}

/// What an update was and what it left, read.
#[derive(Debug, Clone)]
pub struct Done {
    /// What it was given.
    pub step: Step,
    /// The gradient's length (four times), and both sums over the rows, four numbers each.
    pub numbers: Vec<f32>,
}

/// A series of updates, uploaded before its first.
#[derive(Debug)]
pub struct Plan {
    /// What is needed for each, [updates, [`PLAN`], 4].
    pub steps: Buffer,
    /// What each leaves, [updates, [`METRICS`], 4].
    pub metrics: Buffer,
    of_updates: Vec<Step>,
    /// How many have been done.
    done: usize,
    /// Of how many the metrics have been read.
    read: usize,
}

impl Plan {
    /// The number of the next update; none if all are done.
    pub fn next(&self) -> Option<u32> {
        (self.done < self.of_updates.len()).then_some(self.done as u32)
    }
}

/// All series of which something has not been read; the last is under way.
#[derive(Debug, Default)]
pub struct Plans {
    plans: Vec<Plan>,
}

impl Plans {
    /// Begins another series; the one before ends where it is. `adam` is as it was read last.
    pub fn begin(&mut self, queue: &Queue, adam: &Adam, steps: Vec<Step>) {
        let unread: usize = self.plans.iter().map(|plan| plan.done - plan.read).sum();
        self.plans.retain(|plan| plan.done > plan.read);
        let mut numbers = Vec::with_capacity(steps.len() * PLAN * 4);
        for (step, t) in steps.iter().zip(adam.updates + unread as u32 + 1..) {
            let [step_size, root_scale] = adam.rates(t);
            numbers.extend([step_size, root_scale, adam.eps as f32, step.divisor]);
            numbers.extend(step.settings);
            numbers.extend([step.max_norm, step.rows as f32, 0.0, 0.0]);
        }
        self.plans.push(Plan {
            steps: queue.floats(&numbers),
            metrics: queue.uninitialised(steps.len() * METRICS * 4),
            of_updates: steps,
            done: 0,
            read: 0,
        });
    }

    /// The series under way; none before the first.
    pub fn current(&mut self) -> Option<&mut Plan> {
        self.plans.last_mut()
    }

    /// Reads, all at once: parameters and memory in the host's order, and what the updates since the last time have
    /// left.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read; `doing` says what for.
    pub async fn read(
        &mut self,
        queue: &Queue,
        learned: &Learned,
        (flat, adam): (&mut Vec<f32>, &mut Adam),
        doing: &str,
    ) -> Result<Vec<Done>> {
        let mut buffers = vec![&learned.theta, &learned.m, &learned.v];
        buffers.extend(self.plans.iter().map(|plan| &plan.metrics));
        let read = queue.read(&buffers, doing).await?;
        let (parameters, metrics) = read.split_at(3);
        for (to, from) in [flat, &mut adam.m, &mut adam.v].into_iter().zip(parameters) {
            *to = learned.layout.unpack(from);
        }
        let mut all = Vec::new();
        for (plan, metrics) in self.plans.iter_mut().zip(metrics) {
            let updates = plan.of_updates.iter().zip(metrics.chunks_exact(METRICS * 4));
            let new = updates.take(plan.done).skip(plan.read);
            all.extend(new.map(|(step, numbers)| Done { step: *step, numbers: numbers.to_vec() }));
            plan.read = plan.done;
        }
        adam.updates += all.len() as u32;
        Ok(all)
    }
}

/// The rest of the plan's next update, after the dispatch that took the rows through the networks. A device that fails
/// says so when it is read.
pub fn descend(queue: &Queue, learned: &Learned, workspace: &Workspace, plan: &mut Plan) {
    let (client, parameters) = (queue.client(), learned.layout.len() / 4);
    let units = |count: usize| (CubeCount::Static(count.div_ceil(queue.group()) as u32, 1, 1), dim(queue));
    let stretches = workspace.stretches;
    let count = CubeCount::Static(workspace.table_len.div_ceil(queue.group()) as u32, stretches as u32, 1);
    let update = plan.done as u32;
    // SAFETY: the table and the lengths are those of these buffers.
    unsafe {
        weight_gradients::launch_unchecked(
            client,
            count,
            dim(queue),
            workspace.scratch.fours(),
            workspace.table.scalars(),
            workspace.gradients.fours(),
            workspace.rows as u32,
            workspace.rows.div_ceil(stretches) as u32,
            workspace.table_len as u32,
            parameters as u32,
        );
        let (count, dim) = units(UNITS);
        gather::launch_unchecked(
            client,
            count,
            dim,
            workspace.gradients.fours(),
            workspace.sums_of_tiles.fours(),
            workspace.partials.fours(),
            parameters as u32,
            stretches as u32,
            workspace.tiles as u32,
        );
        let (count, dim) = units(parameters.div_ceil(FOURS_PER_UNIT));
        adam::launch_unchecked(
            client,
            count,
            dim,
            learned.theta.fours(),
            learned.m.fours(),
            learned.v.fours(),
            workspace.gradients.fours(),
            workspace.partials.fours(),
            plan.steps.fours(),
            plan.metrics.fours(),
            parameters as u32,
            update,
            FOURS_PER_UNIT as u32,
        );
    }
    plan.done += 1;
}

/// Rows of an update, from the last four of its plan.
#[cube]
pub(crate) fn rows(of_plan: F4) -> usize {
    u32::cast_from(of_plan.extract(1usize)) as usize
}

/// Invocations of a workgroup.
pub fn dim(queue: &Queue) -> CubeDim {
    CubeDim::new_1d(queue.group() as u32)
}
