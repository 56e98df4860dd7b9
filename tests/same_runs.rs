//! Same seed, same run: what every preset does on every task that suits it, bit for bit as it was recorded.
//!
//! A change of the code that is not meant to change a run must leave every hash as it is. Where a run is meant to
//! change, `MBPPO_RECORD=1 cargo test --test same_runs` records the new hashes, and the commit says why.
//!
//! A hash holds for one order of summation, that of processors with AVX2 and FMA; elsewhere the runs are computed and
//! not compared. The page's runs are compared between browsers in tests/page/builds.test.mjs.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{Kind, PRESETS, preset};
use mbppo::device::Device;
use mbppo::env::TASKS;
use mbppo::hash::Hash;
use mbppo::learners::unsuited;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use pollster::block_on;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Enough for two iterations of every preset and for the updates of the off-policy learners.
const REAL_STEPS: u64 = 300;
/// A run may take longer to begin learning than those steps.
const OFF_POLICY_STEPS: u64 = 1300;

/// A search takes millions of imagined steps: after so many iterations two of them have been done.
const SEARCHED_ITERATIONS: u64 = 3;

/// Every step of a planner takes thousands of imagined ones.
const PLANNED_ITERATIONS: usize = 2;

/// Mechanisms that no preset has on.
const SWITCHES: [(&str, &str); 9] = [
    ("curiosity", "icm"),
    ("curiosity", "disagreement"),
    ("curiosity_on_imagined", "true"),
    ("model_heads", "gaussian"),
    ("adversarial_eps", "0.05"),
    ("adaptive_depth", "true"),
    ("shared_trunk", "true"),
    ("hidden_layers", "3"),
    ("termination", "known"),
];

/// What a run has learned and told after so many real steps.
fn hash(task: &str, mode: &str, changes: &[(&str, &str)]) -> String {
    let mut config = preset(mode, task).expect("a preset");
    for (name, text) in changes {
        config.set(name, text).expect("a value");
    }
    let real_steps = match config.algorithm.kind {
        Kind::ModelSearch => SEARCHED_ITERATIONS * (config.num_envs * config.num_steps) as u64,
        Kind::Planning => {
            (config.learning_starts + PLANNED_ITERATIONS * config.num_envs * config.num_steps) as u64
        }
        Kind::ModelReplay => (config.learning_starts + 2 * config.num_steps) as u64,
        _ if config.learning_starts > 0 => OFF_POLICY_STEPS,
        _ => REAL_STEPS,
    };
    let mut trainer = Trainer::new(task, config, Seed(7), Device::cpu()).expect("a run");
    let mut hash = Hash::default();
    while trainer.steps().0 < real_steps || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
    block_on(trainer.tick()).expect("a tick that copies the policy");
    for parameter in trainer.policy_parameters().unwrap_or_default() {
        hash.add(&parameter.to_bits().to_le_bytes());
    }
    let snapshot = trainer.snapshot();
    for count in [snapshot.ticks, snapshot.real_steps, snapshot.imagined_steps, snapshot.episodes] {
        hash.add(&count.to_le_bytes());
    }
    for (name, value) in &snapshot.metrics {
        hash.add(name.as_bytes());
        hash.add(&value.to_bits().to_le_bytes());
    }
    for point in trainer.curves().episode_returns.iter().chain(&trainer.curves().evaluations) {
        hash.add(&point.real_steps.to_bits().to_le_bytes());
        hash.add(&point.value.to_bits().to_le_bytes());
    }
    format!("{:016x}", hash.value())
}

/// Every run's name and hash; the runs share the cores.
fn all() -> BTreeMap<String, String> {
    let refused = unsuited().expect("the pairs that do not go together");
    let suits = |task: &str, mode: &str| !refused.iter().any(|pair| pair.task == task && pair.preset == mode);
    let mut runs = Vec::new();
    for &task in TASKS {
        for preset in PRESETS.iter().filter(|preset| suits(task, preset.name)) {
            runs.push((format!("{} on {task}", preset.name), task, preset.name, Vec::new()));
        }
    }
    for (name, text) in SWITCHES {
        let run = format!("mb-ppo on CartPole-v1 with {name}={text}");
        runs.push((run, "CartPole-v1", "mb-ppo", vec![(name, text)]));
    }
    let (next, hashes) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || {
        while let Some((run, task, mode, changes)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let hash = hash(task, mode, changes);
            hashes.lock().expect("no other run has failed").insert(run.clone(), hash);
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    hashes.into_inner().expect("no run has failed")
}

#[cfg(target_arch = "x86_64")]
fn is_comparable() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

#[cfg(not(target_arch = "x86_64"))]
fn is_comparable() -> bool {
    false
}

#[test]
fn every_preset_runs_on_every_task_as_it_was_recorded() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/same_runs.json");
    let hashes = all();
    if std::env::var_os("MBPPO_RECORD").is_some() {
        let text = serde_json::to_string_pretty(&hashes).expect("JSON");
        std::fs::write(&file, text + "\n").expect("the record is written");
        return;
    }
    if !is_comparable() {
        println!("not compared: this processor sums in another order");
        return;
    }
    let text = std::fs::read_to_string(&file).expect("the record");
    let recorded: BTreeMap<String, String> = serde_json::from_str(&text).expect("JSON");
    let changed: Vec<&String> =
        recorded.iter().filter(|(run, hash)| hashes.get(*run) != Some(hash)).map(|(run, _)| run).collect();
    assert!(changed.is_empty(), "runs that have changed: {changed:?}");
    let new: Vec<&String> = hashes.keys().filter(|run| !recorded.contains_key(*run)).collect();
    assert!(new.is_empty(), "runs that are not recorded: {new:?}");
}
