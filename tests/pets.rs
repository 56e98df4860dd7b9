//! PETS: it plans before every step and goes on from a file bit for bit; nobody watching changes nothing, and what it
//! plans is better than chance in a model of a few hundred steps.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::trainer::{Phase, Trainer};
use pollster::block_on;
use std::collections::BTreeSet;

fn run(task: &str, changes: &str) -> Trainer {
    let mut config: Config = preset("pets", task).expect("a preset");
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

fn hash(trainer: &Trainer) -> u64 {
    block_on(trainer.results_hash()).expect("a hash")
}

/// So small that a run of it is quick.
const SMALL: &str = "num_steps=30 learning_starts=40 model_updates=50 model_hidden_size=16 ensemble_size=2 horizon=8 \
    plan_candidates=12 plan_particles=2 plan_elites=4 eval_every=60 eval_episodes=2";

#[test]
fn a_run_goes_on_from_its_file_as_if_it_had_never_stopped() {
    for changes in
        ["model_heads=deterministic", "num_envs=2 termination=known", "plan_caution=1 plan_iterations=3"]
    {
        for task in ["CartPole-v1", "Pendulum-v1"] {
            let mut trainer = run(task, &format!("{SMALL} {changes}"));
            iterations(&mut trainer, 3);
            let saved = block_on(trainer.checkpoint()).expect("a checkpoint");
            let mut resumed = Trainer::resume(&saved, Device::cpu()).expect("the same run");
            assert_eq!(hash(&resumed), hash(&trainer));
            iterations(&mut trainer, 2);
            iterations(&mut resumed, 2);
            assert_eq!(hash(&resumed), hash(&trainer), "{task} {changes}");
            assert_eq!(resumed.snapshot(), trainer.snapshot(), "{task} {changes}");
        }
    }
}

#[test]
fn what_only_plays_goes_on_from_its_file_too() {
    let mut trainer = run("CartPole-v1", SMALL);
    iterations(&mut trainer, 3);
    trainer.set_only_plays(true).expect("it plays");
    iterations(&mut trainer, 1);
    let saved = block_on(trainer.checkpoint()).expect("a checkpoint");
    let mut resumed = Trainer::resume(&saved, Device::cpu()).expect("the same run");
    iterations(&mut trainer, 1);
    iterations(&mut resumed, 1);
    assert_eq!(trainer.steps(), resumed.steps());
    assert_eq!(hash(&resumed), hash(&trainer));
}

#[test]
fn nobody_watching_changes_nothing_and_who_watches_sees_the_plans() {
    let [mut watched, mut alone] = [(); 2].map(|()| run("CartPole-v1", SMALL));
    alone.set_watched(false);
    iterations(&mut watched, 3);
    iterations(&mut alone, 3);
    assert_eq!(watched.evaluations(), alone.evaluations());
    assert_eq!(watched.curves().episode_returns, alone.curves().episode_returns);
    let forecast = watched.take_recording().forecast.expect("plans");
    assert_eq!(forecast.futures.len(), 12, "one a plan");
    assert!(forecast.futures.iter().all(|future| (2..=9).contains(&future.obs.len())));
    let worth: Vec<f32> = forecast.futures.iter().filter_map(|future| future.worth).collect();
    assert!(worth.len() == 12 && worth[0] == 1.0 && worth.is_sorted_by(|a, b| a >= b), "{worth:?}");
    let start = &forecast.futures[0].obs[0];
    assert!(forecast.futures.iter().all(|future| future.obs[0] == *start), "all from the same moment");
}

#[test]
fn an_iteration_plans_collects_and_fits_and_counts_only_real_steps_as_real() {
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
    // At most 50 decisions of P · K · H steps in each of two iterations, less where imagined episodes end; and those of
    // an evaluation are not counted.
    assert!(imagined > 0 && imagined <= 50 * 12 * 2 * 8 * 2, "{imagined}");
    assert!(trainer.largest_tick().0 < mbppo::budget::MOST, "{:?}", trainer.largest_tick());
}

#[test]
fn a_pole_stands_after_a_few_hundred_real_steps() {
    let mut trainer = run("CartPole-v1", "eval_every=100 eval_episodes=1 model_updates=300");
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
    for unread in
        ["branches_max", "learning_rate", "clip_range", "model_r2_min", "tau", "beta", "search_noise"]
    {
        assert!(told.contains(&unread), "{unread} has no effect, and nobody says so");
    }
    for read in ["horizon", "ensemble_size", "model_updates", "plan_candidates", "gamma", "termination"] {
        assert!(!told.contains(&read), "{read} has an effect");
    }
    for (field, value, said) in [("imagination_rounds", "3", "plan_iterations"), ("plan_elites", "13", "12")]
    {
        let mut config = trainer.config().clone();
        config.set(field, value).expect("a number");
        let error =
            Trainer::new("CartPole-v1", config, Seed(1), Device::cpu()).err().expect("refused").to_string();
        assert!(error.contains(field) && error.contains(said), "{error}");
    }
}
