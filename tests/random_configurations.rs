//! Configurations drawn by chance: each is refused by the name of a field, or can be made and ticked.
//!
//! `MBPPO_FUZZ=100000` tries so many instead of the few that suit every build.
#![cfg(not(target_family = "wasm"))]

use mbppo::Error;
use mbppo::config::{Allowed, Config, MOST_BYTES, PRESETS, Sizes, preset, schema};
use mbppo::device::Device;
use mbppo::env::TASKS;
use mbppo::rng::{Seed, Stream};
use mbppo::trainer::Trainer;
use pollster::block_on;

const PENDULUM: Sizes = Sizes { obs: 3, action: 1, stored_action: 1 };
/// Of what needs no more than this a sample is run.
const SMALL: u64 = 48 << 20;

fn tries() -> usize {
    std::env::var("MBPPO_FUZZ").ok().and_then(|count| count.parse().ok()).unwrap_or(10_000)
}

/// A text for this field: an extreme, something between, or nonsense.
fn text(allowed: &Allowed, chance: &mut Stream) -> String {
    const NONSENSE: [&str; 9] = ["", "NaN", "-1", "1e999", "0,5", "inf", "_", "9e9", "tru"];
    if chance.below(40) == 0 {
        return NONSENSE[chance.below(NONSENSE.len())].into();
    }
    match allowed {
        Allowed::Count { min, max } => match chance.below(4) {
            0 => min.to_string(),
            1 => max.to_string(),
            2 => (min + chance.below(max - min + 1)).to_string(),
            _ => (min + chance.below((max - min).min(8) + 1)).to_string(),
        },
        Allowed::Number { min, max } => match chance.below(4) {
            0 => min.to_string(),
            1 => max.to_string(),
            _ => chance.uniform_in(*min, *max).to_string(),
        },
        Allowed::Switch => ["true", "false"][chance.below(2)].into(),
        Allowed::Choice { words, .. } => words[chance.below(words.len())].into(),
    }
}

fn drawn(chance: &mut Stream) -> (&'static str, Result<Config, Error>) {
    let rows = schema();
    let task = TASKS[chance.below(TASKS.len())];
    let mut config = preset(PRESETS[chance.below(PRESETS.len())].name, task).expect("a preset");
    for _ in 0..=chance.below(8) {
        let row = &rows[chance.below(rows.len())];
        let text = text(&row.allowed, chance);
        if let Err(error) = config.set(row.name, &text) {
            assert!(matches!(&error, Error::Config { field, .. } if field == row.name), "{error}");
            return (task, Err(error));
        }
    }
    let valid = config.validate().and_then(|()| config.require_memory(PENDULUM, MOST_BYTES));
    (task, valid.map(|()| config))
}

#[test]
fn every_configuration_is_refused_by_name_or_runs() {
    let mut chance = Seed(12).stream("configurations");
    let (mut refused, mut large, mut run) = (0, 0, 0);
    for _ in 0..tries() {
        let (task, config) = drawn(&mut chance);
        let config = match config {
            Ok(config) => config,
            Err(Error::Config { field, allowed, .. }) => {
                assert!(schema().iter().any(|row| row.name == field) && !allowed.is_empty(), "{field}");
                refused += 1;
                continue;
            }
            Err(other) => panic!("refused by the name of a field: {other}"),
        };
        let bytes = config.bytes(PENDULUM);
        if bytes > SMALL || chance.below(20) > 0 {
            large += 1;
            continue;
        }
        match Trainer::new(task, config.clone(), Seed(1), Device::cpu()) {
            Err(error) => assert!(matches!(error, Error::Config { .. }), "{error}"),
            Ok(mut trainer) => {
                run += 1;
                for _ in 0..12 {
                    if let Err(failure) = block_on(trainer.tick()) {
                        assert!(matches!(failure, Error::Diverged { .. }), "{failure} {config:?}");
                        break;
                    }
                }
            }
        }
    }
    println!("{refused} refused, {run} run, {large} valid and not run");
    assert!(refused > 0 && run > 0);
}
