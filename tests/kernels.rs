//! Two checks of the kernels beside the property that `kernels_property` tests: a loss's gradient far from its middle,
//! and the losses that other programs have on the same workloads.
#![cfg(all(tensors, not(target_family = "wasm")))]

#[path = "../benches/workloads/mod.rs"]
mod workloads;

use burn::tensor::Tensor;
use mbppo::burn::Device;
use mbppo::kernels;
use mbppo::kernels::model_loss::{LOG_VARIANCE, Outputs};
use mbppo::rng::{Seed, Stream};

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
