//! The trainer as a whole: what a run must be, whoever drives it and in whatever slices.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::metrics::METRICS;
use mbppo::rng::Seed;
use mbppo::trainer::{Phase, Trainer};
use pollster::block_on;

/// Small in every direction, but every phase does something.
fn tiny() -> Config {
    Config {
        num_envs: 2,
        num_steps: 12,
        n_epochs: 2,
        batch_size: 16,
        hidden_size: 8,
        ensemble_size: 2,
        model_hidden_size: 8,
        model_batch_size: 8,
        model_updates: 30,
        imagination_rounds: 2,
        horizon: 4,
        branches_max: 20,
        model_r2_min: 0.0,
        eval_every: 40,
        eval_episodes: 3,
        ..Config::default()
    }
}

fn trainer(config: Config, seed: u64) -> Trainer {
    Trainer::new("CartPole-v1", config, Seed(seed), Device::cpu()).expect("a run")
}

fn run(trainer: &mut Trainer, ticks: u64) {
    for _ in 0..ticks {
        block_on(trainer.tick()).expect("a tick");
    }
}

/// Everything that a run has computed so far, bit for bit.
fn fingerprint(trainer: &Trainer) -> (Vec<u32>, String) {
    let bits = trainer.policy_parameters().unwrap_or_default().iter().map(|p| p.to_bits()).collect();
    (bits, serde_json::to_string(&trainer.snapshot()).expect("JSON"))
}

#[test]
fn the_weights_after_n_ticks_do_not_depend_on_how_ticks_are_grouped() {
    let mut in_one_go = trainer(tiny(), 5);
    run(&mut in_one_go, 400);
    let mut in_slices = trainer(tiny(), 5);
    for slice in [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 25] {
        run(&mut in_slices, slice);
        // A page looks between two frames, and must not change anything by it.
        let _ = (in_slices.snapshot(), in_slices.curves().clone(), in_slices.take_recording());
    }
    assert!(in_one_go.snapshot().iteration >= 2);
    assert_eq!(fingerprint(&in_one_go), fingerprint(&in_slices));
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let after = |seed| {
        let mut trainer = trainer(tiny(), seed);
        run(&mut trainer, 200);
        fingerprint(&trainer)
    };
    assert_eq!(after(1), after(1));
    assert_ne!(after(1).0, after(2).0);
}

#[test]
fn evaluations_do_not_disturb_training() {
    let parameters_after_iterations = |config: Config| {
        let mut trainer = trainer(config, 3);
        while trainer.snapshot().iteration < 3 || trainer.phase() == Phase::Evaluate {
            run(&mut trainer, 1);
        }
        fingerprint(&trainer).0
    };
    let without = Config { eval_every: 0, ..tiny() };
    assert_eq!(parameters_after_iterations(tiny()), parameters_after_iterations(without));
}

#[test]
fn the_phases_follow_one_another_and_only_real_steps_count_as_real() {
    let mut trainer = trainer(tiny(), 1);
    let mut phases = vec![trainer.phase()];
    while trainer.snapshot().iteration < 2 {
        let before = trainer.steps();
        let phase = trainer.phase();
        run(&mut trainer, 1);
        let after = trainer.steps();
        assert!(after.0 == before.0 || phase == Phase::Collect, "real steps in {phase:?}");
        assert!(after.1 == before.1 || phase == Phase::Imagine, "imagined steps in {phase:?}");
        if phases.last() != Some(&trainer.phase()) {
            phases.push(trainer.phase());
        }
    }
    let names: Vec<&str> = phases.iter().take(10).map(|phase| phase.name()).collect();
    let expected = [
        "collect",
        "fit",
        "imagine",
        "advantages",
        "improve",
        "imagine",
        "advantages",
        "improve",
        "curiosity",
        "adapt",
    ];
    assert_eq!(names, expected);
    assert_eq!(trainer.steps().0, 2 * 2 * 12);
    assert!(trainer.steps().1 > 0);
}

#[test]
fn plain_ppo_has_no_model_and_imagines_nothing() {
    let mut trainer = trainer(Config { imagination_rounds: 0, ..tiny() }, 1);
    while trainer.snapshot().iteration < 3 {
        assert!(!matches!(trainer.phase(), Phase::Fit | Phase::Imagine));
        run(&mut trainer, 1);
    }
    assert_eq!(trainer.steps().1, 0);
    assert_eq!(trainer.snapshot().confidence, None);
}

#[test]
fn a_model_that_explains_too_little_is_not_used() {
    // Two updates from random weights explain next to nothing.
    let config = Config { model_updates: 2, model_r2_min: 0.9, ..tiny() };
    let mut trainer = trainer(config, 1);
    while trainer.snapshot().iteration < 2 {
        run(&mut trainer, 1);
    }
    let snapshot = trainer.snapshot();
    assert_eq!(snapshot.imagined_steps, 0);
    assert_eq!(snapshot.branches, 0);
    assert!(snapshot.imagination_skipped.is_some_and(|reason| reason.contains("90 % are needed")));
}

#[test]
fn a_recording_tells_what_happened_to_environment_0_in_order() {
    let mut trainer = trainer(tiny(), 2);
    let (mut frames, mut forecasts, mut comparisons) = (Vec::new(), 0, 0);
    while trainer.snapshot().iteration < 4 {
        run(&mut trainer, 1);
        let recording = trainer.take_recording();
        frames.extend(recording.frames);
        if let Some(forecast) = recording.forecast {
            assert_eq!(
                forecast.from_step,
                frames.iter().filter(|frame| frame.ended.is_none()).count() as u64
            );
            assert!(forecast.futures.iter().all(|future| future.obs[0] == forecast.futures[0].obs[0]));
            forecasts += 1;
        }
        if let Some(comparison) = recording.comparison {
            let of_start =
                frames.iter().find(|frame| frame.step == comparison.from_step && frame.ended.is_none());
            assert_eq!(of_start.expect("its first frame").obs, comparison.real[0]);
            assert_eq!(comparison.real.len(), comparison.imagined_mean.len());
            comparisons += 1;
        }
    }
    assert_eq!(frames.iter().filter(|frame| frame.ended.is_none()).count(), 4 * 12);
    // The first iteration has no model yet with which its steps could have been foreseen.
    assert_eq!((forecasts, comparisons), (4, 3));
}

#[test]
fn every_metric_that_is_recorded_is_explained() {
    let mut trainer = trainer(tiny(), 1);
    while trainer.snapshot().iteration < 2 || trainer.phase() == Phase::Evaluate {
        run(&mut trainer, 1);
    }
    let recorded = trainer.snapshot().metrics;
    let explained = |name: &String| METRICS.iter().any(|metric| metric.name == name);
    let unexplained: Vec<&String> = recorded.keys().filter(|name| !explained(name)).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
    assert!(recorded.len() > 20, "{} metrics", recorded.len());
}

#[test]
fn every_preset_goes_through_two_iterations() {
    for name in ["mb-ppo", "ppo", "textbook"] {
        let mut config = preset(name, "CartPole-v1").expect("a preset");
        (config.n_epochs, config.model_updates, config.num_steps) = (1, 25, 16);
        config.imagination_rounds = config.imagination_rounds.min(1);
        let mut trainer = trainer(config, 0);
        while trainer.snapshot().iteration < 2 {
            run(&mut trainer, 1);
        }
    }
}
