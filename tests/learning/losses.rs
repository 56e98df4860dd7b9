//! One step of every learning part lowers its loss.

use super::{CHOICES, NUMBERS};
use burn::tensor::Tensor;
use mbppo::burn::Device;
use mbppo::burn::model_step::{loss_and_gradient, worst_case};
use mbppo::burn::ppo::{Minibatch, Settings, update};
use mbppo::burn::{ActorCritic, Icm, Rnd, WorldModel};
use mbppo::config::{Activation, Config, ModelHeads, Termination};
use mbppo::env::ActionSpace;
use mbppo::nets::{Hidden, ObsScaling, Shape};
use mbppo::rng::{Seed, Stream};

fn normals(stream: &mut Stream, shape: [usize; 2]) -> Tensor<2> {
    let numbers = (0..shape[0] * shape[1]).map(|_| stream.normal()).collect();
    Device::cpu().floats(numbers, shape)
}

fn scalar(loss: Tensor<1>) -> f32 {
    loss.into_scalar()
}

fn net(action: ActionSpace, learning_rate: f64) -> ActorCritic {
    let shape = Shape {
        obs_size: 4,
        action,
        hidden: Hidden { layers: 2, width: 16 },
        shared_trunk: false,
        heads: 2,
        activation: Activation::Tanh,
        scaling: ObsScaling::none(4),
        log_std_init: -0.2,
    };
    ActorCritic::new(&Device::cpu(), shape, learning_rate, &mut Seed(1).stream("net"))
}

fn minibatch(net: &ActorCritic, action: ActionSpace, stream: &mut Stream) -> Minibatch {
    let rows = 64;
    let obs = normals(stream, [rows, 4]);
    let policy = net.policy(&net.matrices(), obs.clone());
    let actions = match action {
        ActionSpace::Discrete(_) => {
            let uniform = (0..rows).map(|_| stream.uniform()).collect();
            policy.sample(Device::cpu().floats(uniform, [rows, 1]))
        }
        ActionSpace::Box { size, .. } => policy.sample(normals(stream, [rows, size])),
    };
    Minibatch {
        log_probs: policy.log_prob(actions.clone()),
        actions,
        advantages: normals(stream, [rows, 1]),
        weights: Device::cpu().floats(vec![1.0; rows], [rows, 1]),
        returns: normals(stream, [rows, 2]),
        values: net.values(&net.matrices(), obs.clone()),
        obs,
    }
}

#[test]
fn one_step_of_ppo_lowers_its_loss_for_choices_and_for_numbers() {
    let settings =
        Settings { clip_range: 0.2, clip_range_vf: 0.0, ent_coef: 0.01, vf_coef: 0.5, max_grad_norm: 0.5 };
    for action in [CHOICES, NUMBERS] {
        let mut net = net(action, 1e-3);
        let batch = minibatch(&net, action, &mut Seed(2).stream("batch"));
        let loss = |net: &mut ActorCritic| {
            let numbers: Vec<f32> =
                update(net, &batch, &settings).into_data().try_into_vec().expect("floats");
            numbers[6]
        };
        let before = loss(&mut net);
        let after = loss(&mut net);
        assert!(after < before, "{action:?}: {before} then {after}");
    }
}

fn model(config: &Config) -> WorldModel {
    WorldModel::new(&Device::cpu(), 3, 2, config, &mut Seed(3).stream("model"))
}

/// Input [2, 32, 5] and target [2, 32, 5] of a world that is nearly linear and sometimes ends.
fn transitions(stream: &mut Stream) -> (Tensor<3>, Tensor<3>) {
    let (mut input, mut target) = (Vec::new(), Vec::new());
    for _ in 0..64 {
        let x: Vec<f32> = (0..5).map(|_| stream.normal()).collect();
        target.extend([x[0] + x[3], 0.5 * x[1], -x[2], x[4], if x[0] > 1.0 { 1.0 } else { 0.0 }]);
        input.extend(x);
    }
    (Device::cpu().floats(input, [2, 32, 5]), Device::cpu().floats(target, [2, 32, 5]))
}

#[test]
fn one_step_of_the_world_model_lowers_its_loss_with_either_heads_and_with_or_without_ends() {
    for model_heads in [ModelHeads::Deterministic, ModelHeads::Gaussian] {
        for termination in [Termination::Learned, Termination::Known] {
            let config = Config {
                ensemble_size: 2,
                model_hidden_size: 16,
                model_heads,
                termination,
                ..Config::default()
            };
            let mut model = model(&config);
            let (input, target) = transitions(&mut Seed(4).stream("data"));
            let (before, gradient) = loss_and_gradient(&model, input.clone(), target.clone());
            model.flat = model.adam.step(model.flat.clone(), gradient);
            let (after, _) = loss_and_gradient(&model, input, target);
            let (before, after) = (scalar(before), scalar(after));
            assert!(after < before, "{model_heads:?} {termination:?}: {before} then {after}");
        }
    }
}

#[test]
fn the_worst_case_input_is_worse_and_within_its_bounds() {
    let config = Config { ensemble_size: 2, model_hidden_size: 16, ..Config::default() };
    let mut model = model(&config);
    let stats = mbppo::world_model::Scales {
        target: config.model_target,
        obs_mean: vec![0.0; 3],
        obs_std: vec![1.0; 3],
        target_mean: vec![0.0; 3],
        target_std: vec![1.0; 3],
        change_std: vec![1.0; 3],
        reward_mean: 0.0,
        reward_std: 1.0,
    };
    model.set_scales(stats);
    let (input, target) = transitions(&mut Seed(5).stream("data"));
    let pushed = worst_case(&model, input.clone(), target.clone(), 0.05);
    let push: Vec<f32> = (pushed.clone() - input.clone()).into_data().try_into_vec().expect("floats");
    for row in push.chunks_exact(5) {
        assert!(row[..3].iter().all(|p| p.abs() < 0.05001) && row[3..] == [0.0, 0.0], "{row:?}");
    }
    let plain = scalar(loss_and_gradient(&model, input, target.clone()).0);
    let worst = scalar(loss_and_gradient(&model, pushed, target).0);
    assert!(worst > plain, "{worst} after the push, {plain} before");
}

#[test]
fn one_step_of_each_curiosity_module_lowers_its_loss() {
    let mut stream = Seed(6).stream("states");
    let obs = normals(&mut stream, [64, 4]);
    let next_obs = obs.clone() + normals(&mut stream, [64, 4]) * 0.1;
    let mut rnd = Rnd::new(&Device::cpu(), 4, 1e-3, &mut stream);
    let (before, after) = (scalar(rnd.update(obs.clone())), scalar(rnd.update(obs.clone())));
    assert!(after < before, "rnd: {before} then {after}");
    for action in [CHOICES, NUMBERS] {
        let mut icm = Icm::new(&Device::cpu(), 4, action, 1e-3, &mut stream);
        let mut encoded = Vec::new();
        for row in 0..64 {
            let stored =
                if action == CHOICES { vec![(row % 3) as f32] } else { vec![0.1 * row as f32 - 3.0, 0.5] };
            action.encode(&stored, &mut encoded);
        }
        let actions = Device::cpu().floats(encoded, [64, action.encoded_size()]);
        let mut step = || scalar(icm.update(obs.clone(), actions.clone(), next_obs.clone()));
        let (before, after) = (step(), step());
        assert!(after < before, "icm {action:?}: {before} then {after}");
    }
}
