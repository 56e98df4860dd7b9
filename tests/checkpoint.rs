//! Checkpoints: a run that was saved goes on as if it had never stopped, and what is no checkpoint is refused by name.
#![cfg(not(target_family = "wasm"))]

use mbppo::arrays::Arrays;
use mbppo::config::{Config, LEARNERS, preset};
use mbppo::device::Device;
use mbppo::env::TASKS;
use mbppo::learners::unsuited;
use mbppo::rng::Seed;
use mbppo::snapshot::Curves;
use mbppo::trainer::Trainer;
use pollster::block_on;

/// A learner of this preset, small in every direction, but every phase does something.
fn config(name: &str, task: &str, changes: &[&str]) -> Config {
    let mut config = preset(name, task).expect("a preset");
    let small =
        ["hidden_size=8", "batch_size=16", "n_epochs=2", "num_envs=2", "num_steps=12", "eval_every=40"];
    let model = ["eval_episodes=2", "ensemble_size=2", "model_hidden_size=8", "model_batch_size=8"];
    let rest = ["model_updates=30", "horizon=4", "branches_max=20", "branches_min=4", "model_r2_min=0"];
    let replay = ["replay_capacity=256", "learning_starts=30"];
    for change in small.iter().chain(&model).chain(&rest).chain(&replay).chain(changes) {
        let (name, value) = change.split_once('=').expect("NAME=VALUE");
        config.set(name, value).expect("a possible value");
    }
    config
}

fn run(task: &str, config: Config) -> Trainer {
    Trainer::new(task, config, Seed(11), Device::cpu()).expect("a run")
}

/// The first preset of every learner, on the first task that suits it.
fn every_learner() -> Vec<(&'static str, &'static str)> {
    let refused = unsuited().expect("the lists");
    let suits = |name: &str, task: &str| !refused.iter().any(|pair| (pair.preset, pair.task) == (name, task));
    let first = |name: &'static str| (name, *TASKS.iter().find(|task| suits(name, task)).expect("a task"));
    LEARNERS.iter().map(|learner| first(learner.presets[0].name)).collect()
}

/// To the end of the `count`-th iteration from here on, with the evaluation that follows it.
fn iterations(trainer: &mut Trainer, count: u64) {
    let last = trainer.snapshot().iteration + count;
    while trainer.snapshot().iteration < last || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
}

fn saved(trainer: &Trainer) -> Vec<u8> {
    block_on(trainer.checkpoint()).expect("between iterations")
}

fn resumed(bytes: &[u8]) -> Trainer {
    Trainer::resume(bytes, Device::cpu()).expect("a checkpoint")
}

/// Real steps and value of each point.
type CurveBits = Vec<[u64; 2]>;

/// Every number of these curves by its bits: a metric may be NaN, and NaN differs from itself.
fn bits(curves: &Curves) -> Vec<(String, CurveBits)> {
    let all = curves.metrics.iter().map(|(name, points)| (name.as_str(), points));
    let of_run = [("returns", &curves.episode_returns), ("evaluations", &curves.evaluations)];
    let point = |point: &mbppo::snapshot::Point| [point.real_steps.to_bits(), point.value.to_bits().into()];
    all.chain(of_run).map(|(name, points)| (name.into(), points.iter().map(point).collect())).collect()
}

/// What people and learners see of a run: parameters, metrics and curves, bit for bit.
fn fingerprint(trainer: &Trainer) -> (Vec<u32>, String, Vec<(String, CurveBits)>) {
    let parameters = trainer.policy_parameters().unwrap_or_default().iter().map(|p| p.to_bits()).collect();
    let snapshot = trainer.snapshot();
    let metrics: Vec<_> = snapshot.metrics.iter().map(|(name, value)| (name, value.to_bits())).collect();
    (parameters, format!("{snapshot:?} {metrics:?}"), bits(trainer.curves()))
}

/// The states and actions that environment 0 shows from here on, bit for bit.
fn frames(trainer: &mut Trainer) -> Vec<(u64, Vec<u32>, u32)> {
    let recording = trainer.take_recording();
    let numbers =
        |frame: &mbppo::snapshot::Frame| frame.obs.iter().chain(&frame.action).map(|x| x.to_bits()).collect();
    recording
        .frames
        .iter()
        .map(|frame| (frame.step, numbers(frame), frame.episode_return.to_bits()))
        .collect()
}

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

/// The JSON of a checkpoint after `change`, in the same file.
fn with_json(bytes: &[u8], change: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
    let (arrays, text) = Arrays::from_bytes(bytes).expect("a checkpoint");
    let mut json = serde_json::from_str(&text).expect("JSON");
    change(&mut json);
    arrays.to_bytes(&json.to_string()).expect("a file")
}

#[test]
fn what_cannot_be_resumed_is_named() {
    let mut trainer = run("CartPole-v1", config("mb-ppo", "CartPole-v1", &[]));
    iterations(&mut trainer, 1);
    let bytes = saved(&trainer);
    let refusal = |bytes: &[u8]| match Trainer::resume(bytes, Device::cpu()) {
        Ok(_) => panic!("it should have been refused"),
        Err(error) => error.to_string(),
    };
    let in_json = |change: &dyn Fn(&mut serde_json::Value)| refusal(&with_json(&bytes, change));
    assert!(refusal(b"once upon a time").contains("safetensors file"));
    assert!(refusal(&bytes[..bytes.len() - 1]).contains("safetensors file"));
    assert!(in_json(&|json| json["format"] = 99.into()).contains("format = 99"));
    assert!(in_json(&|json| json["task"] = "Chess-v0".into()).contains("task = Chess-v0"));
    assert!(in_json(&|json| json["config"]["gamma"] = "7".into()).contains("config.gamma = 7"));
    assert!(in_json(&|json| json["config"]["gama"] = "1".into()).contains("config.gama = 1"));
    let without = |name: &'static str| {
        in_json(&move |json| drop(json["config"].as_object_mut().expect("a map").remove(name)))
    };
    assert!(without("gamma").contains("config.gamma = nothing"));
    assert!(
        in_json(&|json| json["config"]["hidden_size"] = "16".into()).contains("policy.0.kernel = [4, 8]")
    );
    assert!(in_json(&|json| json["streams"]["dice"] = 1.into()).contains("streams.dice = 1"));
    assert!(in_json(&|json| json["metrics"][0] = "wealth".into()).contains("metrics = wealth"));
    assert!(in_json(&|json| json["mood"] = "good".into()).contains("unknown field `mood`"));
    assert!(in_json(&|json| json["seed"] = "one".into()).contains("__metadata__.mbppo"));
    let (mut arrays, text) = Arrays::from_bytes(&bytes).expect("a checkpoint");
    arrays.put("physics.gravity", &[1], [1e9]);
    assert!(refusal(&arrays.to_bytes(&text).expect("a file")).contains("physics.gravity = 1000000000"));
    let (mut arrays, text) = Arrays::from_bytes(&bytes).expect("a checkpoint");
    arrays.put("physics.colour", &[1], [1.0_f64]);
    assert!(refusal(&arrays.to_bytes(&text).expect("a file")).contains("no such array"));
    let (arrays, text) = Arrays::from_bytes(&bytes).expect("a checkpoint");
    let may_be_missing = ["curves.metrics.", "trust.confidence"];
    for name in arrays.names("").filter(|name| !may_be_missing.iter().any(|prefix| name.starts_with(prefix)))
    {
        let mut less = arrays.clone();
        less.take::<f32>(name, &[usize::MAX]).expect_err("of another shape, and gone");
        let refused = refusal(&less.to_bytes(&text).expect("a file"));
        assert!(refused.contains(&format!("{name} = nothing")), "{name}: {refused}");
    }
}

/// `actor_critic.policy.0.kernel` as the document writes it: `actor_critic.policy.L.kernel`.
fn documented(name: &str) -> String {
    for prefix in ["physics.", "physics_changes.", "curves.metrics."] {
        if name.starts_with(prefix) {
            return format!("`{prefix}NAME`");
        }
    }
    let word = |word: &str| if word.parse::<usize>().is_ok() { "L".into() } else { word.to_string() };
    format!("`{}`", name.split('.').map(word).collect::<Vec<_>>().join("."))
}

#[test]
fn every_array_and_every_key_of_the_json_is_documented() {
    let document = include_str!("../docs/checkpoints.md");
    let mechanisms = [
        ("mb-ppo", "CartPole-v1", "curiosity=rnd"),
        ("mb-ppo", "Pendulum-v1", "curiosity=icm"),
        ("mb-ppo", "Pendulum-v1", "shared_trunk=true"),
    ];
    let learners = every_learner().into_iter().map(|(preset, task)| (preset, task, "gamma=0.9"));
    for (preset, task, change) in mechanisms.into_iter().chain(learners) {
        let mut trainer = run(task, config(preset, task, &[change]));
        iterations(&mut trainer, 2);
        if task == "CartPole-v1" {
            trainer.set_physics("wind", 1.0).expect("in range");
        }
        let (arrays, text) = Arrays::from_bytes(&saved(&trainer)).expect("a checkpoint");
        for name in arrays.names("") {
            assert!(document.contains(&documented(name)), "{name} is not documented");
        }
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let keys =
            |value: &serde_json::Value| value.as_object().expect("a map").keys().cloned().collect::<Vec<_>>();
        for key in [keys(&json), keys(&json["counters"]), keys(&json["trust"])].concat() {
            assert!(document.contains(&format!("`{key}`")), "{key} is not documented");
        }
    }
}
