//! What a grid says: a row a learner and measure. Runs that never reached the bar count as infinitely long.

use crate::run::Line;
use mbppo::config::PRESETS;
use mbppo::device::DeviceKind;
use mbppo::env::{TASKS, make};
use mbppo::quantiles::Spread;
use std::fmt::Write;

/// All runs on one task.
pub struct Group<'a> {
    /// Id of the task.
    pub task: &'a str,
    /// Mean return from which it counts as solved.
    pub bar: Option<f32>,
    /// What was run on it, presets in their order, each before its changes.
    pub learners: Vec<Learner<'a>>,
}

/// All runs of one row of a grid.
pub struct Learner<'a> {
    /// Mode with its label or its changes.
    pub name: String,
    /// A line a seed, by seed.
    pub lines: Vec<&'a Line>,
}

/// A column of the lines.
struct Measure {
    name: &'static str,
    of: fn(&Line) -> Option<f64>,
    /// Whether a run may never get there.
    may_be_never: bool,
    digits: usize,
}

const MEASURES: [Measure; 5] = [
    Measure { name: "first", of: |line| steps(line.real_steps_to_solve), may_be_never: true, digits: 0 },
    Measure { name: "three in a row", of: |line| steps(line.three_in_a_row), may_be_never: true, digits: 0 },
    Measure {
        name: "imagined steps",
        of: |line| steps(Some(line.imagined_steps)),
        may_be_never: false,
        digits: 0,
    },
    Measure { name: "seconds to the bar", of: |line| line.wall_s_to_solve, may_be_never: true, digits: 1 },
    Measure { name: "seconds in all", of: |line| Some(line.wall_s), may_be_never: false, digits: 1 },
];

fn steps(steps: Option<u64>) -> Option<f64> {
    steps.map(|steps| steps as f64)
}

/// Mode with its label or, without one, its changes, and the device if it is not the usual one: "mb-ppo",
/// "mb-ppo, no curiosity", "mb-ppo, gamma=0.9, cpu-plain".
pub fn learner(line: &Line) -> String {
    let mut name = match (&line.variant, line.changes.as_slice()) {
        (Some(label), _) => format!("{}, {label}", line.mode),
        (None, []) => line.mode.clone(),
        (None, changes) => format!("{}, {}", line.mode, changes.join(" ")),
    };
    if line.device != DeviceKind::Cpu.name() {
        name.push_str(&format!(", {}", line.device));
    }
    name
}

/// What tells rows apart: task, mode, device, and changes in any order.
fn row(line: &Line) -> ([&str; 3], Vec<&str>) {
    let mut changes: Vec<&str> = line.changes.iter().map(String::as_str).collect();
    changes.sort_unstable();
    ([&line.task, &line.mode, &line.device], changes)
}

/// Every run once, in the order of tasks, presets, changes and seeds. Of several lines of a run the longest counts.
pub fn once_each(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by_cached_key(|line| {
        let ([task, mode, device], changes) = row(line);
        let task_at = place(TASKS.iter().copied(), task);
        let mode_at = place(PRESETS.iter().map(|preset| preset.name), mode);
        let key = (task_at, task.to_owned(), mode_at, mode.to_owned(), changes.join(" "), device.to_owned());
        (key, line.seed, std::cmp::Reverse(line.real_steps))
    });
    lines.dedup_by(|next, kept| next.seed == kept.seed && row(next) == row(kept));
    lines
}

/// Where a name stands among those there are; a name from another build comes last.
fn place<'a>(mut names: impl Iterator<Item = &'a str>, name: &str) -> usize {
    names.position(|known| known == name).unwrap_or(usize::MAX)
}

/// Lines as [`once_each`] gives them, by task and learner.
pub fn groups(lines: &[Line]) -> Vec<Group<'_>> {
    let of_task = lines.chunk_by(|a, b| a.task == b.task);
    of_task
        .map(|lines| {
            let task = &lines[0].task;
            let written = lines.iter().find_map(|line| line.solved_return);
            let bar = written.or_else(|| make(task).ok().map(|task| task.spec().solved_return));
            let rows = lines.chunk_by(|a, b| row(a) == row(b));
            let learners =
                rows.map(|lines| Learner { name: learner(&lines[0]), lines: lines.iter().collect() });
            Group { task, bar, learners: learners.collect() }
        })
        .collect()
}

/// One cell a column of the table, without the learner.
fn cells(learner: &Learner, measure: &Measure) -> [String; 6] {
    let Some(spread) = Spread::of(learner.lines.iter().map(|line| (measure.of)(line))) else {
        return Default::default();
    };
    let write = |value: f64| number(value, measure.digits);
    let between = |(low, high): (f64, f64)| match [write(low), write(high)] {
        [low, high] if low == high => low,
        [low, high] => format!("{low} – {high}"),
    };
    [
        measure.name.into(),
        spread.count.to_string(),
        if measure.may_be_never { spread.reached.to_string() } else { String::new() },
        write(spread.median),
        between(spread.quartiles),
        spread.interval.map_or_else(|| "–".into(), between),
    ]
}

const COLUMNS: [&str; 6] = ["measure", "n", "reached", "median", "quartiles", "95 % of the median"];

fn heading(group: &Group) -> String {
    group.bar.map_or_else(|| group.task.into(), |bar| format!("{}, bar {bar}", group.task))
}

/// The table for a terminal.
pub fn text(groups: &[Group]) -> String {
    let mut text = String::new();
    for group in groups {
        let names = group.learners.iter().map(|learner| learner.name.chars().count());
        let wide = names.max().unwrap_or(0).max("learner".len());
        let mut line = |learner: &str, [measure, n, reached, median, quartiles, interval]: [&str; 6]| {
            let line = format!(
                "{learner:<wide$}  {measure:<18} {n:>4} {reached:>8} {median:>9}  {quartiles:<19}  {interval}"
            );
            text.push_str(line.trim_end());
            text.push('\n');
        };
        line(&heading(group), [""; 6]);
        line("learner", COLUMNS);
        for learner in &group.learners {
            for (index, measure) in MEASURES.iter().enumerate() {
                let name = if index == 0 { learner.name.as_str() } else { "" };
                line(name, cells(learner, measure).each_ref().map(String::as_str));
            }
        }
        text.push_str(&failures(group));
        text.push('\n');
    }
    text
}

/// The table with every seed, for a document.
pub fn markdown(groups: &[Group]) -> String {
    let mut text = String::new();
    for group in groups {
        let _ = writeln!(text, "## {}\n\n| learner | {} |", heading(group), COLUMNS.join(" | "));
        text.push_str("|---|---|---:|---:|---:|---|---|\n");
        for learner in &group.learners {
            for measure in &MEASURES {
                let _ = writeln!(text, "| {} | {} |", learner.name, cells(learner, measure).join(" | "));
            }
        }
        text.push_str(
            "\n| learner | seeds | first, by seed | three in a row, by seed |\n|---|---|---|---|\n",
        );
        for learner in &group.learners {
            let by_seed = |measure: &Measure| {
                let values = learner.lines.iter().map(|line| (measure.of)(line));
                let written: Vec<String> =
                    values.map(|value| value.map_or_else(|| "–".into(), |value| number(value, 0))).collect();
                written.join(" ")
            };
            let (first, three) = (by_seed(&MEASURES[0]), by_seed(&MEASURES[1]));
            let _ = writeln!(text, "| {} | {} | {first} | {three} |", learner.name, seeds(learner));
        }
        let _ = writeln!(text, "\n{}", failures(group));
    }
    text.trim_end().to_owned() + "\n"
}

/// "0 to 9", or every seed if some are missing between them.
fn seeds(learner: &Learner) -> String {
    let seeds: Vec<u64> = learner.lines.iter().map(|line| line.seed).collect();
    match seeds[..] {
        [first, .., last] if last - first + 1 == seeds.len() as u64 => format!("{first} to {last}"),
        _ => seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(" "),
    }
}

/// A line for every run that stopped with an error.
fn failures(group: &Group) -> String {
    let mut text = String::new();
    for learner in &group.learners {
        for line in &learner.lines {
            if let Some(error) = &line.error {
                let _ = writeln!(text, "{}, seed {}: {error}", learner.name, line.seed);
            }
        }
    }
    text
}

/// 1,024 or 11.0; what never came is "never".
fn number(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return "never".into();
    }
    let text = format!("{value:.digits$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(mode: &str, changes: &[&str], seed: u64, first: Option<u64>) -> Line {
        let case = crate::case::Case::new("CartPole-v1", mode, None, &[], None).expect("a case");
        let changes = changes.iter().map(ToString::to_string).collect();
        Line { changes, real_steps_to_solve: first, wall_s: 2.0, ..Line::begun(&case, seed) }
    }

    fn some_lines() -> Vec<Line> {
        vec![
            line("ppo", &[], 1, Some(4096)),
            line("mb-ppo", &["gamma=0.9"], 0, None),
            line("mb-ppo", &[], 2, None),
            line("mb-ppo", &[], 0, Some(768)),
            line("mb-ppo", &[], 1, Some(1280)),
            line("ppo", &[], 0, Some(2048)),
        ]
    }

    #[test]
    fn rows_stand_in_the_order_of_the_presets_whatever_the_order_of_the_lines() {
        let forwards = once_each(some_lines());
        let backwards = once_each(some_lines().into_iter().rev().collect());
        let text = text(&groups(&forwards));
        assert_eq!(text, super::text(&groups(&backwards)));
        let names: Vec<&str> =
            text.lines().filter(|line| line.contains(" first ")).map(|line| &line[..17]).collect();
        assert_eq!(names, ["mb-ppo           ", "mb-ppo, gamma=0.9", "ppo              "]);
    }

    #[test]
    fn the_table_says_how_many_got_there_and_what_is_typical() {
        let lines = once_each(some_lines());
        let text = text(&groups(&lines));
        let row = text.lines().find(|line| line.starts_with("mb-ppo  ")).expect("a row");
        let cells: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(cells[..6], ["mb-ppo", "first", "3", "2", "1,280", "1,024"], "{text}");
        assert_eq!(cells[7], "never", "the upper quartile lies beyond what was reached: {text}");
        assert!(text.starts_with("CartPole-v1, bar 475\n"));
    }

    #[test]
    fn of_several_lines_of_a_run_the_longest_counts() {
        let short = line("ppo", &["a=1", "b=2"], 0, None);
        let long = Line {
            real_steps: 500,
            changes: vec!["b=2".into(), "a=1".into()],
            real_steps_to_solve: Some(256),
            ..short.clone()
        };
        for lines in [vec![short.clone(), long.clone()], vec![long.clone(), short]] {
            assert_eq!(once_each(lines), std::slice::from_ref(&long));
        }
    }

    #[test]
    fn markdown_lists_every_seed_and_every_failure() {
        let mut lines = once_each(some_lines());
        lines[2].error = Some("it diverged".into());
        let markdown = markdown(&groups(&lines));
        assert!(markdown.contains("| mb-ppo | 0 to 2 | 768 1,280 – | – – – |"), "{markdown}");
        assert!(markdown.contains("mb-ppo, seed 2: it diverged"), "{markdown}");
        let tables: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
        assert!(tables[..17].iter().all(|line| line.matches('|').count() == 8), "{markdown}");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(
            [number(1024.0, 0), number(1234567.0, 0), number(999.0, 0)],
            ["1,024", "1,234,567", "999"]
        );
        assert_eq!(
            [number(11.04, 1), number(12345.67, 1), number(f64::INFINITY, 1)],
            ["11.0", "12,345.7", "never"]
        );
    }
}
