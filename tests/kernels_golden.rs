//! The hand-written kernels against values that PyTorch and NumPy computed in f64.
//!
//! 2e-5 of the size of a quantity, as in `golden_learning.rs` for burn's version.
#![cfg(not(target_family = "wasm"))]

mod support;

use mbppo::config::Activation;
use mbppo::kernels::distribution::Distribution;
use mbppo::kernels::model_loss::{self, Outputs, bounded_log_variance};
use mbppo::kernels::ppo::{ActorCritic, Scaling, Shape};
use mbppo::kernels::ppo_loss::{self, LEAST_WEIGHT, Losses, Minibatch, Predictions, Settings};
use mbppo::kernels::rnd::Rnd;
use mbppo::kernels::{Adam, Hidden, Mlp};
use mbppo::samples::normalize;
use serde_json::Value;
use support::{assert_close, completed_numerics, numerics, numerics_with_weights};

const TOLERANCE: f64 = 2e-5;

fn numbers(value: &Value) -> Vec<f32> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        other => vec![float(other) as f32],
    }
}

fn float(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// A weight matrix [out][in] as ours, [in, out] row-major; a bias as it is.
fn transposed(value: &Value) -> Vec<f32> {
    let rows = list(value);
    if !rows[0].is_array() {
        return numbers(value);
    }
    let rows: Vec<Vec<f32>> = rows.iter().map(numbers).collect();
    (0..rows[0].len()).flat_map(|column| rows.iter().map(move |row| row[column])).collect()
}

fn flat(value: &Value) -> Vec<f32> {
    list(value).iter().flat_map(transposed).collect()
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

fn one_hot(actions: &Value, choices: usize) -> Vec<f32> {
    let row = |action: f32| (0..choices).map(move |c| if action == c as f32 { 1.0 } else { 0.0 });
    numbers(actions).into_iter().flat_map(row).collect()
}

fn minibatch(case: &Value, obs: Vec<f32>, actions: Vec<f32>, values_old: Vec<f32>) -> Minibatch {
    let mut advantages = numbers(&case["advantages"]);
    if case["normalize_adv"] == Value::Bool(true) {
        normalize(&mut advantages);
    }
    Minibatch {
        obs,
        actions,
        log_probs: numbers(&case["old_logp"]),
        weights: case.get("weights").map_or_else(|| vec![1.0; advantages.len()], numbers),
        advantages,
        returns: numbers(&case["returns"]),
        values: values_old,
    }
}

/// By what the trainer divides: the sum of the weights.
fn divisor(batch: &Minibatch) -> f32 {
    batch.weights.iter().sum::<f32>().max(LEAST_WEIGHT as f32)
}

fn check_losses(expected: &Value, losses: &Losses, clips_value: bool) {
    let value_loss = if clips_value { "value_loss_clipped" } else { "value_loss_unclipped" };
    for (name, actual) in [
        ("policy_loss", losses.policy_gradient_loss),
        (value_loss, losses.value_loss),
        ("entropy", -losses.entropy_loss),
        ("approx_kl", losses.approx_kl),
        ("clip_fraction", losses.clip_fraction),
        ("total", losses.total),
    ] {
        assert_close(name, &[actual], &[float(&expected[name])], TOLERANCE);
    }
}

#[test]
fn golden_ppo_losses_and_gradients() {
    for case in &numerics_with_weights::<Value>("ppo_loss") {
        let settings = settings(case);
        let is_categorical = case["dist"] == "categorical";
        let (distribution, outputs, log_std, actions) = if is_categorical {
            let choices = list(&case["logits"][0]).len();
            let actions = one_hot(&case["actions"], choices);
            (Distribution::Categorical, numbers(&case["logits"]), Vec::new(), actions)
        } else {
            let log_std = numbers(&case["log_std"]);
            (Distribution::Gaussian, numbers(&case["mean"]), log_std, numbers(&case["actions"]))
        };
        let values = numbers(&case["values"]);
        let batch = minibatch(case, Vec::new(), actions, numbers(&case["values_old"]));
        let mut d_outputs = vec![f32::NAN; outputs.len()];
        let mut d_log_std = vec![f32::NAN; log_std.len()];
        let mut d_values = vec![f32::NAN; values.len()];
        let said = Predictions {
            outputs: &outputs,
            log_std: &log_std,
            values: &values,
            d_outputs: &mut d_outputs,
            d_log_std: &mut d_log_std,
            d_values: &mut d_values,
        };
        let losses = ppo_loss::losses(distribution, said, &batch, &settings, divisor(&batch));
        let expected = &case["expected"];
        check_losses(expected, &losses, settings.clip_range_vf > 0.0);
        let grad_outputs = if is_categorical { "grad_logits" } else { "grad_mean" };
        assert_close(grad_outputs, &d_outputs, &numbers(&expected[grad_outputs]), TOLERANCE);
        assert_close("grad_values", &d_values, &numbers(&expected["grad_values"]), TOLERANCE);
        if !is_categorical {
            assert_close("grad_log_std", &d_log_std, &numbers(&expected["grad_log_std"]), TOLERANCE);
        }
    }
}

#[test]
fn golden_adam_with_global_clipping() {
    for case in &numerics::<Value>("adam_clip") {
        let mut params = numbers(&case["params"]);
        let mut adam = Adam::new(params.len(), float(&case["lr"]), float(&case["eps"]));
        let max_norm = case["max_norm"].as_f64().unwrap_or(f64::INFINITY);
        let steps = list(&case["grads"]).iter().zip(list(&case["grad_norms"]));
        for ((gradient, norm), after) in steps.zip(list(&case["params_after"])) {
            let length = adam.step_clipped(&mut params, &numbers(gradient), max_norm);
            assert_close("norm", &[length], &[float(norm)], TOLERANCE);
            assert_close("params", &params, &numbers(after), TOLERANCE);
        }
    }
}

#[test]
fn golden_mlp_ppo_step() {
    for case in &numerics_with_weights::<Value>("mlp_ppo_step") {
        let params = list(&case["params"]);
        let shape = Shape {
            obs_size: list(&params[0][0]).len(),
            hidden: Hidden { layers: 2, width: list(&params[0]).len() },
            shared_trunk: false,
            actions: list(&params[4]).len(),
            heads: 1,
            activation: Activation::Tanh,
            distribution: Distribution::Categorical,
        };
        let flat_params = flat(&case["params"]);
        let adam = Adam::new(flat_params.len(), float(&case["lr"]), float(&case["eps"]));
        let mut net = ActorCritic::new(shape, Scaling::none(shape.obs_size), flat_params, adam);
        let expected = &case["expected"];
        let obs = numbers(&case["obs"]);
        assert_close("logits", net.outputs(&obs), &numbers(&expected["logits"]), TOLERANCE);
        let values = net.values(&obs).to_vec();
        assert_close("values", &values, &numbers(&expected["values"]), TOLERANCE);
        let batch = minibatch(case, obs, one_hot(&case["actions"], shape.actions), values);
        let losses = net.update(&batch, &settings(case), divisor(&batch));
        assert_close("total", &[losses.total], &[float(&expected["total"])], TOLERANCE);
        assert_close("gradient", net.gradient(), &flat(&expected["grads"]), TOLERANCE);
        assert_close("grad_norm", &[losses.grad_norm], &[float(&expected["grad_norm"])], TOLERANCE);
        assert_close("params after", &net.flat, &flat(&expected["params_after"]), TOLERANCE);
    }
}

/// Parameters of a case of `mlp_ppo_step_networks` as ours: with a shared trunk both last layers are one.
fn flat_of_networks(case: &Value, value: &Value) -> Vec<f32> {
    let mut params = list(value).to_vec();
    if case["shared_trunk"] == Value::Bool(true) {
        let heads = params.split_off(params.len() - 4);
        let both = |parts: [&Value; 2]| Value::Array([list(parts[0]), list(parts[1])].concat());
        params.extend([both([&heads[0], &heads[2]]), both([&heads[1], &heads[3]])]);
    }
    flat(&Value::Array(params))
}

#[test]
fn golden_ppo_steps_through_networks_of_every_depth_apart_and_with_a_shared_trunk() {
    let cases: Vec<Value> = completed_numerics("mlp_ppo_step_networks");
    for case in &cases {
        let params = list(&case["params"]);
        let obs = numbers(&case["obs"]);
        let expected = &case["expected"];
        let shape = Shape {
            obs_size: list(&params[0][0]).len(),
            hidden: Hidden { layers: float(&case["hidden_layers"]) as usize, width: list(&params[0]).len() },
            shared_trunk: case["shared_trunk"] == Value::Bool(true),
            actions: list(&expected["logits"][0]).len(),
            heads: 1,
            activation: Activation::Tanh,
            distribution: Distribution::Categorical,
        };
        let what = |part: &str| format!("{part} of {:?}, shared {}", shape.hidden, shape.shared_trunk);
        let flat_params = flat_of_networks(case, &case["params"]);
        let adam = Adam::new(flat_params.len(), float(&case["lr"]), float(&case["eps"]));
        let mut net = ActorCritic::new(shape, Scaling::none(shape.obs_size), flat_params, adam);
        assert_close(&what("logits"), net.outputs(&obs), &numbers(&expected["logits"]), TOLERANCE);
        let values = net.values(&obs).to_vec();
        assert_close(&what("values"), &values, &numbers(&expected["values"]), TOLERANCE);
        let batch = minibatch(case, obs, one_hot(&case["actions"], shape.actions), values);
        let losses = net.update(&batch, &settings(case), batch.len() as f32);
        assert_close(&what("total"), &[losses.total], &[float(&expected["total"])], TOLERANCE);
        let grads = flat_of_networks(case, &expected["grads"]);
        assert_close(&what("gradient"), net.gradient(), &grads, TOLERANCE);
        assert_close(&what("norm"), &[losses.grad_norm], &[float(&expected["grad_norm"])], TOLERANCE);
        let after = flat_of_networks(case, &expected["params_after"]);
        assert_close(&what("params after"), &net.flat, &after, TOLERANCE);
    }
    assert_eq!(cases.len(), 6);
}

#[test]
fn golden_rnd_errors_and_gradients() {
    for case in &numerics::<Value>("rnd") {
        let [target, predictor] = ["target", "predictor"].map(|name| flat(&case[name]));
        let first = &case["target"][0];
        let sizes = [list(&first[0]).len(), list(first).len(), list(&case["target"][2]).len()];
        let adam = Adam::new(predictor.len(), 1e-3, 1e-8);
        let mut rnd = Rnd::new(Mlp::new(0, 1, &sizes, Activation::Tanh), target, predictor, adam);
        for batch in list(&case["batches"]) {
            let obs = numbers(&batch["obs"]);
            assert_close("errors", rnd.errors(&obs), &numbers(&batch["error"]), TOLERANCE);
            assert_close("loss", &[rnd.loss_and_gradient(&obs)], &[float(&batch["loss"])], TOLERANCE);
            assert_close("gradient", rnd.gradient(), &flat(&batch["grads"]), TOLERANCE);
        }
    }
}

/// The golden columns, the last of which stands for the reward, with the end and the log-variances in their places.
fn join(state: &[Vec<f32>], end: &[f32], behind: &[Vec<f32>]) -> Vec<f32> {
    let mut all = Vec::new();
    for (row, state) in state.iter().enumerate() {
        all.extend_from_slice(state);
        all.push(end[row]);
        all.extend(behind.get(row).into_iter().flatten());
    }
    all
}

#[test]
fn golden_world_model_losses_and_gradients() {
    for case in &numerics::<Value>("world_model_losses") {
        let rows = |name: &str| -> Vec<Vec<f32>> { list(&case[name]).iter().map(numbers).collect() };
        let (pred, raw) = (rows("pred"), rows("raw_logvar"));
        let [logits, labels] = ["term_logits", "term_labels"].map(|name| numbers(&case[name]));
        let width = pred[0].len();
        let obs_size = width - 1;
        let target = join(&rows("y"), &labels, &[]);
        let expected = &case["expected"];
        let column = |gradient: &[f32], from: usize, count: usize, of: usize| -> Vec<f32> {
            gradient.chunks_exact(of).flat_map(|row| row[from..from + count].to_vec()).collect()
        };

        let outputs = Outputs { obs_size, is_gaussian: false, learned_ends: true, end_coef: 1.0 };
        let output = join(&pred, &logits, &[]);
        let mut gradient = vec![f32::NAN; output.len()];
        let losses = model_loss::losses(&outputs, &output, &target, Some(&mut gradient));
        // The golden mean is over state and reward together, ours is one mean of each.
        let together = (losses.state * obs_size as f32 + losses.reward) / width as f32;
        assert_close("mse", &[together], &[float(&expected["mse"])], TOLERANCE);
        assert_close("bce", &[losses.end], &[float(&expected["bce"])], TOLERANCE);
        assert_close("total", &[losses.total], &[losses.state + losses.reward + losses.end], TOLERANCE);
        let share = width as f32 / obs_size as f32;
        let golden: Vec<f32> = numbers(&expected["grad_mse_pred"]);
        let state: Vec<f32> = golden.chunks_exact(width).flat_map(|row| row[..obs_size].to_vec()).collect();
        let state: Vec<f32> = state.iter().map(|x| x * share).collect();
        assert_close("state gradient", &column(&gradient, 0, obs_size, width + 1), &state, TOLERANCE);
        assert_close(
            "end gradient",
            &column(&gradient, width, 1, width + 1),
            &numbers(&expected["grad_bce"]),
            TOLERANCE,
        );

        let outputs = Outputs { obs_size, is_gaussian: true, learned_ends: true, end_coef: 1.0 };
        let output = join(&pred, &logits, &raw);
        let mut gradient = vec![f32::NAN; output.len()];
        let losses = model_loss::losses(&outputs, &output, &target, Some(&mut gradient));
        let nll = float(&expected["nll"]) + float(&expected["bce"]);
        assert_close("negative log-likelihood", &[losses.total], &[nll], TOLERANCE);
        let bounded: Vec<f32> = raw.iter().flatten().map(|raw| bounded_log_variance(*raw).0).collect();
        assert_close("log-variance", &bounded, &numbers(&expected["logvar"]), TOLERANCE);
        let of = 2 * width + 1;
        assert_close(
            "mean gradient",
            &column(&gradient, 0, width, of),
            &numbers(&expected["grad_nll_mu"]),
            TOLERANCE,
        );
        let behind = column(&gradient, width + 1, width, of);
        assert_close("raw gradient", &behind, &numbers(&expected["grad_nll_raw"]), TOLERANCE);
    }
}
