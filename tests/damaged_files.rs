//! Run files that are damaged, foreign or absurd: each is refused with a name, or goes on without a panic and without
//! an end that never comes.
//!
//! `MBPPO_FUZZ=100000` tries so many instead of the few that suit every build.
#![cfg(not(target_family = "wasm"))]

use mbppo::Error;
use mbppo::config::preset;
use mbppo::device::Device;
use mbppo::rng::{Seed, Stream};
use mbppo::trainer::Trainer;
use pollster::block_on;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use std::collections::HashMap;

const RUNS: [(&str, &str); 5] = [
    ("mb-ppo", "CartPole-v1"),
    ("ppo", "Acrobot-v1"),
    ("dqn", "MountainCar-v0"),
    ("td3", "Pendulum-v1"),
    ("dyna-q", "DynaMaze-v0"),
];
/// As small as runs can be, so that a file is a few kilobytes.
const TINY: &str = "hidden_size=4 num_envs=1 num_steps=8 n_epochs=1 batch_size=8 replay_capacity=256 learning_starts=2 \
    train_freq=4 gradient_steps=1 ensemble_size=2 model_hidden_size=4 model_batch_size=8 model_updates=2 horizon=3 \
    branches_min=1 branches_max=3 eval_every=8 eval_episodes=1";

/// How many to try: few in every build, more by an environment variable.
fn tries(few: usize) -> usize {
    std::env::var("MBPPO_FUZZ").ok().and_then(|count| count.parse().ok()).unwrap_or(few)
}

fn saved(preset_name: &str, task: &str) -> Vec<u8> {
    let mut config = preset(preset_name, task).expect("a preset");
    let imagines = config.imagination_rounds > 0;
    for change in TINY.split_whitespace() {
        let (name, value) = change.split_once('=').expect("NAME=VALUE");
        config.set(name, value).expect("allowed");
    }
    config.imagination_rounds = usize::from(imagines);
    let mut trainer = Trainer::new(task, config, Seed(3), Device::cpu()).expect("a run");
    while trainer.snapshot().iteration < 2 || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
    block_on(trainer.checkpoint()).expect("a checkpoint")
}

/// What comes of a file: whether it went on. A refusal names what is wrong; a failure later is one that the program
/// knows.
fn outcome(bytes: &[u8]) -> bool {
    match Trainer::resume(bytes, Device::cpu()) {
        Err(Error::Checkpoint { field, allowed, .. } | Error::Config { field, allowed, .. }) => {
            assert!(!field.is_empty() && !allowed.is_empty());
            false
        }
        Err(other) => panic!("a file is refused by the name of a field: {other}"),
        Ok(mut trainer) => {
            for _ in 0..40 {
                if let Err(failure) = block_on(trainer.tick()) {
                    assert!(matches!(failure, Error::Diverged { .. }), "{failure}");
                    break;
                }
            }
            let recording = trainer.take_recording();
            let _ = serde_json::to_string(&(trainer.snapshot(), trainer.curves(), recording));
            true
        }
    }
}

#[test]
fn every_truncation_of_a_file_is_refused() {
    let file = saved("ppo", "CartPole-v1");
    for length in 0..file.len() {
        assert!(!outcome(&file[..length]), "{length} of {} bytes", file.len());
    }
    assert!(outcome(&file));
}

#[test]
fn a_file_with_flipped_bits_is_refused_or_goes_on() {
    let mut chance = Seed(9).stream("flips");
    let (mut refused, mut went_on) = (0, 0);
    for (preset_name, task) in RUNS {
        let file = saved(preset_name, task);
        for _ in 0..tries(1000) / RUNS.len() {
            let mut damaged = file.clone();
            for _ in 0..=chance.below(4) {
                // Half of them among the first kilobytes, where the header is.
                let bytes = if chance.below(2) == 0 { damaged.len().min(4096) } else { damaged.len() };
                damaged[chance.below(bytes)] ^= 1 << chance.below(8);
            }
            if outcome(&damaged) { went_on += 1 } else { refused += 1 }
        }
    }
    println!("{refused} refused, {went_on} went on");
    assert!(refused > 0 && went_on > 0);
}

#[test]
fn foreign_files_are_refused() {
    let mut chance = Seed(10).stream("foreign");
    for _ in 0..tries(500) {
        let length = chance.below(300);
        let mut bytes: Vec<u8> = (0..length).map(|_| chance.below(256) as u8).collect();
        if length >= 8 && chance.below(2) == 0 {
            bytes[..8].copy_from_slice(&(chance.below(length) as u64).to_le_bytes());
        }
        assert!(!outcome(&bytes));
    }
    let text = "{\"format\": 1}".repeat(20);
    assert!(!outcome(text.as_bytes()) && !outcome(b"PK\x03\x04") && !outcome(&[0; 4096]));
}

/// A finite number that no run has.
fn absurd(dtype: Dtype, chance: &mut Stream) -> Vec<u8> {
    match dtype {
        Dtype::F32 => [1e30f32, -1e30, f32::MAX, 1e20][chance.below(4)].to_le_bytes().into(),
        Dtype::F64 => [1e300f64, -1e300, f64::MAX, 1e40][chance.below(4)].to_le_bytes().into(),
        Dtype::I64 => [i64::MAX, i64::MIN, 1 << 62, -5][chance.below(4)].to_le_bytes().into(),
        _ => vec![7],
    }
}

#[test]
fn a_number_that_is_finite_and_absurd_is_refused_by_name_in_every_array() {
    let mut chance = Seed(11).stream("absurd");
    for (preset_name, task) in RUNS {
        let file = saved(preset_name, task);
        let (_, header) = SafeTensors::read_metadata(&file).expect("a header");
        let text = header.metadata().as_ref().expect("metadata")["mbppo"].clone();
        let arrays = SafeTensors::deserialize(&file).expect("arrays").tensors();
        for (name, view) in &arrays {
            // Any number may be told; a truth value has no absurd form.
            let may_be_anything =
                name.starts_with("curves.") || name == "metrics" || view.dtype() == Dtype::BOOL;
            if view.data().is_empty() || may_be_anything {
                continue;
            }
            let mut data = view.data().to_vec();
            let number = absurd(view.dtype(), &mut chance);
            let at = chance.below(data.len() / number.len()) * number.len();
            data[at..at + number.len()].copy_from_slice(&number);
            let changed = TensorView::new(view.dtype(), view.shape().to_vec(), &data).expect("a view");
            let others = arrays.iter().filter(|(other, _)| other != name).cloned();
            let all = others.chain([(name.clone(), changed)]);
            let metadata = HashMap::from([("mbppo".into(), text.clone())]);
            let bytes = serialize(all.collect::<Vec<_>>(), Some(metadata)).expect("a file");
            match Trainer::resume(&bytes, Device::cpu()).err() {
                Some(Error::Checkpoint { field, .. }) => {
                    let beside =
                        name.replace("exp_avg_sq", "exp_avg").replace("replay.pushed", "replay.rewards");
                    let is_named = field == *name || field == beside || name.starts_with("physics.");
                    assert!(is_named, "{preset_name}: {name} was called {field}");
                }
                other => panic!("{preset_name}: {name} = {:?}: {other:?}", view.dtype()),
            }
        }
    }
}

#[test]
fn a_count_that_is_absurd_is_refused_by_name_in_every_fact() {
    let file = saved("mb-ppo", "CartPole-v1");
    let (_, header) = SafeTensors::read_metadata(&file).expect("a header");
    let text = &header.metadata().as_ref().expect("metadata")["mbppo"];
    let arrays = SafeTensors::deserialize(&file).expect("arrays").tensors();
    let facts: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let mut tried = 0;
    for group in ["counters", "streams", "trust"] {
        for (name, value) in facts[group].as_object().expect("an object") {
            for absurd in [u64::MAX, 1 << 60] {
                if !(value.is_u64() || value.is_null()) || name == "skipped" {
                    continue;
                }
                let mut facts = facts.clone();
                facts[group][name] = absurd.into();
                let metadata = HashMap::from([("mbppo".into(), facts.to_string())]);
                let bytes = serialize(arrays.clone(), Some(metadata)).expect("a file");
                let error = Trainer::resume(&bytes, Device::cpu()).err().expect("refused").to_string();
                assert!(error.contains(name) || error.contains("replay.pushed"), "{group}.{name}: {error}");
                tried += 1;
            }
        }
    }
    assert!(tried > 30, "{tried}");
}
