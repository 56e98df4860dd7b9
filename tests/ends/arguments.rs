//! Words that cannot be: each is answered by its name, what was given, and what is allowed.

use crate::program::{folder, grid, mbppo, names, unsolved};

#[test]
fn words_that_cannot_be_are_refused_with_what_is_allowed() {
    let folder = folder("words");
    let long = "x".repeat(100_000);
    for (words, said) in [
        (&[][..], &["Usage: mbppo <COMMAND>"][..]),
        (&["trian"], &["'trian'", "'train'"]),
        (&["train", "--sed", "1"], &["'--sed'", "'--seed'"]),
        (
            &["train", "--task", "cartpole"],
            &["--task", "cartpole", "the tasks are", "the nearest is CartPole-v1"],
        ),
        (&["train", "--mode", "mbppo"], &["--mode", "mbppo", "the presets are", "the nearest is mb-ppo"]),
        (&["train", "--mode", &long], &["--mode", "the presets are"]),
        (&["train", "--device", "gpu"], &["--device", "gpu", "the devices are cpu"]),
        (&["train", "--set", "learning_rte=0.1"], &["learning_rte", "the nearest is learning_rate"]),
        (&["train", "--set", "gamma"], &["NAME=VALUE"]),
        (&["train", "--set", "gamma=nan"], &["gamma = nan", "from 0 to 1"]),
        (&["train", "--set", "gamma=inf"], &["gamma = inf", "from 0 to 1"]),
        (&["train", "--set", "horizon=1e99"], &["horizon = 1e99", "from 1 to 100"]),
        (&["train", "--set", "branches_min=200"], &["--set branches_min", "200", "branches_max"]),
        (&["train", "--max-steps", "0"], &["--max-steps", "'0'", "a whole number from 1"]),
        (&["train", "--max-steps", "many"], &["--max-steps", "'many'", "such as 20000 or 2e4"]),
        (&["train", "--max-steps", "12.000"], &["--max-steps", "'12.000'", "a whole number"]),
        (&["train", "--max-steps", "-5"], &["-5"]),
        (&["train", "--seed", "one"], &["--seed", "'one'", "a whole number from 0"]),
        (&["train", "--save-every", "5"], &["--save <FILE>"]),
        (&["train", "--save-every", "0", "--save", "x"], &["--save-every", "'0'"]),
        (&["train", "--resume", "x", "--set", "gamma=0.5"], &["'--resume <FILE>' cannot be used with"]),
        (&["train", "--task", "Pendulum-v1", "--mode", "dqn"], &["Pendulum-v1", "dqn"]),
        (&["train", "--task", "CartPole-v1", "--mode", "dyna-q"], &["dyna_q", "DynaMaze-v0"]),
        (&["grid"], &["--out <FILE.jsonl>"]),
        (&["grid", "--out", "x", "--jobs", "0"], &["--jobs", "'0'", "from 1 to 1024"]),
        (&["grid", "--out", "x", "--jobs", "1e9"], &["--jobs", "from 1 to 1024"]),
        (&["grid", "--out", "x", "--seeds", "9..3"], &["--seeds", "9..3", "FROM below TO"]),
        (&["grid", "--out", "x", "--seeds", "3..3"], &["--seeds", "3..3", "FROM below TO"]),
        (&["grid", "--out", "x", "--seeds", "0..1e12"], &["--seeds", "a grid has at most 1000000"]),
        (&["grid", "--out", "x", "--seeds", "0..18446744073709551615"], &["--seeds", "a grid has at most"]),
        (&["grid", "--out", "x", "--variant", "gamma=0.9"], &["--variant", "LABEL: NAME=VALUE"]),
        (&["grid", "--out", "x", "--variant", "a\nb: gamma=0.9"], &["--variant", "one line"]),
        (&["report"], &["<FILE.jsonl>"]),
    ] {
        let ended = mbppo(&folder, words).must_end(2, said);
        assert!(ended.stdout.is_empty(), "{}", ended.stdout);
    }
    assert!(names(&folder).is_empty());
}

#[test]
fn whole_numbers_are_read_as_people_write_them() {
    let folder = folder("numbers");
    for steps in ["100", "1e2", "1E2", "1_00", "1.0e2"] {
        let ended = mbppo(&folder, &unsolved(&["--max-steps", steps, "--set", "replay_capacity=1e3"])).well();
        assert!(ended.stdout.contains("\n       128 "), "{steps}: {}", ended.stdout);
    }
    mbppo(&folder, &grid(&["--max-steps", "1e2", "--seeds", "1e3..1_001", "--jobs", "1e1"])).well();
    let text = std::fs::read_to_string(folder.join("runs.jsonl")).expect("a file");
    assert!(text.contains("\"seed\":1000,") && text.contains("\"max_steps\":100,"), "{text}");
}

#[test]
fn what_is_said_twice_is_told() {
    let folder = folder("said_twice");
    let words = unsolved(&["--max-steps", "1", "--set", "gamma=0.9", "--set", "gamma=0.8"]);
    mbppo(&folder, &words).must_end(0, &["--set gamma=0.9 has no effect"]);
    let ended = mbppo(&folder, &grid(&["--max-steps", "1", "--mode", "ppo", "--seeds", "0"])).well();
    assert!(!ended.stderr.contains("no effect"), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(folder.join("runs.jsonl")).expect("a file").lines().count(), 1);
}

#[test]
fn help_and_version_are_results() {
    let folder = folder("help");
    for words in [
        &["--help"][..],
        &["help"],
        &["train", "--help"],
        &["grid", "-h"],
        &["report", "--help"],
        &["--version"],
    ] {
        let ended = mbppo(&folder, words).well();
        assert!(ended.stderr.is_empty() && !ended.stdout.is_empty(), "{words:?}");
        assert!(ended.stdout.lines().all(|line| line.chars().count() <= 400), "{}", ended.stdout);
    }
}
