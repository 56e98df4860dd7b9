//! The peak of memory beside its bound: `cargo test --test memory -- --ignored --nocapture` prints the table of
//! docs/limits.md.
#![cfg(target_os = "linux")]

use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::env::make;
use mbppo::rng::Seed;
use mbppo::trainer::{Trainer, sizes};
use pollster::block_on;
use std::process::Command;

/// Preset, task and changes, from the smallest to the largest.
const CASES: [(&str, &str, &str); 12] = [
    ("dyna-q", "DynaMaze-v0", "replay_capacity=256"),
    ("ppo", "CartPole-v1", "replay_capacity=512"),
    ("mb-ppo", "CartPole-v1", "replay_capacity=256"),
    (
        "policy-search",
        "Acrobot-v1",
        "search_population=512 search_episodes=100 search_hidden_size=64 search_generations=1",
    ),
    ("mb-ppo", "Pendulum-v1", "branches_min=2000 branches_max=2000 horizon=60"),
    ("ppo", "Acrobot-v1", "num_envs=64 num_steps=2048 n_epochs=1 batch_size=16384 replay_capacity=131072"),
    ("mb-ppo", "CartPole-v1", "model_hidden_size=512 ensemble_size=4"),
    (
        "ppo",
        "Acrobot-v1",
        "num_envs=64 num_steps=2048 n_epochs=1 batch_size=4096 hidden_size=4 replay_capacity=1000000",
    ),
    ("mb-ppo", "Pendulum-v1", "branches_min=20000 branches_max=20000 horizon=60"),
    (
        "mbpo",
        "Pendulum-v1",
        "branches_max=20000 horizon=20 horizon_steps=0 num_steps=100 gradient_steps=1 replay_capacity=2000",
    ),
    (
        "mb-ppo",
        "Acrobot-v1",
        "branches_min=40000 branches_max=40000 horizon=100 hidden_size=8 model_hidden_size=8",
    ),
    (
        "mb-ppo",
        "Pendulum-v1",
        "branches_min=80000 branches_max=80000 horizon=100 hidden_size=4 model_hidden_size=4",
    ),
];
/// What keeps a case short: memory does not depend on it.
const SHORT: &str =
    "n_epochs=1 imagination_rounds=1 model_updates=25 model_r2_min=0 eval_every=0 termination=ignored";

fn config(index: usize) -> (&'static str, Config) {
    let (preset_name, task, changes) = CASES[index];
    let mut config = preset(preset_name, task).expect("a preset");
    let has_rounds = config.imagination_rounds > 0;
    for change in SHORT.split_whitespace().chain(changes.split_whitespace()) {
        let (name, value) = change.split_once('=').expect("NAME=VALUE");
        config.set(name, value).expect("allowed");
    }
    config.imagination_rounds = usize::from(has_rounds);
    (task, config)
}

/// The largest memory that this process has had, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux says it");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    let kilobytes: u64 =
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number");
    kilobytes << 10
}

/// Whether two iterations are over and, if something is imagined, branches have been as long as they may be: that needs
/// held-out episodes as long as the horizon. After twelve iterations it is given up.
fn has_come_far(trainer: &Trainer) -> bool {
    let snapshot = trainer.snapshot();
    let is_deep = !trainer.config().has_model()
        || snapshot.known_steps >= snapshot.horizon_set
        || snapshot.iteration >= 12;
    snapshot.iteration >= 2 && is_deep && trainer.is_between_iterations()
}

#[test]
#[ignore = "a child of the other test"]
fn one_case() {
    let Some(index) = std::env::var("MBPPO_CASE").ok().and_then(|index| index.parse().ok()) else { return };
    let (task, config) = config(index);
    let spec = make(task).expect("a task").spec();
    let full = (config.replay_capacity as u64).min(1_000_000);
    let wanted = if spec.id == "Acrobot-v1" && config.num_steps == 2048 { full } else { 1 };
    let bound = config.bytes(sizes(&spec));
    let mut trainer = Trainer::new(task, config, Seed(1), Device::cpu()).expect("a run");
    while !has_come_far(&trainer) || trainer.steps().0 < wanted {
        block_on(trainer.tick()).expect("a tick");
    }
    let file = block_on(trainer.checkpoint()).expect("a checkpoint");
    println!("measured {} {bound} {}", peak(), file.len());
}

#[test]
#[ignore = "minutes, and gigabytes"]
fn peaks_stay_within_their_bounds() {
    println!("| preset | task | changes | bound | peak | bound / peak |\n|---|---|---|---:|---:|---:|");
    let mut wrong = Vec::new();
    for (index, (preset_name, task, changes)) in CASES.iter().enumerate() {
        let child = Command::new(std::env::current_exe().expect("this test"))
            .args(["one_case", "--exact", "--ignored", "--nocapture"])
            .env("MBPPO_CASE", index.to_string())
            .output()
            .expect("a child");
        let text = String::from_utf8_lossy(&child.stdout).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix("measured "));
        let numbers: Vec<f64> = line
            .unwrap_or_else(|| panic!("{preset_name}: {text} {}", String::from_utf8_lossy(&child.stderr)))
            .split_whitespace()
            .map(|number| number.parse().expect("a number"))
            .collect();
        let ratio = numbers[1] / numbers[0];
        let megabytes = |bytes: f64| format!("{:.0} MB", bytes / 1e6);
        println!(
            "| {preset_name} | {task} | {changes} | {} | {} | {ratio:.2} |",
            megabytes(numbers[1]),
            megabytes(numbers[0])
        );
        if !(1.0..=1.5).contains(&ratio) {
            wrong.push(index);
        }
    }
    assert!(wrong.is_empty(), "bounds that are not 1 to 1.5 times the peak: {wrong:?}");
}
