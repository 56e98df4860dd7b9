//! The rollout kernel of WebGPU against the CPU's kernels, in a browser.
//!
//! The host repeats the kernel's chance (`kernels::counter`) and takes every step from where the device was, so that
//! errors do not add up: 2e-5 of the largest number is asked of what networks say, 5e-3 of a standard normal number,
//! since a device's logarithm and cosine are only so exact, and one choice in a hundred may fall to the other side of
//! its threshold. What adds up over many steps is compared as distributions.
#![cfg(all(target_family = "wasm", webgpu))]

mod case;
mod cast;
mod chance;
mod runs;
mod steps;

use case::{CART_POLE, Case};
use cast::Cast;
use mbppo::gpu::Queue;
use mbppo::rng::{Seed, Stream};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Of the largest number of its kind.
const TOLERANCE: f32 = 2e-5;
/// Of a standard normal number.
const NORMAL_TOLERANCE: f32 = 5e-3;
/// Outputs of curiosity's networks.
const FEATURES: usize = 16;
/// Workgroup memory that every WebGPU device has, in bytes.
const MEMORY: usize = 16 * 1024;

/// The page's WebGPU; none, and said so, where there is none and none is required.
async fn queue() -> Option<Queue> {
    mbppo::wasm::start();
    match Queue::open().await {
        Ok(queue) => Some(queue),
        Err(error) if option_env!("MBPPO_REQUIRE_WEBGPU").is_some() => panic!("{error}"),
        Err(error) => {
            console_log!("SKIPPED: {error}");
            None
        }
    }
}

fn normals(count: usize, scale: f32, stream: &mut Stream) -> Vec<f32> {
    (0..count).map(|_| scale * stream.normal()).collect()
}

#[wasm_bindgen_test]
async fn a_rollout_is_one_dispatch() {
    let Some(queue) = queue().await else { return };
    let count = "globalThis.dispatches = 0;
        const dispatch = GPUComputePassEncoder.prototype.dispatchWorkgroups;
        GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...size) {
            globalThis.dispatches += 1;
            return dispatch.apply(this, size);
        };";
    js_sys::eval(count).expect("a browser with WebGPU");
    let mut stream = Seed(2).stream("dispatches");
    let cast = Cast::new(Case { with_novelty: true, ..CART_POLE }, &queue, &mut stream);
    let starts = normals(CART_POLE.branches * CART_POLE.obs, 0.3, &mut stream);
    for round in 0..3 {
        cast.record(&queue, &starts, [round, 0]).await;
    }
    let dispatches = js_sys::eval("globalThis.dispatches").ok().and_then(|count| count.as_f64());
    assert_eq!(dispatches, Some(3.0), "dispatches of three rollouts");
}
