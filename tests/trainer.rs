//! The trainer as a whole: what a run must be, whoever drives it and in whatever slices.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{Config, preset};
use mbppo::device::Device;
use mbppo::env::TASKS;
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

#[test]
fn every_row_counts_in_every_epoch() {
    // 2 · 12 rows by 16: two minibatches of 12 rows, not one of 16.
    let config = Config { imagination_rounds: 0, ..tiny() };
    let epochs = config.n_epochs;
    let mut trainer = trainer(config, 1);
    while trainer.snapshot().iteration < 3 {
        run(&mut trainer, 1);
    }
    assert_eq!(trainer.snapshot().metrics["train/n_updates"], (3 * epochs * 2) as f32);
}

#[test]
fn beta_does_not_move_twice_by_the_same_episodes() {
    let mut trainer = trainer(preset("mb-ppo", "CartPole-v1").expect("a preset"), 0);
    let (mut episodes, mut beta, mut moves, mut stays) = (0, trainer.snapshot().beta, 0, 0);
    let mut iteration = 0;
    while trainer.steps().0 < 900 {
        run(&mut trainer, 1);
        let snapshot = trainer.snapshot();
        if snapshot.iteration == iteration {
            continue;
        }
        if snapshot.episodes == episodes {
            assert_eq!(snapshot.beta, beta, "no episode has ended in iteration {iteration}");
            stays += 1;
        }
        moves += usize::from(snapshot.beta != beta);
        (episodes, beta, iteration) = (snapshot.episodes, snapshot.beta, snapshot.iteration);
    }
    assert!(moves > 0 && stays > 0, "{moves} moves, {stays} iterations without an end");
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

#[test]
fn the_model_never_learns_from_what_was_imagined() {
    let mut trainer = trainer(tiny(), 4);
    while trainer.snapshot().iteration < 3 {
        run(&mut trainer, 1);
    }
    let (real, imagined) = trainer.steps();
    assert!(imagined > real);
    assert_eq!(
        trainer.remembered_transitions() as u64,
        real,
        "replay, the model's only source, holds real steps"
    );
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

#[test]
fn a_hybrid_schedule_fades_imagination_out_and_annealing_lowers_the_step_size() {
    let config = Config { hybrid_steps: 72, lr_anneal_steps: 72, ..tiny() };
    let start = config.learning_rate;
    let mut trainer = trainer(config, 0);
    let mut imagined = vec![0];
    while trainer.snapshot().iteration < 5 {
        let before = trainer.snapshot().iteration;
        run(&mut trainer, 1);
        if trainer.snapshot().iteration > before {
            imagined.push(trainer.steps().1);
        }
    }
    assert!(imagined[1] > 0, "much imagination early: {imagined:?}");
    assert_eq!(imagined[4], imagined[5], "none at the end: {imagined:?}");
    let rate = f64::from(trainer.snapshot().metrics["train/learning_rate"]);
    assert!((rate - 0.1 * start).abs() < 1e-6, "{rate}");
}

#[test]
fn changed_physics_reach_the_task_at_once_and_bad_values_change_nothing() {
    let mut trainer = trainer(tiny(), 0);
    run(&mut trainer, 20);
    let before = trainer.physics();
    let refused = trainer.set_physics("gravity", -1.0).expect_err("refused").to_string();
    assert!(refused.contains("physics.gravity = -1"), "{refused}");
    assert_eq!(trainer.physics(), before);
    trainer.set_physics("gravity", 20.0).expect("in range");
    assert_eq!(trainer.physics()[0].value, 20.0);
    run(&mut trainer, 200);
}

#[test]
fn a_run_with_the_changes_of_another_planned_is_the_same_run() {
    for task in TASKS {
        let config =
            preset(if *task == "DynaMaze-v0" { "dyna-q" } else { "mb-ppo" }, task).expect("a preset");
        let fresh = || Trainer::new(task, config.clone(), Seed(3), Device::cpu()).expect("a run");
        let mut lived = fresh();
        for (ticks, share) in [(0, 0.9), (37, 0.2), (60, 0.7), (0, 0.6)] {
            run(&mut lived, ticks);
            for parameter in lived.physics() {
                let value = parameter.min + share * (parameter.max - parameter.min);
                lived.set_physics(parameter.name, value).expect("in range");
            }
        }
        let mut planned = fresh();
        for lever in lived.levers().expect("levers") {
            assert_eq!(lever.changes.matches(';').count(), 2, "one value at a time: {}", lever.changes);
            planned.plan_physics(lever.now.name, &lever.changes).expect("what it says itself");
        }
        run(&mut lived, 203);
        run(&mut planned, 300);
        assert_eq!(planned.levers(), lived.levers(), "{task}");
        assert_eq!(planned.snapshot(), lived.snapshot(), "{task}");
        assert_eq!(planned.policy_parameters(), lived.policy_parameters(), "{task}");
    }
}

#[test]
fn a_plan_that_a_task_cannot_have_is_refused_by_name_and_nothing_is_planned() {
    let mut trainer = trainer(tiny(), 0);
    let before = trainer.levers();
    for (name, text, words) in [
        ("gravity", "20;99@5", "from 1 to 30"),
        ("gravity", "much", "such as 20@150"),
        ("gravity", "9,8", "such as 20@150"),
        ("colour", "1", "gravity, cart_mass"),
    ] {
        let refused = trainer.plan_physics(name, text).expect_err("refused").to_string();
        assert!(refused.starts_with(&format!("physics.{name} = ")) && refused.contains(words), "{refused}");
    }
    assert_eq!(trainer.levers(), before);
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
