//! Configurations by name and text, and learners made of them.

use crate::{one_of, trials};
use mbppo::config::{Allowed, Hyperparameter, PRESETS, preset, schema};
use mbppo::device::Device;
use mbppo::env::TASKS;
use mbppo::error::Error;
use mbppo::rng::{Seed, Stream};
use mbppo::trainer::Trainer;
use pollster::block_on;

const TEXTS: [&str; 24] = [
    "",
    " ",
    "-",
    "0",
    "-1",
    "1e6",
    "1e400",
    "-1e400",
    "NaN",
    "inf",
    "-inf",
    "1e-400",
    "0x10",
    "1_000",
    "_1",
    "1,5",
    "1.5.2",
    "true",
    "None",
    "rnd",
    "🦀",
    "\0",
    "18446744073709551616",
    "9007199254740993",
];

/// Any text for this hyperparameter: mostly one that it may have, at an end of its range or within.
fn text(row: &Hyperparameter, chance: &mut Stream) -> String {
    if chance.below(6) == 0 {
        return (*one_of(&TEXTS, chance)).into();
    }
    match &row.allowed {
        Allowed::Count { min, max } => match chance.below(3) {
            0 => min.to_string(),
            1 => max.to_string(),
            _ => (min + chance.below(max - min + 1)).to_string(),
        },
        Allowed::Number { min, max } => match chance.below(3) {
            0 => min.to_string(),
            1 => max.to_string(),
            _ => chance.uniform_in(*min, *max).to_string(),
        },
        Allowed::Switch => (*one_of(&["true", "false"], chance)).into(),
        Allowed::Choice { words, .. } => (*one_of(words, chance)).into(),
    }
}

/// A small value that it may have: learners made of such values are quick.
fn small_text(row: &Hyperparameter, chance: &mut Stream) -> String {
    match &row.allowed {
        Allowed::Count { min, max } => (min + chance.below((max - min).min(12) + 1)).to_string(),
        _ => text(row, chance),
    }
}

/// The error names one of the fields that there are.
fn must_name_a_field(error: &Error, rows: &[Hyperparameter]) {
    let Error::Config { field, allowed, .. } = error else { panic!("{error}") };
    let is_known =
        rows.iter().any(|row| field.contains(row.name)) || ["task", "preset"].contains(&field.as_str());
    assert!(is_known && allowed.len() > 5, "{error}");
}

#[test]
fn random_configurations_are_valid_or_an_error_names_the_field() {
    let (mut chance, rows) = (Seed(7).stream("fuzz.configurations"), schema());
    let (mut valid, mut refused) = (0, 0);
    for _ in 0..trials(10_000) {
        let (name, task) = (one_of(PRESETS, &mut chance).name, *one_of(TASKS, &mut chance));
        let mut config = preset(name, task).unwrap_or_default();
        for _ in 0..=chance.below(5) {
            let row = one_of(&rows, &mut chance);
            let before = config.clone();
            match config.set(row.name, &text(row, &mut chance)) {
                Ok(()) => {
                    let again = config.get(row.name).expect("a field");
                    config.set(row.name, &again).expect("its own text is read back");
                }
                Err(error) => {
                    must_name_a_field(&error, &rows);
                    assert_eq!(config, before, "a refused value changes nothing");
                }
            }
        }
        match config.validate() {
            Ok(()) => valid += 1,
            Err(error) => {
                must_name_a_field(&error, &rows);
                refused += 1;
            }
        }
    }
    assert!(valid > 1000 && refused > 500, "{valid} valid, {refused} refused");
}

#[test]
fn learners_of_random_small_configurations_work_or_are_refused_by_name() {
    let (mut chance, rows) = (Seed(7).stream("fuzz.learners"), schema());
    let mut made = 0;
    for trial in 0..trials(400) {
        let (name, task) = (one_of(PRESETS, &mut chance).name, *one_of(TASKS, &mut chance));
        let Ok(mut config) = preset(name, task) else { continue };
        for row in rows.iter().filter(|row| matches!(row.allowed, Allowed::Count { .. })) {
            let _ = config.set(row.name, &small_text(row, &mut chance));
        }
        for _ in 0..chance.below(4) {
            let row = one_of(&rows, &mut chance);
            let _ = config.set(row.name, &small_text(row, &mut chance));
        }
        let said = format!("trial {trial}: {name} on {task}, {config:?}");
        match Trainer::new(task, config, Seed(trial as u64), Device::cpu()) {
            Err(error) => must_name_a_field(&error, &rows),
            Ok(mut trainer) => {
                made += 1;
                work(&mut trainer, &said);
            }
        }
    }
    assert!(made > 50, "{made} learners were made");
}

/// Some ticks: all go well, or the run says that it has diverged.
fn work(trainer: &mut Trainer, said: &str) {
    for _ in 0..60 {
        match block_on(trainer.tick()) {
            Ok(()) => {}
            Err(Error::Diverged { .. }) => return,
            Err(other) => panic!("{said}: {other}"),
        }
    }
}
