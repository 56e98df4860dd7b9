//! What the words of the command line become, and how bad ones are answered.

use super::*;
use clap::Parser;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    many: Many,
}

fn read(words: &[&str]) -> std::result::Result<Many, String> {
    let line = ["grid", "--out", "runs.jsonl"].iter().chain(words);
    Line::try_parse_from(line).map(|line| line.many).map_err(|error| error.to_string())
}

fn cases(words: &[&str]) -> Vec<Case> {
    read(words).expect("possible words").cases().expect("possible cases")
}

#[test]
fn tasks_and_modes_may_be_repeated_or_stand_between_commas() {
    let names = |cases: &[Case]| -> Vec<(String, String)> {
        cases.iter().map(|case| (case.task.clone(), case.mode.clone())).collect()
    };
    let commas = cases(&["--task", "CartPole-v1,Acrobot-v1", "--mode", "ppo,textbook"]);
    let words = ["--task", "CartPole-v1", "--task", "Acrobot-v1", "--mode", "ppo", "--mode", "textbook,ppo"];
    assert_eq!(commas, cases(&words));
    assert_eq!(commas.len(), 4);
    assert_eq!(names(&commas)[1..3], [("CartPole-v1", "textbook"), ("Acrobot-v1", "ppo")].map(owned));
    assert_eq!((commas[0].max_steps, commas[2].max_steps), (12_000, 15_000));
}

fn owned((a, b): (&str, &str)) -> (String, String) {
    (a.into(), b.into())
}

#[test]
fn a_variant_is_a_row_beside_the_mode_as_it_is() {
    let words = ["--set", "gamma=0.980", "--variant", "no curiosity: curiosity=none", "--max-steps", "500"];
    let [plain, variant] = &cases(&words)[..] else { panic!("two rows") };
    assert_eq!((plain.variant.as_deref(), plain.changes.as_slice()), (None, &["gamma=0.98".into()][..]));
    assert_eq!(variant.variant.as_deref(), Some("no curiosity"));
    assert_eq!(variant.changes, ["gamma=0.98", "curiosity=none"]);
    assert_eq!((variant.config.get("curiosity").as_deref(), variant.max_steps), (Some("none"), 500));
    let twice = read(&["--variant", "a: gamma=0.9", "--variant", "a: gamma=0.8"]).expect("words").cases();
    assert!(twice.unwrap_err().to_string().contains("--variant = a"));
}

#[test]
fn seeds_are_a_range_or_a_single_one() {
    assert_eq!(seeds("3..7"), Ok(3..7));
    assert_eq!(seeds("7"), Ok(7..8));
    assert_eq!(seeds("1e3..2_000"), Ok(1000..2000));
    for wrong in ["", "7..7", "9..3", "a..b", "-1..3", "3-5", "0..=9", "18446744073709551615"] {
        assert!(seeds(wrong).is_err(), "{wrong}");
    }
    let huge = read(&["--seeds", "0..18446744073709551615"]).expect("words").cases();
    assert!(huge.unwrap_err().to_string().contains("a grid has at most 1000000"));
}

#[test]
fn a_bad_argument_is_answered_with_its_name_its_value_and_what_is_allowed() {
    let wrong: [(&[&str], [&str; 3]); 8] = [
        (&["--task", "CartPole-v1,Tetris"], ["--task", "Tetris", "the tasks are CartPole-v1"]),
        (&["--mode", "muzero"], ["--mode", "muzero", "the presets are mb-ppo"]),
        (&["--seeds", "5..5"], ["--seeds", "5..5", "FROM below TO"]),
        (&["--set", "gamma"], ["--set", "gamma", "write it as NAME=VALUE"]),
        (&["--set", "gamma=2"], ["--set", "gamma=2", "from 0 to 1"]),
        (&["--set", "gama=0.5"], ["--set", "gama=0.5", "no hyperparameter of this name"]),
        (&["--variant", "gamma=0.9"], ["--variant", "gamma=0.9", "write it as \"LABEL: NAME=VALUE"]),
        (&["--jobs", "0"], ["--jobs", "0", "from 1 to 1024"]),
    ];
    for (words, parts) in wrong {
        let message = read(words).err().expect("refused");
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }
}
