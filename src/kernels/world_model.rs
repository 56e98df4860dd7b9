//! The world model's ensemble: training, validation, and querying one member.
//!
//! **What.** E perceptrons whose rows are all their own: [E, B, O + A] → [E, B, outputs]. The loss is that of
//! [`super::model_loss`], the step [`super::adam`]'s; scales, bootstrap and early stopping stay in
//! `mbppo::world_model`.
//! **Choices.** The gradient of the input is computed on request only: adversarial training needs it.

use super::model_loss::{ModelLosses, Outputs, Sums, add_losses, losses};
use super::stretch::stretches;
use super::{Adam, Cache, Mlp, budget};

/// Gain of the last layer's first weights.
pub const FIRST_GAIN: f32 = 0.1;

/// Rows of one member, as a piece of a step.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Whose rows they are.
    pub member: usize,
    /// Whether they are the member's first in this step.
    pub is_first: bool,
    /// Rows of all members together in this step.
    pub all: usize,
    /// [rows, O + A]
    pub input: &'a [f32],
    /// [rows, O + 2]
    pub target: &'a [f32],
}

/// E networks with their optimiser.
#[derive(Debug, Clone)]
pub struct WorldModel {
    mlp: Mlp,
    outputs: Outputs,
    /// All parameters.
    pub flat: Vec<f32>,
    /// The memory of their optimiser.
    pub adam: Adam,
    gradient: Vec<f32>,
    cache: Cache,
    /// The latest output of the members.
    output: Vec<f32>,
}

impl WorldModel {
    /// An ensemble on the places of `mlp`. `flat` are its parameters.
    pub fn new(mlp: Mlp, outputs: Outputs, flat: Vec<f32>, adam: Adam) -> Self {
        debug_assert_eq!([mlp.outputs(), mlp.end()], [outputs.width(), flat.len()]);
        let gradient = vec![0.0; flat.len()];
        Self { mlp, outputs, flat, adam, gradient, cache: Cache::default(), output: Vec::new() }
    }

    /// The networks.
    pub fn mlp(&self) -> &Mlp {
        &self.mlp
    }

    /// Which outputs there are.
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    /// One step on input [E, B, O + A] and target [E, B, O + 2]; gives the losses before it.
    pub fn update(&mut self, input: &[f32], target: &[f32]) -> ModelLosses {
        let losses = self.loss_and_gradient(input, target, None);
        self.adam.step(&mut self.flat, &self.gradient);
        losses
    }

    /// The losses; their gradient is kept, and with `d_input` [E, B, O + A] that of the input is written.
    pub fn loss_and_gradient(
        &mut self,
        input: &[f32],
        target: &[f32],
        d_input: Option<&mut [f32]>,
    ) -> ModelLosses {
        let rows = input.len() / (self.mlp.members() * self.mlp.inputs());
        self.mlp.forward(&self.flat, input, rows, &mut self.cache);
        let (output, d_output) = self.cache.output_and_gradient();
        let losses = losses(&self.outputs, output, target, Some(d_output));
        self.mlp.backward(&self.flat, input, &mut self.cache, &mut self.gradient, d_input);
        losses
    }

    /// Adds a piece of a step, in which the pieces of a member come one after another: to the sums its losses, and to
    /// the gradient kept what the piece adds. With `d_input` [rows, O + A], the loss's gradient of the input is written
    /// too.
    pub fn add(&mut self, piece: Piece<'_>, sums: &mut Sums, d_input: Option<&mut [f32]>) {
        let Piece { member, is_first, all, input, target } = piece;
        let places: Vec<_> = if is_first {
            Vec::new()
        } else {
            (0..self.mlp.sizes().len() - 1).flat_map(|layer| self.mlp.matrices(layer, member)).collect()
        };
        let before: Vec<Vec<f32>> =
            places.iter().map(|place| self.gradient[place.clone()].to_vec()).collect();
        self.forward_member(member, input);
        let (output, d_output) = self.cache.output_and_gradient();
        add_losses(&self.outputs, all, output, target, Some(d_output), sums);
        self.mlp.backward(&self.flat, input, &mut self.cache, &mut self.gradient, d_input);
        for (place, before) in places.into_iter().zip(before) {
            self.gradient[place].iter_mut().zip(before).for_each(|(sum, before)| *sum += before);
        }
    }

    /// The step whose pieces have all been added.
    pub fn step(&mut self) {
        budget::add(self.flat.len() * 4);
        self.adam.step(&mut self.flat, &self.gradient);
    }

    /// The losses alone.
    pub fn evaluate(&mut self, input: &[f32], target: &[f32]) -> ModelLosses {
        self.forward(input);
        losses(&self.outputs, &self.output, target, None)
    }

    /// Output of the members, [E, B, outputs], of input [E, B, O + A].
    pub fn forward(&mut self, input: &[f32]) -> &[f32] {
        let members = self.mlp.members();
        self.output.clear();
        for (member, own) in input.chunks_exact((input.len() / members).max(1)).enumerate() {
            self.predict(member, own);
        }
        &self.output
    }

    /// Output of one member, [rows, outputs], of input [rows, O + A].
    pub fn forward_member(&mut self, member: usize, input: &[f32]) -> &[f32] {
        self.output.clear();
        self.predict(member, input);
        &self.output
    }

    /// Adds the output of one member for input [rows, O + A].
    fn predict(&mut self, member: usize, input: &[f32]) {
        let width = self.mlp.inputs();
        for rows in stretches(input.len() / width) {
            let input = &input[rows.start * width..rows.end * width];
            let members = member..member + 1;
            let output = self.mlp.forward_members(&self.flat, members, input, rows.len(), &mut self.cache);
            self.output.extend_from_slice(output);
        }
    }

    /// Puts back a gradient that was kept before.
    pub fn set_gradient(&mut self, gradient: Vec<f32>) {
        self.gradient = gradient;
    }

    /// The gradient of the last loss.
    pub fn gradient(&self) -> &[f32] {
        &self.gradient
    }
}
