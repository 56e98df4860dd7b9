//! DDPG: TD3 with one critic and without what TD3 takes values down by.
#![cfg(not(target_family = "wasm"))]

use mbppo::arrays::Arrays;
use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use pollster::block_on;

/// A short run on Pendulum-v1.
fn trainer(name: &str, changes: &[&str]) -> Trainer {
    let mut config: Config = preset(name, "Pendulum-v1").expect("a preset");
    for change in ["hidden_size=16", "batch_size=32", "learning_starts=50"].iter().chain(changes) {
        let (name, value) = change.split_once('=').expect("NAME=VALUE");
        config.set(name, value).expect("allowed");
    }
    let mut trainer = Trainer::new("Pendulum-v1", config, Seed(1), Device::cpu()).expect("a run");
    while trainer.steps().0 < 200 || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
    trainer
}

#[test]
fn it_has_one_critic_and_its_policy_moves_with_every_update() {
    let trainer = trainer("ddpg", &[]);
    let bytes = block_on(trainer.checkpoint()).expect("between iterations");
    let (mut arrays, _) = Arrays::from_bytes(&bytes).expect("a checkpoint");
    let steps = |arrays: &mut Arrays, name: &str| arrays.take_one::<i64>(name).expect("a count");
    let (actor, critic) = (steps(&mut arrays, "actor.adam.step"), steps(&mut arrays, "critic.adam.step"));
    assert_eq!((actor, critic), (150, 150));
    arrays.take::<f32>("critic.qf.0.kernel", &[4, 16]).expect("of one critic");
    assert!(trainer.snapshot().metrics.contains_key("train/actor_loss"));
}

#[test]
fn what_td3_adds_has_no_effect_here() {
    let parameters =
        |name: &str, changes: &[&str]| trainer(name, changes).policy_parameters().expect("a policy").to_vec();
    let td3_only = ["policy_delay=5", "target_policy_noise=1", "target_noise_clip=1"];
    assert_eq!(parameters("ddpg", &[]), parameters("ddpg", &td3_only));
    assert_ne!(parameters("td3", &[]), parameters("td3", &td3_only));
}
