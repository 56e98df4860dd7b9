//! The world model's ensemble on the device: a step of all members in four dispatches.
//!
//! **What.** The first dispatch (`model_rows`) takes every member's own rows forwards, computes the loss and takes its
//! gradient backwards; [`super::step`] does the other three.
//! **Shapes.** In fours, an uploaded transition is input (O + A)₄ · target (O + 2)₄, on the model's scales. A step's
//! rows are numbers of transitions, [E, B]. In scratch memory stand all rows of one member after another's.
//! **Where.** The same as [`crate::kernels::world_model`], from which the parameters come and to which they return.
//! **Choices.** (1) Transitions are uploaded once a fit, and the rows of many steps at once. (2) Adversarial rows cost
//! no dispatch: the invocation goes through its rows a second time, from the pushed states.

use super::layout::{Network, push_padded};
use super::learner::Learner;
use super::model_loss::Heads;
use super::model_rows::model_rows;
use super::queue::{Buffer, Queue};
use super::step::{Done, Learned, Step};
use crate::error::Result;
use crate::kernels::model_loss::{ModelLosses, Outputs};
use crate::kernels::world_model;

/// E networks with their optimiser, on the device.
#[derive(Debug)]
pub struct WorldModel {
    inputs: usize,
    members: usize,
    outputs: Outputs,
    learner: Learner,
    transitions: Buffer,
    rows: Buffer,
    eps: f32,
}

impl WorldModel {
    /// Uploads this ensemble as it is.
    pub fn new(queue: &Queue, model: &world_model::WorldModel) -> Self {
        let mlp = model.mlp();
        // The loss puts a copy of the outputs behind them.
        let extra = |network: &Network| network.fours()[2];
        let host = (model.flat.as_slice(), &model.adam);
        Self {
            inputs: mlp.inputs(),
            members: mlp.members(),
            outputs: *model.outputs(),
            learner: Learner::new(queue, std::slice::from_ref(mlp), 0, extra, host),
            transitions: queue.zeros(4),
            rows: queue.zeros(1),
            eps: 0.0,
        }
    }

    /// Parameters where they lie on the device, and their layout.
    pub fn learned(&self) -> &Learned {
        self.learner.learned()
    }

    /// Uploads other parameters; the optimiser's memory stays.
    pub fn set_parameters(&mut self, flat: &[f32]) {
        self.learner.set_parameters(flat);
    }

    /// Uploads transitions on the model's scales: input [n, O + A] and target [n, O + 2].
    pub fn set_transitions(&mut self, input: &[f32], target: &[f32]) {
        let targets = self.outputs.obs_size + 2;
        let mut block = Vec::new();
        for (input, target) in input.chunks_exact(self.inputs).zip(target.chunks_exact(targets)) {
            push_padded(&mut block, input);
            push_padded(&mut block, target);
        }
        self.transitions = self.learner.queue().floats(&block);
    }

    /// Uploads the rows of the next steps, [steps, E, B]; states will be pushed by `eps` to where the loss rises
    /// fastest.
    pub fn begin(&mut self, adam: &crate::kernels::Adam, rows: &[usize], steps: usize, eps: f32) {
        self.eps = eps;
        let batch = rows.len() / (steps * self.members).max(1);
        self.rows = self.learner.queue().words(&rows.iter().map(|&row| row as u32).collect::<Vec<u32>>());
        let settings = [self.outputs.end_coef as f32, eps, 0.0, 0.0];
        let divisor = (batch * self.members) as f32;
        let step = Step { rows: batch, divisor, settings, max_norm: 0.0 };
        self.learner.begin(adam, batch, vec![step; steps]);
    }

    /// The next step; false if all have been done.
    pub fn update(&mut self) -> bool {
        let Self { members, outputs, learner, transitions, rows, eps, .. } = self;
        let heads = Heads { is_gaussian: outputs.is_gaussian, learned_ends: outputs.learned_ends };
        learner.update(|turn| {
            let network = &turn.networks()[0];
            let [inputs, hidden, output_fours] = network.fours();
            let (count, dim) = turn.count(*members);
            // SAFETY: the sizes are those of these buffers.
            unsafe {
                model_rows::launch_unchecked(
                    turn.queue.client(),
                    count,
                    dim,
                    turn.learned.theta.fours(),
                    transitions.fours(),
                    rows.scalars(),
                    turn.steps.fours(),
                    turn.workspace.scratch.fours(),
                    turn.workspace.sums_of_tiles.fours(),
                    turn.update,
                    turn.workspace.rows as u32,
                    turn.tiles as u32,
                    inputs as u32,
                    hidden as u32,
                    output_fours as u32,
                    (network.stride / 4) as u32,
                    outputs.obs_size as u32,
                    turn.form,
                    heads,
                    *eps > 0.0,
                );
            }
        })
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
        let done = self.learner.read((&mut model.flat, &mut model.adam), doing).await?;
        Ok(done.iter().map(|done| losses_of(done, &self.outputs)).collect())
    }
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
