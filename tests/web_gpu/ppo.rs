//! PPO: its updates on random shapes against those of the CPU.

use super::{ACTIVATIONS, TIMES, TOLERANCE, UPDATES, below, close, hidden, moved_alike, normals, queue};
use mbppo::gpu;
use mbppo::kernels::distribution::Distribution;
use mbppo::kernels::ppo::{ActorCritic, Scaling, Shape, log_std_size, networks};
use mbppo::kernels::ppo_loss::{Minibatch, Settings};
use mbppo::kernels::{Adam, Mlp};
use mbppo::minibatches::minibatches;
use mbppo::rng::{Seed, Stream};
use wasm_bindgen_test::wasm_bindgen_test;

pub fn ppo_rows(shape: &Shape, count: usize, stream: &mut Stream) -> Vec<Vec<f32>> {
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

pub fn ppo_net(shape: Shape, stream: &mut Stream) -> ActorCritic {
    let parameters = networks(&shape).last().map_or(0, Mlp::end) + log_std_size(&shape);
    let flat = normals(parameters, 0.7 / (shape.hidden.width as f32).sqrt(), stream);
    let scaling = Scaling {
        centre: normals(shape.obs_size, 0.5, stream),
        half_range: (0..shape.obs_size).map(|_| 0.5 + stream.uniform()).collect(),
    };
    ActorCritic::new(shape, scaling, flat, Adam::new(parameters, 1e-3, 1e-5))
}

#[wasm_bindgen_test]
pub async fn ppo_computes_the_same_on_random_shapes() {
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
            activation: ACTIVATIONS[seed as usize % 3],
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

pub fn minibatch(shape: &Shape, samples: &[Vec<f32>], indices: &[usize]) -> Minibatch {
    let mut batch = Minibatch::default();
    indices.iter().for_each(|&index| batch.push(shape, &samples[index]));
    batch
}
