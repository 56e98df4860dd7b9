//! Runs that need more memory than there is.
#![cfg(target_os = "linux")]

use crate::program::{folder, grid, in_shell};
use std::fs;

/// Room for so much that each run of the grid may need some 160 MB, though it will not use it.
const LARGE: [&str; 4] = ["--set", "replay_capacity=1000000", "--max-steps", "64"];

/// A shell's line for the binary with no more than so many kilobytes to address.
fn within(kilobytes: u32) -> String {
    format!("ulimit -v {kilobytes} && exec \"$0\" \"$@\"")
}

#[test]
fn a_grid_does_fewer_runs_at_a_time_where_memory_is_short() {
    let words = grid(&[&LARGE[..], &["--jobs", "3", "--seeds", "0..3"]].concat());
    let folder = folder("short_of_memory");
    in_shell(&folder, &within(800_000), &words)
        .must_end(0, &["3 runs at a time may need", "bytes of memory", "at a time."]);
    let lines = fs::read_to_string(folder.join("runs.jsonl")).expect("a file");
    assert_eq!(lines.lines().filter(|line| line.contains("\"error\":null")).count(), 3, "{lines}");
}

#[test]
fn a_run_for_which_there_is_no_memory_is_refused_and_says_what_to_lower() {
    for words in [grid(&LARGE), [&["train", "--task", "Pendulum-v1", "--mode", "ppo"], &LARGE[..]].concat()] {
        let folder = folder("no_memory");
        in_shell(&folder, &within(150_000), &words)
            .must_end(2, &["--set replay_capacity = 1000000", "bytes of memory", "lower replay_capacity"]);
    }
}
