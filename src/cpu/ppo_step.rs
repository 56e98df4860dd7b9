//! One step of PPO on the CPU, in pieces: a minibatch may be more than one tick can process.
//!
//! **Choices.** (1) Every piece is divided by the divisor of the whole minibatch, so that gradients and losses add up;
//! a mean over rows is weighted by the piece's share of them. (2) A minibatch of a single piece is one call, as if
//! there were no pieces.

use crate::budget::{self, Tick};
use crate::kernels::GradientSum;
use crate::kernels::ppo::ActorCritic;
use crate::kernels::ppo_loss::{LEAST_WEIGHT, Losses, Minibatch, Settings};
use crate::samples::Samples;

/// A step in progress.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// Rows that are done.
    row: usize,
    gradient: GradientSum,
    losses: Losses,
}

impl Step {
    /// Goes on until the step or the tick is over; the losses before the step once it is done.
    pub(super) fn advance(
        &mut self,
        net: &mut ActorCritic,
        batch: &mut Minibatch,
        (samples, indices): (&Samples, &[usize]),
        settings: &Settings,
    ) -> Option<Losses> {
        let (tick, all, cost) = (Tick::begin(), indices.len(), 3 * net.flat.len());
        let divisor =
            indices.iter().map(|&index| samples.weight(index)).sum::<f32>().max(LEAST_WEIGHT as f32);
        budget::add(all + 4 * net.flat.len());
        loop {
            let rows = budget::rows(all - self.row, cost);
            batch.clear();
            let shape = *net.shape();
            indices[self.row..self.row + rows]
                .iter()
                .for_each(|&index| batch.push(&shape, samples.row(index)));
            if rows == all {
                return Some(net.update(batch, settings, divisor));
            }
            let piece = net.loss_and_gradient(batch, settings, divisor);
            self.gradient.add(net.gradient(), 1.0);
            self.losses.add(&piece, rows as f32 / all as f32);
            self.row += rows;
            if self.row == all {
                break;
            }
            if tick.is_over() {
                return None;
            }
        }
        let Self { mut gradient, mut losses, .. } = std::mem::take(self);
        losses.grad_norm = net.adam.step_clipped(&mut net.flat, &gradient.take(), settings.max_grad_norm);
        Some(losses)
    }
}
