//! A step of the ensemble and a look at held-out rows, in pieces of what a tick may do.
//!
//! **Choices.** (1) Held-out rows are the same for all members, which read them in turn: nothing is copied E times. (2)
//! Steps and validations are split by one member's rows, so that a tick is bounded at any width and batch size.

use super::world::World;
use crate::budget::{self, Tick};
use crate::kernels::model_loss::{Outputs, Sums, add_losses};
use crate::kernels::world_model::{Piece, WorldModel as Networks};
use crate::world_model::Validation;
use crate::world_model::rows::Rows;

/// A step in progress: the pieces so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Step {
    member: usize,
    /// The member's rows that have been added.
    row: usize,
    sums: Sums,
}

impl Step {
    /// Whether nothing of it is done yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.member == 0 && self.row == 0
    }
}

/// A step, until it or the tick is over; gives the loss before the step once it is done.
pub(super) fn update(world: &mut World, batch: &mut Rows, eps: f32, step: &mut Step) -> Option<f32> {
    let (tick, mlp) = (Tick::begin(), world.model.mlp());
    let (members, cost) = (mlp.members(), 3 * mlp.weights());
    let [inputs, targets] = [mlp.inputs(), world.model.outputs().obs_size + 2];
    let all = batch.input.len() / inputs;
    let own = all / members;
    while step.member < members {
        if tick.is_over() {
            return None;
        }
        let rows = budget::rows(own - step.row, cost);
        let from = step.member * own + step.row;
        let input = &mut batch.input[from * inputs..(from + rows) * inputs];
        let target = &batch.target[from * targets..(from + rows) * targets];
        let is_first = step.row == 0;
        let place = Place { member: step.member, is_first, all };
        if eps > 0.0 {
            push_to_the_worst(&mut world.model, place, input, target, eps);
        }
        world.model.add(place.piece(input, target), &mut step.sums, None);
        step.row += rows;
        if step.row == own {
            (step.member, step.row) = (step.member + 1, 0);
        }
    }
    world.model.step();
    let outputs = world.model.outputs();
    Some(std::mem::take(step).sums.losses(outputs, all).total)
}

/// Where a piece belongs.
#[derive(Clone, Copy)]
struct Place {
    member: usize,
    is_first: bool,
    all: usize,
}

impl Place {
    fn piece<'a>(self, input: &'a [f32], target: &'a [f32]) -> Piece<'a> {
        let Self { member, is_first, all } = self;
        Piece { member, is_first, all, input, target }
    }
}

/// The input pushed by `eps` standard deviations in every state number to where the loss rises fastest
/// (Goodfellow et al. 2015, 1412.6572): what is learned there holds in a neighbourhood, not in a point.
fn push_to_the_worst(model: &mut Networks, place: Place, input: &mut [f32], target: &[f32], eps: f32) {
    let (width, states) = (model.mlp().inputs(), model.outputs().obs_size);
    let mut d_input = vec![0.0; input.len()];
    let before = (!place.is_first).then(|| model.gradient().to_vec());
    model.add(place.piece(input, target), &mut Sums::default(), Some(&mut d_input));
    if let Some(before) = before {
        model.set_gradient(before);
    }
    for (row, slopes) in input.chunks_exact_mut(width).zip(d_input.chunks_exact(width)) {
        for (number, slope) in row.iter_mut().zip(slopes).take(states).filter(|(_, slope)| **slope != 0.0) {
            *number += eps * slope.signum();
        }
    }
}

/// A look at held-out rows in progress.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    member: usize,
    /// The member's rows that have been looked at.
    row: usize,
    sums: Sums,
    /// Squared errors in units of the usual change.
    change: f64,
    /// Means over members: state, reward, end, total, change.
    means: [f64; 5],
}

/// The errors of all members on the same rows, until that or the tick is over; the training loss is not known here.
pub(super) fn validate(world: &mut World, batch: &Rows, look: &mut Look) -> Option<Validation> {
    let (tick, mlp, outputs) = (Tick::begin(), world.model.mlp(), *world.model.outputs());
    let (members, inputs, cost, targets) = (mlp.members(), mlp.inputs(), mlp.weights(), outputs.obs_size + 2);
    let units: Vec<f32> = world.scales.iter().flat_map(|scales| scales.change_units()).collect();
    let all = batch.target.len() / targets;
    while look.member < members {
        if tick.is_over() {
            return None;
        }
        let rows = budget::rows(all - look.row, cost);
        let input = &batch.input[look.row * inputs..(look.row + rows) * inputs];
        let target = &batch.target[look.row * targets..(look.row + rows) * targets];
        let output = world.model.forward_member(look.member, input);
        add_losses(&outputs, all, output, target, None, &mut look.sums);
        let squared =
            |((output, target), unit): ((&f32, &f32), &f32)| f64::from((output - target) * unit).powi(2);
        for (output, target) in output.chunks_exact(outputs.width()).zip(target.chunks_exact(targets)) {
            look.change += output.iter().zip(target).zip(&units).map(squared).sum::<f64>();
        }
        look.row += rows;
        if look.row == all {
            look.end_member(&outputs, all, members);
        }
    }
    let [state, reward, end, total, change] = std::mem::take(look).means.map(|mean| mean as f32);
    Some(Validation {
        train_loss: 0.0,
        loss: total,
        squared: state + reward + end,
        state_mse: change,
        reward_mse: reward,
        end_bce: end,
    })
}

impl Look {
    /// Whether nothing of it is done yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.member == 0 && self.row == 0
    }

    fn end_member(&mut self, outputs: &Outputs, rows: usize, members: usize) {
        let found = self.sums.losses(outputs, rows);
        let parts = [found.state, found.reward, found.end, found.total].map(f64::from);
        let change = self.change / (rows * outputs.obs_size) as f64;
        let parts = parts.into_iter().chain([change]);
        self.means.iter_mut().zip(parts).for_each(|(mean, part)| *mean += part / members as f64);
        *self = Self { member: self.member + 1, means: self.means, ..Self::default() };
    }
}
