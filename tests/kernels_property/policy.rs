//! Policy and value: acting, judging, and steps of PPO.

use super::{CASES, GRADIENTS, OUTPUTS, PARAMETERS, Property, SMOOTH, UPDATES, floats, read};
use mbppo::burn::Device;
use mbppo::burn::{self as tensors, ActorCritic};
use mbppo::env::ActionSpace;
use mbppo::kernels::ppo_loss::{Minibatch, Settings};
use mbppo::kernels::{Adam, ppo};
use mbppo::nets::{ObsScaling, Shape, noise_size};

/// The same policy and value, by tensors and by hand.
pub fn twins(property: &mut Property, shape: &Shape) -> (ActorCritic, ppo::ActorCritic) {
    let mut oracle = ActorCritic::new(&Device::cpu(), shape.clone(), 1e-3, &mut property.stream);
    let flat = property.shaken(oracle.flat.clone());
    oracle.flat = floats(&flat, [flat.len()]);
    let adam = Adam::new(flat.len(), 1e-3, oracle.adam.eps);
    let net = ppo::ActorCritic::new(shape.for_kernels(), shape.scaling.clone(), flat, adam);
    (oracle, net)
}

pub fn shape(property: &mut Property, obs_size: usize, bend: usize) -> Shape {
    let size = 1 + property.stream.below(6);
    let space = property.pick(&[ActionSpace::Discrete(1 + size), ActionSpace::Box { size, bound: 1.0 }]);
    Shape {
        obs_size,
        action: space,
        hidden: property.hidden(),
        shared_trunk: property.stream.below(2) == 0,
        heads: 1 + property.stream.below(2),
        activation: SMOOTH[bend % 2],
        scaling: ObsScaling {
            centre: property.normals(obs_size),
            half_range: property.uniforms(obs_size).iter().map(|x| 0.5 + x).collect(),
        },
        log_std_init: -0.5,
    }
}

#[test]
fn acting_and_judging() {
    let mut property = Property::of("acting");
    for case in 0..CASES {
        let obs_size = property.size(20);
        let shape = shape(&mut property, obs_size, case);
        let (oracle, mut net) = twins(&mut property, &shape);
        let (rows, actions) = (property.rows(), shape.action.encoded_size());
        let obs = property.normals(rows * obs_size);
        let chance = match shape.action {
            ActionSpace::Discrete(_) => property.uniforms(rows),
            ActionSpace::Box { size, .. } => property.normals(rows * size),
        };
        let said = oracle.policy(&oracle.matrices(), floats(&obs, [rows, obs_size]));
        let expected = said.sample(floats(&chance, [rows, noise_size(shape.action)]));
        let (mut drawn, mut log_probs) = (vec![f32::NAN; rows * actions], vec![f32::NAN; rows]);
        net.sample(&obs, &chance, &mut drawn, &mut log_probs);
        let what = format!("{shape:?}, {rows} rows");
        property.near(&what, "log π", &log_probs, &read(said.log_prob(expected.clone())), OUTPUTS);
        property.near(&what, "actions", &drawn, &read(expected), OUTPUTS);
        let values = oracle.values(&oracle.matrices(), floats(&obs, [rows, obs_size]));
        property.near(&what, "values", net.values(&obs), &read(values), OUTPUTS);
    }
}

/// Rows near the policy, as samples have them; some are moved beyond the clip range, and some count for more.
fn minibatch(property: &mut Property, shape: &Shape, net: &mut ppo::ActorCritic) -> Vec<f32> {
    let (rows, actions) = (property.rows(), shape.action.encoded_size());
    let obs = property.normals(rows * shape.obs_size);
    let chance = match shape.action {
        ActionSpace::Discrete(_) => property.uniforms(rows),
        ActionSpace::Box { size, .. } => property.normals(rows * size),
    };
    let (mut drawn, mut log_probs) = (vec![0.0; rows * actions], vec![0.0; rows]);
    net.sample(&obs, &chance, &mut drawn, &mut log_probs);
    let mut all = Vec::new();
    for row in 0..rows {
        all.extend_from_slice(&obs[row * shape.obs_size..][..shape.obs_size]);
        all.extend_from_slice(&drawn[row * actions..][..actions]);
        all.push(log_probs[row] + 0.3 * property.stream.normal());
        all.push(property.stream.normal());
        all.push(0.1 + property.stream.uniform());
        all.extend(property.normals(2 * shape.heads)); // returns and old values
    }
    all
}

#[test]
fn losses_gradients_and_steps_of_ppo() {
    let mut property = Property::of("ppo");
    for case in 0..CASES {
        let obs_size = property.size(20);
        let shape = shape(&mut property, obs_size, case);
        let (mut oracle, mut net) = twins(&mut property, &shape);
        let settings = Settings {
            clip_range: 0.2,
            clip_range_vf: property.pick(&[0.0, 0.3]),
            ent_coef: 0.02,
            vf_coef: 0.5,
            max_grad_norm: property.pick(&[0.3, 1e9]),
        };
        for _ in 0..UPDATES {
            let rows = minibatch(&mut property, &shape, &mut net);
            let mut batch = Minibatch::default();
            let width = obs_size + shape.action.encoded_size() + 3 + 2 * shape.heads;
            rows.chunks_exact(width).for_each(|row| batch.push(&shape.for_kernels(), row));
            let sizes = [obs_size, shape.action.encoded_size(), shape.heads];
            let what = format!("{shape:?}, {} rows, {settings:?}", batch.len());
            let uploaded = tensors::ppo::Minibatch::upload(&Device::cpu(), rows, sizes);
            let (_, gradient) = tensors::ppo::losses_and_gradient(&oracle, &uploaded, &settings);
            let expected = read(tensors::ppo::update(&mut oracle, &uploaded, &settings));
            let losses = net.update(&batch, &settings, batch.weights.iter().sum());
            property.near(&what, "gradient", net.gradient(), &read(gradient), GRADIENTS);
            property.near(&what, "losses", &losses.metrics(), &expected, GRADIENTS);
        }
        property.near(&format!("{shape:?}"), "parameters", &net.flat, &read(oracle.flat.clone()), PARAMETERS);
    }
}
