//! Files that are read: missing, foreign, torn, in other encodings.

use crate::program::{folder, grid, mbppo, names, unsolved};
use std::fs;
use std::path::Path;

/// Files that are neither runs nor lines of runs.
fn foreign(folder: &Path) -> Vec<&'static str> {
    fs::create_dir(folder.join("folder")).expect("a folder");
    let line = "{\"task\":\"CartPole-v1\",\"mode\":\"ppo\"}";
    for (name, bytes) in [
        ("notes.md", b"# Notes\n".to_vec()),
        ("numbers.csv", b"seed,steps\n1,2\n".to_vec()),
        ("other.json", b"{\"seed\": 1}".to_vec()),
        ("half.jsonl", line.as_bytes().to_vec()),
        ("packed.gz", vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0]),
        ("picture.png", [b"\x89PNG\r\n\x1a\n".to_vec(), vec![0xff; 64]].concat()),
        ("latin.txt", b"gr\xf6\xdfer\n".to_vec()),
    ] {
        fs::write(folder.join(name), bytes).expect("written");
    }
    vec![
        "nowhere",
        "folder",
        "/dev/zero",
        "notes.md",
        "numbers.csv",
        "other.json",
        "half.jsonl",
        "packed.gz",
        "picture.png",
        "latin.txt",
    ]
}

#[test]
fn a_file_that_holds_no_lines_of_runs_is_refused_by_its_name() {
    let folder = folder("foreign_lines");
    for path in foreign(&folder) {
        let ended = mbppo(&folder, &["report", path]).must_end(1, &[&format!("{path}: ")]);
        assert!(ended.stdout.is_empty(), "{}", ended.stdout);
    }
    mbppo(&folder, &unsolved(&["--max-steps", "1", "--save", "run.safetensors"])).well();
    mbppo(&folder, &["report", "run.safetensors"]).must_end(1, &["run.safetensors: line 1 is not a run"]);
    for (name, bytes) in
        [("empty", &b""[..]), ("blank", b"\n\n  \n"), ("zeros", &[0; 100]), ("mark", b"\xef\xbb\xbf")]
    {
        fs::write(folder.join(name), bytes).expect("written");
        mbppo(&folder, &["report", name]).must_end(1, &[name, "no run is in there"]);
    }
}

#[test]
fn a_file_that_holds_no_run_is_not_resumed_and_named() {
    let folder = folder("foreign_runs");
    for path in foreign(&folder) {
        mbppo(&folder, &["train", "--resume", path]).must_end(1, &[&format!("{path}: ")]);
    }
    mbppo(&folder, &unsolved(&["--max-steps", "1", "--save", "run.safetensors"])).well();
    let whole = fs::read(folder.join("run.safetensors")).expect("a file");
    for length in [0, 1, 8, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(folder.join("torn"), &whole[..length]).expect("written");
        mbppo(&folder, &["train", "--resume", "torn"]).must_end(1, &["torn: ", "checkpoint"]);
    }
    mbppo(&folder, &grid(&["--max-steps", "1", "--seeds", "0"])).well();
    mbppo(&folder, &["train", "--resume", "runs.jsonl"]).must_end(1, &["runs.jsonl: "]);
}

#[test]
fn lines_in_other_encodings_are_the_same_lines() {
    let folder = folder("encodings");
    mbppo(&folder, &grid(&["--max-steps", "100", "--variant", "größer π: gamma=0.9"])).well();
    let text = fs::read_to_string(folder.join("runs.jsonl")).expect("a file");
    let report = |bytes: Vec<u8>| {
        fs::write(folder.join("other.jsonl"), bytes).expect("written");
        mbppo(&folder, &["report", "other.jsonl"]).well().stdout
    };
    let units = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    let plain = report(text.clone().into());
    assert!(plain.contains("ppo, größer π"), "{plain}");
    assert_eq!(report([b"\xef\xbb\xbf", text.as_bytes()].concat()), plain, "byte order mark");
    assert_eq!(report(text.replace('\n', "\r\n").into()), plain, "Windows line ends");
    assert_eq!(report(text.replace('\n', "").into()), plain, "line ends lost");
    assert_eq!(report(text.replace('\n', "\n\0\0\0\n").into()), plain, "zeros of a lost write");
    assert_eq!(report(units(u16::to_le_bytes)), plain, "UTF-16, little-endian, as PowerShell writes it");
    assert_eq!(report(units(u16::to_be_bytes)), plain, "UTF-16, big-endian");
    // A grid would append UTF-8 to it.
    fs::write(folder.join("runs.jsonl"), units(u16::to_le_bytes)).expect("written");
    mbppo(&folder, &grid(&["--max-steps", "100"])).must_end(1, &["runs.jsonl: it is in UTF-16"]);
    let latin_1: Vec<u8> = text.replace('π', "").chars().map(|letter| letter as u8).collect();
    fs::write(folder.join("latin.jsonl"), latin_1).expect("written");
    mbppo(&folder, &["report", "latin.jsonl"]).must_end(1, &["latin.jsonl: line ", "not UTF-8"]);
}

#[test]
fn torn_lines_are_counted_and_cost_no_other() {
    let folder = folder("torn");
    mbppo(&folder, &grid(&["--max-steps", "100"])).well();
    let path = folder.join("runs.jsonl");
    let text = fs::read_to_string(&path).expect("a file");
    fs::write(&path, &text[..text.len() - 40]).expect("torn");
    mbppo(&folder, &["report", "runs.jsonl"]).must_end(0, &["runs.jsonl: 1 torn, skipped"]);
    mbppo(&folder, &grid(&["--max-steps", "100"])).must_end(0, &["1 torn, done again"]);
    let report = mbppo(&folder, &["report", "runs.jsonl"]).well().stdout;
    assert!(report.contains("first                 2"), "{report}");
}

#[test]
fn what_a_file_of_lines_names_leads_to_no_other_place() {
    let folder = folder("names");
    mbppo(&folder, &grid(&["--max-steps", "100", "--seeds", "0"])).well();
    let line = fs::read_to_string(folder.join("runs.jsonl")).expect("a file");
    let tasks = ["../../out", "/etc/x", "a/b", "a_b", "", "..", "<b>&amp;", "\\u001b[2J", &"x".repeat(5000)];
    let lines: String = tasks.iter().map(|task| line.replace("Pendulum-v1", task)).collect();
    fs::write(folder.join("foreign.jsonl"), lines).expect("written");
    let ended = mbppo(&folder, &["report", "foreign.jsonl", "--pictures", "pictures"]).well();
    assert!(!ended.stdout.contains('\u{1b}'), "{}", ended.stdout);
    assert_eq!(names(&folder), ["foreign.jsonl", "pictures", "runs.jsonl"]);
    assert_eq!(names(&folder.join("pictures")).len(), tasks.len(), "a picture a task");
}
