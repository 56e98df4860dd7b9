//! Learners from replay in the trainer: they are runs like any other.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{Config, Kind, LEARNERS, preset};
use mbppo::device::Device;
use mbppo::env::TASKS;
use mbppo::learners::unsuited;
use mbppo::metrics::METRICS;
use mbppo::rng::Seed;
use mbppo::trainer::{Phase, Trainer};
use pollster::block_on;

/// The first preset of every learner from replay, on the first task that suits it.
fn runs() -> Vec<(&'static str, &'static str)> {
    let refused = unsuited().expect("the lists");
    let suits = |name: &str, task: &str| !refused.iter().any(|pair| (pair.preset, pair.task) == (name, task));
    let of_kind = LEARNERS.iter().filter(|learner| learner.kind == Kind::OffPolicy);
    let first = |name: &'static str| (name, *TASKS.iter().find(|task| suits(name, task)).expect("a task"));
    of_kind.map(|learner| first(learner.presets[0].name)).collect()
}

/// The preset, small in every direction and with two environments.
fn tiny(preset_name: &str, task: &str) -> Config {
    Config {
        num_envs: 2,
        hidden_size: 8,
        batch_size: 16,
        learning_starts: 20,
        train_freq: 3,
        gradient_steps: 4,
        exploration_steps: 100,
        target_update_interval: 10,
        action_noise_correlation: 0.5,
        eval_every: 60,
        eval_episodes: 2,
        ..preset(preset_name, task).expect("a preset")
    }
}

fn trainer(task: &str, config: Config, seed: u64) -> Trainer {
    Trainer::new(task, config, Seed(seed), Device::cpu()).expect("a run")
}

fn run(trainer: &mut Trainer, ticks: u64) {
    for _ in 0..ticks {
        block_on(trainer.tick()).expect("a tick");
    }
}

fn run_to(trainer: &mut Trainer, real_steps: u64) {
    while trainer.steps().0 < real_steps || trainer.phase() != Phase::Collect {
        run(trainer, 1);
    }
}

/// Everything that a run has computed so far, bit for bit.
fn fingerprint(trainer: &Trainer) -> (Vec<u32>, String) {
    let bits = trainer.policy_parameters().unwrap_or_default().iter().map(|p| p.to_bits()).collect();
    (bits, serde_json::to_string(&trainer.snapshot()).expect("JSON"))
}

#[test]
fn the_weights_after_n_ticks_do_not_depend_on_how_ticks_are_grouped() {
    for (name, task) in runs() {
        let mut in_one_go = trainer(task, tiny(name, task), 5);
        run(&mut in_one_go, 700);
        let mut in_slices = trainer(task, tiny(name, task), 5);
        for slice in [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 92] {
            run(&mut in_slices, slice);
            let _ = (in_slices.snapshot(), in_slices.curves().clone(), in_slices.take_recording());
        }
        assert!(in_one_go.snapshot().metrics["train/n_updates"] > 50.0);
        assert_eq!(fingerprint(&in_one_go), fingerprint(&in_slices), "{name}");
        let mut of_another_seed = trainer(task, tiny(name, task), 6);
        run(&mut of_another_seed, 700);
        assert_ne!(fingerprint(&in_one_go).0, fingerprint(&of_another_seed).0, "{name}");
    }
}

#[test]
fn evaluations_do_not_disturb_training() {
    for (name, task) in runs() {
        let parameters = |eval_every: usize| {
            let mut trainer = trainer(task, Config { eval_every, ..tiny(name, task) }, 3);
            run_to(&mut trainer, 240);
            fingerprint(&trainer).0
        };
        assert_eq!(parameters(60), parameters(0), "{name}");
    }
}

#[test]
fn a_tick_is_one_step_of_all_environments_or_one_update_and_learning_waits_for_its_start() {
    for (name, task) in runs() {
        let mut trainer = trainer(task, tiny(name, task), 1);
        trainer.set_watched(false); // a map takes ticks of its own
        let (mut updates, mut acted) = (0, 0);
        while trainer.steps().0 < 120 {
            let (phase, before) = (trainer.phase(), trainer.steps().0);
            run(&mut trainer, 1);
            let step = trainer.steps().0 - before;
            match phase {
                Phase::Collect => assert!(step == 2 || step == 0),
                Phase::Improve => assert!(before > 20, "learned after {before} steps"),
                Phase::Evaluate => assert_eq!(step, 0),
                other => panic!("{name} has no phase {}", other.name()),
            }
            updates += usize::from(phase == Phase::Improve);
            acted += step;
        }
        // Iterations of 3 · 2 steps; those that end at 24, 30, … learn four times.
        assert_eq!((updates, acted), (4 * 16, 120), "{name}");
        assert_eq!(trainer.steps().1, 0, "nothing is imagined");
    }
}

#[test]
fn every_metric_that_is_recorded_is_explained() {
    for (name, task) in runs() {
        let mut trainer = trainer(task, tiny(name, task), 1);
        run_to(&mut trainer, 480);
        let recorded = trainer.snapshot().metrics;
        let unexplained: Vec<&String> =
            recorded.keys().filter(|name| METRICS.iter().all(|metric| metric.name != *name)).collect();
        assert!(unexplained.is_empty(), "{unexplained:?}");
        for expected in ["rollout/ep_rew_mean", "eval/mean_reward", "train/n_updates", "train/q_mean"] {
            assert!(recorded.contains_key(expected), "{name} has no {expected}");
        }
    }
}

#[test]
fn exploration_falls_in_a_straight_line() {
    let config = Config { learning_starts: 0, ..tiny("dqn", "CartPole-v1") };
    let mut trainer = trainer("CartPole-v1", config, 1);
    let mut rate_after = |real_steps: u64| {
        while trainer.steps().0 < real_steps || trainer.snapshot().phase != "collect" {
            run(&mut trainer, 1);
        }
        trainer.snapshot().metrics["rollout/exploration_rate"]
    };
    assert!((rate_after(30) - (1.0 - 0.96 * 0.3)).abs() < 1e-5);
    assert!((rate_after(60) - (1.0 - 0.96 * 0.6)).abs() < 1e-5);
    assert!((rate_after(300) - 0.04).abs() < 1e-6);
}

#[test]
fn td3_stays_within_the_bound_and_its_noise_is_what_makes_it_vary() {
    let actions_of = |std: f64| {
        let config = Config { learning_starts: 0, action_noise_std: std, ..tiny("td3", "Pendulum-v1") };
        let mut trainer = trainer("Pendulum-v1", config, 1);
        run_to(&mut trainer, 60);
        let frames = trainer.take_recording().frames;
        frames.iter().filter_map(|frame| frame.action.first().copied()).collect::<Vec<f32>>()
    };
    let loud = actions_of(2.0);
    assert!(loud.iter().all(|action| action.abs() <= 2.0) && loud.iter().any(|action| action.abs() == 2.0));
    assert!(actions_of(0.0).iter().all(|action| action.abs() < 0.5), "it starts almost undecided");
}

#[test]
fn a_learner_is_refused_a_task_whose_actions_it_cannot_give() {
    for (name, task, instead) in [("dqn", "Pendulum-v1", "td3"), ("td3", "Acrobot-v1", "dqn")] {
        let config = preset(name, task).expect("a preset");
        let refused = Trainer::new(task, config, Seed(0), Device::cpu());
        let error = refused.err().expect("refused").to_string();
        assert!(error.contains(&format!("algorithm = {name}")) && error.contains(task), "{error}");
        assert!(error.contains(instead), "{error}");
    }
}

#[test]
fn every_preset_makes_two_updates_on_every_task_it_can_play() {
    let refused = unsuited().expect("the lists");
    let is_refused =
        |name: &str, task: &str| refused.iter().any(|pair| (pair.preset, pair.task) == (name, task));
    let of_kind = LEARNERS.iter().filter(|learner| learner.kind == Kind::OffPolicy);
    let presets = of_kind.flat_map(|learner| learner.presets.iter().map(|preset| preset.name));
    let pairs = presets.flat_map(|name| TASKS.iter().map(move |task| (name, *task)));
    for (name, task) in pairs.filter(|(name, task)| !is_refused(name, task)) {
        let mut config = preset(name, task).expect("a preset");
        (config.learning_starts, config.train_freq, config.gradient_steps) = (50, 30, 1);
        let mut trainer = trainer(task, config, 0);
        while trainer.snapshot().metrics.get("train/n_updates").is_none_or(|updates| *updates < 2.0) {
            run(&mut trainer, 1);
        }
        assert!(trainer.steps().0 >= 90);
    }
}

#[test]
fn dqn_learns_to_balance() {
    for seed in 0..3 {
        let mut trainer = trainer("CartPole-v1", preset("dqn", "CartPole-v1").expect("a preset"), seed);
        run_to(&mut trainer, 8000);
        let curve = &trainer.curves().evaluations;
        let best = curve.iter().map(|point| point.value).fold(0.0, f32::max);
        assert!(curve[0].value < 50.0 && best > 100.0, "seed {seed}: {curve:?}");
    }
}

#[test]
fn dyna_q_finds_the_way_through_the_maze_and_is_refused_where_states_cannot_be_numbered() {
    let config = preset("dyna-q", "DynaMaze-v0").expect("a preset");
    let mut solved = 0;
    for seed in 0..5 {
        let mut trainer =
            Trainer::new("DynaMaze-v0", config.clone(), Seed(seed), Device::cpu()).expect("a run");
        while trainer.steps().0 < 3000 {
            block_on(trainer.tick()).expect("a tick");
        }
        solved += usize::from(trainer.curves().evaluations.last().is_some_and(|point| point.value == 1.0));
        assert_eq!(trainer.steps().1, 50 * trainer.steps().0);
        assert!(trainer.take_recording().state_map.is_some());
    }
    assert!(solved >= 4, "{solved} of 5 seeds");
    let refused =
        Trainer::new("CartPole-v1", config, Seed(0), Device::cpu()).err().expect("refused").to_string();
    assert!(refused.contains("algorithm = dyna_q") && refused.contains("DynaMaze-v0"), "{refused}");
}
