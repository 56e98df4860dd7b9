//! TD3 as a whole, without a trainer: when it moves what, and that it finds a best action.
#![cfg(all(feature = "tensors", not(target_family = "wasm")))]

use burn::tensor::Tensor;
use mbppo::config::Activation;
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::tensors::Transitions;
use mbppo::tensors::td3::{Settings, Td3};

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("floats")
}

/// `rows` transitions of a world in which action 0.5 is best in every state.
fn batch(device: &Device, rows: usize) -> Transitions {
    let mut stream = Seed(7).stream("batch");
    let mut draw =
        |width: usize| -> Vec<f32> { (0..rows * width).map(|_| 2.0 * stream.uniform() - 1.0).collect() };
    let (obs, actions, next_obs) = (draw(2), draw(1), draw(2));
    let rewards = actions.iter().map(|a| -(a - 0.5) * (a - 0.5)).collect();
    Transitions {
        obs: device.floats(obs, [rows, 2]),
        actions: device.floats(actions, [rows, 1]),
        rewards: device.floats(rewards, [rows, 1]),
        continues: device.floats(vec![1.0; rows], [rows, 1]),
        next_obs: device.floats(next_obs, [rows, 2]),
    }
}

fn td3(hidden: usize, learning_rate: f64) -> Td3 {
    let learner = (Activation::Relu, learning_rate);
    Td3::new(&Device::cpu(), [2, 1, hidden], learner, &mut Seed(3).stream("init"))
}

#[test]
fn the_policy_and_the_slow_copies_move_only_on_every_dth_update() {
    let mut td3 = td3(8, 1e-3);
    let settings = Settings {
        gamma: 0.9,
        tau: 0.25,
        policy_delay: 3,
        target_policy_noise: 0.2,
        target_noise_clip: 0.5,
        max_grad_norm: 100.0,
    };
    let batch = batch(&Device::cpu(), 16);
    let mut stream = Seed(1).stream("noise");
    for update in 1..=6 {
        let (actor, slow) = (numbers(td3.actor.flat.clone()), numbers(td3.critics.target.clone()));
        let updated = td3.update(&batch, &settings, &mut stream).expect("numbers");
        let is_due = update % 3 == 0;
        assert_eq!(updated.actor_loss.is_some(), is_due);
        assert_eq!(numbers(td3.actor.flat.clone()) != actor, is_due);
        let learning = numbers(td3.critics.flat.clone());
        let expected = slow
            .iter()
            .zip(learning)
            .map(|(slow, fast)| if is_due { 0.25 * fast + 0.75 * slow } else { *slow });
        let moved = numbers(td3.critics.target.clone());
        assert!(moved.iter().zip(expected).all(|(is, should)| (is - should).abs() < 1e-6));
    }
}

#[test]
fn it_finds_the_best_action_of_a_world_without_a_future() {
    let device = Device::cpu();
    let mut td3 = td3(32, 3e-3);
    let settings = Settings {
        gamma: 0.0,
        tau: 0.05,
        policy_delay: 2,
        target_policy_noise: 0.2,
        target_noise_clip: 0.5,
        max_grad_norm: 100.0,
    };
    let batch = batch(&device, 128);
    let mut stream = Seed(1).stream("noise");
    for _ in 0..600 {
        td3.update(&batch, &settings, &mut stream).expect("numbers");
    }
    let said = numbers(td3.actions(&td3.actor.matrices(), batch.obs.clone()));
    assert!(said.iter().all(|action| (action - 0.5).abs() < 0.2), "{said:?}");
}
