//! What a grid says: a row a learner and measure. Runs that never reached the bar count as infinitely long.

use super::line::Line;
use super::output::one_line;
use super::remarks::remarks;
use super::rows::Row;
use mbppo::env::make;
use mbppo::quantiles::Spread;
use std::fmt::Write;

/// All runs on one task.
pub struct Group<'a> {
    /// Id of the task.
    pub task: &'a str,
    /// Mean return from which it counts as solved.
    pub bar: Option<f32>,
    /// What was run on it.
    pub learners: &'a [Row],
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

/// Rows as [`super::rows::rows`] gives them, by task.
pub fn groups(rows: &[Row]) -> Vec<Group<'_>> {
    let task = |row: &Row| row.lines.first().map(|line| line.task.clone());
    let of_task = rows.chunk_by(|a, b| task(a) == task(b));
    of_task
        .filter_map(|learners| {
            let task = learners.first()?.lines.first()?.task.as_str();
            let mut lines = learners.iter().flat_map(|row| &row.lines);
            let written = lines.find_map(|line| line.solved_return);
            let bar = written.or_else(|| make(task).ok().map(|task| task.spec().solved_return));
            Some(Group { task, bar, learners })
        })
        .collect()
}

/// One cell a column of the table, without the learner.
fn cells(learner: &Row, measure: &Measure) -> [String; 6] {
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
    let task = one_line(group.task);
    group.bar.map_or_else(|| task.clone(), |bar| format!("{task}, bar {bar}"))
}

/// What has to be said below a table: runs that failed, and why some cannot be compared.
fn notes(group: &Group) -> Vec<String> {
    let mut notes = Vec::new();
    for row in group.learners {
        let failed = row.lines.iter().filter_map(|line| Some((line.seed, line.error.as_ref()?)));
        notes.extend(failed.map(|(seed, error)| format!("{}, seed {seed}: {}", row.name, one_line(error))));
    }
    notes.extend(remarks(group).into_iter().map(|remark| format!("Note: {remark}.")));
    notes
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
        for learner in group.learners {
            for (index, measure) in MEASURES.iter().enumerate() {
                let name = if index == 0 { learner.name.as_str() } else { "" };
                line(name, cells(learner, measure).each_ref().map(String::as_str));
            }
        }
        notes(group).iter().for_each(|note| text.push_str(&format!("{note}\n")));
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
        for learner in group.learners {
            for measure in &MEASURES {
                let _ =
                    writeln!(text, "| {} | {} |", cell(&learner.name), cells(learner, measure).join(" | "));
            }
        }
        text.push_str(
            "\n| learner | seeds | first, by seed | three in a row, by seed |\n|---|---|---|---|\n",
        );
        for learner in group.learners {
            let by_seed = |measure: &Measure| {
                let values = learner.lines.iter().map(|line| (measure.of)(line));
                let written: Vec<String> =
                    values.map(|value| value.map_or_else(|| "–".into(), |value| number(value, 0))).collect();
                written.join(" ")
            };
            let (first, three) = (by_seed(&MEASURES[0]), by_seed(&MEASURES[1]));
            let _ = writeln!(text, "| {} | {} | {first} | {three} |", cell(&learner.name), seeds(learner));
        }
        // A line each: Markdown would run them into one.
        let _ = writeln!(text, "\n{}\n", notes(group).join("\n\n"));
    }
    text.trim_end().to_owned() + "\n"
}

/// A name in a cell of a Markdown table, whose borders are bars.
fn cell(name: &str) -> String {
    name.replace('|', "\\|")
}

/// "0 to 9", or every seed if some are missing between them.
fn seeds(learner: &Row) -> String {
    let seeds: Vec<u64> = learner.lines.iter().map(|line| line.seed).collect();
    match seeds[..] {
        [first, .., last] if last - first == seeds.len() as u64 - 1 => format!("{first} to {last}"),
        _ => seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(" "),
    }
}

/// 1,024 or 11.0; what never came is "never".
pub fn number(value: f64, digits: usize) -> String {
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

    use crate::cli::rows::rows;

    fn line(mode: &str, changes: &[&str], seed: u64, first: Option<u64>) -> Line {
        let case = crate::cli::case::Case::new("CartPole-v1", mode, None, &[], None).expect("a case");
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
        let forwards = rows(some_lines());
        let backwards = rows(some_lines().into_iter().rev().collect());
        let text = text(&groups(&forwards));
        assert_eq!(text, super::text(&groups(&backwards)));
        let names: Vec<&str> =
            text.lines().filter(|line| line.contains(" first ")).map(|line| &line[..17]).collect();
        assert_eq!(names, ["mb-ppo           ", "mb-ppo, gamma=0.9", "ppo              "]);
    }

    #[test]
    fn the_table_says_how_many_got_there_and_what_is_typical() {
        let rows = rows(some_lines());
        let text = text(&groups(&rows));
        let row = text.lines().find(|line| line.starts_with("mb-ppo  ")).expect("a row");
        let cells: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(cells[..6], ["mb-ppo", "first", "3", "2", "1,280", "1,024"], "{text}");
        assert_eq!(cells[7], "never", "the upper quartile lies beyond what was reached: {text}");
        assert!(text.starts_with("CartPole-v1, bar 475\n"));
    }

    #[test]
    fn markdown_lists_every_seed_and_every_failure() {
        let mut lines = some_lines();
        lines[2].error = Some("it diverged".into());
        let rows = rows(lines);
        let markdown = markdown(&groups(&rows));
        assert!(markdown.contains("| mb-ppo | 0 to 2 | 768 1,280 – | – – – |"), "{markdown}");
        assert!(markdown.contains("mb-ppo, seed 2: it diverged"), "{markdown}");
        let tables: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
        assert!(tables[..17].iter().all(|line| line.matches('|').count() == 8), "{markdown}");
    }

    #[test]
    fn names_of_any_length_and_with_any_letter_stand_in_a_table() {
        let lines = [("|", 0), (&"x".repeat(100_000) as &str, u64::MAX), ("\u{1b}[2J\n", 7)];
        let lines = lines
            .map(|(label, seed)| Line { variant: Some(label.into()), ..line("ppo", &[label], seed, None) });
        let rows = rows(lines.to_vec());
        assert!(text(&groups(&rows)).lines().all(|line| line.chars().count() < 300));
        let markdown = markdown(&groups(&rows));
        assert!(markdown.contains("| ppo, \\| |") && !markdown.contains('\u{1b}'), "{markdown}");
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
