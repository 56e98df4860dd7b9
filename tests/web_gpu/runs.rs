//! Whole runs on WebGPU: as on the CPU, and with one read a phase.

use super::calls::{calls, count_calls};
use super::queue;
use mbppo::config::{Config, CuriosityKind};
use mbppo::device::{Device, DeviceKind, open};
use mbppo::rng::Seed;
use mbppo::snapshot::Snapshot;
use mbppo::trainer::Trainer;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

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
