//! A run that is saved and resumed goes on exactly, whatever it learns with.

use super::{config, every_learner, fingerprint, frames, iterations, resumed, run, saved};
use mbppo::arrays::Arrays;
use mbppo::config::Config;
use mbppo::device::Device;
use mbppo::trainer::Trainer;
use pollster::block_on;

/// A run of 2 n iterations against one that was saved after n and resumed.
fn goes_on_exactly(task: &str, config: Config, n: u64) {
    let (mut straight, mut stopped) = (run(task, config.clone()), run(task, config));
    iterations(&mut straight, n);
    iterations(&mut stopped, n);
    let bytes = saved(&stopped);
    drop(stopped);
    let mut again = resumed(&bytes);
    assert_eq!(saved(&again), bytes, "{task}: what was read is what was written");
    straight.take_recording();
    iterations(&mut straight, n);
    iterations(&mut again, n);
    assert_eq!(frames(&mut again), frames(&mut straight), "{task}: the next actions");
    assert_eq!(fingerprint(&again), fingerprint(&straight), "{task}");
    assert_eq!(saved(&again), saved(&straight), "{task}: everything that can be saved");
}

#[test]
fn ppo_with_a_model_goes_on_exactly_with_every_kind_of_curiosity() {
    for kind in ["rnd", "icm", "disagreement", "none"] {
        let changes =
            [format!("curiosity={kind}"), "lr_anneal_steps=500".into(), "imagination_rounds=2".into()];
        let changes: Vec<&str> = changes.iter().map(String::as_str).collect();
        goes_on_exactly("CartPole-v1", config("mb-ppo", "CartPole-v1", &changes), 3);
    }
}

#[test]
fn it_goes_on_exactly_after_the_ring_has_gone_round_and_with_gaussian_heads() {
    let changes = ["curiosity=rnd", "model_heads=gaussian", "num_steps=100"];
    goes_on_exactly("Pendulum-v1", config("mb-ppo", "Pendulum-v1", &changes), 2);
}

#[test]
fn curiosity_learns_from_every_imagined_step_once_where_it_is_asked_to() {
    for kind in ["rnd", "icm"] {
        let of_kind = format!("curiosity={kind}");
        let changes = ["curiosity_on_imagined=true", of_kind.as_str(), "imagination_rounds=1"];
        let mut trainer = run("CartPole-v1", config("mb-ppo", "CartPole-v1", &changes));
        let (mut expected, mut imagined) = (0, 0);
        for _ in 0..3 {
            iterations(&mut trainer, 1);
            // Minibatches of 16, of the 24 real steps and of those that were imagined.
            expected += 24u64.div_ceil(16) + (trainer.steps().1 - imagined).div_ceil(16);
            imagined = trainer.steps().1;
            let (mut arrays, _) = Arrays::from_bytes(&saved(&trainer)).expect("a checkpoint");
            let done: i64 = arrays.take_one(&format!("{kind}.adam.step")).expect("a count");
            assert_eq!(done, expected as i64, "{kind}, {imagined} imagined");
        }
        assert!(imagined > 16, "more than one minibatch");
        let changes = ["curiosity_on_imagined=true", of_kind.as_str(), "imagination_rounds=2"];
        goes_on_exactly("CartPole-v1", config("mb-ppo", "CartPole-v1", &changes), 2);
    }
}

#[test]
fn networks_of_every_depth_and_with_a_shared_trunk_go_on_exactly() {
    for changes in [
        ["hidden_layers=1", "model_hidden_layers=3", "shared_trunk=false"],
        ["hidden_layers=3", "model_hidden_layers=1", "shared_trunk=true"],
    ] {
        for task in ["CartPole-v1", "Pendulum-v1"] {
            goes_on_exactly(task, config("mb-ppo", task, &changes), 2);
        }
    }
    goes_on_exactly("CartPole-v1", config("dqn", "CartPole-v1", &["hidden_layers=3"]), 20);
    goes_on_exactly("Pendulum-v1", config("td3", "Pendulum-v1", &["hidden_layers=1"]), 25);
}

#[test]
fn a2c_goes_on_exactly() {
    goes_on_exactly("Acrobot-v1", config("a2c", "Acrobot-v1", &[]), 4);
}

#[test]
fn every_learner_goes_on_exactly() {
    for (preset, task) in every_learner() {
        goes_on_exactly(task, config(preset, task, &["action_noise_correlation=0.9"]), 25);
    }
}

#[test]
fn tables_go_on_exactly() {
    goes_on_exactly("DynaMaze-v0", config("dyna-q", "DynaMaze-v0", &["planning_bonus=0.001"]), 30);
}

#[test]
fn a_run_to_which_nothing_has_happened_goes_on_exactly() {
    let config = config("mb-ppo", "CartPole-v1", &[]);
    let (mut straight, fresh) = (run("CartPole-v1", config.clone()), run("CartPole-v1", config));
    let mut again = resumed(&saved(&fresh));
    iterations(&mut straight, 2);
    iterations(&mut again, 2);
    assert_eq!(fingerprint(&again), fingerprint(&straight));
}

#[test]
fn changed_physics_are_kept_in_the_task_and_in_evaluations() {
    let config = config("mb-ppo", "CartPole-v1", &[]);
    let [mut straight, mut stopped] = [1, 2].map(|_| {
        let mut trainer = run("CartPole-v1", config.clone());
        trainer.set_physics("gravity", 3.7).expect("in range");
        trainer.set_physics("wind", 0.1 + 0.2).expect("in range");
        iterations(&mut trainer, 2);
        trainer
    });
    let mut again = resumed(&saved(&stopped));
    assert_eq!(again.physics(), stopped.physics());
    iterations(&mut straight, 3);
    iterations(&mut again, 3);
    assert_eq!(fingerprint(&again), fingerprint(&straight));
}

#[test]
fn changes_that_are_still_to_come_happen_in_the_resumed_run_too() {
    let config = config("mb-ppo", "CartPole-v1", &[]);
    let [mut straight, mut stopped] = [1, 2].map(|_| {
        let mut trainer = run("CartPole-v1", config.clone());
        iterations(&mut trainer, 1);
        let soon = trainer.snapshot().ticks + 7;
        trainer.plan_physics("gravity", &format!("20@{soon};3.7@1;5@9000000")).expect("in range");
        trainer
    });
    let mut again = resumed(&saved(&stopped));
    iterations(&mut stopped, 2);
    assert_eq!(stopped.physics()[0].value, 20.0);
    iterations(&mut straight, 2);
    iterations(&mut again, 2);
    assert_eq!(again.levers(), stopped.levers());
    assert_eq!(fingerprint(&again), fingerprint(&straight));
}

#[test]
fn another_device_goes_on_from_the_same_numbers() {
    for (preset, task) in [("mb-ppo", "CartPole-v1"), ("dqn", "CartPole-v1"), ("td3", "Pendulum-v1")] {
        let mut trainer = run(task, config(preset, task, &[]));
        iterations(&mut trainer, 12);
        let bytes = saved(&trainer);
        let mut elsewhere = Trainer::resume(&bytes, Device::cpu_plain()).expect("a checkpoint");
        block_on(elsewhere.tick()).expect("a tick");
        block_on(trainer.tick()).expect("a tick");
        assert_eq!(elsewhere.policy_parameters(), trainer.policy_parameters(), "{preset}");
        iterations(&mut elsewhere, 1);
        iterations(&mut trainer, 1);
        let [here, there] =
            [&trainer, &elsewhere].map(|run| run.policy_parameters().expect("an actor").to_vec());
        let length = |numbers: &[f32]| numbers.iter().map(|x| x * x).sum::<f32>().sqrt();
        let apart: Vec<f32> = here.iter().zip(&there).map(|(a, b)| a - b).collect();
        assert!(length(&apart) < 0.02 * length(&here), "{preset}: {} of {}", length(&apart), length(&here));
        iterations(&mut elsewhere, 3);
    }
}

#[test]
fn a_run_is_saved_between_iterations_only() {
    let mut trainer = run("CartPole-v1", config("ppo", "CartPole-v1", &[]));
    block_on(trainer.tick()).expect("a tick");
    assert!(!trainer.is_between_iterations());
    let refused = block_on(trainer.checkpoint()).expect_err("within an iteration").to_string();
    assert!(refused.contains("phase = collect") && refused.contains("between two iterations"), "{refused}");
    iterations(&mut trainer, 1);
    assert!(block_on(trainer.checkpoint()).is_ok());
}
