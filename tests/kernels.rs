//! The hand-written kernels against burn's tensors with automatic differentiation, on random shapes.
//!
//! Both compute in f32 and add in different orders: 3e-5 of the largest number of a result is asked of outputs and
//! losses, 1e-4 of gradients, which are sums over a batch, and of parameters after several steps.
#![cfg(all(feature = "tensors", not(target_family = "wasm")))]

#[allow(dead_code)]
#[path = "../benches/workloads/mod.rs"]
mod workloads;

use burn::tensor::Tensor;
use mbppo::config::{Activation, Config};
use mbppo::device::Device;
use mbppo::kernels::distribution::Distribution;
use mbppo::kernels::model_loss::{LOG_VARIANCE, Outputs};
use mbppo::kernels::ppo::{ActorCritic, Scaling, Shape};
use mbppo::kernels::ppo_loss::{Minibatch, Settings};
use mbppo::kernels::world_model::WorldModel;
use mbppo::kernels::{self, Kept};

use mbppo::rng::{Seed, Stream};
use mbppo::tensors::ensemble as world_model;
use mbppo::tensors::{Adam, Layout, Mlp, Rnd, categorical, clip_by_global_norm, gaussian, ppo};

const OUTPUTS: f32 = 3e-5;
const GRADIENTS: f32 = 1e-4;

fn normals(count: usize, stream: &mut Stream) -> Vec<f32> {
    (0..count).map(|_| stream.normal()).collect()
}

fn floats<const D: usize>(values: &[f32], shape: [usize; D]) -> Tensor<D> {
    Device::cpu().floats(values.to_vec(), shape)
}

fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("floats")
}

fn assert_near(what: &str, actual: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(actual.len(), expected.len(), "{what}: lengths differ");
    let largest = expected.iter().fold(0.0f32, |max, x| max.max(x.abs()));
    assert!(largest > 0.0 || expected.is_empty(), "{what}: nothing to compare");
    for (index, (a, b)) in actual.iter().zip(expected).enumerate() {
        let allowed = tolerance * largest;
        assert!((a - b).abs() <= allowed, "{what}[{index}]: {a} instead of {b} (± {allowed:e})");
    }
}

fn pick<T: Copy>(of: &[T], stream: &mut Stream) -> T {
    of[stream.below(of.len())]
}

const BENDS: [Activation; 3] = [Activation::Tanh, Activation::Silu, Activation::Relu];

#[test]
fn outputs_and_all_gradients_of_a_perceptron_are_burns() {
    let mut stream = Seed(1).stream("mlp");
    let mut kept = Kept::default(); // one for all shapes: what an earlier one left must not matter
    for round in 0..60 {
        let (members, rows) = (1 + stream.below(3), pick(&[1, 2, 3, 5, 8, 31, 129, 300], &mut stream));
        let hidden = if round % 20 == 19 { 300 } else { 1 + stream.below(70) };
        let sizes = [1 + stream.below(20), hidden, 1 + stream.below(70), 1 + stream.below(18)];
        let bend = BENDS[round % 3];
        let mut layout = Layout::default();
        let theirs = Mlp::new(&mut layout, members, &sizes, bend);
        let mut flat = theirs.initial(1.0, &mut stream);
        flat.iter_mut().for_each(|x| *x += 0.1 * stream.normal()); // biases too
        let ours = kernels::Mlp::new(0, members, &sizes, bend);
        assert_eq!(ours.end(), layout.len());

        let [x, slope] = [sizes[0], sizes[3]].map(|width| normals(members * rows * width, &mut stream));
        let tracked = layout.tracked(&floats(&flat, [flat.len()]));
        let input = Tensor::from_inner(floats(&x, [members, rows, sizes[0]])).require_grad();
        let weights = Tensor::from_inner(floats(&slope, [members, rows, sizes[3]]));
        let run = || {
            let output = theirs.forward(&tracked.matrices, input.clone());
            (output.clone().inner(), (output * weights.clone()).sum())
        };
        let (output, loss) = run();

        let what = format!("{members} × {rows} rows, {sizes:?}, {bend:?}");
        let said = ours.forward(&flat, &x, rows, &mut kept).to_vec();
        assert_near(&format!("output of {what}"), &said, &read(output), OUTPUTS);
        kept.output_and_gradient().1.copy_from_slice(&slope);
        let (mut gradient, mut d_x) = (vec![f32::NAN; flat.len()], vec![f32::NAN; x.len()]);
        ours.backward(&flat, &x, &mut kept, &mut gradient, Some(&mut d_x));
        let expected = read(input.grad(&loss.backward()).expect("a gradient"));
        assert_near(&format!("input gradient of {what}"), &d_x, &expected, GRADIENTS);
        assert_near(&format!("gradient of {what}"), &gradient, &read(tracked.gradient(&run().1)), GRADIENTS);

        let member = stream.below(members);
        let own = &x[member * rows * sizes[0]..][..rows * sizes[0]];
        let alone = ours.forward_members(&flat, member..member + 1, own, rows, &mut kept);
        assert_near("one member alone", alone, &said[member * rows * sizes[3]..][..rows * sizes[3]], 1e-6);
    }
}

#[test]
fn adam_with_clipping_walks_as_burns_does() {
    let mut stream = Seed(2).stream("adam");
    for (len, max_norm) in [(1, 0.5), (37, 0.5), (1000, 1e9)] {
        let mut flat = normals(len, &mut stream);
        let mut tensor = floats(&flat, [len]);
        let mut theirs = Adam::new(&tensor, 1e-2, 1e-5);
        let mut ours = kernels::Adam::new(len, 1e-2, 1e-5);
        for _ in 0..10 {
            let gradient = normals(len, &mut stream);
            let (clipped, norm) = clip_by_global_norm(floats(&gradient, [len]), max_norm);
            tensor = theirs.step(tensor, clipped);
            let length = ours.step_clipped(&mut flat, &gradient, max_norm);
            assert_near("norm", &[length], &read(norm), OUTPUTS);
            assert_near("parameters", &flat, &read(tensor.clone()), OUTPUTS);
        }
    }
}

/// burn's step on a policy, a value and log σ in one buffer.
struct Oracle {
    layout: Layout,
    nets: [Mlp; 2],
    flat: Tensor<1>,
    adam: Adam,
}

impl Oracle {
    fn new(shape: &Shape, stream: &mut Stream) -> (Self, Vec<f32>) {
        let mut layout = Layout::default();
        let nets = [shape.actions, shape.heads].map(|outputs| {
            let sizes = [shape.obs_size, shape.hidden_size, shape.hidden_size, outputs];
            Mlp::new(&mut layout, 1, &sizes, shape.activation)
        });
        let mut flat = nets[0].initial(0.5, stream);
        flat.extend(nets[1].initial(1.0, stream));
        if shape.distribution == Distribution::Gaussian {
            layout.add([1, 1, shape.actions]);
            flat.extend((0..shape.actions).map(|d| -0.3 - 0.2 * d as f32));
        }
        let tensor = floats(&flat, [flat.len()]);
        let adam = Adam::new(&tensor, 1e-3, 1e-5);
        (Self { layout, nets, flat: tensor, adam }, flat)
    }

    fn update(&mut self, shape: &Shape, batch: &Minibatch, settings: &Settings) -> Vec<f32> {
        let rows = batch.len();
        let lifted =
            |values: &[f32], width: usize| -> Tensor<2> { Tensor::from_inner(floats(values, [rows, width])) };
        let tensors = ppo::Minibatch {
            obs: lifted(&batch.obs, shape.obs_size),
            actions: lifted(&batch.actions, shape.actions),
            log_probs: lifted(&batch.log_probs, 1),
            advantages: lifted(&batch.advantages, 1),
            weights: lifted(&batch.weights, 1),
            returns: lifted(&batch.returns, shape.heads),
            values: lifted(&batch.values, shape.heads),
        };
        let tracked = self.layout.tracked(&self.flat);
        let said = |net: &Mlp| -> Tensor<2> {
            net.forward(&tracked.matrices, tensors.obs.clone().unsqueeze_dim(0)).squeeze_dim(0)
        };
        let [outputs, values] = [said(&self.nets[0]), said(&self.nets[1])];
        let about_action = match shape.distribution {
            Distribution::Categorical => [
                categorical::log_prob(outputs.clone(), tensors.actions.clone()),
                categorical::entropy(outputs),
            ],
            Distribution::Gaussian => {
                let last = tracked.matrices[tracked.matrices.len() - 1].clone();
                let log_std: Tensor<2> = last.squeeze_dim(0);
                [
                    gaussian::log_prob(outputs, log_std.clone(), tensors.actions.clone()),
                    gaussian::entropy(log_std).repeat_dim(0, rows),
                ]
            }
        };
        let losses = ppo::losses(about_action, values, &tensors, settings);
        let gradient = tracked.gradient(&losses.total);
        let (clipped, norm) = clip_by_global_norm(gradient.clone(), settings.max_grad_norm);
        self.flat = self.adam.step(self.flat.clone(), clipped);
        let numbers = [
            losses.total,
            losses.policy_gradient_loss,
            losses.value_loss,
            losses.entropy_loss,
            losses.approx_kl,
            losses.clip_fraction,
        ];
        let mut all: Vec<f32> = numbers.into_iter().flat_map(|number| read(number.inner())).collect();
        all.extend(read(norm));
        all.extend(read(gradient));
        all
    }
}

/// Rows near the policy, some moved beyond the clip range. The weights have mean 1, so that dividing by their sum and by
/// their number is the same.
fn minibatch(shape: &Shape, rows: usize, stream: &mut Stream) -> Minibatch {
    let mut batch = Minibatch::default();
    for row in 0..rows {
        batch.obs.extend(normals(shape.obs_size, stream));
        match shape.distribution {
            Distribution::Categorical => {
                let choice = stream.below(shape.actions);
                batch.actions.extend((0..shape.actions).map(|a| if a == choice { 1.0 } else { 0.0 }));
                batch.log_probs.push(-(shape.actions as f32).ln() + 0.4 * stream.normal());
            }
            Distribution::Gaussian => {
                batch.actions.extend(normals(shape.actions, stream));
                batch.log_probs.push(-1.4 * shape.actions as f32 + stream.normal());
            }
        }
        batch.weights.push(if rows % 2 == 1 && row == 0 { 1.0 } else { [0.3, 1.7][row % 2] });
    }
    batch.advantages = normals(rows, stream);
    batch.returns = normals(rows * shape.heads, stream);
    batch.values = normals(rows * shape.heads, stream);
    batch
}

#[test]
fn steps_of_ppo_are_burns_for_choices_and_for_vectors() {
    let mut stream = Seed(3).stream("ppo");
    for round in 0..16 {
        let shape = Shape {
            obs_size: 1 + stream.below(8),
            hidden_size: pick(&[8, 33, 64], &mut stream),
            actions: 2 + stream.below(3),
            heads: 1 + stream.below(2),
            activation: BENDS[round % 3],
            distribution: pick(&[Distribution::Categorical, Distribution::Gaussian], &mut stream),
        };
        let clip_range_vf = [0.0, 0.2][round % 2];
        let settings =
            Settings { clip_range: 0.2, clip_range_vf, ent_coef: 0.02, vf_coef: 0.5, max_grad_norm: 0.5 };
        let (mut oracle, flat) = Oracle::new(&shape, &mut stream);
        let adam = kernels::Adam::new(flat.len(), 1e-3, 1e-5);
        let mut net = ActorCritic::new(shape, Scaling::none(shape.obs_size), flat, adam);
        for _ in 0..4 {
            let rows = pick(&[1, 7, 64, 200], &mut stream);
            let batch = minibatch(&shape, rows, &mut stream);
            let expected = oracle.update(&shape, &batch, &settings);
            let losses = net.update(&batch, &settings, batch.weights.iter().sum());
            let mut numbers = losses.metrics();
            numbers.rotate_right(1);
            let what = format!("{shape:?}, {rows} rows, clip_range_vf {clip_range_vf}");
            assert_near(&format!("losses of {what}"), &numbers, &expected[..7], GRADIENTS);
            assert_near(&format!("gradient of {what}"), net.gradient(), &expected[7..], GRADIENTS);
        }
        assert_near("parameters", &net.flat, &read(oracle.flat.clone()), GRADIENTS);
    }
}

#[test]
fn acting_draws_what_burn_draws() {
    let mut stream = Seed(4).stream("act");
    for distribution in [Distribution::Categorical, Distribution::Gaussian] {
        let shape = Shape {
            obs_size: 3,
            hidden_size: 16,
            actions: 3,
            heads: 2,
            activation: Activation::Tanh,
            distribution,
        };
        let (oracle, flat) = Oracle::new(&shape, &mut stream);
        let mut net = {
            let adam = kernels::Adam::new(flat.len(), 1e-3, 1e-5);
            ActorCritic::new(shape, Scaling::none(3), flat, adam)
        };
        let rows = 50;
        let obs = normals(3 * rows, &mut stream);
        let matrices = oracle.layout.matrices(&oracle.flat);
        let outputs: Tensor<2> = oracle.nets[0].forward(&matrices, floats(&obs, [1, rows, 3])).squeeze_dim(0);
        let (chance, actions, log_probs) = match distribution {
            Distribution::Categorical => {
                let chance: Vec<f32> = (0..rows).map(|_| stream.uniform()).collect();
                let actions = categorical::sample(outputs.clone(), floats(&chance, [rows, 1]));
                let log_probs = categorical::log_prob(outputs, actions.clone());
                (chance, actions, log_probs)
            }
            Distribution::Gaussian => {
                let chance = normals(3 * rows, &mut stream);
                let log_std = floats(net.log_std(), [1, 3]);
                let actions = outputs.clone() + floats(&chance, [rows, 3]) * log_std.clone().exp();
                let log_probs = gaussian::log_prob(outputs, log_std, actions.clone());
                (chance, actions, log_probs)
            }
        };
        let (mut drawn, mut said) = (vec![0.0; 3 * rows], vec![0.0; rows]);
        net.sample(&obs, &chance, &mut drawn, &mut said);
        assert_near("actions", &drawn, &read(actions), OUTPUTS);
        assert_near("log-probabilities", &said, &read(log_probs), OUTPUTS);
        let values = oracle.nets[1].forward(&matrices, floats(&obs, [1, rows, 3]));
        assert_near("values", net.values(&obs), &read(values), OUTPUTS);
    }
}

#[test]
fn steps_of_the_world_model_are_burns() {
    let mut stream = Seed(5).stream("model");
    for round in 0..8 {
        let (obs_size, action_size, members) =
            (1 + stream.below(6), 1 + stream.below(3), 1 + stream.below(4));
        let config = Config {
            ensemble_size: members,
            model_hidden_size: pick(&[16, 50, 100], &mut stream),
            model_activation: BENDS[round % 3],
            end_coef: [0.1, 1.0][round % 2],
            ..Config::default()
        };
        let mut theirs =
            world_model::WorldModel::new(&Device::cpu(), obs_size, action_size, &config, &mut stream);
        let width = config.model_hidden_size;
        let sizes = [obs_size + action_size, width, width, obs_size + 2];
        let mlp = kernels::Mlp::new(0, members, &sizes, config.model_activation);
        let outputs = Outputs { obs_size, is_gaussian: false, learned_ends: true, end_coef: config.end_coef };
        let adam = kernels::Adam::new(mlp.end(), config.model_learning_rate, 1e-8);
        let mut ours = WorldModel::new(mlp, outputs, read(theirs.flat.clone()), adam);
        for _ in 0..4 {
            let rows = pick(&[1, 6, 64], &mut stream);
            let input = normals(members * rows * sizes[0], &mut stream);
            let mut target = normals(members * rows * sizes[3], &mut stream);
            target
                .iter_mut()
                .skip(obs_size + 1)
                .step_by(sizes[3])
                .for_each(|end| *end = f32::from(*end > 1.0));
            let tracked = theirs.tracked();
            let output = theirs
                .output(&tracked.matrices, Tensor::from_inner(floats(&input, [members, rows, sizes[0]])));
            let losses =
                theirs.losses(output, Tensor::from_inner(floats(&target, [members, rows, sizes[3]])));
            let gradient = tracked.gradient(&losses.total);
            theirs.flat = theirs.adam.step(theirs.flat.clone(), gradient.clone());
            let expected: Vec<f32> = [losses.state, losses.reward, losses.end, losses.total]
                .into_iter()
                .flat_map(|loss| read(loss.inner()))
                .collect();
            let judged = ours.evaluate(&input, &target);
            let said = ours.update(&input, &target);
            assert_eq!(judged, said);
            assert_near("losses", &[said.state, said.reward, said.end, said.total], &expected, OUTPUTS);
            assert_near("gradient", ours.gradient(), &read(gradient), GRADIENTS);
        }
        assert_near("parameters", &ours.flat, &read(theirs.flat.clone()), GRADIENTS);
    }
}

#[test]
fn gaussian_heads_have_the_gradient_that_burn_finds() {
    let mut stream = Seed(6).stream("heads");
    let (obs_size, rows) = (3, 40);
    let outputs = Outputs { obs_size, is_gaussian: true, learned_ends: false, end_coef: 1.0 };
    let output: Vec<f32> = normals(rows * outputs.width(), &mut stream).iter().map(|x| 3.0 * x).collect();
    let target = normals(rows * (obs_size + 2), &mut stream);
    let tensor = Tensor::from_inner(floats(&output, [rows, outputs.width()])).require_grad();
    let softplus = |x: Tensor<2>| (x.exp() + 1.0).log();
    let [low, high] = LOG_VARIANCE.map(|bound| bound as f32);
    let raw = tensor.clone().narrow(1, obs_size + 2, obs_size + 1);
    let doubt = softplus((softplus(-raw + high).neg() + high) - low) + low;
    let known = Tensor::from_inner(floats(&target, [rows, obs_size + 2]));
    let error = tensor.clone().narrow(1, 0, obs_size + 1) - known.narrow(1, 0, obs_size + 1);
    let surprise = error.clone() * error * doubt.clone().neg().exp();
    let loss = (doubt + surprise + std::f64::consts::TAU.ln()).mean() * 0.5;
    let expected = read(tensor.grad(&loss.backward()).expect("a gradient"));
    let mut gradient = vec![f32::NAN; output.len()];
    let said = kernels::model_loss::losses(&outputs, &output, &target, Some(&mut gradient));
    assert_near("likelihood", &[said.total], &read(loss.inner()), OUTPUTS);
    assert_near("gradient", &gradient, &expected, GRADIENTS);
    assert_eq!(said.end, 0.0);
}

#[test]
fn errors_and_steps_of_curiosity_are_burns() {
    let mut stream = Seed(7).stream("rnd");
    for obs_size in [1, 4, 6] {
        let mut layout = Layout::default();
        let sizes = [obs_size, 64, 16];
        let mlp = Mlp::new(&mut layout, 1, &sizes, Activation::Tanh);
        let [target, flat] = [0, 1].map(|_| mlp.initial(1.4, &mut stream));
        let device = Device::cpu();
        let [fixed, learning] = [&target, &flat].map(|values| floats(values, [values.len()]));
        let mut theirs = Rnd::with_networks(&device, (layout, mlp), fixed, learning, 1e-3);
        let adam = kernels::Adam::new(flat.len(), 1e-3, 1e-8);
        let mut ours =
            kernels::rnd::Rnd::new(kernels::Mlp::new(0, 1, &sizes, Activation::Tanh), target, flat, adam);
        for rows in [1, 30, 128] {
            let obs: Vec<f32> = normals(rows * obs_size, &mut stream).iter().map(|x| 3.0 * x).collect();
            let tensor = floats(&obs, [rows, obs_size]);
            assert_near("errors", ours.errors(&obs), &read(theirs.error(tensor.clone())), GRADIENTS);
            let (_, gradient) = theirs.loss_and_gradient(tensor.clone());
            let loss = theirs.update(tensor);
            assert_near("loss", &[ours.update(&obs)], &read(loss), OUTPUTS);
            assert_near("gradient", ours.gradient(), &read(gradient), GRADIENTS);
        }
        assert_near("parameters", &ours.flat, &read(theirs.flat.clone()), GRADIENTS);
    }
}

#[test]
fn the_workloads_end_at_the_losses_of_the_other_programs() {
    let mut net = workloads::actor_critic(3e-4);
    let batches = workloads::minibatches(20, 64, 11);
    let losses: Vec<f32> =
        batches.iter().map(|batch| net.update(batch, &workloads::SETTINGS, 64.0).total).collect();
    assert!((losses[19] - 0.881893).abs() < 2e-6, "W1 after 20 steps: {}", losses[19]);
    let mut model = workloads::world_model();
    let batches = workloads::model_batches(4, 256, 14);
    let losses: Vec<f32> = batches.iter().map(|[input, target]| model.update(input, target).total).collect();
    assert!((losses[3] - 0.998530).abs() < 2e-6, "W3 after 4 steps: {}", losses[3]);
}
