//! Runs that end by themselves: solved, given up, diverged, over already.

use crate::program::{SMALL, WILD, folder, grid, mbppo, names, unsolved};
use std::fs;

/// `--set` for each of these changes.
fn set(changes: &str) -> Vec<&str> {
    changes.split_whitespace().flat_map(|change| ["--set", change]).collect()
}

#[test]
fn a_run_that_is_solved_or_given_up_ends_well_and_is_saved() {
    let folder = folder("well");
    let given_up = mbppo(&folder, &unsolved(&["--max-steps", "100", "--save", "run.safetensors"])).well();
    assert!(given_up.stdout.contains("not solved; best -"), "{}", given_up.stdout);
    assert!(given_up.stderr.is_empty(), "{}", given_up.stderr);
    assert_eq!(names(&folder), ["run.safetensors"]);
    let maze = ["train", "--task", "DynaMaze-v0", "--mode", "dyna-q", "--max-steps", "1e5"];
    let solved = mbppo(&folder, &maze).well();
    assert!(solved.stdout.contains("\nsolved at "), "{}", solved.stdout);
}

#[test]
fn a_run_that_diverges_fails_and_leaves_its_last_good_state() {
    let folder = folder("diverged");
    let words = unsolved(&["--max-steps", "1e6"]);
    let words = [words, set(WILD)].concat();
    let lost =
        mbppo(&folder, &words).must_end(1, &["the run has diverged", "last good state", "--save FILE"]);
    assert!(!lost.stdout.contains("diverged"), "results and failures are told apart: {}", lost.stdout);
    assert!(names(&folder).is_empty());

    let words = [words, vec!["--save", "run.safetensors"]].concat();
    let kept = ["the run has diverged", "last good state", "is saved in run.safetensors"];
    mbppo(&folder, &words).must_end(1, &kept);
    assert_eq!(names(&folder), ["run.safetensors"]);
    let resume = ["train", "--resume", "run.safetensors", "--max-steps", "1"];
    mbppo(&folder, &resume).must_end(0, &["over already"]);
}

#[test]
fn a_grid_with_a_run_that_diverges_fails_and_writes_all_others() {
    let folder = folder("diverged_in_a_grid");
    let variant = format!("wild: {WILD}");
    let words = grid(&["--max-steps", "20000", "--variant", &variant, "--seeds", "0"]);
    for _ in 0..2 {
        // The second time nothing is left to do, and the runs have not become better.
        let ended = mbppo(&folder, &words).must_end(1, &["1 of 2 runs stopped with an error"]);
        assert!(ended.stdout.contains("ppo, wild, seed 0: ") && ended.stdout.contains("has diverged"));
    }
    let text = fs::read_to_string(folder.join("runs.jsonl")).expect("a file");
    assert_eq!(text.lines().filter(|line| line.contains("\"error\":null")).count(), 1);
    let report = mbppo(&folder, &["report", "runs.jsonl"]).well();
    assert!(report.stdout.contains("has diverged"), "a report says it, and is not at fault itself");
}

#[test]
fn a_run_that_is_over_is_resumed_as_often_as_one_likes_without_a_change() {
    let folder = folder("over");
    mbppo(&folder, &unsolved(&["--max-steps", "100", "--save", "run.safetensors"])).well();
    let bytes = || fs::read(folder.join("run.safetensors")).expect("a file");
    let before = bytes();
    for budget in [&["--max-steps", "100"][..], &[], &["--max-steps", "1e2"]] {
        let words = [&["train", "--resume", "run.safetensors", "--save", "run.safetensors"], budget].concat();
        mbppo(&folder, &words).must_end(0, &["over already"]);
        assert!(bytes() == before, "{budget:?} changed the run");
    }
}

#[test]
fn a_solved_run_is_over_however_it_is_resumed() {
    let folder = folder("solved");
    let maze = ["train", "--task", "DynaMaze-v0", "--mode", "dyna-q", "--save", "run.safetensors"];
    let solved = mbppo(&folder, &[&maze[..], &["--max-steps", "1e5"]].concat()).well().stdout;
    let verdict =
        |text: &str| text.lines().last().map(|line| line.split(';').next().unwrap_or(line).to_owned());
    let resume = ["train", "--resume", "run.safetensors", "--max-steps", "1e6"];
    let again = mbppo(&folder, &resume).must_end(0, &["over already"]).stdout;
    assert_eq!(verdict(&again), verdict(&solved));
    assert!(solved.contains("solved at"), "{solved}");
}

#[test]
fn a_resumed_run_keeps_the_budget_that_it_was_saved_with() {
    let folder = folder("budget");
    let train = |words: &[&str]| mbppo(&folder, words).well();
    train(&unsolved(&["--max-steps", "300", "--save", "whole.safetensors"]));
    // Interrupted by hand: the same run saved on its way, with the budget of the whole.
    train(&unsolved(&["--max-steps", "100", "--save", "part.safetensors"]));
    train(&["train", "--resume", "part.safetensors", "--max-steps", "300", "--save", "rest.safetensors"]);
    let bytes = |name: &str| fs::read(folder.join(name)).expect("a file");
    assert!(bytes("rest.safetensors") == bytes("whole.safetensors"), "the budget of now is saved");
    train(&["train", "--resume", "rest.safetensors", "--save", "again.safetensors"]);
    assert!(bytes("again.safetensors") == bytes("whole.safetensors"), "and known without --max-steps");
    let usual =
        ["train", "--task", "Pendulum-v1", "--mode", "ppo", "--max-steps", "1", "--save", "one.safetensors"];
    train(&[&usual[..], &SMALL].concat());
}
