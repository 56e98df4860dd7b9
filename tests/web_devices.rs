//! The same small but whole iteration on both devices of a browser.
//!
//! WebGPU is a software adapter on machines without a GPU, and burn's stock multiplication is very slow there: keep
//! the case tiny. Where there is no adapter the test fails if `MBPPO_REQUIRE_WEBGPU` was set when it was built (CI
//! sets it), and says loudly that it was skipped otherwise.
#![cfg(all(target_family = "wasm", feature = "webgpu"))]

use mbppo::config::Config;
use mbppo::device::{Device, DeviceKind, open};
use mbppo::rng::Seed;
use mbppo::snapshot::Snapshot;
use mbppo::trainer::Trainer;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// What both devices must agree on, relative to max(1, |value|). They sum in different orders in f32, and the first
/// difference goes through every update that follows.
const TOLERANCE: f32 = 1e-3;

fn tiny() -> Config {
    Config {
        num_envs: 2,
        num_steps: 8,
        n_epochs: 1,
        batch_size: 16,
        hidden_size: 8,
        ensemble_size: 2,
        model_hidden_size: 8,
        model_batch_size: 8,
        model_updates: 2,
        imagination_rounds: 1,
        horizon: 2,
        branches_min: 8,
        branches_max: 8,
        model_r2_min: 0.0,
        eval_every: 0,
        ..Config::default()
    }
}

/// Two iterations, so that the second stands on the first one's weights.
async fn after_two_iterations(device: Device) -> Snapshot {
    // The page's module does this when it is loaded; a test module is another one, and has to ask for it.
    mbppo::wasm::start();
    let mut trainer = Trainer::new("CartPole-v1", tiny(), Seed(3), device).expect("a run");
    while trainer.snapshot().iteration < 2 {
        trainer.tick().await.expect("a tick");
    }
    trainer.snapshot()
}

#[wasm_bindgen_test]
async fn the_cpu_runs_whole_iterations() {
    let snapshot = after_two_iterations(Device::cpu()).await;
    assert_eq!(snapshot.real_steps, 32);
    assert!(snapshot.imagined_steps > 0);
    assert!(snapshot.metrics.values().all(|value| value.is_finite()), "{:?}", snapshot.metrics);
}

#[wasm_bindgen_test]
async fn webgpu_agrees_with_the_cpu() {
    mbppo::wasm::start();
    let device = match open(DeviceKind::WebGpu).await {
        Ok(device) => device,
        Err(error) if option_env!("MBPPO_REQUIRE_WEBGPU").is_some() => panic!("{error}"),
        Err(error) => {
            console_log!("SKIPPED webgpu_agrees_with_the_cpu: {error}");
            return;
        }
    };
    console_log!("WebGPU adapter: {}", device.name());
    let (gpu, cpu) = (after_two_iterations(device).await, after_two_iterations(Device::cpu()).await);
    assert_eq!((gpu.real_steps, gpu.imagined_steps), (cpu.real_steps, cpu.imagined_steps));
    assert_eq!(gpu.metrics.len(), cpu.metrics.len());
    let mut largest = 0.0f32;
    for (name, &on_cpu) in &cpu.metrics {
        let difference = (gpu.metrics[name] - on_cpu).abs() / on_cpu.abs().max(1.0);
        assert!(difference <= TOLERANCE, "{name}: {} on WebGPU, {on_cpu} on the CPU", gpu.metrics[name]);
        largest = largest.max(difference);
    }
    console_log!("largest difference over {} metrics: {largest:e}", cpu.metrics.len());
}
