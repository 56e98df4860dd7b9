//! The trainer as a whole: what a run must be, whoever drives it and in whatever slices.
#![cfg(not(target_family = "wasm"))]

mod learning;
mod phases;
mod physics;
mod records;
mod same_run;
mod trust;

use mbppo::config::Config;
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use pollster::block_on;

/// Small in every direction, but every phase does something.
fn tiny() -> Config {
    Config {
        num_envs: 2,
        num_steps: 12,
        n_epochs: 2,
        batch_size: 16,
        hidden_size: 8,
        ensemble_size: 2,
        model_hidden_size: 8,
        model_batch_size: 8,
        model_updates: 30,
        imagination_rounds: 2,
        horizon: 4,
        branches_max: 20,
        model_r2_min: 0.0,
        eval_every: 40,
        eval_episodes: 3,
        ..Config::default()
    }
}

fn trainer(config: Config, seed: u64) -> Trainer {
    Trainer::new("CartPole-v1", config, Seed(seed), Device::cpu()).expect("a run")
}

fn run(trainer: &mut Trainer, ticks: u64) {
    for _ in 0..ticks {
        block_on(trainer.tick()).expect("a tick");
    }
}

/// Everything that a run has computed so far, bit for bit.
fn fingerprint(trainer: &Trainer) -> (Vec<u32>, String) {
    let bits = trainer.policy_parameters().unwrap_or_default().iter().map(|p| p.to_bits()).collect();
    (bits, serde_json::to_string(&trainer.snapshot()).expect("JSON"))
}
