//! A hyperparameter that is said to have no effect has none, and every other one has: tried by running.
#![cfg(not(target_family = "wasm"))]

use mbppo::config::{Allowed, Config, Hyperparameter, preset, schema};
use mbppo::device::Device;
use mbppo::learners::without_effect;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use pollster::block_on;
use safetensors::SafeTensors;
use std::collections::BTreeMap;

/// Small in every direction, with everything that it takes for a difference to show within a few iterations.
const TINY: &str =
    "hidden_size=8 batch_size=16 eval_every=100 eval_episodes=2 num_envs=2 replay_capacity=256";
const ON_POLICY: &str = "num_steps=12 n_epochs=2";
const IMAGINING: &str = "ensemble_size=2 model_hidden_size=8 model_batch_size=16 model_updates=75 model_patience=1 \
    imagination_rounds=2 horizon=6 branches_max=20 adaptive_depth=true depth_error_max=0.9 model_r2_min=0.001";
const FROM_REPLAY: &str =
    "learning_starts=40 train_freq=3 gradient_steps=2 target_update_interval=10 exploration_steps=200";

const SEARCHING: &str = "num_steps=20 learning_starts=40 ensemble_size=2 model_hidden_size=8 model_batch_size=16 \
    model_updates=200 model_patience=1 horizon=25 termination=known search_population=6 search_episodes=2 \
    search_generations=2 search_hidden_size=2";
const PLANNING: &str = "num_steps=20 learning_starts=40 ensemble_size=2 model_hidden_size=8 model_batch_size=16 \
    model_updates=200 model_patience=1 horizon=6 plan_candidates=8 plan_elites=3 plan_particles=3";

const BRANCHING: &str = "num_steps=12 learning_starts=40 train_freq=3 gradient_steps=2 ensemble_size=2 \
    model_hidden_size=8 model_batch_size=16 model_updates=200 model_patience=1 horizon=6 branches_max=500 \
    model_learning_rate=0.01 model_r2_min=0.001 depth_error_max=0.9 action_noise_std=0.1 real_ratio=0.5";

/// Another algorithm is another kind of run; β moves only where returns rise or fall for longer than these runs last.
const UNTRIED: [&str; 2] = ["algorithm", "adaptive_beta"];

/// Preset, task and changes of every kind of run.
fn runs() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let imagining = |more| vec![TINY, ON_POLICY, IMAGINING, more];
    vec![
        ("mb-ppo", "CartPole-v1", imagining("curiosity=rnd normalize_obs=true")),
        (
            "mb-ppo",
            "CartPole-v1",
            imagining("curiosity=disagreement separate_values=false adaptive_breadth=false"),
        ),
        ("mb-ppo", "CartPole-v1", imagining("curiosity=none termination=known adaptive_depth=false")),
        ("ppo", "CartPole-v1", vec![TINY, ON_POLICY, "curiosity=icm beta=0.1 learning_rate=0.01"]),
        ("ppo", "Pendulum-v1", vec![TINY, ON_POLICY, "learning_rate=0.01"]),
        ("ppo", "CartPole-v1", vec![TINY, ON_POLICY, "n_epochs=1 batch_size=64 eval_every=0"]),
        ("a2c", "CartPole-v1", vec![TINY, "num_steps=12"]),
        ("dqn", "CartPole-v1", vec![TINY, FROM_REPLAY]),
        ("td3", "Pendulum-v1", vec![TINY, FROM_REPLAY, "action_noise_correlation=0.5"]),
        ("td3", "Pendulum-v1", vec![TINY, FROM_REPLAY, "action_noise_std=0 target_policy_noise=0"]),
        ("random-search", "CartPole-v1", vec![TINY]),
        ("policy-search", "CartPole-v1", vec![TINY, SEARCHING]),
        ("policy-search", "Pendulum-v1", vec![TINY, SEARCHING]),
        ("pets", "CartPole-v1", vec![TINY, PLANNING, "termination=known horizon=15"]),
        ("pets", "Pendulum-v1", vec![TINY, PLANNING, "plan_caution=1"]),
        (
            "mbpo",
            "Pendulum-v1",
            vec![TINY, BRANCHING, "horizon_first=2 horizon_steps=150 adaptive_breadth=true"],
        ),
        ("mbpo", "Pendulum-v1", vec![TINY, BRANCHING, "adaptive_depth=true action_noise_correlation=0.5"]),
        ("dyna-q", "DynaMaze-v0", vec![TINY, "num_steps=12 planning_steps=5 exploration_final_eps=0.3"]),
    ]
}

fn config(preset_name: &str, task: &str, changes: &[&str]) -> Config {
    let mut config = preset(preset_name, task).expect("a preset");
    for change in changes.iter().flat_map(|changes| changes.split_whitespace()) {
        let (name, value) = change.split_once('=').expect("NAME=VALUE");
        config.set(name, value).expect("allowed");
    }
    config.validate().expect("fields that go together");
    config
}

/// Everything that was learned, measured and played, by its name in a checkpoint. What is only remembered does not
/// count, nor does a metric that repeats a setting.
fn outcome(task: &str, config: Config) -> BTreeMap<String, Vec<u8>> {
    let mut trainer = Trainer::new(task, config, Seed(1), Device::cpu()).expect("a run");
    // A table is quick, and knows nothing before it has found the goal once.
    let steps = if task == "DynaMaze-v0" { 4000 } else { 336 };
    while trainer.steps().0 < steps || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
    let saved = block_on(trainer.checkpoint()).expect("a checkpoint");
    let arrays = SafeTensors::deserialize(&saved).expect("arrays").tensors();
    let counts = |name: &str| {
        !name.starts_with("replay.") && name != "metrics" && name != "curves.metrics.train/clip_range"
    };
    arrays.into_iter().filter(|(name, _)| counts(name)).map(|(name, of)| (name, of.data().to_vec())).collect()
}

/// Other values of this hyperparameter, the most telling first.
fn others(row: &Hyperparameter, now: &str) -> Vec<String> {
    let telling: &[&str] = match row.name {
        "lr_anneal_steps" | "hybrid_steps" | "horizon_steps" | "replay_half_life" => &["300"],
        "target_kl" => &["0.0001"],
        "eval_every" => &["50"],
        "batch_size" => &["8"],
        "clip_range" => &["0.01"],
        "clip_range_vf" => &["0.001"],
        "max_grad_norm" => &["0.01"],
        "replay_capacity" => &["300"],
        "learning_starts" => &["60"],
        "model_r2_min" => &["0.999"],
        "confidence_min" => &["0.99"],
        "depth_error_max" | "disagreement_max" => &["0.001"],
        "gamma_int" | "gae_lambda" => &["0.5"],
        "planning_bonus" => &["0.1"],
        _ => &[],
    };
    let usual: Vec<String> = match &row.allowed {
        Allowed::Count { min, max } => {
            let now: usize = now.parse().expect("a count");
            [now + 1, now.saturating_sub(1)]
                .into_iter()
                .filter(|n| (min..=max).contains(&n))
                .map(|n| n.to_string())
                .collect()
        }
        Allowed::Number { min, max } => {
            let now: f64 = now.parse().expect("a number");
            let near = [now * 0.5, now + 0.1 * (max - now), now + 0.5 * (min - now)];
            near.into_iter().filter(|n| (min..=max).contains(&n)).map(|n| n.to_string()).collect()
        }
        Allowed::Switch => vec!["true".into(), "false".into()],
        Allowed::Choice { words, .. } => words.iter().map(|word| (*word).into()).collect(),
    };
    telling.iter().map(|text| (*text).into()).chain(usual).filter(|text| text != now).collect()
}

/// Whether another value of this hyperparameter changes what comes out; none where no other value goes with the rest.
fn has_effect(
    task: &str,
    base: &Config,
    row: &Hyperparameter,
    before: &BTreeMap<String, Vec<u8>>,
) -> Option<bool> {
    let now = base.get(row.name).expect("a value");
    let changed = others(row, &now).into_iter().filter_map(|text| {
        let mut config = base.clone();
        config.set(row.name, &text).expect("allowed");
        config.validate().is_ok().then_some(config)
    });
    let mut answer = None;
    for config in changed {
        let changes = outcome(task, config) != *before;
        answer = Some(changes);
        if changes {
            break;
        }
    }
    answer
}

#[test]
fn what_is_said_to_have_no_effect_has_none_and_everything_else_has() {
    let wrong: Vec<String> = std::thread::scope(|threads| {
        let kinds: Vec<_> = runs().into_iter().map(|run| threads.spawn(|| wrong_remarks(run))).collect();
        kinds.into_iter().flat_map(|kind| kind.join().expect("a kind of run")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Remarks on this kind of run that running it contradicts.
fn wrong_remarks((preset_name, task, changes): (&str, &str, Vec<&str>)) -> Vec<String> {
    let base = config(preset_name, task, &changes);
    let before = outcome(task, base.clone());
    let unread = without_effect(&base, task).expect("a task");
    let mut wrong = Vec::new();
    for row in schema().iter().filter(|row| !UNTRIED.contains(&row.name)) {
        let remark = unread.iter().find(|remark| remark.name == row.name);
        let has_effect = has_effect(task, &base, row, &before);
        if has_effect.is_some_and(|has_effect| has_effect == remark.is_some()) {
            let said = remark.map_or("said to have an effect".into(), |remark| remark.reason.clone());
            wrong.push(format!("{preset_name} {changes:?} {}: {said}", row.name));
        }
    }
    wrong
}

#[test]
fn a_remark_says_in_which_configuration_nothing_reads_it() {
    let reason = |preset_name: &str, task: &str, changes: &[&str], name: &str| {
        let unread = without_effect(&config(preset_name, task, changes), task).expect("a task");
        unread.into_iter().find(|remark| remark.name == name).map(|remark| remark.reason)
    };
    let cases = [
        ("ppo", "horizon", "has no effect without imagination (imagination_rounds = 0)"),
        ("ppo", "beta", "has no effect without curiosity (curiosity = none)"),
        ("ppo", "model_updates", "has no effect without imagination (imagination_rounds = 0)"),
        ("dqn", "n_epochs", "has no effect in dqn"),
        ("dqn", "horizon", "has no effect in dqn"),
        ("a2c", "clip_range", "has no effect in a2c"),
        ("ppo", "log_std_init", "has no effect on a task with choices"),
    ];
    for (preset_name, name, expected) in cases {
        assert_eq!(
            reason(preset_name, "CartPole-v1", &[], name).as_deref(),
            Some(expected),
            "{preset_name} {name}"
        );
    }
    assert_eq!(reason("ppo", "Pendulum-v1", &[], "log_std_init"), None);
    assert_eq!(reason("ppo", "CartPole-v1", &["imagination_rounds=1"], "horizon"), None);
}
