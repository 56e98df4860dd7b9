//! Phases follow one another, with every mechanism and preset.

use super::{run, tiny, trainer};
use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::rng::Seed;
use mbppo::trainer::{Phase, Trainer};
use pollster::block_on;

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

#[test]
fn every_mechanism_goes_through_two_iterations_on_choices_and_on_numbers() {
    let switches = [
        "curiosity=none",
        "curiosity=icm",
        "curiosity=disagreement",
        "separate_values=false",
        "episodic_novelty=false",
        "model_heads=gaussian",
        "termination=known",
        "termination=ignored",
        "adversarial_eps=0.05",
        "replay_half_life=50",
        "adaptive_depth=true",
        "adaptive_breadth=false",
        "hybrid_steps=60",
        "lr_anneal_steps=100",
        "target_kl=0.01",
        "ensemble_size=1",
        "model_target=raw",
        "normalize_obs=false",
        "clip_range_vf=0.2",
        "confidence_rule=one_step",
        "adaptive_beta=false",
        "start_fraction=1",
    ];
    for task in ["CartPole-v1", "Pendulum-v1"] {
        for switch in switches {
            let (name, value) = switch.split_once('=').expect("NAME=VALUE");
            let mut config = tiny();
            config.set(name, value).expect("a value");
            let mut trainer = Trainer::new(task, config, Seed(0), Device::cpu()).expect("a run");
            while trainer.snapshot().iteration < 2 {
                block_on(trainer.tick()).unwrap_or_else(|error| panic!("{task} {switch}: {error}"));
            }
            let recording = trainer.take_recording();
            assert!(recording.state_map.is_some() && recording.return_gap.is_some(), "{task} {switch}");
        }
    }
}
