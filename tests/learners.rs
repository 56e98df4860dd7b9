//! Every preset on every task: it learns, or a sentence says why not and names the nearest preset that does.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{Algorithm, Choice, LEARNERS, Needs, PRESETS, preset};
use mbppo::device::{Device, DeviceKind};
use mbppo::env::{TASKS, make};
use mbppo::learners::{devices, require_kernels, require_suited, unsuited};
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use pollster::block_on;

fn algorithm(word: &str) -> Algorithm {
    *Algorithm::VALUES.iter().find(|algorithm| algorithm.word == word).expect("a learner")
}

#[test]
fn every_preset_learns_every_task_or_a_sentence_names_the_nearest_that_does() {
    let refused = unsuited().expect("the lists");
    for task in TASKS {
        for row in PRESETS {
            let config = preset(row.name, task).expect("a preset");
            let trainer = Trainer::new(task, config.clone(), Seed(1), Device::cpu());
            match refused.iter().find(|pair| pair.preset == row.name && pair.task == *task) {
                None => {
                    let mut trainer =
                        trainer.unwrap_or_else(|error| panic!("{} on {task}: {error}", row.name));
                    (0..3).for_each(|_| block_on(trainer.tick()).expect("a tick"));
                }
                Some(pair) => {
                    let error = trainer.err().expect("refused").to_string();
                    assert!(error.contains(pair.why.trim_end_matches('.')), "{error} / {}", pair.why);
                    assert!(error.starts_with("algorithm = "), "{error}");
                    let instead = preset(pair.instead, task).expect("a preset");
                    Trainer::new(task, instead, Seed(1), Device::cpu()).expect("the nearest learns it");
                }
            }
        }
    }
    let instead = |name: &str, task: &str| {
        refused.iter().find(|pair| pair.preset == name && pair.task == task).map(|pair| pair.instead)
    };
    assert_eq!(instead("dqn", "Pendulum-v1"), Some("td3"));
    assert_eq!(instead("td3", "CartPole-v1"), Some("dqn"));
    assert_eq!(instead("dyna-q", "CartPole-v1"), Some("dqn"));
    assert_eq!(instead("dyna-q", "Pendulum-v1"), Some("td3"));
}

#[test]
fn a_refusal_names_the_algorithms_that_can() {
    let refusal = |word: &str, task: &str| {
        require_suited(algorithm(word), make(task).expect("a task").as_ref()).unwrap_err().to_string()
    };
    let error = refusal("dyna_q", "Pendulum-v1");
    let can = |needs: Needs| {
        let of_kind = LEARNERS.iter().filter(|learner| [Needs::Nothing, needs].contains(&learner.needs));
        of_kind.map(|learner| learner.word).collect::<Vec<_>>().join(", ")
    };
    let continuous = format!("take {} there.", can(Needs::ContinuousActions));
    assert!(error.contains("DynaMaze-v0") && error.ends_with(&continuous), "{error}");
    let discrete = format!("take {} there.", can(Needs::DiscreteActions));
    assert!(refusal("td3", "CartPole-v1").ends_with(&discrete));
}

#[test]
fn on_webgpu_learners_without_kernels_there_are_refused_and_all_others_taken() {
    let devices = devices();
    for algorithm in Algorithm::VALUES {
        let has_kernels = matches!(algorithm.word, "ppo" | "a2c");
        let on_webgpu = require_kernels(*algorithm, DeviceKind::WebGpu);
        assert_eq!(on_webgpu.is_ok(), has_kernels, "{algorithm:?}");
        assert_eq!(devices[algorithm.word()].contains(&"webgpu"), has_kernels);
        assert_eq!(require_kernels(*algorithm, DeviceKind::Cpu), Ok(()));
        assert!(devices[algorithm.word()].contains(&"cpu"));
    }
    let refused = require_kernels(algorithm("td3"), DeviceKind::WebGpu).unwrap_err().to_string();
    assert!(refused.ends_with("td3 computes on the CPU only: take device cpu."), "{refused}");
}
