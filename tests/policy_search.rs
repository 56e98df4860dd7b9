//! Policy search in the model: what it improves is the model's return, it goes on from a file bit for bit, and what is
//! imagined can neither be paid more than reality nor go on beyond an end.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::trainer::{Phase, Trainer};
use pollster::block_on;
use std::collections::BTreeSet;

fn run(task: &str, changes: &str) -> Trainer {
    let mut config: Config = preset("policy-search", task).expect("a preset");
    for change in changes.split_whitespace() {
        let (name, value) = change.split_once('=').expect("NAME=VALUE");
        config.set(name, value).expect("allowed");
    }
    Trainer::new(task, config, Seed(3), Device::cpu()).expect("a run")
}

fn iterations(trainer: &mut Trainer, count: u64) {
    let until = trainer.snapshot().iteration + count;
    while trainer.snapshot().iteration < until || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
}

/// So small that a run of it is quick.
const SMALL: &str = "num_steps=30 learning_starts=30 model_updates=50 model_hidden_size=16 ensemble_size=2 horizon=12 \
    search_population=6 search_episodes=3 search_generations=3 eval_every=60 eval_episodes=2";

#[test]
fn a_run_goes_on_from_its_file_as_if_it_had_never_stopped() {
    for changes in ["search_hidden_size=4", "num_envs=2 termination=known", "search_population=40"] {
        for task in ["CartPole-v1", "Pendulum-v1"] {
            let mut trainer = run(task, &format!("{SMALL} {changes}"));
            iterations(&mut trainer, 3);
            let saved = block_on(trainer.checkpoint()).expect("a checkpoint");
            let mut resumed = Trainer::resume(&saved, Device::cpu()).expect("the same run");
            assert_eq!(resumed.policy_parameters(), trainer.policy_parameters());
            iterations(&mut trainer, 2);
            iterations(&mut resumed, 2);
            assert_eq!(resumed.snapshot(), trainer.snapshot(), "{task} {changes}");
            assert_eq!(resumed.policy_parameters(), trainer.policy_parameters(), "{task} {changes}");
        }
    }
}

#[test]
fn nobody_watching_changes_nothing_that_is_learned() {
    let [mut watched, mut alone] = [(); 2].map(|()| run("CartPole-v1", SMALL));
    alone.set_watched(false);
    iterations(&mut watched, 4);
    iterations(&mut alone, 4);
    assert_eq!(watched.policy_parameters(), alone.policy_parameters());
    let forecast = watched.take_recording().forecast.expect("ghosts");
    assert_eq!(forecast.futures.len(), 2, "one a member");
    assert!(forecast.futures.iter().all(|future| (2..=13).contains(&future.obs.len())));
}

#[test]
fn an_iteration_collects_fits_and_imagines_and_counts_only_real_steps_as_real() {
    let mut trainer = run("CartPole-v1", SMALL);
    let mut phases = BTreeSet::new();
    while trainer.snapshot().iteration < 3 {
        phases.insert(trainer.phase().name());
        block_on(trainer.tick()).expect("a tick");
    }
    let told: BTreeSet<&str> = Phase::of(trainer.config()).iter().map(|phase| phase.name()).collect();
    assert_eq!(phases, told);
    let (real, imagined) = trainer.steps();
    assert_eq!(real, 90);
    // P · E · H · G in each of at most three searches, less where imagined episodes end.
    assert!(imagined > 0 && imagined <= 3 * 6 * 3 * 12 * 3, "{imagined}");
    assert!(trainer.largest_tick().0 < mbppo::budget::MOST, "{:?}", trainer.largest_tick());
}

#[test]
fn a_pole_stands_after_a_few_hundred_real_steps() {
    let mut trainer = run("CartPole-v1", "search_generations=10 model_updates=300");
    let mut best = 0.0f32;
    while best < 300.0 && trainer.steps().0 < 600 {
        block_on(trainer.tick()).expect("a tick");
        best = trainer.evaluations().best.unwrap_or(0.0);
    }
    assert!(best >= 300.0, "{best} after {} real steps", trainer.steps().0);
}

#[test]
fn what_it_does_not_read_is_told_and_what_cannot_be_is_refused() {
    let trainer = run("CartPole-v1", SMALL);
    let told = mbppo::learners::without_effect(trainer.config(), "CartPole-v1").expect("a task");
    let told: Vec<&str> = told.iter().map(|remark| remark.name).collect();
    for unread in ["branches_max", "learning_rate", "clip_range", "model_r2_min", "tau", "beta"] {
        assert!(told.contains(&unread), "{unread} has no effect, and nobody says so");
    }
    for read in ["horizon", "ensemble_size", "model_updates", "search_population", "gamma", "termination"] {
        assert!(!told.contains(&read), "{read} has an effect");
    }
    let mut config = trainer.config().clone();
    config.set("imagination_rounds", "3").expect("a number");
    let error =
        Trainer::new("CartPole-v1", config, Seed(1), Device::cpu()).err().expect("refused").to_string();
    assert!(error.contains("imagination_rounds") && error.contains("search_generations"), "{error}");
}
