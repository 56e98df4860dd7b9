//! Which lines belong together: a row is one learner on one task, and each of its seeds counts once.

use super::line::Line;
use super::output::one_line;
use mbppo::config::PRESETS;
use mbppo::device::DeviceKind;
use mbppo::env::TASKS;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Every hyperparameter by name, as text; none where a line does not say it.
pub type Settings = Option<BTreeMap<String, String>>;

/// What was asked for: two runs of one name differ in their seed, or in what their preset was at the time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    task: String,
    mode: String,
    device: String,
    /// In alphabetical order: the order in which they were typed makes no difference.
    changes: Vec<String>,
}

impl Name {
    /// The name of a run.
    pub fn new(task: &str, mode: &str, device: &str, changes: &[String]) -> Self {
        let mut changes = changes.to_vec();
        changes.sort_unstable();
        Self { task: task.into(), mode: mode.into(), device: device.into(), changes }
    }

    /// The name of the run of this line.
    pub fn of(line: &Line) -> Self {
        Self::new(&line.task, &line.mode, &line.device, &line.changes)
    }
}

/// One learner on one task.
#[derive(Debug, PartialEq)]
pub struct Row {
    /// Mode with its label or its changes, and what else tells it from other rows.
    pub name: String,
    /// A line a seed, by seed.
    pub lines: Vec<Line>,
}

/// All rows of these lines, in the order of tasks, presets, changes and devices. Of several lines of a run the longest
/// counts.
pub fn rows(lines: Vec<Line>) -> Vec<Row> {
    let mut by_name: HashMap<Name, Vec<Line>> = HashMap::new();
    for line in lines {
        by_name.entry(Name::of(&line)).or_default().push(line);
    }
    let mut names: Vec<(Name, Vec<Line>)> = by_name.into_iter().collect();
    names.sort_by_cached_key(|(name, _)| {
        let task = place(TASKS.iter().copied(), &name.task);
        let mode = place(PRESETS.iter().map(|preset| preset.name), &name.mode);
        (task, name.task.clone(), mode, name.mode.clone(), name.changes.clone(), name.device.clone())
    });
    names.into_iter().flat_map(|(_, lines)| of_one_name(lines)).collect()
}

/// The rows of one name: one for all settings that its preset was made of. Where there is only one such row, lines that
/// do not say their settings are put to it.
fn of_one_name(lines: Vec<Line>) -> Vec<Row> {
    let mut known: BTreeMap<Settings, Vec<Line>> = BTreeMap::new();
    for line in lines {
        known.entry(line.config.clone()).or_default().push(line);
    }
    if known.len() == 2
        && let Some(unknown) = known.remove(&None)
        && let Some(lines) = known.values_mut().next()
    {
        lines.extend(unknown);
    }
    let differing = differing(known.keys().flatten());
    let is_alone = known.len() == 1;
    let row = |(settings, lines): (Settings, Vec<Line>)| {
        let lines = once_each(lines);
        let mut name = lines.first().map(learner).unwrap_or_default();
        match settings {
            _ if is_alone => {}
            None => name.push_str(" (settings not recorded)"),
            Some(settings) => {
                let said =
                    differing.iter().filter_map(|name| Some(format!("{name}={}", settings.get(name)?)));
                name.push_str(&format!(" (then {})", shortened(said.collect())));
            }
        }
        Row { name, lines }
    };
    known.into_iter().map(row).collect()
}

/// Names of the settings that are not the same in all of these.
fn differing<'a>(all: impl Iterator<Item = &'a BTreeMap<String, String>>) -> BTreeSet<String> {
    let all: Vec<_> = all.collect();
    let names: BTreeSet<&String> = all.iter().flat_map(|settings| settings.keys()).collect();
    let differs = |name: &&String| all.windows(2).any(|two| two[0].get(*name) != two[1].get(*name));
    names.into_iter().filter(differs).cloned().collect()
}

/// The first few of these words.
fn shortened(mut words: Vec<String>) -> String {
    const MOST: usize = 4;
    if words.len() > MOST {
        words.truncate(MOST);
        words.push("…".into());
    }
    words.join(" ")
}

/// One line a seed, by seed: the longest.
fn once_each(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by_key(|line| (line.seed, Reverse(line.real_steps)));
    lines.dedup_by_key(|line| line.seed);
    lines
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
    one_line(&name)
}

/// Where a name stands among those there are; a name from another build comes last.
fn place<'a>(mut names: impl Iterator<Item = &'a str>, name: &str) -> usize {
    names.position(|known| known == name).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::case::Case;

    fn line(changes: &[&str], seed: u64) -> Line {
        let case = Case::new("CartPole-v1", "ppo", None, &[], None).expect("a case");
        Line { changes: changes.iter().map(ToString::to_string).collect(), ..Line::begun(&case, seed) }
    }

    fn with(line: &Line, name: &str, value: &str) -> Line {
        let mut line = line.clone();
        line.config.as_mut().expect("settings").insert(name.into(), value.into());
        line
    }

    fn names(lines: Vec<Line>) -> Vec<(String, usize)> {
        rows(lines).into_iter().map(|row| (row.name, row.lines.len())).collect()
    }

    #[test]
    fn of_several_lines_of_a_run_the_longest_counts() {
        let short = line(&["a=1", "b=2"], 0);
        let long = Line { real_steps: 500, changes: vec!["b=2".into(), "a=1".into()], ..short.clone() };
        for lines in [vec![short.clone(), long.clone()], vec![long.clone(), short]] {
            let rows = rows(lines);
            assert_eq!((rows.len(), &rows[0].lines), (1, &vec![long.clone()]));
        }
    }

    #[test]
    fn runs_of_one_name_whose_presets_differed_are_rows_of_their_own() {
        let (now, then) = (line(&[], 0), with(&line(&[], 1), "n_epochs", "7"));
        let both = names(vec![now.clone(), then.clone()]);
        assert_eq!(both.len(), 2);
        assert!(both.contains(&("ppo (then n_epochs=7)".into(), 1)), "{both:?}");
        let silent = Line { config: None, ..line(&[], 2) };
        assert_eq!(
            names(vec![now.clone(), silent.clone()]),
            [("ppo".into(), 2)],
            "nothing speaks against it"
        );
        let three = names(vec![now, then, silent]);
        assert!(three.contains(&("ppo (settings not recorded)".into(), 1)), "{three:?}");
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_in_a_name() {
        let line = Line { variant: Some("a\u{1b}[2Jb\nc".into()), ..line(&[], 0) };
        assert_eq!(learner(&line), "ppo, a [2Jb c");
    }
}
