//! The world model's ensemble on the device: a step of all members in four dispatches.
//!
//! **What.** The first dispatch (`model_rows`) takes every member's own rows forwards, computes the loss and takes its
//! gradient backwards; [`super::step`] does the other three.
//! **Shapes.** In fours, an uploaded transition is input (O + A)₄ · target (O + 2)₄, on the model's scales. A step's
//! rows are numbers of transitions, [E, B]. In scratch memory stand all rows of one member after another's.
//! **Where.** The same as [`crate::kernels::world_model`], from which the parameters come and to which they return.
//! **Choices.** (1) Transitions are uploaded once a fit, and the rows of many steps at once. (2) Adversarial rows cost
//! no dispatch: the invocation goes through its rows a second time, from the pushed states.

use super::layout::{Layout, padded};
use super::model_loss::Heads;
use super::model_rows::model_rows;
use super::network::Form;
use super::queue::{Buffer, Queue};
use super::step::{Done, Learned, Plans, Step, Workspace, descend, dim};
use super::weights::{Rows, Tiles};
use crate::config::Activation;
use crate::error::Result;
use crate::kernels::model_loss::{ModelLosses, Outputs};
use crate::kernels::world_model;
use cubecl::prelude::CubeCount;

/// E networks with their optimiser, on the device.
#[derive(Debug)]
pub struct WorldModel {
    queue: Queue,
    sizes: Vec<usize>,
    members: usize,
    activation: Activation,
    outputs: Outputs,
    learned: Learned,
    workspace: Option<Workspace>,
    transitions: Buffer,
    rows: Buffer,
    plans: Plans,
    eps: f32,
}

impl WorldModel {
    /// Uploads this ensemble as it is.
    pub fn new(queue: &Queue, model: &world_model::WorldModel) -> Self {
        let mlp = model.mlp();
        let layout = Layout::new([mlp], 0);
        Self {
            queue: queue.clone(),
            sizes: mlp.sizes().to_vec(),
            members: mlp.members(),
            activation: mlp.activation(),
            outputs: *model.outputs(),
            learned: Learned::new(queue, layout, &model.flat, &model.adam),
            workspace: None,
            transitions: queue.zeros(4),
            rows: queue.zeros(1),
            plans: Plans::default(),
            eps: 0.0,
        }
    }

    /// Parameters where they lie on the device, and their layout.
    pub fn learned(&self) -> &Learned {
        &self.learned
    }

    /// Uploads other parameters; the optimiser's memory stays.
    pub fn set_parameters(&mut self, flat: &[f32]) {
        self.learned.set(&self.queue, flat);
    }

    /// Uploads transitions on the model's scales: input [n, O + A] and target [n, O + 2].
    pub fn set_transitions(&mut self, input: &[f32], target: &[f32]) {
        let (inputs, targets) = (self.sizes[0], self.outputs.obs_size + 2);
        let mut block = Vec::new();
        for (input, target) in input.chunks_exact(inputs).zip(target.chunks_exact(targets)) {
            for part in [input, target] {
                block.extend_from_slice(part);
                block.resize(block.len() + padded(part.len()) - part.len(), 0.0);
            }
        }
        self.transitions = self.queue.floats(&block);
    }

    /// Uploads the rows of the next steps, [steps, E, B]; states will be pushed by `eps` to where the loss rises
    /// fastest.
    pub fn begin(&mut self, adam: &crate::kernels::Adam, rows: &[usize], steps: usize, eps: f32) {
        self.eps = eps;
        let batch = rows.len() / (steps * self.members).max(1);
        self.rows = self.queue.words(&rows.iter().map(|&row| row as u32).collect::<Vec<u32>>());
        let settings = [self.outputs.end_coef as f32, eps, 0.0, 0.0];
        let divisor = (batch * self.members) as f32;
        let step = Step { rows: batch, divisor, settings, max_norm: 0.0 };
        self.plans.begin(&self.queue, adam, vec![step; steps]);
        if self.workspace.as_ref().is_none_or(|workspace| workspace.rows != batch) {
            self.workspace = Some(self.make_workspace(batch));
        }
    }

    /// The next step; false if all have been done.
    pub fn update(&mut self) -> bool {
        let (Some(workspace), Some(plan)) = (&self.workspace, self.plans.current()) else { return false };
        let Some(update) = plan.next() else { return false };
        let form = Form {
            hidden_layers: self.sizes.len() - 2,
            rows: self.queue.tile_rows(workspace.rows * self.members),
            activation: self.activation,
        };
        let tiles = workspace.tiles() / self.members;
        let groups = tiles.div_ceil(self.queue.group()) as u32;
        let [inputs, hidden, outputs] = fours(&self.sizes);
        let heads = Heads { is_gaussian: self.outputs.is_gaussian, learned_ends: self.outputs.learned_ends };
        // SAFETY: the sizes are those of these buffers.
        unsafe {
            model_rows::launch_unchecked(
                self.queue.client(),
                CubeCount::Static(groups, self.members as u32, 1),
                dim(&self.queue),
                self.learned.theta.fours(),
                self.transitions.fours(),
                self.rows.scalars(),
                plan.steps.fours(),
                workspace.scratch.fours(),
                workspace.said.fours(),
                update,
                workspace.rows as u32,
                tiles as u32,
                inputs as u32,
                hidden as u32,
                outputs as u32,
                (self.learned.layout.networks()[0].stride / 4) as u32,
                self.outputs.obs_size as u32,
                form,
                heads,
                self.eps > 0.0,
            );
        }
        descend(&self.queue, &self.learned, workspace, plan);
        true
    }

    /// Reads everything at once: parameters and memory into `model`; gives the losses of the steps since the last time.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn read(
        &mut self,
        model: &mut world_model::WorldModel,
        doing: &str,
    ) -> Result<Vec<ModelLosses>> {
        let host = (&mut model.flat, &mut model.adam);
        let done = self.plans.read(&self.queue, &self.learned, host, doing).await?;
        Ok(done.iter().map(|done| losses_of(done, &self.outputs)).collect())
    }

    fn make_workspace(&self, rows: usize) -> Workspace {
        let (layout, tile) = (&self.learned.layout, self.queue.tile_rows(rows * self.members));
        let tiles = rows.div_ceil(tile);
        let [inputs, hidden, outputs] = fours(&self.sizes);
        let stride = inputs + 2 * (self.sizes.len() - 2) * hidden + 2 * outputs;
        let mut table = Tiles::default();
        for member in 0..self.members {
            let begin = member * tiles * tile * stride;
            table.add_network(&layout.networks()[0], member, Rows { begin, stride });
        }
        let scratch = 4 * self.members * tiles * tile * stride;
        Workspace::new(&self.queue, layout, rows, scratch, self.members * tiles, &table)
    }
}

/// Fours of inputs, hidden layers and outputs.
fn fours(sizes: &[usize]) -> [usize; 3] {
    [sizes[0], sizes[1], sizes[sizes.len() - 1]].map(|size| padded(size) / 4)
}

/// The losses from what a step left.
fn losses_of(done: &Done, outputs: &Outputs) -> ModelLosses {
    let Done { step: Step { divisor: rows, .. }, numbers } = done;
    let size = outputs.obs_size as f32;
    let [state, reward, likelihood, end] = [
        numbers[4] / (rows * size),
        numbers[5] / rows,
        numbers[6] / (rows * (size + 1.0)),
        numbers[7] / rows,
    ];
    let predicted = if outputs.is_gaussian { likelihood } else { state + reward };
    ModelLosses { state, reward, end, total: predicted + outputs.end_coef as f32 * end }
}
