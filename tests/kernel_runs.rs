//! Whole iterations by the hand-written kernels and by tensors: the same run, mechanism by mechanism.
#![cfg(all(feature = "tensors", not(target_family = "wasm")))]

use mbppo::config::Config;
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

/// Two iterations, so that the second stands on the first one's weights.
fn after_two_iterations(task: &str, config: &Config, device: Device) -> (Snapshot, Vec<f32>) {
    let mut trainer = Trainer::new(task, config.clone(), Seed(3), device).expect("a run");
    while trainer.snapshot().iteration < 2 {
        block_on(trainer.tick()).expect("a tick");
    }
    (trainer.snapshot(), trainer.policy_parameters().expect("a policy").to_vec())
}

/// Gives the largest difference and its metric.
fn compare(task: &str, switch: &str) -> (f32, String) {
    let mut config = small();
    if let Some((name, value)) = switch.split_once('=') {
        config.set(name, value).expect("a value");
    }
    let (by_hand, parameters) = after_two_iterations(task, &config, Device::cpu());
    let (by_tensors, expected) = after_two_iterations(task, &config, Device::cpu_plain());
    assert_ne!(parameters, expected, "{task} {switch}: not one rounding apart, is it the same code?");
    let apart = parameters.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart <= 1e-4, "{task} {switch}: a parameter is apart by {apart}");
    let steps = |snapshot: &Snapshot| (snapshot.ticks, snapshot.real_steps, snapshot.imagined_steps);
    assert_eq!(steps(&by_hand), steps(&by_tensors), "{task} {switch}");
    assert!(by_hand.imagined_steps > 0, "{task} {switch}: nothing was imagined");
    let names = |snapshot: &Snapshot| snapshot.metrics.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&by_hand), names(&by_tensors), "{task} {switch}");
    let difference = |(name, &expected): (&String, &f32)| {
        ((by_hand.metrics[name] - expected).abs() / expected.abs().max(1.0), name.clone())
    };
    let all = by_tensors.metrics.iter().map(difference);
    all.fold((0.0, String::new()), |worst, one| if one.0 > worst.0 || one.0.is_nan() { one } else { worst })
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
    ];
    for task in ["CartPole-v1", "Pendulum-v1"] {
        for switch in switches {
            let (largest, name) = compare(task, switch);
            println!("{task} {switch}: {largest:.1e} in {name}");
            assert!(largest <= TOLERANCE, "{task} {switch}: {name} is apart by {largest}");
        }
    }
}
