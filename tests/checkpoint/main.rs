//! Checkpoints: a run that was saved goes on as if it had never stopped, and what is no checkpoint is refused by name.
#![cfg(not(target_family = "wasm"))]

mod earlier;
mod format;
mod goes_on;

use mbppo::config::{Config, LEARNERS, preset};
use mbppo::device::Device;
use mbppo::env::TASKS;
use mbppo::learners::unsuited;
use mbppo::rng::Seed;
use mbppo::snapshot::Curves;
use mbppo::trainer::Trainer;
use pollster::block_on;

/// A learner of this preset, small in every direction, but every phase does something.
fn config(name: &str, task: &str, changes: &[&str]) -> Config {
    let mut config = preset(name, task).expect("a preset");
    let small =
        ["hidden_size=8", "batch_size=16", "n_epochs=2", "num_envs=2", "num_steps=12", "eval_every=40"];
    let model = ["eval_episodes=2", "ensemble_size=2", "model_hidden_size=8", "model_batch_size=8"];
    let rest = ["model_updates=30", "horizon=4", "branches_max=20", "branches_min=4", "model_r2_min=0"];
    let replay = ["replay_capacity=256", "learning_starts=30"];
    for change in small.iter().chain(&model).chain(&rest).chain(&replay).chain(changes) {
        let (name, value) = change.split_once('=').expect("NAME=VALUE");
        config.set(name, value).expect("a possible value");
    }
    config
}

fn run(task: &str, config: Config) -> Trainer {
    Trainer::new(task, config, Seed(11), Device::cpu()).expect("a run")
}

/// The first preset of every learner, on the first task that suits it.
fn every_learner() -> Vec<(&'static str, &'static str)> {
    let refused = unsuited().expect("the lists");
    let suits = |name: &str, task: &str| !refused.iter().any(|pair| (pair.preset, pair.task) == (name, task));
    let first = |name: &'static str| (name, *TASKS.iter().find(|task| suits(name, task)).expect("a task"));
    LEARNERS.iter().map(|learner| first(learner.presets[0].name)).collect()
}

/// To the end of the `count`-th iteration from here on, with the evaluation that follows it.
fn iterations(trainer: &mut Trainer, count: u64) {
    let last = trainer.snapshot().iteration + count;
    while trainer.snapshot().iteration < last || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
}

fn saved(trainer: &Trainer) -> Vec<u8> {
    block_on(trainer.checkpoint()).expect("between iterations")
}

fn resumed(bytes: &[u8]) -> Trainer {
    Trainer::resume(bytes, Device::cpu()).expect("a checkpoint")
}

/// Real steps and value of each point.
type CurveBits = Vec<[u64; 2]>;

/// Every number of these curves by its bits: a metric may be NaN, and NaN differs from itself.
fn bits(curves: &Curves) -> Vec<(String, CurveBits)> {
    let all = curves.metrics.iter().map(|(name, points)| (name.as_str(), points));
    let of_run = [("returns", &curves.episode_returns), ("evaluations", &curves.evaluations)];
    let point = |point: &mbppo::snapshot::Point| [point.real_steps.to_bits(), point.value.to_bits().into()];
    all.chain(of_run).map(|(name, points)| (name.into(), points.iter().map(point).collect())).collect()
}

/// What people and learners see of a run: parameters, metrics and curves, bit for bit.
fn fingerprint(trainer: &Trainer) -> (Vec<u32>, String, Vec<(String, CurveBits)>) {
    let parameters = trainer.policy_parameters().unwrap_or_default().iter().map(|p| p.to_bits()).collect();
    let snapshot = trainer.snapshot();
    let metrics: Vec<_> = snapshot.metrics.iter().map(|(name, value)| (name, value.to_bits())).collect();
    (parameters, format!("{snapshot:?} {metrics:?}"), bits(trainer.curves()))
}

/// The states and actions that environment 0 shows from here on, bit for bit.
fn frames(trainer: &mut Trainer) -> Vec<(u64, Vec<u32>, u32)> {
    let recording = trainer.take_recording();
    let numbers =
        |frame: &mbppo::snapshot::Frame| frame.obs.iter().chain(&frame.action).map(|x| x.to_bits()).collect();
    recording
        .frames
        .iter()
        .map(|frame| (frame.step, numbers(frame), frame.episode_return.to_bits()))
        .collect()
}
