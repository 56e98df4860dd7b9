//! Another reward for a saved run: learned in its model alone, repeatable to the bit, and refused by name where it
//! cannot be.
#![cfg(not(target_family = "wasm"))]

use mbppo::arrays::Arrays;
use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::env::make;
use mbppo::rewards::{OWN, REWARDS};
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use pollster::block_on;

const SMALL: &str = "num_envs=2 num_steps=40 model_updates=75 imagination_rounds=2 n_epochs=1 ensemble_size=2 \
    model_hidden_size=16 hidden_size=16 eval_every=60 eval_episodes=2 model_r2_min=0 horizon=5";

fn config(preset_name: &str, task: &str, changes: &str) -> Config {
    let mut config = preset(preset_name, task).expect("a preset");
    for change in changes.split_whitespace() {
        let (name, value) = change.split_once('=').expect("NAME=VALUE");
        config.set(name, value).expect("allowed");
    }
    config
}

fn saved(trainer: &Trainer) -> Vec<u8> {
    block_on(trainer.checkpoint()).expect("a checkpoint")
}

fn iterations(trainer: &mut Trainer, count: u64) {
    let until = trainer.snapshot().iteration + count;
    while trainer.snapshot().iteration < until || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
}

/// A saved run of some iterations.
fn run(preset_name: &str, task: &str, changes: &str, count: u64) -> Vec<u8> {
    let config = config(preset_name, task, changes);
    let mut trainer = Trainer::new(task, config, Seed(3), Device::cpu()).expect("a run");
    iterations(&mut trainer, count);
    saved(&trainer)
}

fn transferred(file: &[u8], reward: &str, rounds: u64) -> Trainer {
    Trainer::transfer(file, Device::cpu(), reward, rounds).expect("a transfer")
}

fn to_the_end(mut trainer: Trainer) -> Trainer {
    while trainer.relearning().is_some() || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
    trainer
}

/// A transition that a file remembers.
#[derive(Debug)]
struct Row {
    obs: Vec<f32>,
    action: Vec<f32>,
    reward: f32,
}

/// What a file remembers, row by row.
fn remembered(file: &[u8], task: &str) -> Vec<Row> {
    let (mut arrays, _) = Arrays::from_bytes(file).expect("arrays");
    let spec = make(task).expect("a task").spec();
    let rewards: Vec<f32> = arrays.take_rows("replay.rewards", &[]).expect("rewards");
    let mut rows = |name: &str, width: usize| -> Vec<Vec<f32>> {
        let all: Vec<f32> = arrays.take_rows(name, &[width]).expect("rows");
        all.chunks_exact(width).map(<[f32]>::to_vec).collect()
    };
    let obs = rows("replay.obs", spec.obs_size());
    let actions = rows("replay.actions", spec.action_size());
    let rest = obs.into_iter().zip(actions);
    rewards.into_iter().zip(rest).map(|(reward, (obs, action))| Row { obs, action, reward }).collect()
}

#[test]
fn every_reward_is_learned_without_a_real_step_and_the_same_to_the_bit() {
    for task in ["CartPole-v1", "Pendulum-v1"] {
        let file = run("mb-ppo", task, SMALL, 3);
        let steps = Trainer::resume(&file, Device::cpu()).expect("a run").steps();
        let names = REWARDS.iter().filter(|reward| reward.task == task).map(|reward| reward.word);
        for reward in names.chain([OWN]) {
            let one = to_the_end(transferred(&file, reward, 5));
            assert_eq!(one.steps().0, steps.0, "{task} {reward}: no real step");
            assert!(one.steps().1 > steps.1, "{task} {reward}: imagined ones");
            assert_eq!(one.evaluations().count, 1, "{task} {reward}");
            assert!(one.told_coverage().expect("a sentence").contains('%'), "{task} {reward}");
            assert_eq!(one.config().get("task_reward").as_deref(), Some(reward));
            let again = to_the_end(transferred(&file, reward, 5));
            assert_eq!(saved(&one), saved(&again), "{task} {reward}");
        }
    }
}

#[test]
fn what_is_remembered_has_the_reward_that_the_real_task_gives() {
    for reward in REWARDS {
        let file = run("mb-ppo", reward.task, SMALL, 2);
        let relabelled = saved(&transferred(&file, reward.word, 1));
        // What a run that was given the reward from its beginning has remembered is what its task really gave.
        let given = run("mb-ppo", reward.task, &format!("{SMALL} task_reward={}", reward.word), 2);
        let (rows, really) = (remembered(&relabelled, reward.task), remembered(&given, reward.task));
        assert!(!rows.is_empty() && rows.iter().any(|row| row.reward != rows[0].reward), "{}", reward.word);
        // Both began with the same policy in the same states.
        let same =
            rows.iter().zip(&really).take_while(|(a, b)| a.obs == b.obs && a.action == b.action).count();
        assert!(same >= 80, "{}: {same} transitions are the same", reward.word);
        for (row, given) in rows.iter().zip(&really).take(same) {
            assert_eq!(row.reward, given.reward, "{}: {row:?}", reward.word);
        }
    }
}

#[test]
fn a_transfer_that_is_saved_on_the_way_goes_on_to_the_same_end() {
    let file = run("mb-ppo", "CartPole-v1", SMALL, 3);
    let mut trainer = transferred(&file, "balance_right", 7);
    iterations(&mut trainer, 2);
    assert_eq!(trainer.relearning(), Some(3));
    let resumed = Trainer::resume(&saved(&trainer), Device::cpu()).expect("a run");
    assert_eq!(resumed.relearning(), Some(3));
    let (one, other) = (to_the_end(trainer), to_the_end(resumed));
    assert_eq!(saved(&one), saved(&other));
}

#[test]
fn what_comes_of_it_is_a_run_that_goes_on_with_the_new_reward() {
    let file = run("mb-ppo", "Pendulum-v1", SMALL, 3);
    let mut trainer = to_the_end(transferred(&file, "hang_still", 2));
    let mut resumed = Trainer::resume(&saved(&trainer), Device::cpu()).expect("a run");
    assert_eq!(resumed.spec().solved_return, 150.0);
    let real = trainer.steps().0;
    iterations(&mut trainer, 3);
    iterations(&mut resumed, 3);
    assert_eq!(saved(&trainer), saved(&resumed));
    assert_eq!(trainer.steps().0, real + 3 * 80);
    let (curves, bounds) = (trainer.curves(), 0.0..=200.0);
    assert!(curves.evaluations.iter().all(|point| bounds.contains(&point.value)), "{:?}", curves.evaluations);
    assert!(curves.episode_returns.iter().all(|point| bounds.contains(&point.value)));
}

#[test]
fn a_policy_learns_in_imagination_what_only_the_new_reward_asks_for() {
    let changes = "num_envs=2 num_steps=100 model_updates=300 imagination_rounds=5 horizon=15 eval_every=0 \
        ensemble_size=2 model_hidden_size=32 hidden_size=32 eval_episodes=10";
    let file = run("mb-ppo", "Pendulum-v1", changes, 5);
    let mean = |rounds: u64| to_the_end(transferred(&file, "hang_still", rounds)).evaluations().latest;
    let (little, learned) = (mean(1).expect("a mean"), mean(40).expect("a mean"));
    assert!(learned > 120.0 && learned > little + 20.0, "{little} before, {learned} after");
}

#[test]
fn what_cannot_be_relearned_is_refused_by_name() {
    let refusal = |file: &[u8], reward: &str| {
        let Err(error) = Trainer::transfer(file, Device::cpu(), reward, 5) else { panic!("not refused") };
        error.to_string()
    };
    let cart_pole = run("mb-ppo", "CartPole-v1", SMALL, 3);
    let said = refusal(&cart_pole, "hang_still");
    assert!(
        said.starts_with("reward = hang_still is not valid: the rewards of CartPole-v1 are own, "),
        "{said}"
    );
    assert!(refusal(&cart_pole, "").contains("balance_right"));
    let said = refusal(&run("mb-ppo", "MountainCar-v0", SMALL, 1), "own");
    assert!(said.contains("MountainCar-v0 has no reward but its own"), "{said}");
    let said = refusal(&run("ppo", "CartPole-v1", "num_steps=20", 1), "balance_right");
    assert!(said.contains("config.imagination_rounds = 0"), "{said}");
    let said = refusal(&run("dqn", "CartPole-v1", "", 1), "balance_right");
    assert!(said.contains("config.algorithm = dqn"), "{said}");
    let said = refusal(&run("mb-ppo", "Pendulum-v1", &format!("{SMALL} task_hidden=true"), 3), "spin");
    assert!(said.contains("config.task_hidden = true"), "{said}");
    let said = refusal(&run("mb-ppo", "CartPole-v1", SMALL, 0), "balance_left");
    assert!(said.contains("world_model = untested"), "{said}");
    assert!(refusal(b"no file", "own").contains("checkpoint"));
}

#[test]
fn a_known_reward_needs_a_rule() {
    let refused = |task: &str, changes: &str| {
        let config = config("mb-ppo", task, changes);
        Trainer::new(task, config, Seed(0), Device::cpu()).err().map(|error| error.to_string())
    };
    let said = refused("Acrobot-v1", "imagined_reward=known").expect("refused");
    assert!(said.starts_with("imagined_reward = known is not valid: Acrobot-v1 has no rule"), "{said}");
    assert!(refused("Pendulum-v1", "imagined_reward=known task_hidden=true").is_some());
    assert_eq!(refused("Pendulum-v1", "imagined_reward=known task_reward=spin"), None);
    assert_eq!(refused("CartPole-v1", "imagined_reward=known task_reward=spin"), None, "it keeps its own");
}
