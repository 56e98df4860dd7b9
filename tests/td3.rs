//! TD3 as a whole, without a trainer: when it moves what, and that it finds a best action.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::Activation;
use mbppo::kernels::activation::tanh;
use mbppo::kernels::targeted::{FIRST_GAIN, Targeted};
use mbppo::kernels::td3::{ACTOR_GAIN, Settings, Td3};
use mbppo::kernels::{Cache, Mlp};
use mbppo::nets::initial;
use mbppo::rng::Seed;
use mbppo::transitions::Transitions;

/// `rows` transitions of a world in which action 0.5 is best in every state.
fn batch(rows: usize) -> Transitions {
    let mut stream = Seed(7).stream("batch");
    let mut draw =
        |width: usize| -> Vec<f32> { (0..rows * width).map(|_| 2.0 * stream.uniform() - 1.0).collect() };
    let (obs, actions, next_obs) = (draw(2), draw(1), draw(2));
    let rewards = actions.iter().map(|a| -(a - 0.5) * (a - 0.5)).collect();
    Transitions { obs, actions, rewards, continues: vec![1.0; rows], next_obs }
}

fn td3(hidden: usize, learning_rate: f64) -> Td3 {
    let mut stream = Seed(3).stream("init");
    let mut network = |members: usize, sizes: [usize; 4], gain: f32| {
        let mlp = Mlp::new(0, members, &sizes, Activation::Relu);
        Targeted::new(mlp, initial(members, &sizes, gain, &mut stream), learning_rate)
    };
    let actor = network(1, [2, hidden, hidden, 1], ACTOR_GAIN);
    Td3::new(actor, network(2, [3, hidden, hidden, 1], FIRST_GAIN))
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
    let batch = batch(16);
    let mut stream = Seed(1).stream("noise");
    for update in 1..=6 {
        let (actor, slow) = (td3.actor.flat.clone(), td3.critics.target.clone());
        let updated = td3.update(&batch, &settings, || stream.normal());
        let is_due = update % 3 == 0;
        assert_eq!(updated.actor_loss.is_some(), is_due);
        assert_eq!(td3.actor.flat != actor, is_due);
        let expected = slow
            .iter()
            .zip(&td3.critics.flat)
            .map(|(slow, fast)| if is_due { 0.25 * fast + 0.75 * slow } else { *slow });
        assert!(td3.critics.target.iter().zip(expected).all(|(is, should)| (is - should).abs() < 1e-6));
    }
}

#[test]
fn it_finds_the_best_action_of_a_world_without_a_future() {
    let mut td3 = td3(32, 3e-3);
    let settings = Settings {
        gamma: 0.0,
        tau: 0.05,
        policy_delay: 2,
        target_policy_noise: 0.2,
        target_noise_clip: 0.5,
        max_grad_norm: 100.0,
    };
    let batch = batch(128);
    let mut stream = Seed(1).stream("noise");
    for _ in 0..600 {
        td3.update(&batch, &settings, || stream.normal());
    }
    let mut cache = Cache::default();
    let said: Vec<f32> = td3.actor.forward(&batch.obs, &mut cache).iter().map(|f| tanh(*f)).collect();
    assert!(said.iter().all(|action| (action - 0.5).abs() < 0.2), "{said:?}");
}
