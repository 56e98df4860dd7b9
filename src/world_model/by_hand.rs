//! The model's room on the CPU: what [`super::Model`] asks for, by [`crate::kernels::world`].
//!
//! **Choices.** Held-out rows are the same for all members: one after another reads them, nothing is copied E times.

use super::model::{Batch, Validation};
use crate::config::{Config, ModelHeads, Termination};
use crate::kernels::model_loss::{Outputs, losses};
use crate::kernels::world::World;
use crate::kernels::world_model::{WorldModel, layer_sizes};
use crate::kernels::{Adam, Mlp};
use crate::nets::initial;
use crate::rng::Stream;

/// An ensemble that knows nothing yet.
pub fn world(obs_size: usize, action_size: usize, config: &Config, stream: &mut Stream) -> World {
    let (members, sizes) = (config.ensemble_size, layer_sizes(obs_size, action_size, config));
    let flat = initial(members, &sizes, 0.1, stream);
    let adam = Adam::new(flat.len(), config.model_learning_rate, 1e-8);
    let outputs = Outputs {
        obs_size,
        is_gaussian: config.model_heads == ModelHeads::Gaussian,
        learned_ends: config.termination == Termination::Learned,
        end_coef: config.end_coef,
    };
    let mlp = Mlp::new(0, members, &sizes, config.model_activation);
    World::new(WorldModel::new(mlp, outputs, flat, adam), None)
}

/// One step; gives the loss before it.
pub fn update(world: &mut World, batch: &mut Batch, eps: f32) -> f32 {
    if eps > 0.0 {
        push_to_the_worst(world, batch, eps);
    }
    world.model.update(&batch.input, &batch.target).total
}

/// The input pushed by `eps` standard deviations in every state number to where the loss rises fastest
/// (Goodfellow et al. 2015, 1412.6572): what is learned there holds in a neighbourhood, not in a point.
fn push_to_the_worst(world: &mut World, batch: &mut Batch, eps: f32) {
    let (width, states) = (world.model.mlp().inputs(), world.model.outputs().obs_size);
    let mut d_input = vec![0.0; batch.input.len()];
    world.model.loss_and_gradient(&batch.input, &batch.target, Some(&mut d_input));
    for (row, slopes) in batch.input.chunks_exact_mut(width).zip(d_input.chunks_exact(width)) {
        for (number, slope) in row.iter_mut().zip(slopes).take(states).filter(|(_, slope)| **slope != 0.0) {
            *number += eps * slope.signum();
        }
    }
}

/// The errors of all members on the same rows; the training loss is not known here.
pub fn validate(world: &mut World, batch: &Batch) -> Validation {
    let (members, outputs) = (world.model.mlp().members(), *world.model.outputs());
    let units: Vec<f32> = world.scales.iter().flat_map(|scales| scales.change_units()).collect();
    let mut sums = [0.0f64; 5]; // state, reward, end, total, change
    for member in 0..members {
        let said = world.model.forward_member(member, &batch.input);
        let found = losses(&outputs, said, &batch.target, None);
        let rows = said.chunks_exact(outputs.width()).zip(batch.target.chunks_exact(outputs.obs_size + 2));
        let squared =
            |((said, target), unit): ((&f32, &f32), &f32)| f64::from((said - target) * unit).powi(2);
        let change: f64 =
            rows.map(|(said, target)| said.iter().zip(target).zip(&units).map(squared).sum::<f64>()).sum();
        let count = batch.target.len() / (outputs.obs_size + 2) * outputs.obs_size;
        let parts = [found.state, found.reward, found.end, found.total].map(f64::from);
        let parts = parts.into_iter().chain([change / count as f64]);
        sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part / members as f64);
    }
    let [state, reward, end, total, change] = sums.map(|sum| sum as f32);
    Validation {
        train_loss: 0.0,
        loss: total,
        squared: state + reward + end,
        state_mse: change,
        reward_mse: reward,
        end_bce: end,
    }
}

/// The paths of all members, [H, E, W, O].
pub fn foresee(world: &mut World, starts: &[f32], actions: &[f32], horizon: usize) -> Vec<f32> {
    let mut obs = starts.repeat(world.model.mlp().members());
    let (mut next_obs, mut paths) = (Vec::new(), Vec::with_capacity(horizon * obs.len()));
    for of_step in actions.chunks_exact((actions.len() / horizon.max(1)).max(1)) {
        world.step_all(&obs, of_step, &mut next_obs);
        std::mem::swap(&mut obs, &mut next_obs);
        paths.extend_from_slice(&obs);
    }
    paths
}
