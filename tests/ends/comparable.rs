//! Runs that cannot be compared: other programs, other settings, other budgets.

use crate::program::{folder, grid, mbppo};
use std::fs;
use std::path::Path;

/// Changes every line of a grid's file.
fn edit(folder: &Path, change: impl Fn(&mut serde_json::Value)) {
    let path = folder.join("runs.jsonl");
    let text = fs::read_to_string(&path).expect("a file");
    let edited = text.lines().map(|line| {
        let mut line: serde_json::Value = serde_json::from_str(line).expect("a line");
        change(&mut line);
        // A line begins with its task.
        let rest = line.as_object_mut().expect("an object").remove("task").expect("a task");
        format!("{{\"task\":{rest},{}\n", &line.to_string()[1..])
    });
    let edited: String = edited.collect();
    fs::write(path, edited).expect("written");
}

fn count(folder: &Path) -> usize {
    fs::read_to_string(folder.join("runs.jsonl")).expect("a file").lines().count()
}

#[test]
fn every_line_says_which_program_made_it_and_with_which_settings() {
    let folder = folder("program");
    mbppo(&folder, &grid(&["--max-steps", "100"])).well();
    let version = mbppo(&folder, &["--version"]).well().stdout;
    let version = version.strip_prefix("mbppo ").expect("a name").trim().to_owned();
    edit(&folder, |line| {
        assert_eq!(line["program"], version.as_str());
        assert_eq!((&line["config"]["hidden_size"], &line["config"]["gamma"]), (&"4".into(), &"0.95".into()));
    });
}

#[test]
fn runs_of_another_program_stand_and_it_is_said() {
    let folder = folder("another_program");
    mbppo(&folder, &grid(&["--max-steps", "100"])).well();
    edit(&folder, |line| line["program"] = "0.0.9+1234".into());
    let again = mbppo(&folder, &grid(&["--max-steps", "100"]))
        .must_end(0, &["2 finished runs are of mbppo 0.0.9+1234"]);
    assert!(!again.stdout.contains("Note:"), "all are of one program: {}", again.stdout);
    assert_eq!(count(&folder), 2);
    let more = mbppo(&folder, &grid(&["--max-steps", "100", "--seeds", "0..3"]))
        .must_end(0, &["of mbppo 0.0.9+1234"]);
    assert!(more.stdout.contains("Note: these runs come from different programs"), "{}", more.stdout);
    for words in [&["report", "runs.jsonl"][..], &["report", "--markdown", "runs.jsonl"]] {
        let report = mbppo(&folder, words).well().stdout;
        assert!(report.contains("0.0.9+1234: 2 runs") && report.contains("also within ppo"), "{report}");
    }
    edit(&folder, |line| {
        line.as_object_mut().expect("an object").retain(|name, _| name != "program" && name != "config");
    });
    mbppo(&folder, &grid(&["--max-steps", "100"])).must_end(0, &["a version that does not say"]);
}

#[test]
fn runs_whose_preset_was_another_are_done_again_and_are_a_row_of_their_own() {
    let folder = folder("another_preset");
    mbppo(&folder, &grid(&["--max-steps", "100"])).well();
    edit(&folder, |line| line["config"]["learning_rate"] = "0.5".into());
    let said = ["2 runs were made with other settings", "learning_rate was 0.5 and is 0.0007"];
    let again = mbppo(&folder, &grid(&["--max-steps", "100"])).must_end(0, &said);
    assert!(again.stdout.contains("first                 2"), "{}", again.stdout);
    assert_eq!(count(&folder), 4);
    let report = mbppo(&folder, &["report", "runs.jsonl"]).well().stdout;
    assert!(report.contains("learning_rate=0.5)") && report.contains("learning_rate=0.0007)"), "{report}");
}

#[test]
fn runs_of_other_budgets_bars_and_evaluations_in_one_table_are_said() {
    let folder = folder("budgets");
    mbppo(&folder, &grid(&["--max-steps", "100", "--seeds", "0"])).well();
    mbppo(&folder, &grid(&["--max-steps", "300", "--seeds", "1"])).well();
    let report = || mbppo(&folder, &["report", "runs.jsonl"]).well().stdout;
    assert!(report().contains("Note: some runs were given up after 100 real steps and others after 300"));
    mbppo(&folder, &grid(&["--max-steps", "300"])).well();
    assert!(!report().contains("Note:"), "the longer line counts: {}", report());
    mbppo(&folder, &grid(&["--max-steps", "300", "--variant", "rarely: eval_every=128"])).well();
    assert!(report().contains("Note: evaluations differ (eval_every=128 eval_episodes=1: ppo, rarely"));
    edit(&folder, |line| line["solved_return"] = serde_json::json!(-line["seed"].as_f64().expect("a seed")));
    assert!(report().contains("Note: the bar was not the same for all runs"), "{}", report());
}

#[test]
fn lines_that_stand_twice_count_once() {
    let folder = folder("twice");
    mbppo(&folder, &grid(&["--max-steps", "100"])).well();
    let once = mbppo(&folder, &["report", "runs.jsonl"]).well().stdout;
    let twice =
        mbppo(&folder, &["report", "runs.jsonl", "./runs.jsonl"]).must_end(0, &["2 lines repeat a run"]);
    assert_eq!(twice.stdout, once);
}
