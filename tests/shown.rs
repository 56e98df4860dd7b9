//! What every preset shows on every task that it learns is what its row and its settings say.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{Config, PRESETS, Shown, preset};
use mbppo::device::Device;
use mbppo::env::{TASKS, Task};
use mbppo::learners::{not_shown, unsuited};
use mbppo::rng::Seed;
use mbppo::trainer::{Phase, Recording, Trainer};
use pollster::block_on;
use std::collections::BTreeSet;

/// The preset with small networks and short iterations.
fn small(name: &str, task: &str) -> Config {
    let mut config = preset(name, task).expect("a preset");
    let small = "hidden_size=8 model_hidden_size=16 model_updates=25 batch_size=32 learning_starts=10 train_freq=8 \
                 gradient_steps=2 horizon=4 model_r2_min=0 eval_every=60 eval_episodes=1 n_epochs=1 branches_max=10";
    for (change, value) in small.split_whitespace().filter_map(|change| change.split_once('=')) {
        config.set(change, value).expect("a value");
    }
    config.imagination_rounds = config.imagination_rounds.min(1);
    config.branches_min = config.branches_min.min(10);
    config
}

/// What of `Shown::ALL` a run has shown.
fn shown(trainer: &Trainer, recording: &Recording) -> Vec<Shown> {
    let map = recording.state_map.as_ref();
    let is_there = |what: &Shown| match what {
        Shown::Value => map.is_some_and(|map| map.value.len() == map.visits.len()),
        Shown::Novelty => map.is_some_and(|map| map.novelty.len() == map.visits.len()),
        Shown::ImaginedSteps => trainer.steps().1 > 0,
        Shown::ErrorByHorizon => recording.error_by_horizon.is_some() && recording.forecast.is_some(),
        Shown::Comparison => recording.comparison.is_some(),
        Shown::ReturnGap => recording.return_gap.is_some(),
        Shown::Calibration => recording.calibration.is_some(),
    };
    Shown::ALL.into_iter().filter(is_there).collect()
}

/// Every preset with every task that it learns.
fn runs() -> Vec<(&'static str, &'static str)> {
    let unsuited = unsuited().expect("the lists");
    let pairs = PRESETS.iter().flat_map(|row| TASKS.iter().map(|task| (row.name, *task)));
    let suits =
        |(name, task): &(&str, &str)| !unsuited.iter().any(|row| row.preset == *name && row.task == *task);
    pairs.filter(suits).collect()
}

#[test]
fn every_run_shows_what_it_is_said_to_and_goes_through_the_phases_that_it_is_said_to() {
    for (name, task) in runs() {
        let config = small(name, task);
        let (said, phases) = (not_shown(&config, &Task::named(task).expect("a task")), Phase::of(&config));
        let missing: Vec<Shown> = said.expect("an answer").iter().map(|row| row.what).collect();
        let expected: Vec<Shown> = Shown::ALL.into_iter().filter(|what| !missing.contains(what)).collect();
        let mut trainer = Trainer::new(task, config, Seed(1), Device::cpu()).expect("a run");
        let (mut seen, mut visited): (Vec<Shown>, _) = (Vec::new(), BTreeSet::new());
        while trainer.steps().0 < 1500 && (seen != expected || visited.len() < phases.len()) {
            visited.insert(trainer.phase().name());
            block_on(trainer.tick()).expect("a tick");
            if trainer.is_between_iterations() {
                let recording = trainer.take_recording();
                let now = shown(&trainer, &recording);
                seen =
                    Shown::ALL.into_iter().filter(|what| seen.contains(what) || now.contains(what)).collect();
            }
        }
        assert_eq!(seen, expected, "{name} on {task}");
        assert_eq!(visited, phases.iter().map(|phase| phase.name()).collect(), "{name} on {task}");
    }
}

#[test]
fn what_is_not_shown_is_shown_by_a_preset_that_learns_the_same_task() {
    for (name, task) in runs() {
        let task = Task::named(task).expect("a task");
        let config = preset(name, &task.spec().id).expect("a preset");
        for row in not_shown(&config, &task).expect("an answer") {
            assert!(row.why.ends_with('.'), "{}", row.why);
            let other = preset(row.instead, &task.spec().id).expect("a preset");
            assert_eq!(
                other.not_shown(row.what),
                None,
                "{name}: {} does not show {:?}",
                row.instead,
                row.what
            );
            assert!(
                runs().contains(&(row.instead, &task.spec().id)),
                "{name}: {} cannot learn it",
                row.instead
            );
        }
    }
}
