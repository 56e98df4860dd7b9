//! WebGPU's training kernels against the CPU's, in a browser: every operation on random shapes, dispatches counted.
//!
//! Both sum in different orders in f32. Of the largest number of its kind may differ: losses and gradients by 2e-4 (a
//! sum over thousands of terms of both signs), what Adam has moved over several steps by 1e-2 of the movement's size,
//! as a root mean square (where a gradient is nearly zero Adam divides by nearly nothing, and a single number may go
//! anywhere between both). Metrics of a whole run may differ by 1e-3 of max(1, value): the first difference goes
//! through every update that follows.
#![cfg(all(target_family = "wasm", webgpu))]

use mbppo::config::{Activation, Config, CuriosityKind};
use mbppo::device::{Device, DeviceKind, open};
use mbppo::gpu::{self, Layout, Queue};
use mbppo::kernels::distribution::Distribution;
use mbppo::kernels::model_loss::Outputs;
use mbppo::kernels::ppo::{ActorCritic, Scaling, Shape, log_std_size, networks};
use mbppo::kernels::ppo_loss::{Minibatch, Settings};
use mbppo::kernels::rnd::Rnd;
use mbppo::kernels::world_model::WorldModel;
use mbppo::kernels::{Adam, Hidden, MOST_HIDDEN_LAYERS, Mlp};
use mbppo::minibatches::minibatches;
use mbppo::rng::{Seed, Stream};
use mbppo::snapshot::Snapshot;
use mbppo::trainer::Trainer;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Of the largest number of its kind.
const TOLERANCE: f32 = 2e-4;
/// Of what has been moved, as root mean squares.
const MOVED_TOLERANCE: f32 = 1e-2;
/// Updates after the first that are compared.
const UPDATES: usize = 4;
/// Times as many random shapes with `scripts/test --long`: each has kernels of its own, which take a second to compile
/// without a GPU.
const TIMES: u64 = if option_env!("MBPPO_LONG").is_some() { 4 } else { 1 };
const BENDS: [Activation; 3] = [Activation::Tanh, Activation::Relu, Activation::Silu];

/// The page's WebGPU; none, and said so, where there is none and none is required.
async fn queue() -> Option<Queue> {
    static START: std::sync::Once = std::sync::Once::new();
    START.call_once(mbppo::wasm::start);
    match Queue::open().await {
        Ok(queue) => Some(queue),
        Err(error) if option_env!("MBPPO_REQUIRE_WEBGPU").is_some() => panic!("{error}"),
        Err(error) => {
            console_log!("SKIPPED: {error}");
            None
        }
    }
}

fn below(stream: &mut Stream, from: usize, to: usize) -> usize {
    from + stream.below(to - from + 1)
}

fn normals(count: usize, scale: f32, stream: &mut Stream) -> Vec<f32> {
    (0..count).map(|_| scale * stream.normal()).collect()
}

/// Fails unless `gpu` is within `tolerance` of the largest number of `cpu`.
fn close(what: &str, case: &str, gpu: &[f32], cpu: &[f32], tolerance: f32) {
    assert_eq!(gpu.len(), cpu.len(), "{what} of {case}");
    let largest = cpu.iter().fold(1e-6f32, |largest, number| largest.max(number.abs()));
    for (index, (gpu, cpu)) in gpu.iter().zip(cpu).enumerate() {
        let apart = (gpu - cpu).abs() / largest;
        assert!(
            apart <= tolerance,
            "{what}[{index}] of {case}: {gpu} on WebGPU, {cpu} on the CPU, largest {largest}"
        );
    }
}

/// Fails unless both have gone the same way from `before`.
fn moved_alike(case: &str, gpu: &[f32], cpu: &[f32], before: &[f32]) {
    let length =
        |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt();
    let (apart, moved) = (length(gpu, cpu), length(cpu, before));
    assert!(moved > 0.0, "{case} has not moved");
    assert!(apart <= f64::from(MOVED_TOLERANCE) * moved, "{case}: {apart} apart after moving {moved}");
}

/// Hidden layers, as many as may be, of up to `most` units.
fn hidden(stream: &mut Stream, most: usize) -> Hidden {
    Hidden { layers: below(stream, 1, MOST_HIDDEN_LAYERS), width: below(stream, 1, most) }
}

fn ppo_rows(shape: &Shape, count: usize, stream: &mut Stream) -> Vec<Vec<f32>> {
    let row = |stream: &mut Stream| {
        let mut row = normals(shape.obs_size, 1.0, stream);
        match shape.distribution {
            Distribution::Categorical => {
                let choice = stream.below(shape.actions);
                row.extend((0..shape.actions).map(|action| if action == choice { 1.0 } else { 0.0 }));
                row.push(-(shape.actions as f32).ln() + 0.3 * stream.normal());
            }
            Distribution::Gaussian => {
                row.extend(normals(shape.actions, 1.0, stream));
                row.push(-1.5 * shape.actions as f32 + 0.3 * stream.normal());
            }
        }
        row.push(stream.normal());
        row.push(stream.uniform());
        row.extend(normals(2 * shape.heads, 1.0, stream));
        row
    };
    (0..count).map(|_| row(stream)).collect()
}

fn ppo_net(shape: Shape, stream: &mut Stream) -> ActorCritic {
    let parameters = networks(&shape).last().map_or(0, Mlp::end) + log_std_size(&shape);
    let flat = normals(parameters, 0.7 / (shape.hidden.width as f32).sqrt(), stream);
    let scaling = Scaling {
        centre: normals(shape.obs_size, 0.5, stream),
        half_range: (0..shape.obs_size).map(|_| 0.5 + stream.uniform()).collect(),
    };
    ActorCritic::new(shape, scaling, flat, Adam::new(parameters, 1e-3, 1e-5))
}

#[wasm_bindgen_test]
async fn ppo_computes_the_same_on_random_shapes() {
    let Some(queue) = queue().await else { return };
    // Twelve have every activation with every distribution, with a shared trunk and without.
    for seed in 0..12 * TIMES {
        let stream = &mut Seed(seed).stream("cases");
        let shape = Shape {
            obs_size: below(stream, 1, 13),
            hidden: hidden(stream, 130),
            shared_trunk: seed % 4 > 1,
            actions: below(stream, 1, 9),
            heads: below(stream, 1, 2),
            activation: BENDS[seed as usize % 3],
            distribution: [Distribution::Categorical, Distribution::Gaussian][seed as usize % 2],
        };
        let settings = Settings {
            clip_range: 0.2,
            clip_range_vf: if stream.below(2) == 0 { 0.0 } else { 0.3 },
            ent_coef: 0.01,
            vf_coef: 0.5,
            max_grad_norm: if stream.below(2) == 0 { 0.05 } else { 100.0 },
        };
        let rows = below(stream, 1, 300);
        let case = format!("{shape:?}, {settings:?}, {rows} rows");
        let mut cpu = ppo_net(shape, stream);
        // Rows seldom fill the last minibatch.
        let samples = ppo_rows(&shape, rows * UPDATES + below(stream, 1, rows), stream);
        let mut order: Vec<usize> = (0..samples.len()).collect();
        stream.shuffle(&mut order);
        let batches: Vec<Minibatch> =
            minibatches(order.len(), rows).map(|cut| minibatch(&shape, &samples, &order[cut])).collect();
        let divisors: Vec<f32> =
            batches.iter().map(|batch| batch.weights.iter().sum::<f32>().max(1e-9)).collect();
        let mut gpu = gpu::ppo::ActorCritic::new(&queue.cut_for(seed % 4 < 2), &cpu);
        let mut twin = cpu.clone();
        let before = cpu.flat.clone();
        gpu.set_samples(&cpu, samples.iter().map(Vec::as_slice));
        gpu.begin_epoch(&cpu.adam, &order, rows, &settings, &divisors);
        assert!(gpu.update(), "an update");
        let first = gpu.read(&mut twin, "testing").await.expect("numbers");
        let on_cpu = cpu.update(&batches[0], &settings, divisors[0]);
        assert_eq!(first.len(), 1, "updates read of {case}");
        close("losses", &case, &first[0].metrics(), &on_cpu.metrics(), TOLERANCE);
        close("gradient", &case, &twin.adam.m, &cpu.adam.m, TOLERANCE);
        for _ in 0..UPDATES {
            assert!(gpu.update(), "an update");
        }
        for (batch, divisor) in batches[1..].iter().zip(&divisors[1..]) {
            cpu.update(batch, &settings, *divisor);
        }
        let others = gpu.read(&mut twin, "testing").await.expect("numbers");
        assert_eq!((others.len(), twin.adam.updates), (UPDATES, cpu.adam.updates), "updates of {case}");
        moved_alike(&case, &twin.flat, &cpu.flat, &before);
    }
}

fn minibatch(shape: &Shape, samples: &[Vec<f32>], indices: &[usize]) -> Minibatch {
    let mut batch = Minibatch::default();
    indices.iter().for_each(|&index| batch.push(shape, &samples[index]));
    batch
}

#[wasm_bindgen_test]
async fn the_world_model_computes_the_same_on_random_shapes() {
    let Some(queue) = queue().await else { return };
    for seed in 0..10 * TIMES {
        let stream = &mut Seed(seed).stream("cases");
        let outputs = Outputs {
            obs_size: below(stream, 1, 9),
            is_gaussian: seed % 2 == 1,
            learned_ends: stream.below(2) == 0,
            end_coef: 0.7,
        };
        let (members, rows) = (below(stream, 1, 6), below(stream, 1, 150));
        let hidden = hidden(stream, 110);
        let inputs = outputs.obs_size + below(stream, 1, 3);
        let mlp = Mlp::new(0, members, &hidden.sizes(inputs, outputs.width()), BENDS[seed as usize % 3]);
        let eps = if seed % 5 == 4 { 0.05 } else { 0.0 };
        let case = format!("{outputs:?}, {mlp:?}, {rows} rows, eps {eps}");
        let flat = normals(mlp.end(), 0.7 / (hidden.width as f32).sqrt(), stream);
        let adam = Adam::new(flat.len(), 1e-3, 1e-8);
        let mut cpu = WorldModel::new(mlp, outputs, flat.clone(), adam);
        let (count, width) = (2 * rows + 3, outputs.obs_size + 2);
        let input = normals(count * inputs, 1.0, stream);
        let mut target = normals(count * width, 1.0, stream);
        target.chunks_exact_mut(width).for_each(|row| row[width - 1] = stream.below(2) as f32);
        let order: Vec<usize> = (0..(UPDATES + 1) * members * rows).map(|_| stream.below(count)).collect();
        let mut gpu = gpu::world_model::WorldModel::new(&queue.cut_for(seed % 4 < 2), &cpu);
        let mut twin = cpu.clone();
        gpu.set_transitions(&input, &target);
        gpu.begin(&cpu.adam, &order, UPDATES + 1, eps);
        for (step, order) in order.chunks(members * rows).enumerate() {
            let part = |all: &[f32], width: usize| -> Vec<f32> {
                order.iter().flat_map(|row| all[row * width..(row + 1) * width].to_vec()).collect()
            };
            let (mut input, target) = (part(&input, inputs), part(&target, width));
            assert!(gpu.update(), "{case} has no step {step}");
            if eps > 0.0 {
                push(&mut cpu, &mut input, &target, eps);
            }
            let on_cpu = cpu.update(&input, &target);
            if step > 0 {
                continue;
            }
            let losses = gpu.read(&mut twin, "testing").await.expect("numbers")[0];
            let numbers = |losses: mbppo::kernels::model_loss::ModelLosses| {
                [
                    losses.state,
                    losses.reward,
                    if outputs.learned_ends { losses.end } else { 0.0 },
                    losses.total,
                ]
            };
            close("losses", &case, &numbers(losses), &numbers(on_cpu), TOLERANCE);
            close("gradient", &case, &twin.adam.m, &cpu.adam.m, TOLERANCE);
        }
        gpu.read(&mut twin, "testing").await.expect("numbers");
        moved_alike(&case, &twin.flat, &cpu.flat, &flat);
    }
}

/// As the CPU's room of the world model does it.
fn push(model: &mut WorldModel, input: &mut [f32], target: &[f32], eps: f32) {
    let (width, states) = (model.mlp().inputs(), model.outputs().obs_size);
    let mut slopes = vec![0.0; input.len()];
    model.loss_and_gradient(input, target, Some(&mut slopes));
    for (row, slopes) in input.chunks_exact_mut(width).zip(slopes.chunks_exact(width)) {
        for (number, slope) in row.iter_mut().zip(slopes).take(states).filter(|(_, slope)| **slope != 0.0) {
            *number += eps * slope.signum();
        }
    }
}

#[wasm_bindgen_test]
async fn curiosity_computes_the_same_on_random_shapes() {
    let Some(queue) = queue().await else { return };
    for seed in 0..4 * TIMES {
        let stream = &mut Seed(seed).stream("cases");
        let (states, rows) = (below(stream, 1, 9), below(stream, 1, 200));
        let mlp = Mlp::new(0, 1, &[states, below(stream, 1, 80), below(stream, 1, 20)], Activation::Tanh);
        let case = format!("{mlp:?}, {rows} rows");
        let (target, flat) = (normals(mlp.end(), 0.3, stream), normals(mlp.end(), 0.3, stream));
        let adam = Adam::new(flat.len(), 1e-3, 1e-8);
        let mut cpu = Rnd::new(mlp, target, flat.clone(), adam);
        cpu.mean = normals(states, 0.5, stream);
        cpu.std = (0..states).map(|_| 0.1 + stream.uniform()).collect();
        let all = rows * UPDATES + below(stream, 1, rows);
        let obs = normals(all * states, 1.0, stream);
        let mut gpu = gpu::rnd::Rnd::new(&queue.cut_for(seed % 4 < 2), &cpu);
        let mut twin = cpu.clone();
        gpu.begin(&cpu, &obs, rows);
        for (step, cut) in minibatches(all, rows).enumerate() {
            assert!(gpu.update(), "a step");
            let loss = cpu.update(&obs[cut.start * states..cut.end * states]);
            if step > 0 {
                continue;
            }
            let losses = gpu.read(&mut twin, "testing").await.expect("numbers");
            close("loss", &case, &losses[..1], &[loss], TOLERANCE);
            close("gradient", &case, &twin.adam.m, &cpu.adam.m, TOLERANCE);
        }
        gpu.read(&mut twin, "testing").await.expect("numbers");
        moved_alike(&case, &twin.flat, &cpu.flat, &flat);
    }
}

#[wasm_bindgen_test]
fn a_layout_brings_everything_there_and_back() {
    let stream = &mut Seed(1).stream("cases");
    for _ in 0..50 {
        let sizes: Vec<usize> = (0..below(stream, 2, 4)).map(|_| below(stream, 1, 17)).collect();
        let first = Mlp::new(0, below(stream, 1, 5), &sizes, Activation::Tanh);
        let second = Mlp::new(first.end(), below(stream, 1, 3), &sizes, Activation::Relu);
        let tail = stream.below(7);
        let layout = Layout::new([&first, &second], tail);
        let host: Vec<f32> = (1..=second.end() + tail).map(|number| number as f32).collect();
        let device = layout.pack(&host);
        assert_eq!(layout.unpack(&device), host);
        assert_eq!(device.len() % 4, 0);
        // Every number once, and zeros.
        let mut numbers: Vec<f32> = device.into_iter().filter(|number| *number != 0.0).collect();
        numbers.sort_by(f32::total_cmp);
        assert_eq!(numbers, host);
        let last = layout.networks()[0].layers[sizes.len() - 2];
        assert_eq!(last.bias + last.outputs, layout.networks()[0].stride);
    }
}

/// Counts what the page asks of the browser from here on. Buffers that are read after one submission are one read.
fn count_calls() {
    js_sys::eval(
        "if (!globalThis.calls) {
            globalThis.calls = {};
            const count = (owner, name, note) => {
                const call = owner.prototype[name];
                owner.prototype[name] = function (...given) { note(); return call.apply(this, given); };
            };
            count(GPUComputePassEncoder, 'dispatchWorkgroups', () => calls.dispatches++);
            count(GPUQueue, 'submit', () => { calls.submits++; calls.is_fresh = true; });
            count(GPUBuffer, 'mapAsync', () => { calls.reads += calls.is_fresh; calls.is_fresh = false; });
        }
        calls.dispatches = calls.submits = calls.reads = 0;",
    )
    .expect("a script");
}

/// Dispatches, submits and reads since [`count_calls`].
fn calls() -> [f64; 3] {
    ["dispatches", "submits", "reads"]
        .map(|name| js_sys::eval(&format!("calls.{name}")).expect("a script").as_f64().expect("a number"))
}

fn now() -> f64 {
    js_sys::eval("performance.now()").expect("a script").as_f64().expect("a number")
}

/// CartPole's shapes, as everybody measures them.
const CART_POLE: Shape = Shape {
    obs_size: 4,
    hidden: Hidden { layers: 2, width: 64 },
    shared_trunk: false,
    actions: 2,
    heads: 1,
    activation: Activation::Tanh,
    distribution: Distribution::Categorical,
};
const SETTINGS: Settings =
    Settings { clip_range: 0.2, clip_range_vf: 0.0, ent_coef: 0.01, vf_coef: 0.5, max_grad_norm: 0.5 };

#[wasm_bindgen_test]
async fn a_minibatch_is_four_dispatches_and_an_epoch_few_submits() {
    let Some(queue) = queue().await else { return };
    let stream = &mut Seed(1).stream("cases");
    let mut net = ppo_net(CART_POLE, stream);
    for (rows, updates) in [(64, 32), (256, 8), (1024, 4)] {
        let samples = ppo_rows(&CART_POLE, rows, stream);
        let mut gpu = gpu::ppo::ActorCritic::new(&queue, &net);
        gpu.set_samples(&net, samples.iter().map(Vec::as_slice));
        let order: Vec<usize> = (0..updates).flat_map(|_| 0..rows).collect();
        let divisors = vec![rows as f32; updates];
        let mut times = Vec::new();
        for repetition in 0..4 {
            count_calls();
            let begin = now();
            gpu.begin_epoch(&net.adam, &order, rows, &SETTINGS, &divisors);
            for _ in 0..updates {
                assert!(gpu.update(), "an update");
            }
            gpu.read(&mut net, "testing").await.expect("numbers");
            if repetition > 0 {
                times.push((now() - begin) / updates as f64);
            }
            let [dispatches, submits, reads] = calls();
            assert_eq!(dispatches, 4.0 * updates as f64, "dispatches of {updates} minibatches");
            assert_eq!(reads, 1.0, "reads of {updates} minibatches");
            assert!(submits <= 4.0 + updates as f64 / 8.0, "{submits} submits for {updates} minibatches");
        }
        times.sort_by(f64::total_cmp);
        console_log!(
            "PPO minibatch {rows}: {:.2} ms (fastest {:.2}), {:?} dispatches, submits, reads",
            times[1],
            times[0],
            calls()
        );
    }
}

#[wasm_bindgen_test]
async fn a_step_of_the_world_model_and_one_of_curiosity_are_four_dispatches_each() {
    let Some(queue) = queue().await else { return };
    let stream = &mut Seed(1).stream("cases");
    let outputs = Outputs { obs_size: 4, is_gaussian: false, learned_ends: true, end_coef: 1.0 };
    for (members, updates) in [(1, 10), (5, 4)] {
        let mlp = Mlp::new(0, members, &[6, 200, 200, 6], Activation::Relu);
        let flat = normals(mlp.end(), 0.05, stream);
        let adam = Adam::new(flat.len(), 1e-3, 1e-8);
        let mut model = WorldModel::new(mlp, outputs, flat, adam);
        let mut gpu = gpu::world_model::WorldModel::new(&queue, &model);
        gpu.set_transitions(&normals(500 * 6, 1.0, stream), &vec![0.5; 500 * 6]);
        let order: Vec<usize> = (0..updates * members * 256).map(|_| stream.below(500)).collect();
        let mut times = Vec::new();
        for repetition in 0..4 {
            count_calls();
            let begin = now();
            gpu.begin(&model.adam, &order, updates, 0.0);
            while gpu.update() {}
            gpu.read(&mut model, "testing").await.expect("numbers");
            if repetition > 0 {
                times.push((now() - begin) / updates as f64);
            }
            assert_eq!(calls()[0], 4.0 * updates as f64, "dispatches of {updates} steps");
        }
        times.sort_by(f64::total_cmp);
        console_log!(
            "model step 256, {members} members: {:.2} ms (fastest {:.2}), {:?}",
            times[1],
            times[0],
            calls()
        );
    }
    let mlp = Mlp::new(0, 1, &[4, 64, 16], Activation::Tanh);
    let (target, flat) = (normals(mlp.end(), 0.3, stream), normals(mlp.end(), 0.3, stream));
    let adam = Adam::new(flat.len(), 1e-3, 1e-8);
    let mut rnd = Rnd::new(mlp, target, flat, adam);
    let mut gpu = gpu::rnd::Rnd::new(&queue, &rnd);
    let obs = normals(8 * 64 * 4, 1.0, stream);
    count_calls();
    gpu.begin(&rnd, &obs, 64);
    (0..8).for_each(|_| assert!(gpu.update(), "a step"));
    gpu.read(&mut rnd, "testing").await.expect("numbers");
    assert_eq!(calls()[0], 32.0, "dispatches of 8 steps");
}

fn small(model_r2_min: f64) -> Config {
    Config {
        num_envs: 2,
        num_steps: 24,
        n_epochs: 2,
        batch_size: 16,
        hidden_size: 16,
        ensemble_size: 2,
        model_hidden_size: 16,
        model_batch_size: 32,
        model_updates: 30,
        imagination_rounds: 2,
        horizon: 3,
        branches_min: 8,
        branches_max: 8,
        model_r2_min,
        curiosity: CuriosityKind::Rnd,
        eval_every: 0,
        ..Config::default()
    }
}

/// Two iterations, so that the second stands on the first one's weights.
async fn after_two_iterations(config: Config, device: Device) -> Snapshot {
    let mut trainer = Trainer::new("CartPole-v1", config, Seed(3), device).expect("a run");
    while trainer.snapshot().iteration < 2 {
        trainer.tick().await.expect("a tick");
    }
    trainer.snapshot()
}

#[wasm_bindgen_test]
async fn a_run_on_webgpu_is_that_of_the_cpu_as_long_as_nothing_is_imagined() {
    let Some(_) = queue().await else { return };
    let device = open(DeviceKind::WebGpu).await.expect("the page's WebGPU");
    // Imagination draws its chance in another way on WebGPU: a model that is never good enough keeps it out of
    // learning, and what the forecasts that are drawn say of themselves is left out.
    let gpu = after_two_iterations(small(1.0), device).await;
    let cpu = after_two_iterations(small(1.0), Device::cpu()).await;
    assert_eq!((gpu.real_steps, gpu.imagined_steps, cpu.imagined_steps), (cpu.real_steps, 0, 0));
    assert_eq!(gpu.metrics.len(), cpu.metrics.len());
    let is_alike = |name: &str| !name.starts_with("time/") && !name.starts_with("imagination/");
    for (name, &on_cpu) in cpu.metrics.iter().filter(|(name, _)| is_alike(name)) {
        let apart = (gpu.metrics[name] - on_cpu).abs() / on_cpu.abs().max(1.0);
        assert!(apart <= 1e-3, "{name}: {} on WebGPU, {on_cpu} on the CPU", gpu.metrics[name]);
    }
}

#[wasm_bindgen_test]
async fn a_run_on_webgpu_imagines_and_reads_once_a_phase() {
    let Some(_) = queue().await else { return };
    let device = open(DeviceKind::WebGpu).await.expect("the page's WebGPU");
    let mut trainer = Trainer::new("CartPole-v1", small(0.0), Seed(3), device).expect("a run");
    count_calls();
    let mut phases = vec![trainer.snapshot().phase];
    while trainer.snapshot().iteration < 2 {
        trainer.tick().await.expect("a tick");
        let phase = trainer.snapshot().phase;
        if phases.last() != Some(&phase) {
            phases.push(phase);
        }
    }
    let snapshot = trainer.snapshot();
    assert!(snapshot.imagined_steps > 0, "nothing was imagined");
    assert!(snapshot.metrics.values().all(|value| value.is_finite()), "{:?}", snapshot.metrics);
    let [_, _, reads] = calls();
    console_log!("{} phases, {:?}", phases.len(), calls());
    assert!(reads <= phases.len() as f64, "{reads} reads in {} phases: {phases:?}", phases.len());
}
