//! Variants of tasks in whole runs: they are learned, saved and resumed like the tasks themselves, and drawn whole.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::env::{TASKS, make};
use mbppo::learners::without_effect;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use pollster::block_on;

const SMALL: &str = "num_envs=2 num_steps=40 model_updates=25 imagination_rounds=1 n_epochs=1 ensemble_size=2 \
    model_hidden_size=16 hidden_size=16 eval_every=60 eval_episodes=2";

fn config(task: &str, changes: &str) -> Config {
    let mut config = preset("mb-ppo", task).expect("a preset");
    for change in SMALL.split_whitespace().chain(changes.split_whitespace()) {
        let (name, value) = change.split_once('=').expect("NAME=VALUE");
        config.set(name, value).expect("allowed");
    }
    config
}

fn iterations(trainer: &mut Trainer, count: u64) {
    let until = trainer.snapshot().iteration + count;
    while trainer.snapshot().iteration < until || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
}

#[test]
fn every_variant_of_every_task_is_learned_and_goes_on_from_a_checkpoint_bit_for_bit() {
    for (task, ends) in TASKS.iter().flat_map(|task| ["learned", "known"].map(|ends| (*task, ends))) {
        let changes = format!("task_noise=0.3 task_hidden=true task_sparse=true termination={ends}");
        let mut trainer = Trainer::new(task, config(task, &changes), Seed(4), Device::cpu()).expect("a run");
        iterations(&mut trainer, 3);
        let saved = block_on(trainer.checkpoint()).expect("a checkpoint");
        let mut resumed = Trainer::resume(&saved, Device::cpu()).expect("the same variant");
        assert_eq!(resumed.spec(), trainer.spec());
        let whole = make(task).expect("a task").spec().obs_size();
        let recording = trainer.take_recording();
        assert!(recording.frames.iter().all(|frame| frame.obs.len() == whole), "{task} is drawn whole");
        let futures = &recording.forecast.expect("ghosts").futures;
        assert!(futures.iter().flat_map(|future| &future.obs).all(|obs| obs.len() == whole), "{task}");
        iterations(&mut trainer, 2);
        iterations(&mut resumed, 2);
        assert_eq!(resumed.snapshot(), trainer.snapshot(), "{task}");
        assert_eq!(resumed.policy_parameters(), trainer.policy_parameters(), "{task}");
    }
}

#[test]
fn noise_makes_the_same_policy_meet_another_task_and_what_has_no_effect_is_said() {
    let returns = |changes: &str| {
        let config = config("CartPole-v1", changes);
        let mut trainer = Trainer::new("CartPole-v1", config, Seed(4), Device::cpu()).expect("a run");
        iterations(&mut trainer, 1);
        let points = &trainer.curves().episode_returns;
        points.iter().map(|point| point.value).collect::<Vec<_>>()
    };
    assert_eq!(returns(""), returns("task_noise=0"));
    assert_ne!(returns(""), returns("task_noise=1"));
    let reason = |task: &str, name: &str| {
        let remarks = without_effect(&config(task, ""), task).expect("a task");
        remarks.into_iter().find(|remark| remark.name == name).map(|remark| remark.reason)
    };
    for name in ["task_noise", "task_hidden", "task_sparse"] {
        assert_eq!(reason("Pendulum-v1", name), None);
    }
    let told = |text: &str| Some(format!("has no effect on a task {text}"));
    assert_eq!(reason("DynaMaze-v0", "task_noise"), told("that moves from cell to cell"));
    assert_eq!(reason("DynaMaze-v0", "task_hidden"), told("that shows no velocities"));
    assert_eq!(reason("Acrobot-v1", "task_sparse"), told("whose reward already tells nothing of the way"));
}
