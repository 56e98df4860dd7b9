//! W1 to W3: networks, and what they learn from.

use super::numbers::{Mulberry32, initial};
use mbppo::config::Activation;
use mbppo::kernels::distribution::Distribution;
use mbppo::kernels::model_loss::Outputs;
use mbppo::kernels::ppo::{ActorCritic, Scaling, Shape};
use mbppo::kernels::ppo_loss::{Minibatch, Settings};
use mbppo::kernels::world_model::WorldModel;
use mbppo::kernels::{Adam, Hidden, Mlp};
use std::f64::consts::SQRT_2;

/// Policy and value of W1, W2, W4 and W5.
pub fn actor_critic(learning_rate: f64) -> ActorCritic {
    actor_critic_of_width(64, learning_rate)
}

/// The same with hidden layers of another width.
pub fn actor_critic_of_width(width: usize, learning_rate: f64) -> ActorCritic {
    let mut random = Mulberry32::new(1);
    let mut flat = initial(&[4, width, width, 2], [SQRT_2, SQRT_2, 0.01], &mut random);
    flat.extend(initial(&[4, width, width, 1], [SQRT_2, SQRT_2, 1.0], &mut random));
    let shape = Shape {
        obs_size: 4,
        hidden: Hidden { layers: 2, width },
        shared_trunk: false,
        actions: 2,
        heads: 1,
        activation: Activation::Tanh,
        distribution: Distribution::Categorical,
    };
    let adam = Adam::new(flat.len(), learning_rate, 1e-5);
    ActorCritic::new(shape, Scaling::none(4), flat, adam)
}

/// PPO's settings in W1 and W2.
pub const SETTINGS: Settings =
    Settings { clip_range: 0.2, clip_range_vf: 0.0, ent_coef: 0.01, vf_coef: 0.5, max_grad_norm: 0.5 };

/// `count` minibatches of `size` rows.
pub fn minibatches(count: usize, size: usize, seed: u32) -> Vec<Minibatch> {
    let mut random = Mulberry32::new(seed);
    let minibatch = |_| {
        let mut batch = Minibatch { weights: vec![1.0; size], values: vec![0.0; size], ..Default::default() };
        batch.obs.extend((0..4 * size).map(|_| (0.5 * random.normal()) as f32));
        for _ in 0..size {
            let is_left = random.uniform() < 0.5;
            batch.actions.extend(if is_left { [1.0, 0.0] } else { [0.0, 1.0] });
            batch.log_probs.push((0.5f64.ln() + 0.1 * random.normal()) as f32);
            batch.advantages.push(random.normal() as f32);
            batch.returns.push((2.0 * random.normal()) as f32);
        }
        batch
    };
    (0..count).map(minibatch).collect()
}

/// The model of W3 and W4.
pub fn world_model() -> WorldModel {
    ensemble(1)
}

/// An ensemble whose members all begin as that model.
pub fn ensemble(members: usize) -> WorldModel {
    let sizes = [6, 200, 200, 6];
    let one = initial(&sizes, [SQRT_2, SQRT_2, 0.1], &mut Mulberry32::new(2));
    let mut flat = Vec::with_capacity(members * one.len());
    let mut rest = one.as_slice();
    for pair in sizes.windows(2) {
        for length in [pair[0] * pair[1], pair[1]] {
            let (matrix, later) = rest.split_at(length);
            (0..members).for_each(|_| flat.extend_from_slice(matrix));
            rest = later;
        }
    }
    let outputs = Outputs { obs_size: 4, is_gaussian: false, learned_ends: true, end_coef: 1.0 };
    let adam = Adam::new(flat.len(), 1e-3, 1e-5);
    WorldModel::new(Mlp::new(0, members, &sizes, Activation::Relu), outputs, flat, adam)
}

/// `count` batches of `size` rows for the model: input and target.
pub fn model_batches(count: usize, size: usize, seed: u32) -> Vec<[Vec<f32>; 2]> {
    let mut random = Mulberry32::new(seed);
    let batch = |_| {
        let (mut input, mut target) = (Vec::new(), Vec::new());
        for _ in 0..size {
            input.extend((0..4).map(|_| (0.5 * random.normal()) as f32));
            input.extend(if random.uniform() < 0.5 { [1.0, 0.0] } else { [0.0, 1.0] });
            target.extend((0..4).map(|_| (0.1 * random.normal()) as f32));
            target.push(random.uniform() as f32);
            target.push(if random.uniform() < 0.1 { 1.0 } else { 0.0 });
        }
        [input, target]
    };
    (0..count).map(batch).collect()
}
