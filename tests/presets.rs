//! Presets and tasks go together.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{PRESETS, TUNED, preset};
use mbppo::env::TASKS;

#[test]
fn every_preset_is_a_valid_configuration_on_every_task() {
    for row in PRESETS {
        for task in TASKS {
            preset(row.name, task).expect("valid");
        }
    }
    let rows = TUNED.iter().chain(PRESETS.iter().flat_map(|preset| preset.for_task));
    for row in rows {
        assert!(TASKS.contains(&row.task), "{}", row.task);
        assert!(row.why.ends_with('.') && !row.changes.is_empty(), "{}", row.task);
    }
}

#[test]
fn an_unknown_preset_is_named_with_those_there_are() {
    let error = preset("mbppo", TASKS[0]).expect_err("refused").to_string();
    assert!(PRESETS.iter().all(|preset| error.contains(preset.name)), "{error}");
}
