//! Random network distillation on the device: a step of the guesser in four dispatches.
//!
//! **What, equation, paper.** As in [`crate::kernels::rnd`].
//! **Shapes.** In fours, an uploaded state is x `[O₄]`, normalised and clipped on the host.
//! **Where.** From [`crate::kernels::rnd`] the parameters come, and to it they return: novelty is asked of it.
//! **Choices.** The states of an iteration are uploaded once, for all its steps.

use super::activation::F4;
use super::adam::PLAN;
use super::layout::{Layout, padded};
use super::network::{self, Form, Sizes};
use super::queue::{Buffer, Queue};
use super::step::{self, Learned, Plans, Step, Workspace, descend, dim};
use super::weights::{Rows, Tiles};
use crate::config::Activation;
use crate::error::Result;
use crate::kernels::rnd;
use crate::minibatches::{largest, minibatches};
use cubecl::prelude::*;

/// Both networks, on the device.
#[derive(Debug)]
pub struct Rnd {
    queue: Queue,
    sizes: Vec<usize>,
    activation: Activation,
    target: Buffer,
    learned: Learned,
    workspace: Option<Workspace>,
    states: Buffer,
    plans: Plans,
}

impl Rnd {
    /// Uploads both networks as they are.
    pub fn new(queue: &Queue, rnd: &rnd::Rnd) -> Self {
        let mlp = rnd.mlp();
        let layout = Layout::new([mlp], 0);
        Self {
            queue: queue.clone(),
            sizes: mlp.sizes().to_vec(),
            activation: mlp.activation(),
            target: queue.floats(&layout.pack(rnd.target())),
            learned: Learned::new(queue, layout, &rnd.flat, &rnd.adam),
            workspace: None,
            states: queue.zeros(4),
            plans: Plans::default(),
        }
    }

    /// Where the parameters lie on the device.
    pub fn learned(&self) -> &Learned {
        &self.learned
    }

    /// Parameters of the fixed network, as those of the other lie.
    pub fn target(&self) -> &Buffer {
        &self.target
    }

    /// Uploads states [n, O], of which each of the next steps takes the next of their [`minibatches`] of at most
    /// `rows`.
    pub fn begin(&mut self, rnd: &rnd::Rnd, obs: &[f32], rows: usize) {
        let (mut block, mut x) = (Vec::new(), Vec::new());
        rnd::normalize(obs, &rnd.mean, &rnd.std, &mut x);
        let (inputs, features) = (self.sizes[0], self.sizes[self.sizes.len() - 1]);
        let (states, width) = (obs.len() / inputs, padded(inputs));
        let (rows, batches) = (largest(states, rows), minibatches(states, rows));
        let step =
            |rows: usize| Step { rows, divisor: (rows * features) as f32, settings: [0.0; 4], max_norm: 0.0 };
        let steps = batches.clone().map(|batch| step(batch.len())).collect();
        // Every minibatch has a place for the states of the largest; what is left of it is never read.
        for batch in batches {
            for row in x[batch.start * inputs..batch.end * inputs].chunks_exact(inputs) {
                block.extend_from_slice(row);
                block.resize(block.len().next_multiple_of(width), 0.0);
            }
            block.resize(block.len().next_multiple_of(rows * width), 0.0);
        }
        self.states = self.queue.floats(&block);
        self.plans.begin(&self.queue, &rnd.adam, steps);
        if self.workspace.as_ref().is_none_or(|workspace| workspace.rows != rows) {
            self.workspace = Some(self.make_workspace(rows));
        }
    }

    /// The next step; false if all have been done.
    pub fn update(&mut self) -> bool {
        let (Some(workspace), Some(plan)) = (&self.workspace, self.plans.current()) else { return false };
        let Some(update) = plan.next() else { return false };
        let form = Form {
            hidden_layers: self.sizes.len() - 2,
            rows: self.queue.tile_rows(workspace.rows),
            activation: self.activation,
        };
        let [inputs, hidden, outputs] = fours(&self.sizes);
        // SAFETY: the sizes are those of these buffers.
        unsafe {
            rnd_rows::launch_unchecked(
                self.queue.client(),
                CubeCount::Static(workspace.tiles().div_ceil(self.queue.group()) as u32, 1, 1),
                dim(&self.queue),
                self.learned.theta.fours(),
                self.target.fours(),
                self.states.fours(),
                plan.steps.fours(),
                workspace.scratch.fours(),
                workspace.said.fours(),
                update,
                workspace.rows as u32,
                workspace.tiles() as u32,
                inputs as u32,
                hidden as u32,
                outputs as u32,
                form,
            );
        }
        descend(&self.queue, &self.learned, workspace, plan);
        true
    }

    /// Reads everything at once: parameters and memory into `rnd`; gives the losses of the steps since the last time.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn read(&mut self, rnd: &mut rnd::Rnd, doing: &str) -> Result<Vec<f32>> {
        let host = (&mut rnd.flat, &mut rnd.adam);
        let done = self.plans.read(&self.queue, &self.learned, host, doing).await?;
        Ok(done.iter().map(|done| done.numbers[4] / done.step.divisor).collect())
    }

    fn make_workspace(&self, rows: usize) -> Workspace {
        let tile = self.queue.tile_rows(rows);
        let tiles = rows.div_ceil(tile);
        let [inputs, hidden, outputs] = fours(&self.sizes);
        let stride = inputs + 2 * (self.sizes.len() - 2) * hidden + 2 * outputs;
        let mut table = Tiles::default();
        table.add_network(&self.learned.layout.networks()[0], 0, Rows { begin: 0, stride });
        let scratch = 4 * tiles * tile * stride;
        Workspace::new(&self.queue, &self.learned.layout, rows, scratch, tiles, &table)
    }
}

/// Fours of inputs, hidden layer and features.
fn fours(sizes: &[usize]) -> [usize; 3] {
    [sizes[0], sizes[1], sizes[sizes.len() - 1]].map(|size| padded(size) / 4)
}

/// Takes a tile of states through both networks. Each minibatch has `places` places, of which it uses as many as its
/// plan says.
#[cube(launch_unchecked)]
fn rnd_rows(
    parameters: &[F4],
    target: &[F4],
    states: &[F4],
    plan: &[F4],
    scratch: &mut [F4],
    said: &mut [F4],
    update: u32,
    places: u32,
    tiles: u32,
    inputs: u32,
    hidden: u32,
    outputs: u32,
    #[comptime] form: Form,
) {
    let tile = ABSOLUTE_POS_X;
    if tile < tiles {
        let sizes = Sizes {
            inputs: inputs as usize,
            hidden: hidden as usize,
            outputs: outputs as usize,
            extra: outputs as usize,
            first: 0usize,
        };
        let stride = network::stride(&sizes, form.hidden_layers);
        let y = network::outputs(&sizes, form.hidden_layers);
        let first_row = tile * comptime!(form.rows as u32);
        let at = first_row as usize * stride;
        let of_plan = (update * comptime!(PLAN as u32)) as usize;
        let rows = step::rows(plan[of_plan + 2]) as u32;
        #[unroll]
        for r in 0..form.rows {
            let sample = (update * places + min(first_row + r as u32, rows - 1)) as usize * sizes.inputs;
            for k in 0..sizes.inputs {
                scratch[at + r * stride + k] = states[sample + k];
            }
        }
        network::forward(target, scratch, &sizes, at, form);
        #[unroll]
        for r in 0..form.rows {
            let row = at + r * stride + y;
            for k in 0..sizes.outputs {
                scratch[row + sizes.outputs + k] = scratch[row + k];
            }
        }
        network::forward(parameters, scratch, &sizes, at, form);
        let scale = 2.0 / plan[of_plan].extract(3usize);
        let mut squares = F4::new(0.0);
        #[unroll]
        for r in 0..form.rows {
            let is_real = select(first_row + (r as u32) < rows, 1.0f32, 0.0f32);
            let row = at + r * stride + y;
            for k in 0..sizes.outputs {
                let difference = (scratch[row + k] - scratch[row + sizes.outputs + k]) * F4::new(is_real);
                squares += difference * difference;
                scratch[row + k] = difference * F4::new(scale);
            }
        }
        network::backward(parameters, scratch, &sizes, at, form, false);
        said[tile as usize] = F4::new(squares.dot(F4::new(1.0)));
    }
}
