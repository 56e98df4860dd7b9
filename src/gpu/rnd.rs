//! Random network distillation on the device: a step of the guesser in four dispatches.
//!
//! **What, equation, paper.** As in [`crate::kernels::rnd`].
//! **Shapes.** In fours, an uploaded state is x `[O₄]`, normalised and clipped on the host.
//! **Where.** From [`crate::kernels::rnd`] the parameters come, and to it they return: novelty is asked of it.
//! **Choices.** The states of an iteration are uploaded once, for all its steps.

use super::activation::F4;
use super::adam::PLAN;
use super::layout::{Network, padded, push_padded};
use super::learner::Learner;
use super::network::{self, Form, Sizes};
use super::queue::{Buffer, Queue};
use super::step::{self, Learned, Step};
use crate::error::Result;
use crate::kernels::rnd;
use crate::minibatches::{largest, minibatches};
use cubecl::prelude::*;

/// Both networks, on the device.
#[derive(Debug)]
pub struct Rnd {
    inputs: usize,
    features: usize,
    learner: Learner,
    target: Buffer,
    states: Buffer,
}

impl Rnd {
    /// Uploads both networks as they are.
    pub fn new(queue: &Queue, rnd: &rnd::Rnd) -> Self {
        let mlp = rnd.mlp();
        // Behind the guess stands what is to be guessed.
        let extra = |network: &Network| network.fours()[2];
        let learner = Learner::new(queue, std::slice::from_ref(mlp), 0, extra, (&rnd.flat, &rnd.adam));
        let target = queue.floats(&learner.learned().layout.pack(rnd.target()));
        Self { inputs: mlp.inputs(), features: mlp.outputs(), learner, target, states: queue.zeros(4) }
    }

    /// Where the parameters lie on the device.
    pub fn learned(&self) -> &Learned {
        self.learner.learned()
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
        let (inputs, features) = (self.inputs, self.features);
        let states = obs.len() / inputs;
        let (rows, batches) = (largest(states, rows), minibatches(states, rows));
        let step =
            |rows: usize| Step { rows, divisor: (rows * features) as f32, settings: [0.0; 4], max_norm: 0.0 };
        let steps = batches.clone().map(|batch| step(batch.len())).collect();
        // Every minibatch has a place for the states of the largest; what is left of it is never read.
        for batch in batches {
            x[batch.start * inputs..batch.end * inputs]
                .chunks_exact(inputs)
                .for_each(|row| push_padded(&mut block, row));
            block.resize(block.len().next_multiple_of(rows * padded(inputs)), 0.0);
        }
        self.states = self.learner.queue().floats(&block);
        self.learner.begin(&rnd.adam, rows, steps);
    }

    /// The next step; false if all have been done.
    pub fn update(&mut self) -> bool {
        let Self { learner, target, states, .. } = self;
        learner.update(|turn| {
            let [inputs, hidden, outputs] = turn.networks()[0].fours();
            let (count, dim) = turn.count(1);
            // SAFETY: the sizes are those of these buffers.
            unsafe {
                rnd_rows::launch_unchecked(
                    turn.queue.client(),
                    count,
                    dim,
                    turn.learned.theta.fours(),
                    target.fours(),
                    states.fours(),
                    turn.steps.fours(),
                    turn.workspace.scratch.fours(),
                    turn.workspace.sums_of_tiles.fours(),
                    turn.update,
                    turn.workspace.rows as u32,
                    turn.tiles as u32,
                    inputs as u32,
                    hidden as u32,
                    outputs as u32,
                    turn.form,
                );
            }
        })
    }

    /// Reads everything at once: parameters and memory into `rnd`; gives the losses of the steps since the last time.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn read(&mut self, rnd: &mut rnd::Rnd, doing: &str) -> Result<Vec<f32>> {
        let done = self.learner.read((&mut rnd.flat, &mut rnd.adam), doing).await?;
        Ok(done.iter().map(|done| done.numbers[4] / done.step.divisor).collect())
    }
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
    sums_of_tiles: &mut [F4],
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
        sums_of_tiles[tile as usize] = F4::new(squares.dot(F4::new(1.0)));
    }
}
