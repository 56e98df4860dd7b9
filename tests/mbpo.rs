//! MBPO: with real rows alone it is SAC bit for bit, it goes on from a file bit for bit, and what it imagines is short,
//! counted, and of nobody's concern who does not watch.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::trainer::{Phase, Trainer};
use pollster::block_on;
use std::collections::BTreeSet;

fn run_of(preset_name: &str, task: &str, changes: &str) -> Trainer {
    let mut config: Config = preset(preset_name, task).expect("a preset");
    for change in changes.split_whitespace() {
        let (name, value) = change.split_once('=').expect("NAME=VALUE");
        config.set(name, value).expect("allowed");
    }
    Trainer::new(task, config, Seed(3), Device::cpu()).expect("a run")
}

fn run(task: &str, changes: &str) -> Trainer {
    run_of("mbpo", task, &format!("{SMALL} {changes}"))
}

fn iterations(trainer: &mut Trainer, count: u64) {
    let until = trainer.snapshot().iteration + count;
    while trainer.snapshot().iteration < until || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
}

/// So small that a run of it is quick.
const SMALL: &str = "num_steps=30 learning_starts=60 hidden_size=8 batch_size=32 train_freq=1 gradient_steps=2 \
    model_updates=50 model_hidden_size=16 ensemble_size=2 horizon=4 horizon_steps=0 branches_max=40 \
    model_r2_min=0 eval_every=60 eval_episodes=2";

#[test]
fn a_run_goes_on_from_its_file_as_if_it_had_never_stopped() {
    let runs = ["num_envs=2", "horizon_first=2 horizon_steps=90", "adaptive_depth=true model_heads=gaussian"];
    for changes in runs {
        for task in ["Pendulum-v1", "CartPoleSwingUp-v0"] {
            let mut trainer = run(task, changes);
            iterations(&mut trainer, 7);
            assert!(trainer.steps().1 > 0, "something was imagined");
            let saved = block_on(trainer.checkpoint()).expect("a checkpoint");
            let mut resumed = Trainer::resume(&saved, Device::cpu()).expect("the same run");
            iterations(&mut trainer, 2);
            iterations(&mut resumed, 2);
            assert_eq!(resumed.snapshot(), trainer.snapshot(), "{task} {changes}");
            assert_eq!(resumed.policy_parameters(), trainer.policy_parameters(), "{task} {changes}");
        }
    }
}

#[test]
fn with_real_rows_alone_it_is_sac_bit_for_bit_and_with_others_it_is_not() {
    let of_sac = "learning_starts=60 hidden_size=8 batch_size=32 train_freq=1 gradient_steps=2 eval_every=0";
    let mut sac = run_of("sac", "Pendulum-v1", of_sac);
    while sac.steps().0 < 180 || !sac.is_between_iterations() {
        block_on(sac.tick()).expect("a tick");
    }
    let learned = sac.policy_parameters().expect("a policy").to_vec();
    for (changes, is_sac) in [("real_ratio=1", true), ("model_r2_min=0.999", true), ("real_ratio=0.5", false)]
    {
        let mut mbpo = run("Pendulum-v1", &format!("{changes} eval_every=0"));
        iterations(&mut mbpo, 6);
        assert_eq!(mbpo.steps().0, 180);
        assert_eq!(mbpo.policy_parameters().expect("a policy") == learned, is_sac, "{changes}");
    }
}

#[test]
fn nobody_watching_changes_nothing_that_is_learned() {
    let [mut watched, mut alone] = [(); 2].map(|()| run("Pendulum-v1", ""));
    alone.set_watched(false);
    iterations(&mut watched, 7);
    iterations(&mut alone, 7);
    assert_eq!(watched.policy_parameters(), alone.policy_parameters());
    let recording = watched.take_recording();
    let forecast = recording.forecast.expect("ghosts");
    assert!(forecast.futures.len() == 16 && forecast.futures.iter().all(|future| future.obs.len() == 5));
    let comparison = recording.comparison.expect("real beside imagined");
    assert_eq!(comparison.real.len(), 21, "steps 180 to 200: there the episode ends");
    assert_eq!(comparison.from_step, 180, "since the last iteration began");
}

#[test]
fn an_iteration_fits_imagines_acts_and_learns_and_counts_only_real_steps_as_real() {
    let mut trainer = run("Pendulum-v1", "");
    let mut phases = BTreeSet::new();
    while trainer.snapshot().iteration < 6 {
        phases.insert(trainer.phase().name());
        block_on(trainer.tick()).expect("a tick");
    }
    let told: BTreeSet<&str> = Phase::of(trainer.config()).iter().map(|phase| phase.name()).collect();
    assert_eq!(phases, told);
    let (real, imagined) = trainer.steps();
    assert_eq!(real, 180);
    // B branches of at most H steps in each of at most four iterations that imagine.
    assert!(imagined > 0 && imagined <= 4 * 40 * 4, "{imagined}");
    assert!(trainer.largest_tick().0 < mbppo::budget::MOST, "{:?}", trainer.largest_tick());
    assert_eq!(trainer.snapshot().metrics["train/n_updates"], 2.0 * 120.0);
}

#[test]
fn a_pendulum_swings_up_after_a_few_hundred_real_steps() {
    let mut trainer = run_of("mbpo", "Pendulum-v1", "eval_every=100 eval_episodes=5");
    let mut best = f32::NEG_INFINITY;
    while best < -450.0 && trainer.steps().0 < 1000 {
        block_on(trainer.tick()).expect("a tick");
        best = trainer.evaluations().best.unwrap_or(best);
    }
    assert!(best >= -450.0, "{best} after {} real steps", trainer.steps().0);
}

#[test]
fn what_it_does_not_read_is_told_and_what_cannot_be_is_refused() {
    let trainer = run("Pendulum-v1", "");
    let told = mbppo::learners::without_effect(trainer.config(), "Pendulum-v1").expect("a task");
    let told: Vec<&str> = told.iter().map(|remark| remark.name).collect();
    for unread in
        ["clip_range", "imagination_discount", "hybrid_steps", "horizon_first", "beta", "search_noise"]
    {
        assert!(told.contains(&unread), "{unread} has no effect, and nobody says so");
    }
    for read in
        ["horizon", "horizon_steps", "real_ratio", "branches_max", "model_updates", "tau", "num_steps"]
    {
        assert!(!told.contains(&read), "{read} has an effect");
    }
    let refusal = |task: &str, name: &str, value: &str| {
        let mut config = preset("mbpo", task).expect("a preset");
        config.set(name, value).expect("allowed by itself");
        Trainer::new(task, config, Seed(1), Device::cpu()).err().expect("refused").to_string()
    };
    let error = refusal("CartPole-v1", "tau", "0.01");
    assert!(error.contains("MBPO needs continuous actions") && error.contains("ppo"), "{error}");
    let error = refusal("Pendulum-v1", "imagination_rounds", "3");
    assert!(error.contains("imagination_rounds") && error.contains("once an iteration"), "{error}");
    let error = refusal("Pendulum-v1", "horizon_first", "50");
    assert!(error.contains("horizon_first = 50") && error.contains("horizon = 5"), "{error}");
}
