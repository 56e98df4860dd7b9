//! Signals: what a terminal, a scheduler or a closed window sends.

use crate::program::{Running, command, folder, grid, in_shell, mbppo, names, unsolved};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// A run that goes on until somebody ends it.
fn endless<'a>(more: &[&'a str]) -> Vec<&'a str> {
    unsolved(&[&["--max-steps", "1e9"], more].concat())
}

/// A run whose first iteration takes some minutes.
const LONG_ITERATION: [&str; 11] = [
    "train",
    "--mode",
    "ppo",
    "--set",
    "num_envs=8",
    "--set",
    "num_steps=2048",
    "--set",
    "n_epochs=100",
    "--set",
    "hidden_size=512",
];

#[test]
fn a_signal_saves_the_run_and_the_rest_is_as_if_it_had_never_come() {
    for (name, number) in [("TERM", 15), ("INT", 2), ("HUP", 1), ("USR1", 10), ("XCPU", 24)] {
        let folder = folder(&format!("saved_by_{name}"));
        let mut run = Running::start(command(&folder, &endless(&["--save", "run.safetensors"])));
        run.lines(3);
        run.signal(name);
        let ended =
            run.end().must_end(128 + number, &[&format!("ended by {name}"), "is saved in run.safetensors"]);
        assert_eq!(names(&folder), ["run.safetensors"], "nothing is left beside it");
        let words: Vec<&str> = ended.stderr.split_whitespace().collect();
        let at = words.iter().position(|word| *word == "after").expect("the steps are said");
        let later = (words[at + 1].parse::<u64>().expect("a number") + 200).to_string();
        let resume =
            ["train", "--resume", "run.safetensors", "--max-steps", &later, "--save", "rest.safetensors"];
        mbppo(&folder, &resume).well();
        mbppo(&folder, &unsolved(&["--max-steps", &later, "--save", "whole.safetensors"])).well();
        let bytes = |name: &str| fs::read(folder.join(name)).expect("a file");
        assert!(bytes("rest.safetensors") == bytes("whole.safetensors"), "{name}");
    }
}

#[test]
fn a_signal_to_a_run_that_is_not_saved_says_how_it_would_have_been_kept() {
    let folder = folder("not_saved");
    let mut run = Running::start(command(&folder, &endless(&[])));
    run.lines(2);
    run.signal("TERM");
    run.end().must_end(143, &["ended by TERM", "--save FILE saves it"]);
    assert!(names(&folder).is_empty());
}

#[test]
fn the_first_signal_waits_for_the_iteration_and_the_second_does_not() {
    let folder = folder("twice");
    let mut run =
        Running::start(command(&folder, &[&LONG_ITERATION[..], &["--save", "run.safetensors"]].concat()));
    run.lines(1);
    run.works(2);
    run.signal("INT");
    assert!(run.told().contains("Once more ends it at once"));
    std::thread::sleep(Duration::from_secs(1));
    let asked = Instant::now();
    run.signal("TERM");
    run.end().must_end(143, &[]);
    assert!(asked.elapsed() < Duration::from_secs(60), "{:?}", asked.elapsed());
    assert!(names(&folder).is_empty());
}

#[test]
fn a_signal_that_comes_twice_at_once_is_one_signal() {
    let folder = folder("timeout");
    let words = endless(&["--save", "run.safetensors"]);
    // `timeout` sends its signal to the program, and again to the group in which the program is.
    let ended = in_shell(&folder, "timeout 2 \"$0\" \"$@\"; echo $?", &words).well();
    assert!(ended.stdout.ends_with("124\n"), "{}", ended.stdout);
    assert!(ended.stderr.contains("is saved in run.safetensors"), "{}", ended.stderr);
    let mut run = Running::start(command(&folder, &words));
    run.lines(2);
    run.signals(&["TERM", "TERM"]);
    run.end().must_end(143, &["is saved in run.safetensors"]);
}

#[test]
fn a_signal_that_was_to_be_ignored_is_ignored() {
    let folder = folder("nohup");
    let mut shell = Command::new("sh");
    let line = "trap '' HUP; exec \"$0\" \"$@\"";
    shell.current_dir(&folder).args(["-c", line, env!("CARGO_BIN_EXE_mbppo")]);
    shell.args(endless(&["--save", "run.safetensors"]));
    let mut run = Running::start(shell);
    run.lines(2);
    run.signal("HUP");
    run.lines(20);
    run.signal("TERM");
    let ended = run.end().must_end(143, &["ended by TERM"]);
    assert!(!ended.stderr.contains("HUP"), "{}", ended.stderr);
}

/// What the lines say apart from the time they took.
fn lines(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("runs.jsonl")).expect("a file");
    let without_times = |line: &str| {
        let mut line: serde_json::Value = serde_json::from_str(line).expect("a whole line");
        line.as_object_mut()
            .expect("an object")
            .retain(|name, _| !name.contains("_s_to") && !name.ends_with("l_s"));
        line.as_object_mut().expect("an object").remove("cpu_s");
        line.to_string()
    };
    let mut lines: Vec<String> = text.lines().map(without_times).collect();
    lines.sort();
    lines
}

#[test]
fn a_grid_keeps_what_is_finished_and_the_same_command_does_the_rest() {
    let (folder, whole) = (folder("grid"), folder("grid_at_once"));
    let words = grid(&["--seeds", "0..6", "--max-steps", "8000", "--jobs", "1"]);
    let mut done = 0;
    for (name, number) in [("TERM", 15), ("INT", 2)] {
        let mut run = Running::start(command(&folder, &words));
        run.told();
        run.signal(name);
        let ended = run.end();
        let (before, all) = (done, 6 - done);
        done = lines(&folder).len();
        let said = [
            &format!("ended by {name}. {} of {all} runs", done - before),
            "runs.jsonl; the same command does the others",
        ];
        let ended = ended.must_end(128 + number, &said.map(|part| part as &str));
        assert!(ended.stdout.is_empty(), "no table of half a grid: {}", ended.stdout);
    }
    assert!((2..6).contains(&done), "{done}");
    mbppo(&folder, &words).well();
    mbppo(&whole, &words).well();
    assert_eq!(lines(&folder), lines(&whole));
}
