//! Whole iterations by the hand-written kernels and by tensors: the same run, mechanism by mechanism.
#![cfg(all(tensors, not(target_family = "wasm")))]

use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::snapshot::Snapshot;
use mbppo::trainer::Trainer;
use pollster::block_on;

/// What both must agree on, relative to max(1, |value|). They sum in different orders in f32, and the first difference
/// goes through every update that follows.
const TOLERANCE: f32 = 1e-5;

fn small() -> Config {
    Config {
        num_envs: 2,
        num_steps: 12,
        n_epochs: 2,
        batch_size: 16,
        hidden_size: 16,
        ensemble_size: 3,
        model_hidden_size: 16,
        model_batch_size: 16,
        model_updates: 30,
        imagination_rounds: 2,
        horizon: 4,
        branches_max: 20,
        model_r2_min: 0.0,
        eval_every: 40,
        eval_episodes: 2,
        ..Config::default()
    }
}

/// At least two iterations, so that the second stands on the first one's weights.
fn after(iterations: u64, task: &str, config: &Config, device: Device) -> (Snapshot, Vec<f32>) {
    let mut trainer = Trainer::new(task, config.clone(), Seed(3), device).expect("a run");
    while trainer.snapshot().iteration < iterations {
        block_on(trainer.tick()).expect("a tick");
    }
    (trainer.snapshot(), trainer.policy_parameters().expect("a policy").to_vec())
}

/// Runs on both devices and checks that they agree in every metric; gives what both did.
fn assert_same_runs(what: &str, iterations: u64, task: &str, config: &Config) -> Snapshot {
    let (by_hand, parameters) = after(iterations, task, config, Device::cpu());
    let (by_tensors, expected) = after(iterations, task, config, Device::cpu_plain());
    assert_ne!(parameters, expected, "{what}: not one rounding apart, is it the same code?");
    let apart = parameters.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart <= 1e-4, "{what}: a parameter is apart by {apart}");
    let steps = |snapshot: &Snapshot| (snapshot.ticks, snapshot.real_steps, snapshot.imagined_steps);
    assert_eq!(steps(&by_hand), steps(&by_tensors), "{what}");
    let names = |snapshot: &Snapshot| snapshot.metrics.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&by_hand), names(&by_tensors), "{what}");
    let difference = |(name, &expected): (&String, &f32)| {
        ((by_hand.metrics[name] - expected).abs() / expected.abs().max(1.0), name.clone())
    };
    let all = by_tensors.metrics.iter().map(difference);
    let (largest, name) = all
        .fold((0.0, String::new()), |worst, one| if one.0 > worst.0 || one.0.is_nan() { one } else { worst });
    println!("{what}: {largest:.1e} in {name}");
    assert!(largest <= TOLERANCE, "{what}: {name} is apart by {largest}");
    by_hand
}

#[test]
fn runs_by_hand_and_by_tensors_agree_in_every_metric() {
    let switches = [
        "",
        "model_heads=gaussian",
        "adversarial_eps=0.05",
        "curiosity=disagreement",
        "curiosity=icm",
        "curiosity=none",
        "adaptive_depth=true",
        "separate_values=false",
        "normalize_obs=false",
        "model_target=raw",
        "clip_range_vf=0.2",
        "termination=ignored",
        "lr_anneal_steps=100",
        "curiosity_on_imagined=true",
        "curiosity_on_imagined=true curiosity=icm",
        "hidden_layers=1 model_hidden_layers=3",
        "hidden_layers=3 model_hidden_layers=1",
        "shared_trunk=true",
        "shared_trunk=true hidden_layers=1 curiosity=none",
    ];
    for task in ["CartPole-v1", "Pendulum-v1"] {
        for switch in switches {
            let mut config = small();
            for switch in switch.split_whitespace() {
                let (name, value) = switch.split_once('=').expect("NAME=VALUE");
                config.set(name, value).expect("a value");
            }
            let what = format!("{task} {switch}");
            let done = assert_same_runs(&what, 2, task, &config);
            assert!(done.imagined_steps > 0, "{what}: nothing was imagined");
        }
    }
}

#[test]
fn learners_from_replay_agree_too() {
    for (learner, task, switch) in [
        ("dqn", "CartPole-v1", ""),
        ("dqn", "Acrobot-v1", "double_q=true"),
        ("td3", "Pendulum-v1", ""),
        ("td3", "MountainCarContinuous-v0", "policy_delay=3"),
        ("dqn", "CartPole-v1", "hidden_layers=1"),
        ("td3", "Pendulum-v1", "hidden_layers=3"),
    ] {
        let mut config = Config {
            num_envs: 2,
            hidden_size: 16,
            batch_size: 16,
            learning_starts: 20,
            train_freq: 5,
            gradient_steps: 4,
            target_update_interval: 20,
            eval_every: 0,
            ..preset(learner, task).expect("a preset")
        };
        if let Some((name, value)) = switch.split_once('=') {
            config.set(name, value).expect("a value");
        }
        let done = assert_same_runs(&format!("{learner} {task} {switch}"), 8, task, &config);
        assert_eq!(done.metrics["train/n_updates"], 24.0, "{learner}");
    }
}
