//! What is asked of the device: dispatches, submits and reads, counted.

use super::ppo::{ppo_net, ppo_rows};
use super::{normals, queue};
use mbppo::config::Activation;
use mbppo::gpu;
use mbppo::kernels::distribution::Distribution;
use mbppo::kernels::model_loss::Outputs;
use mbppo::kernels::ppo::Shape;
use mbppo::kernels::ppo_loss::Settings;
use mbppo::kernels::rnd::Rnd;
use mbppo::kernels::world_model::WorldModel;
use mbppo::kernels::{Adam, Hidden, Mlp};
use mbppo::rng::Seed;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

/// Counts what the page asks of the browser from here on. Buffers that are read after one submission are one read.
pub fn count_calls() {
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
pub fn calls() -> [f64; 3] {
    ["dispatches", "submits", "reads"]
        .map(|name| js_sys::eval(&format!("calls.{name}")).expect("a script").as_f64().expect("a number"))
}

pub fn now() -> f64 {
    js_sys::eval("performance.now()").expect("a script").as_f64().expect("a number")
}

/// CartPole's shapes, as everybody measures them.
pub const CART_POLE: Shape = Shape {
    obs_size: 4,
    hidden: Hidden { layers: 2, width: 64 },
    shared_trunk: false,
    actions: 2,
    heads: 1,
    activation: Activation::Tanh,
    distribution: Distribution::Categorical,
};
pub const SETTINGS: Settings =
    Settings { clip_range: 0.2, clip_range_vf: 0.0, ent_coef: 0.01, vf_coef: 0.5, max_grad_norm: 0.5 };

#[wasm_bindgen_test]
pub async fn a_minibatch_is_four_dispatches_and_an_epoch_few_submits() {
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
pub async fn a_step_of_the_world_model_and_one_of_curiosity_are_four_dispatches_each() {
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
