//! Where results go: what cannot be written is refused before anything runs, and what stands there is never lost.

use crate::program::{folder, grid, in_shell, mbppo, names, unsolved};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

/// A folder with everything in it that can be in the way.
fn obstacles(name: &str) -> std::path::PathBuf {
    let folder = folder(name);
    fs::create_dir(folder.join("folder")).expect("a folder");
    fs::write(folder.join("notes.md"), "# Notes\n").expect("written");
    fs::write(folder.join("locked"), "").expect("written");
    fs::set_permissions(folder.join("locked"), fs::Permissions::from_mode(0o444)).expect("set");
    symlink("nowhere/run", folder.join("dangling")).expect("a link");
    symlink("loop", folder.join("loop")).expect("a link");
    folder
}

/// Names and contents of a folder.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    names(folder)
        .into_iter()
        .map(|name| (name.clone(), fs::read(folder.join(name)).unwrap_or_default()))
        .collect()
}

/// Runs that would take long are refused at once, by the path and the reason, and leave everything as it was.
fn refused(folder: &Path, words: &[&str], path: &str, reason: &str) {
    let before = contents(folder);
    let ended = mbppo(folder, words).must_end(1, &[path, reason]);
    assert!(ended.stdout.is_empty(), "{}", ended.stdout);
    assert_eq!(contents(folder), before, "{words:?}");
}

#[test]
fn a_run_that_could_not_be_saved_is_refused_before_it_begins() {
    let folder = obstacles("save");
    let long = "x".repeat(300);
    for (path, reason) in [
        ("nowhere/run.safetensors", "there is no folder nowhere"),
        ("folder", "it is a folder"),
        ("folder/", "it is a folder"),
        ("new/", "folder"),
        (".", "not the name of a file"),
        ("..", "not the name of a file"),
        ("notes.md/run", "Not a directory"),
        ("notes.md", "is not a saved run"),
        ("locked", "it is read-only"),
        ("dangling", "there is no folder"),
        ("loop", "a link that leads to itself"),
        ("/dev/null", "it is a device"),
        ("/dev/full", "it is a device"),
        ("/proc/run", "proc"),
        (&long, "name too long"),
    ] {
        refused(&folder, &unsolved(&["--max-steps", "1e5", "--save", path]), path, reason);
    }
}

#[test]
fn a_grid_whose_lines_or_pictures_could_not_be_written_is_refused_before_it_begins() {
    let folder = obstacles("out");
    for (path, reason) in [
        ("nowhere/runs.jsonl", "No such file"),
        ("folder", "it is a folder"),
        ("notes.md/runs", "Not a directory"),
        ("notes.md", "line 1 is not a run"),
        ("/dev/null", "it is a device"),
    ] {
        refused(&folder, &grid(&["--max-steps", "1e5", "--out", path]), path, reason);
    }
    fs::create_dir_all(folder.join("drawn/Pendulum-v1.svg")).expect("a folder");
    for (path, reason) in
        [("notes.md", "exists"), ("notes.md/pictures", "Not a directory"), ("drawn", "it is a folder")]
    {
        refused(&folder, &grid(&["--max-steps", "1e5", "--pictures", path]), path, reason);
    }
}

#[test]
fn a_saved_run_is_replaced_whole_and_through_a_link() {
    let folder = folder("replaced");
    mbppo(&folder, &unsolved(&["--max-steps", "100", "--save", "run.safetensors"])).well();
    symlink("run.safetensors", folder.join("latest")).expect("a link");
    let resume =
        ["train", "--resume", "latest", "--save", "latest", "--save-every", "1", "--max-steps", "300"];
    mbppo(&folder, &resume).well();
    assert!(fs::symlink_metadata(folder.join("latest")).expect("there").is_symlink());
    assert_eq!(names(&folder), ["latest", "run.safetensors"]);
    mbppo(&folder, &["train", "--resume", "run.safetensors"]).must_end(0, &["over already"]);
}

#[test]
fn a_disk_that_fills_up_costs_neither_the_run_nor_what_was_saved() {
    let folder = folder("full_disk");
    // Files may have 20 KiB, in whichever blocks the shell counts: the first saved runs fit, later ones with more
    // experience do not.
    let limited = "ulimit -f $([ -n \"$BASH\" ] && echo 20 || echo 40); exec \"$0\" \"$@\"";
    let words = unsolved(&["--max-steps", "2000", "--save", "run.safetensors", "--save-every", "1"]);
    let ended = in_shell(&folder, limited, &words).must_end(1, &["not saved: run.safetensors", "too large"]);
    assert!(ended.stdout.contains("\n      2048 "), "it went on to its end: {}", ended.stdout);
    assert_eq!(names(&folder), ["run.safetensors"]);
    mbppo(&folder, &["train", "--resume", "run.safetensors", "--max-steps", "1"])
        .must_end(0, &["over already"]);
}

#[test]
fn a_line_that_cannot_be_written_is_told_instead() {
    let folder = folder("full_lines");
    let limited = "ulimit -f 1; exec \"$0\" \"$@\"";
    let words = grid(&["--max-steps", "100", "--jobs", "1"]);
    let ended = in_shell(&folder, limited, &words).must_end(1, &["runs.jsonl: ", "could not be written"]);
    let line = ended.stderr.lines().last().expect("a line");
    fs::write(folder.join("rescued.jsonl"), line).expect("written");
    let report = mbppo(&folder, &["report", "rescued.jsonl"]).well();
    assert!(report.stdout.contains("Pendulum-v1"), "{}", report.stdout);
    // What was written of it is torn, and the same command does it again.
    mbppo(&folder, &words).must_end(0, &["1 torn"]);
}
