//! WebGPU's training kernels against the CPU's, in a browser: every operation on random shapes, dispatches counted.
//!
//! Both sum in different orders in f32. Of the largest number of its kind may differ: losses and gradients by 2e-4 (a
//! sum over thousands of terms of both signs), what Adam has moved over several steps by 1e-2 of the movement's size,
//! as a root mean square (where a gradient is nearly zero Adam divides by nearly nothing, and a single number may go
//! anywhere between both). Metrics of a whole run may differ by 1e-3 of max(1, value): the first difference goes
//! through every update that follows.
#![cfg(all(target_family = "wasm", webgpu))]

mod calls;
mod ppo;
mod runs;
mod world_model;

use mbppo::config::Activation;
use mbppo::gpu::{Layout, Queue};
use mbppo::kernels::{Hidden, MOST_HIDDEN_LAYERS, Mlp};
use mbppo::rng::{Seed, Stream};
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
const ACTIVATIONS: [Activation; 3] = [Activation::Tanh, Activation::Relu, Activation::Silu];

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
