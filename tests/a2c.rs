//! A2C in the trainer: PPO's first step over the whole batch, and nothing else.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{Algorithm, Config, preset};
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use pollster::block_on;

fn tiny() -> Config {
    Config {
        num_envs: 3,
        num_steps: 7,
        hidden_size: 8,
        eval_every: 50,
        eval_episodes: 2,
        ..preset("a2c", "CartPole-v1").expect("a preset")
    }
}

fn after_iterations(task: &str, config: Config, iterations: u64) -> Trainer {
    let mut trainer = Trainer::new(task, config, Seed(4), Device::cpu()).expect("a run");
    while trainer.snapshot().iteration < iterations {
        block_on(trainer.tick()).expect("a tick");
    }
    trainer
}

fn weights(trainer: &Trainer) -> Vec<u32> {
    trainer.policy_parameters().expect("a policy").iter().map(|p| p.to_bits()).collect()
}

#[test]
fn it_is_ppo_with_one_epoch_over_one_minibatch_bit_for_bit() {
    for task in ["CartPole-v1", "Pendulum-v1"] {
        let a2c = after_iterations(task, tiny(), 10);
        let ppo = Config { algorithm: Algorithm::PPO, n_epochs: 1, batch_size: 3 * 7, ..tiny() };
        assert_eq!(weights(&a2c), weights(&after_iterations(task, ppo, 10)), "{task}");
    }
}

#[test]
fn it_takes_one_step_an_iteration_whatever_the_settings_of_ppo_say() {
    let usual = after_iterations("CartPole-v1", tiny(), 10);
    assert_eq!(usual.snapshot().metrics["train/n_updates"], 10.0);
    let other = Config { n_epochs: 9, batch_size: 8, clip_range: 0.01, ..tiny() };
    assert_eq!(weights(&usual), weights(&after_iterations("CartPole-v1", other, 10)));
}

#[test]
fn normalised_advantages_are_a_switch() {
    let normalised = Config { normalize_advantage: true, ..tiny() };
    let plain = after_iterations("CartPole-v1", tiny(), 2);
    assert_ne!(weights(&plain), weights(&after_iterations("CartPole-v1", normalised, 2)));
}

#[test]
fn the_preset_learns_to_balance() {
    for seed in 0..3 {
        let config = preset("a2c", "CartPole-v1").expect("a preset");
        let mut trainer = Trainer::new("CartPole-v1", config, Seed(seed), Device::cpu()).expect("a run");
        while trainer.steps().0 < 12_000 {
            block_on(trainer.tick()).expect("a tick");
        }
        let curve = &trainer.curves().evaluations;
        let best = curve.iter().map(|point| point.value).fold(0.0, f32::max);
        assert!(curve[0].value < 80.0 && best > 100.0, "seed {seed}: {curve:?}");
    }
}
