//! The real binary on tiny grids: what a researcher types, and what stands in the file afterwards.
#![cfg(all(cli, not(target_family = "wasm")))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An empty folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command_line").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn mbppo(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mbppo"));
    command.current_dir(folder).args(words).output().expect("the binary runs")
}

fn success(folder: &Path, words: &[&str]) -> String {
    let output = mbppo(folder, words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn refused(folder: &Path, words: &[&str]) -> String {
    let output = mbppo(folder, words);
    assert!(!output.status.success(), "{words:?} was accepted");
    String::from_utf8(output.stderr).expect("text")
}

/// Two tasks, two modes and a variant with these seeds: small runs that are never solved.
fn grid(folder: &Path, seeds: &str) -> String {
    let mut words = vec!["grid", "--task", "CartPole-v1,Acrobot-v1", "--mode", "ppo", "--mode", "textbook"];
    words.extend(["--variant", "wide: hidden_size=16", "--max-steps", "64", "--jobs", "2"]);
    for small in ["num_steps=16", "n_epochs=1", "eval_every=64", "eval_episodes=1", "hidden_size=8"] {
        words.extend(["--set", small]);
    }
    words.extend(["--set", "model_updates=1", "--set", "curiosity=none"]);
    words.extend(["--seeds", seeds, "--out", "runs.jsonl", "--pictures", "pictures"]);
    success(folder, &words)
}

/// What the lines say apart from the time they took, in an order of its own.
fn lines(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("runs.jsonl")).expect("a file");
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| {
            let mut line: serde_json::Value = serde_json::from_str(line).expect("a whole line");
            line.as_object_mut()
                .expect("an object")
                .retain(|name, _| !name.starts_with("wall_s") && !name.starts_with("cpu_s"));
            line.to_string()
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn a_grid_of_tasks_modes_variants_and_seeds_writes_each_run_once_and_says_what_came_of_it() {
    let folder = folder("whole");
    let table = grid(&folder, "0..2");
    assert_eq!(lines(&folder).len(), 2 * 2 * 2 * 2);
    for text in ["CartPole-v1, bar 475", "Acrobot-v1, bar -100", "textbook, wide", "three in a row", "never"]
    {
        assert!(table.contains(text), "{text} is missing in\n{table}");
    }
    let again = grid(&folder, "0..2");
    assert_eq!(table, again, "nothing is left to do, and the same file gives the same numbers");
    assert_eq!(lines(&folder).len(), 16);
    for picture in ["CartPole-v1.svg", "Acrobot-v1.svg"] {
        let svg = fs::read_to_string(folder.join("pictures").join(picture)).expect("a picture");
        assert!(svg.contains("textbook, wide, mean return") && svg.ends_with("</svg>\n"));
    }
    let report = success(&folder, &["report", "runs.jsonl", "runs.jsonl"]);
    assert!(table.starts_with(&report), "a file that is given twice counts once");
    let markdown = success(&folder, &["report", "--markdown", "runs.jsonl"]);
    assert!(markdown.contains("| ppo, wide | 0 to 1 | – – | – – |"), "{markdown}");
}

#[test]
fn an_interrupted_grid_goes_on_where_it_was() {
    let (whole, cut) = (folder("uninterrupted"), folder("interrupted"));
    grid(&whole, "0..2");
    grid(&cut, "0..1");
    let path = cut.join("runs.jsonl");
    let mut bytes = fs::read(&path).expect("a file");
    bytes.truncate(bytes.len() - 150);
    fs::write(&path, bytes).expect("torn");
    grid(&cut, "0..2");
    let text = fs::read_to_string(&path).expect("a file");
    let (torn, left): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| !line.ends_with('}'));
    assert_eq!((torn.len(), left.len()), (1, 16), "the torn line stays, and its run is there again");
    fs::write(&path, left.join("\n")).expect("written");
    assert_eq!(lines(&cut), lines(&whole));
}

#[test]
fn a_saved_run_goes_on_to_the_same_file_as_one_that_never_stopped() {
    let folder = folder("saved");
    let train = |rest: &[&str]| success(&folder, &[&["train"], rest].concat());
    let small = ["--mode", "mb-ppo", "--seed", "3", "--set", "model_updates=25", "--set", "eval_every=100"];
    train(&[&small[..], &["--max-steps", "250", "--save", "whole.safetensors"]].concat());
    train(&[&small[..], &["--max-steps", "100", "--save", "part.safetensors", "--save-every", "1"]].concat());
    train(&["--resume", "part.safetensors", "--max-steps", "250", "--save", "rest.safetensors"]);
    let bytes = |name: &str| fs::read(folder.join(name)).expect("a file");
    assert!(bytes("part.safetensors") != bytes("whole.safetensors"));
    assert!(bytes("rest.safetensors") == bytes("whole.safetensors"), "the two runs differ");
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 3, "nothing else is left behind");

    let message = refused(&folder, &["train", "--resume", "nowhere.safetensors"]);
    assert!(message.contains("nowhere.safetensors"), "{message}");
    fs::write(folder.join("notes.md"), "# Notes\n").expect("written");
    let message = refused(&folder, &["train", "--resume", "notes.md"]);
    assert!(message.contains("The checkpoint's file = "), "{message}");
    let message = refused(&folder, &["train", "--resume", "part.safetensors", "--set", "gamma=0.5"]);
    assert!(message.contains("'--resume <FILE>' cannot be used with"), "{message}");
    let message = refused(&folder, &["train", "--max-steps", "20", "--save", "nowhere/run.safetensors"]);
    assert!(message.contains("nowhere/run.safetensors: there is no folder nowhere"), "{message}");
}

#[test]
fn a_policy_alone_is_saved_played_and_learned_on_from_and_metrics_are_written_for_tensorboard() {
    let folder = folder("policy");
    let small = ["--mode", "ppo", "--max-steps", "200", "--set", "hidden_size=8", "--set", "eval_every=100"];
    let kept = ["--save", "run.safetensors", "--tensorboard", "metrics"];
    success(&folder, &[&["train"][..], &small, &kept].concat());
    let events: Vec<_> = fs::read_dir(folder.join("metrics")).expect("a folder").flatten().collect();
    let name = events[0].file_name().into_string().expect("text");
    assert!(events.len() == 1 && name.starts_with("events.out.tfevents."), "{name}");
    let bytes = fs::read(events[0].path()).expect("a file");
    for tag in ["brain.Event:2", "rollout/ep_rew_mean", "eval/mean_reward", "train/value_loss"] {
        assert!(bytes.windows(tag.len()).any(|bytes| bytes == tag.as_bytes()), "{tag}");
    }

    let extract = ["policy", "--from", "run.safetensors", "--out", "policy.safetensors"];
    let said = success(&folder, &extract);
    assert!(said.starts_with("policy.safetensors: ") && said.contains("ppo 4–8–8–2, seed 0"), "{said}");
    let eval = |file: &str| success(&folder, &["eval", file, "--episodes", "3", "--seed", "5"]);
    let played = eval("policy.safetensors");
    assert!(played.contains("of 3 episodes") && played.contains("the bar is 475"), "{played}");
    assert_eq!(eval("run.safetensors"), played, "as the run plays itself");
    success(&folder, &["train", "--policy", "policy.safetensors", "--max-steps", "50"]);

    let message = refused(&folder, &["train", "--resume", "policy.safetensors"]);
    assert!(message.contains("a policy"), "{message}");
    let message = refused(&folder, &["policy", "--from", "policy.safetensors", "--out", "run.safetensors"]);
    assert!(message.contains("run.safetensors: it is there already and is not a policy"), "{message}");
    fs::write(folder.join("notes.md"), "# Notes\n").expect("written");
    for words in [&["eval", "notes.md"][..], &["train", "--policy", "notes.md"]] {
        let message = refused(&folder, words);
        assert!(message.contains("notes.md: ") && message.contains("file = "), "{message}");
    }
}

#[test]
fn bad_arguments_are_named_before_anything_runs() {
    let folder = folder("refused");
    let message = refused(&folder, &["grid", "--task", "Tetris", "--out", "runs.jsonl"]);
    assert!(message.contains("'Tetris' for '--task") && message.contains("CartPole-v1"), "{message}");
    let message = refused(&folder, &["train", "--set", "gamma=2"]);
    assert!(message.contains("--set") && message.contains("from 0 to 1"), "{message}");
    let message = refused(&folder, &["report", "nowhere.jsonl"]);
    assert!(message.contains("nowhere.jsonl"), "{message}");
    fs::write(folder.join("notes.md"), "# Notes\n").expect("written");
    let message = refused(&folder, &["grid", "--out", "notes.md"]);
    assert!(message.contains("notes.md: line 1 is not a run"), "{message}");
    assert_eq!(fs::read_to_string(folder.join("notes.md")).expect("a file"), "# Notes\n");
    assert!(!folder.join("runs.jsonl").exists());
}
