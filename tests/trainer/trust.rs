//! How far the model is trusted, and how deep imagination goes.

use super::{run, tiny, trainer};
use mbppo::config::Config;
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use pollster::block_on;

/// This metric after each of the first iterations.
fn curve_of(config: Config, metric: &str, iterations: u64) -> Vec<f32> {
    let mut trainer = trainer(config, 5);
    while trainer.snapshot().iteration < iterations {
        block_on(trainer.tick()).expect("a tick");
    }
    trainer.curves().metrics[metric].iter().map(|point| point.value).collect()
}

#[test]
fn the_depth_of_imagination_has_a_curve_and_is_0_where_nothing_is_imagined() {
    let curve = |metric| curve_of(tiny(), metric, 3);
    let (length, terminated, cut) =
        (curve("imagination/length_mean"), curve("imagination/terminated"), curve("imagination/cut"));
    assert_eq!([length.len(), terminated.len(), cut.len()], [3; 3]);
    for ((length, terminated), cut) in length.iter().zip(&terminated).zip(&cut) {
        assert!((1.0..=4.0).contains(length) && *terminated >= 0.0 && *cut >= 0.0, "{length}");
        let earlier = terminated + cut;
        assert!(earlier <= 1.0 && (*length == 4.0 || earlier > 0.0), "{length} {terminated} {cut}");
    }
    let skipping = Config { model_r2_min: 0.999, ..tiny() };
    assert_eq!(curve_of(skipping, "imagination/length_mean", 2), [0.0, 0.0]);
    // Two networks never agree so well: every branch is cut after its first step.
    let cautious = Config { adaptive_depth: true, disagreement_max: 0.001, depth_error_max: 10.0, ..tiny() };
    assert_eq!(curve_of(cautious, "imagination/length_mean", 2), [1.0, 1.0]);
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
    assert!(snapshot.imagination_skipped.is_some_and(|reason| reason.contains("90 % is needed")));
}

#[test]
fn a_model_is_trusted_no_further_than_its_held_out_error_is_known() {
    for num_envs in [1, 2, 4] {
        let config = Config { num_envs, horizon: 60, ..tiny() };
        let mut trainer = trainer(config, 2);
        let (mut unmeasured, mut measured) = (0, 0);
        while trainer.snapshot().iteration < 40 {
            run(&mut trainer, 1);
            let snapshot = trainer.snapshot();
            let curve = trainer.take_recording().error_by_horizon;
            let Some(curve) = curve else { continue };
            assert_eq!(
                (curve.model.len(), curve.asked),
                (snapshot.known_steps, 60),
                "{num_envs} environments"
            );
            if snapshot.known_steps == 0 {
                assert_eq!((snapshot.confidence, snapshot.branches), (None, 0));
                assert!(snapshot.imagination_skipped.is_some_and(|why| why.contains("held-out")));
                unmeasured += 1;
            } else {
                assert_eq!(snapshot.horizon, 60.min(snapshot.known_steps));
                measured += 1;
            }
        }
        assert!(measured > 20, "{num_envs} environments: {measured} measured, {unmeasured} not");
    }
}

#[test]
fn a_model_without_held_out_data_is_not_used() {
    // One episode that lasts: its first 128 steps train, and there is nothing to test a model on.
    let config = Config { num_envs: 1, num_steps: 16, ..tiny() };
    let mut trainer =
        Trainer::new("MountainCarContinuous-v0", config, Seed(0), Device::cpu()).expect("a run");
    while trainer.steps().0 < 256 {
        run(&mut trainer, 1);
        let snapshot = trainer.snapshot();
        if snapshot.real_steps <= 128 {
            assert_eq!((snapshot.imagined_steps, snapshot.confidence), (0, None));
        }
        if (17..=128).contains(&snapshot.real_steps) {
            assert!(snapshot.imagination_skipped.expect("a reason").contains("nothing is held out yet"));
        }
    }
    assert!(trainer.steps().1 > 0, "tested on steps 129 to 256, it is used");
}
