//! What one optimiser moves on the device, and the three dispatches that move it.
//!
//! **What.** Once a kernel of [`super::ppo`], [`super::world_model`] or [`super::rnd`] has left the rows of a batch in
//! scratch memory, the rest of an update is the same for all: [`super::weights`], then both kernels of
//! [`super::adam`].
//! **Choices.** The memory that a batch needs is made once for its size and kept.

use super::adam::{METRICS, PLAN, UNITS, adam, gather};
use super::layout::Layout;
use super::queue::{Buffer, Queue};
use super::weights::{Tiles, weight_gradients};
use crate::error::Result;
use crate::kernels::Adam;
use cubecl::prelude::{CubeCount, CubeDim};

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

    /// What has to be read for [`Learned::unpack`].
    pub fn buffers(&self) -> [&Buffer; 3] {
        [&self.theta, &self.m, &self.v]
    }

    /// Parameters and memory in the host's order, from what was read of [`Learned::buffers`].
    pub fn unpack(&self, read: &[Vec<f32>], flat: &mut Vec<f32>, adam: &mut Adam) {
        for (to, from) in [flat, &mut adam.m, &mut adam.v].into_iter().zip(read) {
            *to = self.layout.unpack(from);
        }
    }
}

/// Room for a batch of one size.
#[derive(Debug)]
pub struct Workspace {
    /// Rows that every network sees.
    pub rows: usize,
    /// What the networks leave of every row.
    pub scratch: Buffer,
    /// What every tile of rows says of the loss: two fours each, [2, tiles, 4].
    pub said: Buffer,
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
            scratch: queue.room(scratch),
            said: queue.zeros(2 * tiles * 4),
            tiles,
            table: queue.words(table.words()),
            table_len: table.len(),
            stretches,
            // What fills up biases and matrices is never written: it has to be 0.
            gradients: queue.zeros(stretches * layout.len()),
            partials: queue.room(3 * UNITS * 4),
        }
    }

    /// Tiles of rows.
    pub fn tiles(&self) -> usize {
        self.tiles
    }
}

/// What a series of updates does step by step, uploaded before its first.
#[derive(Debug)]
pub struct Plan {
    /// [updates, [`PLAN`], 4]
    pub steps: Buffer,
    /// [updates, [`METRICS`], 4]
    pub metrics: Buffer,
    updates: usize,
    next: usize,
}

/// What one update needs to know, beside its rows.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// By what the sum of the rows' losses is divided.
    pub divisor: f32,
    /// What the loss needs.
    pub settings: [f32; 4],
    /// Longest gradient; 0 for any.
    pub max_norm: f32,
}

impl Plan {
    /// These steps, the first of which is update `adam.updates + 1`.
    pub fn new(queue: &Queue, adam: &Adam, steps: &[Step]) -> Self {
        let mut numbers = Vec::with_capacity(steps.len() * PLAN * 4);
        for (step, t) in steps.iter().zip(adam.updates + 1..) {
            let [step_size, root_scale] = adam.rates(t);
            numbers.extend([step_size, root_scale, adam.eps as f32, step.divisor]);
            numbers.extend(step.settings);
            numbers.extend([step.max_norm, 0.0, 0.0, 0.0]);
        }
        let (steps, updates) = (queue.floats(&numbers), steps.len());
        Self { steps, metrics: queue.room(updates * METRICS * 4), updates, next: 0 }
    }

    /// The number of the next update; none if all are done.
    pub fn next(&self) -> Option<u32> {
        (self.next < self.updates).then_some(self.next as u32)
    }
}

/// The rest of the plan's next update, after the dispatch that took the rows through the networks.
///
/// # Errors
/// [`crate::Error::Device`] if the device has failed before.
pub fn descend(queue: &Queue, learned: &Learned, workspace: &Workspace, plan: &mut Plan) -> Result<()> {
    let (client, parameters) = (queue.client(), learned.layout.len() / 4);
    let units = |count: usize| (CubeCount::Static(count.div_ceil(queue.group()) as u32, 1, 1), dim(queue));
    let stretches = workspace.stretches;
    let count = CubeCount::Static(workspace.table_len.div_ceil(queue.group()) as u32, stretches as u32, 1);
    let update = plan.next as u32;
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
            workspace.said.fours(),
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
    plan.next += 1;
    queue.check("learning")
}

/// Invocations of a workgroup.
pub fn dim(queue: &Queue) -> CubeDim {
    CubeDim::new_1d(queue.group() as u32)
}
