//! The world model and curiosity: their updates on random shapes against those of the CPU.

use super::{ACTIVATIONS, TIMES, TOLERANCE, UPDATES, below, close, hidden, moved_alike, normals, queue};
use mbppo::config::Activation;
use mbppo::gpu;
use mbppo::kernels::model_loss::Outputs;
use mbppo::kernels::rnd::Rnd;
use mbppo::kernels::world_model::WorldModel;
use mbppo::kernels::{Adam, Mlp};
use mbppo::minibatches::minibatches;
use mbppo::rng::Seed;
use wasm_bindgen_test::wasm_bindgen_test;

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
        let mlp =
            Mlp::new(0, members, &hidden.sizes(inputs, outputs.width()), ACTIVATIONS[seed as usize % 3]);
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

/// As the CPU does it.
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
