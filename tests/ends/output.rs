//! Standard output and standard error that nobody reads or that cannot be written.

use crate::program::{Ended, command, folder, grid, in_shell, mbppo, names, unsolved};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A folder with a grid's file, and every subcommand with what it says in the end.
fn subcommands(name: &str) -> (PathBuf, Vec<Vec<&'static str>>) {
    let folder = folder(name);
    mbppo(&folder, &grid(&["--max-steps", "100"])).well();
    let words = vec![
        vec!["--help"],
        vec!["--version"],
        vec!["train", "--help"],
        vec!["hyperparameters"],
        vec!["report", "runs.jsonl"],
        vec!["report", "--markdown", "runs.jsonl"],
        grid(&["--max-steps", "100"]),
        unsolved(&["--max-steps", "1e9"]),
    ];
    (folder, words)
}

/// Runs with a pipe as standard output whose reader has gone.
fn unread(folder: &Path, words: &[&str]) -> Ended {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = command(folder, words);
    let child = command.stdout(writer).stderr(Stdio::piped()).spawn().expect("the binary runs");
    drop(command);
    Ended::of(child.wait_with_output().expect("an end"), words)
}

#[test]
fn an_output_that_nobody_reads_ends_it_as_a_shell_expects() {
    let (folder, all) = subcommands("unread");
    for words in all {
        let ended = unread(&folder, &words).must_end(141, &[]);
        assert!(!ended.stderr.contains("pipe"), "{words:?}: {}", ended.stderr);
    }
}

#[test]
fn a_run_that_nobody_reads_is_saved() {
    let folder = folder("unread_run");
    let words = unsolved(&["--max-steps", "1e9", "--save", "run.safetensors"]);
    let ended = in_shell(&folder, "{ \"$0\" \"$@\"; echo $? >status; } | head -n 3", &words).well();
    assert_eq!(ended.stdout.lines().count(), 3);
    assert!(ended.stderr.contains("is saved in run.safetensors"), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(folder.join("status")).expect("a file"), "141\n");
    mbppo(&folder, &["train", "--resume", "run.safetensors", "--max-steps", "1"]).well();
}

#[test]
fn a_grid_whose_table_nobody_reads_has_its_lines_and_pictures() {
    let folder = folder("unread_grid");
    unread(&folder, &grid(&["--max-steps", "100", "--pictures", "pictures"])).must_end(141, &[]);
    assert_eq!(names(&folder), ["pictures", "runs.jsonl"]);
    assert_eq!(names(&folder.join("pictures")), ["Pendulum-v1.svg"]);
    let report = mbppo(&folder, &["report", "runs.jsonl"]).well();
    assert!(report.stdout.contains("first                 2"), "{}", report.stdout);
}

#[test]
fn an_output_that_cannot_be_written_is_a_failure() {
    let (folder, all) = subcommands("full_output");
    for words in all {
        let ended = in_shell(&folder, "exec \"$0\" \"$@\" >/dev/full", &words);
        ended.must_end(1, &["standard output: No space left on device"]);
    }
    let saved = unsolved(&["--max-steps", "1e9", "--save", "run.safetensors"]);
    in_shell(&folder, "exec \"$0\" \"$@\" >/dev/full", &saved).must_end(1, &["standard output"]);
}

#[test]
fn standard_error_that_cannot_be_written_or_is_closed_changes_nothing() {
    let (folder, _) = subcommands("full_errors");
    for end in ["2>/dev/full", "2>&-", ">&- 2>&-", "<&-"] {
        let line = format!("exec \"$0\" \"$@\" {end}");
        in_shell(&folder, &line, &grid(&["--max-steps", "100", "--seeds", "2..4"])).well();
        in_shell(&folder, &line, &unsolved(&["--max-steps", "100"])).well();
        in_shell(&folder, &line, &["report", "nowhere.jsonl"]).must_end(1, &[]);
        in_shell(&folder, &line, &["train", "--task", "Tetris"]).must_end(2, &[]);
    }
}
