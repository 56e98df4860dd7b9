//! Saved runs that something has damaged: every truncation, flipped bits, absurd numbers in the JSON.

use crate::{one_of, trials};
use mbppo::config::preset;
use mbppo::device::Device;
use mbppo::error::Error;
use mbppo::rng::{Seed, Stream};
use mbppo::trainer::Trainer;
use pollster::block_on;

/// Small in every direction, but every phase does something.
const SMALL: [&str; 16] = [
    "hidden_size=4",
    "batch_size=16",
    "n_epochs=1",
    "num_envs=2",
    "num_steps=12",
    "eval_every=40",
    "eval_episodes=1",
    "ensemble_size=2",
    "model_hidden_size=4",
    "model_batch_size=8",
    "model_updates=25",
    "horizon=3",
    "branches_max=8",
    "branches_min=2",
    "replay_capacity=256",
    "learning_starts=30",
];

/// A run of this preset that has seen some steps, as a file.
fn saved(name: &str, task: &str) -> Vec<u8> {
    let mut config = preset(name, task).expect("a preset");
    for change in SMALL {
        let (name, value) = change.split_once('=').expect("NAME=VALUE");
        config.set(name, value).expect("a valid value");
    }
    let mut trainer = Trainer::new(task, config, Seed(3), Device::cpu()).expect("a run");
    while trainer.steps().0 < 60 || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
    block_on(trainer.checkpoint()).expect("between iterations")
}

const RUNS: [(&str, &str); 5] = [
    ("mb-ppo", "CartPole-v1"),
    ("ppo", "Pendulum-v1"),
    ("dqn", "CartPole-v1"),
    ("td3", "Pendulum-v1"),
    ("dyna-q", "DynaMaze-v0"),
];

/// A file that is read goes on for some ticks or fails by name; one that is not read is refused by the name of a field.
fn look_at(bytes: &[u8], ticks: usize, said: &str) -> bool {
    match Trainer::resume(bytes, Device::cpu()) {
        Err(Error::Checkpoint { field, allowed, .. }) => {
            assert!(!field.is_empty() && allowed.len() > 5, "{said}: {field}: {allowed}");
            false
        }
        Err(other) => panic!("{said}: {other}"),
        Ok(mut trainer) => {
            for _ in 0..ticks {
                match block_on(trainer.tick()) {
                    Ok(()) => {}
                    Err(Error::Diverged { .. }) => break,
                    Err(other) => panic!("{said}: {other}"),
                }
            }
            true
        }
    }
}

#[test]
fn every_truncation_of_a_saved_run_is_refused_by_name() {
    let whole = saved("dyna-q", "DynaMaze-v0");
    for length in 0..whole.len() {
        assert!(!look_at(&whole[..length], 0, &format!("cut to {length} of {}", whole.len())));
    }
}

#[test]
fn saved_runs_with_flipped_bits_go_on_or_are_refused_by_name() {
    let mut chance = Seed(7).stream("fuzz.bits");
    let (mut read, mut refused) = (0, 0);
    for (name, task) in RUNS {
        let whole = saved(name, task);
        for trial in 0..trials(400) {
            let mut bytes = whole.clone();
            // The header is a small part of the file, and most can go wrong in it.
            let end = if chance.below(2) == 0 { bytes.len() } else { bytes.len().min(6000) };
            for _ in 0..=chance.below(3) {
                let at = chance.below(end);
                bytes[at] ^= 1 << chance.below(8);
            }
            let is_read = look_at(&bytes, 8, &format!("{name}, trial {trial}"));
            *(if is_read { &mut read } else { &mut refused }) += 1;
        }
    }
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
}

const NUMBERS: [&str; 10] = [
    "0",
    "-1",
    "1",
    "99999",
    "4294967296",
    "9007199254740993",
    "18446744073709551615",
    "1e39",
    "null",
    "\\\"x\\\"",
];

/// Another number, of the same length as JSON, in place of one in the header.
fn with_another_number(whole: &[u8], chance: &mut Stream) -> Vec<u8> {
    let header = u64::from_le_bytes(whole[..8].try_into().expect("eight bytes")) as usize;
    let text = &whole[8..8 + header];
    let starts: Vec<usize> =
        (1..text.len()).filter(|&at| text[at].is_ascii_digit() && !text[at - 1].is_ascii_digit()).collect();
    let start = *one_of(&starts, chance);
    let end = start + text[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut changed = [&text[..start], one_of(&NUMBERS, chance).as_bytes(), &text[end..]].concat();
    while changed.len() % 8 != 0 {
        changed.push(b' ');
    }
    [&(changed.len() as u64).to_le_bytes()[..], &changed, &whole[8 + header..]].concat()
}

#[test]
fn saved_runs_with_absurd_numbers_go_on_or_are_refused_by_name() {
    let mut chance = Seed(7).stream("fuzz.numbers");
    for (name, task) in RUNS {
        let whole = saved(name, task);
        for trial in 0..trials(300) {
            let bytes = with_another_number(&whole, &mut chance);
            look_at(&bytes, 0, &format!("{name}, trial {trial}"));
        }
    }
}
