//! Whole iterations in a browser, without a page.
#![cfg(target_family = "wasm")]

use mbppo::config::{Config, ModelKind};
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::snapshot::Snapshot;
use mbppo::trainer::Trainer;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

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
fn a_model_in_tensors_is_refused_by_name_where_there_are_none() {
    let config = Config { model: ModelKind::Gru, ..tiny() };
    let refused = Trainer::new("CartPole-v1", config, Seed(3), Device::cpu()).err().expect("no tensors here");
    assert!(
        refused.to_string().starts_with("model = gru is not valid: it is written in burn's tensors"),
        "{refused}"
    );
}
