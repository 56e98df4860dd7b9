//! SAC without a trainer: its gradients, its coefficient, and that it finds a best action.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::Activation;
use mbppo::cpu::off_policy::passes::{Next, Passes};
use mbppo::cpu::off_policy::sac::{Sac, Settings};
use mbppo::kernels::activation::tanh;
use mbppo::kernels::sac;
use mbppo::kernels::targeted::{FIRST_GAIN, Targeted};
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
    let rewards = actions.iter().map(|a| -4.0 * (a - 0.5) * (a - 0.5)).collect();
    Transitions { obs, actions, rewards, continues: vec![1.0; rows], next_obs }
}

fn sac(hidden: usize, gamma: f64, learning_rate: f64) -> Sac {
    let mut stream = Seed(3).stream("init");
    let mut network = |members: usize, sizes: [usize; 4], gain: f32| {
        let mlp = Mlp::new(0, members, &sizes, Activation::Tanh);
        Targeted::new(mlp, initial(members, &sizes, gain, &mut stream), learning_rate)
    };
    let (actor, critics) =
        (network(1, [2, hidden, hidden, 2], 1.0), network(2, [3, hidden, hidden, 1], FIRST_GAIN));
    let settings = Settings { gamma, tau: 0.05, max_grad_norm: 10.0 };
    Sac::new(sac::Sac::new(actor, critics), settings)
}

/// The slope of a loss along its gradient, by finite differences, against the gradient's length.
fn assert_slope(
    name: &str,
    at: impl Fn(&Sac) -> &Targeted,
    flat: impl Fn(&mut Sac) -> &mut Vec<f32>,
    loss: impl Fn(&mut Sac) -> f32,
) {
    let mut here = sac(16, 0.9, 1e-3);
    loss(&mut here);
    let gradient = at(&here).gradient().to_vec();
    let length = gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
    let moved = |step: f32| {
        let mut there = sac(16, 0.9, 1e-3);
        flat(&mut there).iter_mut().zip(&gradient).for_each(|(theta, g)| *theta += step * g / length);
        f64::from(loss(&mut there))
    };
    let slope = (moved(0.01) - moved(-0.01)) / 0.02;
    assert!((slope / f64::from(length) - 1.0).abs() < 0.02, "{name}: slope {slope}, gradient {length}");
}

#[test]
fn gradients_are_the_slopes_of_their_losses() {
    let all = batch(64);
    let drawn = |sac: &mut Sac, name: &str| {
        let mut stream = Seed(5).stream(name);
        sac.net.draw(64, || stream.normal());
    };
    assert_slope(
        "critics",
        |sac| &sac.net.critics,
        |sac| &mut sac.net.critics.flat,
        |sac| {
            // y must not move with what is looked at: it comes from the slow copies and the policy.
            drawn(sac, "next");
            sac.net.set_targets(&all, 0.9);
            sac.net.critic_loss(&all)
        },
    );
    assert_slope(
        "actor",
        |sac| &sac.net.actor,
        |sac| &mut sac.net.actor.flat,
        |sac| {
            sac.net.log_alpha[0] = -0.5;
            drawn(sac, "now");
            sac.net.actor_loss(&all)
        },
    );
}

#[test]
fn the_coefficient_rises_below_the_target_entropy_and_falls_above() {
    for (log_prob, rises) in [(2.0, true), (-2.0, false)] {
        let mut sac = sac(4, 0.9, 0.01);
        sac.net.log_alpha[0] = 0.5;
        // H̄ is −1: −0.5 · (log π − 1).
        assert_eq!(sac.net.step_alpha(log_prob), 0.5 * (1.0 - log_prob));
        assert_eq!(sac.net.log_alpha[0] > 0.5, rises);
    }
}

#[test]
fn it_finds_the_best_action_of_a_world_without_a_future_and_holds_its_entropy() {
    let (mut sac, batch, mut stream) = (sac(32, 0.0, 3e-3), batch(128), Seed(1).stream("noise"));
    let mut entropy = 0.0;
    for _ in 0..1500 {
        for pass in 0..2 {
            let loss = sac.loss(pass, &batch, &mut stream);
            let grad_norm = sac.network(pass).descend(10.0);
            if let Next::Done(metrics) = sac.end_pass(pass, loss, grad_norm) {
                let of = |name: &str| metrics.iter().find(|metric| metric.0 == name).expect("a metric").1;
                // coefficient loss = −log α (log π − A)
                entropy = of("train/ent_coef_loss") / of("train/ent_coef").ln() - 1.0;
            }
        }
    }
    let mut cache = Cache::default();
    let outputs = sac.net.actor.forward(&batch.obs, &mut cache).to_vec();
    let greedy: Vec<f32> = outputs.chunks_exact(2).map(|of| tanh(of[0])).collect();
    assert!(greedy.iter().all(|action| (action - 0.5).abs() < 0.2), "{greedy:?}");
    assert!((entropy + 1.0).abs() < 0.3, "the entropy is near −A: {entropy}");
}
