//! The same seed gives the same run, however it is sliced, evaluated and watched.

use super::{fingerprint, run, tiny, trainer};
use mbppo::config::Config;
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::trainer::{Phase, Trainer};

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
fn what_is_learned_does_not_depend_on_whether_somebody_looks() {
    let kinds = [
        "curiosity=rnd",
        "curiosity=icm",
        "curiosity=disagreement",
        "model_heads=gaussian",
        "adaptive_depth=true",
    ];
    for (task, kind) in
        ["CartPole-v1", "Pendulum-v1"].into_iter().flat_map(|task| kinds.map(|kind| (task, kind)))
    {
        let (name, value) = kind.split_once('=').expect("NAME=VALUE");
        let mut config = tiny();
        config.set(name, value).expect("a value");
        let learned = |looks: fn(u64) -> bool| {
            let mut trainer = Trainer::new(task, config.clone(), Seed(7), Device::cpu()).expect("a run");
            let mut pictures = 0;
            while trainer.snapshot().iteration < 4 || !trainer.is_between_iterations() {
                if trainer.is_between_iterations() {
                    trainer.set_watched(looks(trainer.snapshot().iteration));
                }
                run(&mut trainer, 1);
                let recording = trainer.take_recording();
                pictures += recording.frames.len() + usize::from(recording.forecast.is_some());
                pictures +=
                    usize::from(recording.state_map.is_some()) + usize::from(recording.return_gap.is_some());
            }
            let returns: Vec<u32> = trainer.curves().evaluations.iter().map(|p| p.value.to_bits()).collect();
            (fingerprint(&trainer).0, returns, trainer.steps(), pictures)
        };
        let (watched, unwatched, in_part) = (learned(|_| true), learned(|_| false), learned(|n| n % 2 == 1));
        assert!(!watched.0.is_empty() && watched.1.len() > 1, "{task} {kind}");
        assert!(watched.3 > 40 && in_part.3 > 20, "{task} {kind}: {} {}", watched.3, in_part.3);
        assert_eq!(unwatched.3, 0, "{task} {kind}: nothing is drawn for nobody");
        for other in [unwatched, in_part] {
            assert_eq!(
                (other.0, other.1, other.2),
                (watched.0.clone(), watched.1.clone(), watched.2),
                "{task} {kind}"
            );
        }
    }
}
