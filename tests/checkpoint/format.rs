//! What a file must be like: what cannot be resumed is named, and every array is documented.

use super::{config, every_learner, iterations, run, saved};
use mbppo::arrays::Arrays;
use mbppo::device::Device;
use mbppo::trainer::Trainer;

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
    let document = include_str!("../../docs/checkpoints.md");
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
