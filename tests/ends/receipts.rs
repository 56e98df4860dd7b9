//! Receipts: what a run claims, verified by running it again.

use crate::program::{Running, command, folder, mbppo, names, unsolved};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A run of 100 real steps that leaves `receipt.json`.
fn receipt(folder: &Path, more: &[&str]) -> Value {
    let words = [&["--max-steps", "100", "--receipt", "receipt.json"], more].concat();
    mbppo(folder, &unsolved(&words)).well();
    read(folder)
}

fn read(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("receipt.json")).expect("a receipt");
    serde_json::from_str(&text).expect("JSON")
}

fn write(folder: &Path, receipt: &Value) {
    fs::write(folder.join("forged.json"), receipt.to_string()).expect("written");
}

#[test]
fn a_receipt_agrees_whoever_learned_and_also_of_a_run_that_was_saved_and_resumed() {
    let folder = folder("receipts");
    let mut files = vec!["verify".to_string()];
    for (mode, task) in [
        ("mb-ppo", "CartPole-v1"),
        ("sac", "Pendulum-v1"),
        ("dqn", "CartPole-v1"),
        ("dyna-q", "DynaMaze-v0"),
        ("random-search", "CartPole-v1"),
    ] {
        let file = format!("{mode}.json");
        let words = ["train", "--task", task, "--mode", mode, "--max-steps", "60", "--receipt", &file];
        mbppo(&folder, &words).well();
        files.push(file);
    }
    mbppo(&folder, &unsolved(&["--max-steps", "100", "--save", "run.safetensors"])).well();
    let resumed = ["train", "--resume", "run.safetensors", "--max-steps", "300", "--receipt", "resumed.json"];
    mbppo(&folder, &resumed).well();
    files.push("resumed.json".into());
    let words: Vec<&str> = files.iter().map(String::as_str).collect();
    let ended = mbppo(&folder, &words).well();
    assert_eq!(ended.stdout.matches(": every bit agrees (").count(), 6, "{}", ended.stdout);
}

#[test]
fn a_receipt_that_claims_something_else_does_not_agree_and_the_claim_is_named() {
    let folder = folder("forged");
    let honest = receipt(&folder, &[]);
    let changes = [
        ("/best_evaluation", json!(-1.0), "best_evaluation"),
        ("/evaluations/0/value", json!(-1.0), "evaluations[0]"),
        ("/solved_at_real_steps", json!(64), "solved_at_real_steps"),
        ("/real_steps", json!(99), "real_steps"),
        ("/episodes", json!(7), "episodes"),
        ("/hash", json!("0123456789abcdef"), "hash"),
        ("/seed", json!(8), "hash"),
        ("/config/gamma", json!("0.5"), "hash"),
        ("/physics", json!({"gravity": "5@3"}), "hash"),
    ];
    for (field, value, named) in changes {
        let mut forged = honest.clone();
        *forged.pointer_mut(field).expect("there") = value;
        write(&folder, &forged);
        let ended = mbppo(&folder, &["verify", "forged.json"]).must_end(1, &["1 of 1 could not be verified"]);
        let told = &ended.stdout;
        assert!(
            told.starts_with("forged.json: it does not agree (") && told.contains(named),
            "{field}: {told}"
        );
    }
}

#[test]
fn where_programs_may_round_differently_a_difference_is_not_held_against_a_receipt() {
    let folder = folder("undecided");
    let honest = receipt(&folder, &[]);
    let mut others = honest.clone();
    others["computed_by"][0]["arithmetic"] = json!("wasm32 simd128");
    write(&folder, &others);
    let ended = mbppo(&folder, &["verify", "forged.json"]).well();
    assert!(ended.stdout.contains("every bit agrees"), "they did not round differently: {}", ended.stdout);
    others["hash"] = json!("0123456789abcdef");
    write(&folder, &others);
    let ended = mbppo(&folder, &["verify", "forged.json"]).must_end(1, &[]);
    for words in ["it cannot be verified here", "wasm32 simd128", "may round differently"] {
        assert!(ended.stdout.contains(words), "{}", ended.stdout);
    }
    for (device, places) in [("webgpu", 1), ("cpu", 2)] {
        let mut elsewhere = honest.clone();
        elsewhere["computed_by"][0]["device"] = json!(device);
        let all = vec![elsewhere["computed_by"][0].clone(); places];
        elsewhere["computed_by"] = json!(all);
        write(&folder, &elsewhere);
        let ended = mbppo(&folder, &["verify", "forged.json"]).must_end(1, &[]);
        assert!(ended.stdout.contains("it cannot be verified here"), "{}", ended.stdout);
    }
}

#[test]
fn what_is_no_receipt_is_refused_by_name_and_the_next_is_verified() {
    let folder = folder("no_receipts");
    let honest = receipt(&folder, &[]);
    let mut wrong = vec![
        (Value::Null, "receipt = null"),
        (json!([1]), "receipt = null"),
        (json!({"receipt": 2}), "receipt = 2"),
        (json!({"receipt": 1}), "JSON"),
    ];
    for (field, value, named) in [
        ("/computed_by", json!([]), "computed_by"),
        ("/task", json!("Cartpole"), "task = Cartpole"),
        ("/config/gamma", json!("7"), "config.gamma = 7"),
        ("/config/hidden_size", json!("1e30"), "config.hidden_size"),
        ("/physics", json!({"gravity": "heavy"}), "physics.gravity = heavy"),
        ("/physics", json!({"storm": "1"}), "physics.storm"),
        ("/seed", json!(-1), "JSON"),
        ("/ticks", json!("many"), "JSON"),
    ] {
        let mut forged = honest.clone();
        *forged.pointer_mut(field).expect("there") = value;
        wrong.push((forged, named));
    }
    for (forged, named) in wrong {
        write(&folder, &forged);
        let ended = mbppo(&folder, &["verify", "forged.json", "receipt.json"]);
        let ended = ended.must_end(1, &["forged.json: ", named, "1 of 2 could not be verified"]);
        assert!(ended.stdout.starts_with("receipt.json: every bit agrees"), "{}", ended.stdout);
    }
    for (name, bytes) in [("empty", &b""[..]), ("binary", &[0xff, 0, 1]), ("text", b"a receipt")] {
        fs::write(folder.join(name), bytes).expect("written");
        mbppo(&folder, &["verify", name]).must_end(1, &[name]);
    }
    mbppo(&folder, &["verify", "nowhere.json"]).must_end(1, &["nowhere.json"]);
    mbppo(&folder, &["verify"]).must_end(2, &[]);
}

#[test]
fn a_receipt_replaces_a_receipt_and_nothing_else() {
    let folder = folder("receipt_places");
    receipt(&folder, &[]);
    receipt(&folder, &["--seed", "2"]);
    fs::write(folder.join("notes.txt"), "what I thought").expect("written");
    mbppo(&folder, &unsolved(&["--receipt", "notes.txt"])).must_end(1, &["notes.txt", "is not a receipt"]);
    mbppo(&folder, &unsolved(&["--receipt", "nowhere/receipt.json"])).must_end(1, &["there is no folder"]);
    assert_eq!(fs::read_to_string(folder.join("notes.txt")).expect("there"), "what I thought");
    assert_eq!(names(&folder), ["notes.txt", "receipt.json"]);
}

#[test]
fn a_signal_ends_a_verification() {
    let folder = folder("endless_receipt");
    let mut endless = receipt(&folder, &[]);
    endless["ticks"] = json!(1_u64 << 50);
    write(&folder, &endless);
    let run = Running::start(command(&folder, &["verify", "forged.json"]));
    run.works(1);
    run.signal("TERM");
    run.end().must_end(143, &["ended by TERM"]);
}
