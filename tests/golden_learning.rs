//! The learning parts against values that PyTorch and NumPy computed in f64: losses, gradients, optimiser steps.
//!
//! Ours compute in f32, so 1e-5 of the size of a quantity is what can be asked of losses, a little more of gradients
//! that are sums of many terms.
#![cfg(all(tensors, not(target_family = "wasm")))]

mod support;

use burn::tensor::Tensor;
use mbppo::burn::Device;
use mbppo::burn::ppo::{Losses, Minibatch, Settings, losses, update};
use mbppo::burn::{
    ActorCritic, Adam, Distribution, Layout, Mlp, Rnd, WorldModel, categorical, clip_by_global_norm, gaussian,
};
use mbppo::config::{Activation, Config};
use mbppo::env::ActionSpace;
use mbppo::nets::{Hidden, ObsScaling, Shape};
use mbppo::rng::Seed;
use mbppo::samples::normalize;
use mbppo::stats::RunningStats;
use serde::Deserialize;
use serde_json::Value;
use support::{assert_close, numerics, numerics_with_weights};

const TOLERANCE: f64 = 2e-5;

fn numbers(value: &Value) -> Vec<f32> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().expect("a number") as f32],
    }
}

/// A matrix or vector of the golden data, with its rows.
fn tensor(value: &Value) -> Tensor<2> {
    let rows = value.as_array().expect("a list").len();
    let all = numbers(value);
    let columns = all.len() / rows;
    Device::cpu().floats(all, [rows, columns])
}

fn column(values: Vec<f32>) -> Tensor<2> {
    let rows = values.len();
    Device::cpu().floats(values, [rows, 1])
}

fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("floats")
}

fn float(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn assert_is(what: &str, actual: Tensor<1>, expected: &Value) {
    assert_close(what, &read(actual), &[float(expected)], TOLERANCE);
}

/// A weight matrix [out][in] as ours, [in, out] row-major.
fn transposed(value: &Value) -> Vec<f32> {
    match value[0] {
        Value::Array(_) => read(tensor(value).transpose()),
        _ => numbers(value),
    }
}

fn settings(case: &Value) -> Settings {
    let clip_range = float(&case["clip"]);
    Settings {
        clip_range,
        clip_range_vf: if case["clip_vloss"] == Value::Bool(true) { clip_range } else { 0.0 },
        ent_coef: float(&case["ent_coef"]),
        vf_coef: float(&case["vf_coef"]),
        max_grad_norm: case.get("max_norm").map_or(0.5, float),
    }
}

fn minibatch(case: &Value, obs: Tensor<2>, actions: Tensor<2>, values_old: Vec<f32>) -> Minibatch {
    let mut advantages = numbers(&case["advantages"]);
    if case["normalize_adv"] == Value::Bool(true) {
        normalize(&mut advantages);
    }
    Minibatch {
        obs,
        actions,
        log_probs: column(numbers(&case["old_logp"])),
        weights: column(case.get("weights").map_or_else(|| vec![1.0; advantages.len()], numbers)),
        advantages: column(advantages),
        returns: column(numbers(&case["returns"])),
        values: column(values_old),
    }
}

fn one_hot(actions: &Value, choices: usize) -> Tensor<2> {
    let actions = numbers(actions);
    let rows = actions
        .iter()
        .flat_map(|&action| (0..choices).map(move |c| if action == c as f32 { 1.0 } else { 0.0 }));
    Device::cpu().floats(rows.collect(), [actions.len(), choices])
}

/// The batch among tracked tensors.
fn lifted(batch: Minibatch) -> Minibatch {
    Minibatch {
        obs: Tensor::from_inner(batch.obs),
        actions: Tensor::from_inner(batch.actions),
        log_probs: Tensor::from_inner(batch.log_probs),
        advantages: Tensor::from_inner(batch.advantages),
        weights: Tensor::from_inner(batch.weights),
        returns: Tensor::from_inner(batch.returns),
        values: Tensor::from_inner(batch.values),
    }
}

fn check_losses(case: &Value, losses: Losses, clips_value: bool) {
    let expected = &case["expected"];
    let value_loss = if clips_value { "value_loss_clipped" } else { "value_loss_unclipped" };
    assert_is("policy loss", losses.policy_gradient_loss.inner(), &expected["policy_loss"]);
    assert_is("value loss", losses.value_loss.inner(), &expected[value_loss]);
    assert_is("entropy", -losses.entropy_loss.inner(), &expected["entropy"]);
    assert_is("approx_kl", losses.approx_kl.inner(), &expected["approx_kl"]);
    assert_is("clip fraction", losses.clip_fraction.inner(), &expected["clip_fraction"]);
    assert_is("total", losses.total.inner(), &expected["total"]);
}

#[test]
fn golden_ppo_losses_and_gradients() {
    let cases: Vec<Value> = numerics_with_weights("ppo_loss");
    for case in &cases {
        let tracked = |value: &Value| Tensor::from_inner(tensor(value)).require_grad();
        let settings = settings(case);
        let values = tracked(&case["values"]);
        let is_categorical = case["dist"] == "categorical";
        let (outputs, log_std, actions) = if is_categorical {
            let choices = case["logits"][0].as_array().expect("a row").len();
            (tracked(&case["logits"]), None, one_hot(&case["actions"], choices))
        } else {
            let row: Tensor<2> = Tensor::from_inner(tensor(&case["log_std"]).transpose()).require_grad();
            (tracked(&case["mean"]), Some(row), tensor(&case["actions"]))
        };
        let batch = lifted(minibatch(case, outputs.clone().inner(), actions, numbers(&case["values_old"])));
        let said = match &log_std {
            None => {
                let log_prob = categorical::log_prob(outputs.clone(), batch.actions.clone());
                [log_prob, categorical::entropy(outputs.clone())]
            }
            Some(log_std) => {
                let log_prob = gaussian::log_prob(outputs.clone(), log_std.clone(), batch.actions.clone());
                let rows = log_prob.dims()[0];
                [log_prob, gaussian::entropy(log_std.clone()).repeat_dim(0, rows)]
            }
        };
        let losses = losses(said, values.clone(), &batch, &settings);
        let gradients = losses.total.backward();
        check_losses(case, losses, settings.clip_range_vf > 0.0);
        let gradient = |of: &Tensor<2>| read(of.grad(&gradients).expect("a gradient"));
        let expected = &case["expected"];
        let grad_outputs = if is_categorical { "grad_logits" } else { "grad_mean" };
        assert_close(grad_outputs, &gradient(&outputs), &numbers(&expected[grad_outputs]), TOLERANCE);
        assert_close("grad_values", &gradient(&values), &numbers(&expected["grad_values"]), TOLERANCE);
        if let Some(log_std) = &log_std {
            assert_close("grad_log_std", &gradient(log_std), &numbers(&expected["grad_log_std"]), TOLERANCE);
        }
    }
}

#[derive(Deserialize)]
struct AdamCase {
    lr: f64,
    eps: f64,
    /// None says that nothing is clipped.
    max_norm: Option<f64>,
    params: Vec<Value>,
    grads: Vec<Value>,
    grad_norms: Vec<f64>,
    params_after: Vec<Value>,
}

#[test]
fn golden_adam_with_global_clipping() {
    let flat = |values: Vec<f32>| {
        let len = values.len();
        Device::cpu().floats(values, [len])
    };
    for case in numerics::<AdamCase>("adam_clip") {
        let mut params = flat(case.params.iter().flat_map(numbers).collect());
        let mut adam = Adam::new(&params, case.lr, case.eps);
        for ((gradient, norm), after) in case.grads.iter().zip(&case.grad_norms).zip(&case.params_after) {
            let (clipped, length) =
                clip_by_global_norm(flat(numbers(gradient)), case.max_norm.unwrap_or(f64::INFINITY));
            assert_close("norm", &read(length), &[*norm], TOLERANCE);
            params = adam.step(params, clipped);
            assert_close("params", &read(params.clone()), &numbers(after), TOLERANCE);
        }
    }
}

#[test]
fn golden_mlp_ppo_step() {
    let cases: Vec<Value> = numerics_with_weights("mlp_ppo_step");
    for case in &cases {
        let params = case["params"].as_array().expect("a list");
        let [obs_size, hidden, actions] =
            [params[0][0].as_array(), params[0].as_array(), params[4].as_array()]
                .map(|rows| rows.expect("rows").len());
        let device = Device::cpu();
        let shape = Shape {
            obs_size,
            action: ActionSpace::Discrete(actions),
            hidden: Hidden { layers: 2, width: hidden },
            shared_trunk: false,
            heads: 1,
            activation: Activation::Tanh,
            scaling: ObsScaling::none(obs_size),
            log_std_init: 0.0,
        };
        let mut net = ActorCritic::new(&device, shape, float(&case["lr"]), &mut Seed(0).stream("init"));
        let flat: Vec<f32> = params.iter().flat_map(transposed).collect();
        let len = flat.len();
        net.flat = device.floats(flat, [len]);
        net.adam.eps = float(&case["eps"]);
        let expected = &case["expected"];
        let obs = tensor(&case["obs"]);
        let Distribution::Categorical(logits) = net.policy(&net.matrices(), obs.clone()) else {
            panic!("choices have logits");
        };
        assert_close("logits", &read(logits), &numbers(&expected["logits"]), TOLERANCE);
        let values = read(net.values(&net.matrices(), obs.clone()));
        assert_close("values", &values, &numbers(&expected["values"]), TOLERANCE);
        let batch = minibatch(case, obs, one_hot(&case["actions"], actions), values);
        let metrics = read(update(&mut net, &batch, &settings(case)));
        assert_close("grad_norm", &metrics[5..6], &[float(&expected["grad_norm"])], TOLERANCE);
        let after: Vec<f32> =
            expected["params_after"].as_array().expect("a list").iter().flat_map(transposed).collect();
        assert_close("params after", &read(net.flat.clone()), &after, TOLERANCE);
    }
}

#[test]
fn golden_rnd_errors_gradients_and_running_std() {
    let cases: Vec<Value> = numerics("rnd");
    for case in &cases {
        let network = |name: &str| -> Vec<f32> {
            case[name].as_array().expect("a list").iter().flat_map(transposed).collect()
        };
        let [input, hidden, output] =
            [case["target"][0][0].as_array(), case["target"][0].as_array(), case["target"][2].as_array()]
                .map(|rows| rows.expect("rows").len());
        let mut layout = Layout::default();
        let mlp = Mlp::new(&mut layout, 1, &[input, hidden, output], Activation::Tanh);
        let device = Device::cpu();
        let [target, predictor] =
            ["target", "predictor"].map(|name| device.floats(network(name), [layout.len()]));
        let rnd = Rnd::with_networks(&device, (layout, mlp), target, predictor, 1e-3);
        let mut seen = RunningStats::new(1);
        for batch in case["batches"].as_array().expect("a list") {
            let obs = tensor(&batch["obs"]);
            let errors = read(rnd.error(obs.clone()));
            assert_close("errors", &errors, &numbers(&batch["error"]), TOLERANCE);
            let (loss, gradient) = rnd.loss_and_gradient(obs);
            assert_is("loss", loss, &batch["loss"]);
            let expected: Vec<f32> =
                batch["grads"].as_array().expect("a list").iter().flat_map(transposed).collect();
            assert_close("gradient", &read(gradient), &expected, TOLERANCE);
            seen.update(&errors);
            assert_close("running std", &[seen.std(0)], &[float(&batch["running_std"])], TOLERANCE);
            let novelty: Vec<f32> = errors.iter().map(|error| error / seen.std(0) as f32).collect();
            assert_close("novelty", &novelty, &numbers(&batch["intrinsic"]), TOLERANCE);
        }
    }
}

#[test]
fn golden_world_model_losses_and_gradients() {
    let cases: Vec<Value> = numerics("world_model_losses");
    for case in &cases {
        let (pred, y) = (tensor(&case["pred"]), tensor(&case["y"]));
        let size = pred.dims()[1];
        let reward = column(vec![0.0; pred.dims()[0]]);
        let logits = column(numbers(&case["term_logits"]));
        let labels = column(numbers(&case["term_labels"]));
        let join = |state: Tensor<2>, end: Tensor<2>| -> Tensor<3> {
            Tensor::cat(vec![state, reward.clone(), end], 1).unsqueeze_dim(0)
        };
        let output = Tensor::from_inner(join(pred, logits)).require_grad();
        let target = Tensor::from_inner(join(y, labels));
        let config = Config { ensemble_size: 1, end_coef: 1.0, ..Config::default() };
        let model = WorldModel::new(&Device::cpu(), size, 1, &config, &mut Seed(0).stream("init"));
        let losses = model.losses(output.clone(), target);
        let expected = &case["expected"];
        assert_is("mse", losses.state.clone().inner(), &expected["mse"]);
        assert_is("bce", losses.end.clone().inner(), &expected["bce"]);
        let gradient: Tensor<2> = output.grad(&losses.total.backward()).expect("a gradient").squeeze_dim(0);
        let of_state = read(gradient.clone().narrow(1, 0, size));
        assert_close("state gradient", &of_state, &numbers(&expected["grad_mse_pred"]), TOLERANCE);
        let of_end = read(gradient.narrow(1, size + 1, 1));
        assert_close("end gradient", &of_end, &numbers(&expected["grad_bce"]), TOLERANCE);
    }
}
