//! Random words and random files: each ends in a value or in an error that says what is wrong, and never in a panic.
//!
//! The seed is fixed; the environment variable `MBPPO_FUZZ` multiplies the number of trials.

use super::command::{Cli, Command};
use super::lines::of_bytes;
use super::output::one_line;
use super::rows::rows;
use super::summary;
use clap::Parser;
use clap::error::ErrorKind;
use mbppo::rng::{Seed, Stream};

/// As many trials, or several times as many.
fn trials(usual: usize) -> usize {
    let times = std::env::var("MBPPO_FUZZ").ok().and_then(|times| times.parse().ok());
    usual * times.unwrap_or(1)
}

fn one_of<'a, T: ?Sized>(all: &[&'a T], chance: &mut Stream) -> &'a T {
    all[chance.below(all.len())]
}

const FLAGS: [&str; 16] = [
    "--task",
    "--mode",
    "--set",
    "--seed",
    "--seeds",
    "--max-steps",
    "--device",
    "--save",
    "--save-every",
    "--resume",
    "--out",
    "--jobs",
    "--pictures",
    "--variant",
    "--markdown",
    "--preset",
];
const VALUES: [&str; 44] = [
    "",
    " ",
    "0",
    "1",
    "-1",
    "1e6",
    "1e400",
    "-1e6",
    "1e-3",
    "NaN",
    "inf",
    "-inf",
    "0x10",
    "1_000",
    "_",
    "1.000,00",
    "18446744073709551616",
    "9007199254740993",
    "CartPole-v1",
    "CartPole-v1,Acrobot-v1",
    ",",
    "Pendulum-v1",
    "mb-ppo",
    "ppo,ppo",
    "dyna-q",
    "cpu",
    "webgpu",
    "0..3",
    "3..0",
    "..",
    "0..",
    "0..1e18",
    "gamma=0.5",
    "gamma=",
    "=1",
    "gamma=0.5=1",
    "horizon=1e1",
    "curiosity=none",
    "a: gamma=0.5",
    ": gamma=0.5",
    "a:",
    "\u{1b}[2J",
    "größer 🦀",
    "--",
];

/// A word of a command line, now and then with a letter too many or too few.
fn word(chance: &mut Stream) -> String {
    let mut word: String = match chance.below(3) {
        0 => one_of(&FLAGS, chance).into(),
        1 => one_of(&VALUES, chance).into(),
        _ => format!("{}={}", one_of(&FLAGS, chance), one_of(&VALUES, chance)),
    };
    if chance.below(8) == 0 && !word.is_empty() {
        let at = word.char_indices().map(|(at, _)| at).nth(chance.below(word.chars().count())).unwrap_or(0);
        if chance.below(2) == 0 {
            word.remove(at);
        } else {
            word.insert(at, one_of(&["=", ",", ".", "\0", "9", "é"], chance).chars().next().unwrap_or('x'));
        }
    }
    word
}

#[test]
fn random_words_are_a_command_or_an_error_that_says_what_is_wrong() {
    let mut chance = Seed(7).stream("fuzz.words");
    let (mut commands, mut refused) = (0, 0);
    for _ in 0..trials(4000) {
        let subcommand = one_of(&["train", "grid", "report", "hyperparameters", "", "help"], &mut chance);
        let mut words = vec!["mbppo".to_owned(), subcommand.into()];
        words.extend((0..chance.below(7)).map(|_| word(&mut chance)));
        let message = match Cli::try_parse_from(&words).map(|cli| cli.command) {
            Ok(Command::Grid(many)) => many.cases().map(|_| ()).map_err(|error| error.to_string()),
            Ok(Command::Train(train)) => train.what.case().map(|_| ()).map_err(|error| error.to_string()),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::DisplayHelp => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        match message {
            Ok(()) => commands += 1,
            Err(message) => {
                refused += 1;
                assert!(message.len() > 20 && message.contains(' '), "{words:?}: {message}");
            }
        }
    }
    assert!(commands > 100 && refused > 1000, "{commands} commands, {refused} refused");
}

/// Lines as grids write them, old and new.
fn some_lines() -> Vec<u8> {
    let old =
        r#"{"task":"CartPole-v1","mode":"ppo","changes":["n_epochs=20"],"seed":3,"real_steps_to_solve":3072,"#
            .to_owned()
            + r#""three_in_a_row":null,"real_steps":6000,"imagined_steps":0,"best_evaluation":480.5,"#
            + r#""wall_s_to_solve":0.5,"#
            + r#""wall_s":1.5,"evaluations":[{"real_steps":256.0,"value":12.5}],"error":null}"#;
    let case =
        super::case::Case::new("Pendulum-v1", "ppo", Some("größer".into()), &[], None).expect("a case");
    let new = serde_json::to_string(&super::line::Line::begun(&case, 5)).expect("a line");
    format!("{old}\n{new}\n{}\n", old.replace("CartPole", "Acrobot")).into_bytes()
}

/// Bytes with something wrong somewhere.
fn damaged(bytes: &[u8], chance: &mut Stream) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
        match chance.below(5) {
            _ if bytes.is_empty() => {}
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes.truncate(at),
            2 => drop(bytes.remove(at)),
            3 => bytes.insert(at, chance.word() as u8),
            _ => {
                let number =
                    one_of(&["1e39", "-1", "1e308", "18446744073709551615", "null", "\"\"", "[]"], chance);
                let digits = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
                let end = at + bytes[at..].iter().take_while(|byte| digits(byte)).count();
                bytes.splice(at..end, number.bytes());
            }
        }
    }
    bytes
}

#[test]
fn damaged_files_of_lines_are_runs_or_an_error_that_names_the_line() {
    let whole = some_lines();
    let mut chance = Seed(7).stream("fuzz.lines");
    let (mut read, mut refused) = (0, 0);
    let mut look_at = |bytes: &[u8]| match of_bytes(bytes) {
        Ok(lines) => {
            let rows = rows(lines.runs);
            let groups = summary::groups(&rows);
            for text in [summary::text(&groups), summary::markdown(&groups)] {
                assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text}");
            }
            read += 1;
        }
        Err(message) => {
            assert!(message.starts_with("line ") && message.contains("is not a run"), "{message}");
            refused += 1;
        }
    };
    for length in 0..whole.len() {
        look_at(&whole[..length]);
    }
    for _ in 0..trials(3000) {
        look_at(&damaged(&whole, &mut chance));
    }
    assert!(read > 500 && refused > 500, "{read} read, {refused} refused");
}

#[test]
fn random_text_on_one_line_has_nothing_that_a_terminal_obeys() {
    let mut chance = Seed(7).stream("fuzz.text");
    for _ in 0..trials(1000) {
        let text: String =
            (0..chance.below(400)).filter_map(|_| char::from_u32(chance.word() % 0x3000)).collect();
        let line = one_line(&text);
        assert!(line.chars().count() <= 201 && !line.contains(char::is_control));
    }
}
