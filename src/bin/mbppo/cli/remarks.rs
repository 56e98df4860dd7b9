//! What has to be said beside a table: its runs may not be comparable, though they stand in one.

use super::line::Line;
use super::summary::{Group, number};
use std::collections::{BTreeMap, BTreeSet};

/// A sentence for every reason for which the runs of this group cannot be compared as they are.
pub fn remarks(group: &Group) -> Vec<String> {
    [programs(group), budgets(group), bars(group), evaluations(group)].into_iter().flatten().collect()
}

fn lines<'a>(group: &'a Group) -> impl Iterator<Item = &'a Line> {
    group.learners.iter().flat_map(|row| &row.lines)
}

/// Runs of different programs may learn differently from the same settings.
fn programs(group: &Group) -> Option<String> {
    let mut runs: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines(group) {
        *runs.entry(line.program.as_deref().unwrap_or("a version that does not say")).or_default() += 1;
    }
    let said: Vec<String> =
        runs.iter().map(|(program, runs)| format!("{program}: {}", number_of(*runs))).collect();
    let mixed: Vec<&str> = group
        .learners
        .iter()
        .filter(|row| row.lines.windows(2).any(|two| two[0].program != two[1].program))
        .map(|row| row.name.as_str())
        .collect();
    let within = if mixed.is_empty() { String::new() } else { format!(", also within {}", mixed.join("; ")) };
    let said = said.join(", ");
    (runs.len() > 1).then(|| {
        format!("these runs come from different programs ({said}){within}; they may learn differently")
    })
}

fn number_of(runs: usize) -> String {
    if runs == 1 { "1 run".into() } else { format!("{runs} runs") }
}

/// A run that was given up early says nothing about one that was given more steps.
fn budgets(group: &Group) -> Option<String> {
    let unsolved = |line: &&Line| line.three_in_a_row.is_none() && line.error.is_none();
    let given_up: BTreeSet<u64> = lines(group).filter(unsolved).filter_map(|line| line.max_steps).collect();
    let (first, last) = (*given_up.first()?, *given_up.last()?);
    let later = lines(group).filter_map(|line| line.three_in_a_row).filter(|steps| *steps > first).max();
    let steps = |steps: u64| number(steps as f64, 0);
    let others = match later {
        _ if first < last => format!("others after {}", steps(last)),
        Some(later) => format!("others had {} to get there", steps(later)),
        None => return None,
    };
    let given_up = format!("some runs were given up after {} real steps and {others}", steps(first));
    Some(format!("{given_up}; how many reach the bar cannot be compared"))
}

/// What counts as solved must be the same.
fn bars(group: &Group) -> Option<String> {
    let bars: BTreeSet<String> =
        lines(group).filter_map(|line| line.solved_return).map(|bar| bar.to_string()).collect();
    let said: Vec<&str> = bars.iter().map(String::as_str).collect();
    (bars.len() > 1).then(|| format!("the bar was not the same for all runs ({})", said.join(", ")))
}

/// Who is evaluated more often is found at the bar sooner, and a mean over few episodes reaches it by luck.
fn evaluations(group: &Group) -> Option<String> {
    let mut rules: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for row in group.learners {
        for settings in row.lines.iter().filter_map(|line| line.config.as_ref()) {
            let (every, episodes) = (settings.get("eval_every")?, settings.get("eval_episodes")?);
            let rule = format!("eval_every={every} eval_episodes={episodes}");
            rules.entry(rule).or_default().insert(&row.name);
        }
    }
    let said: Vec<String> = rules
        .iter()
        .map(|(rule, rows)| format!("{rule}: {}", rows.iter().copied().collect::<Vec<_>>().join("; ")))
        .collect();
    (rules.len() > 1).then(|| {
        format!(
            "evaluations differ ({}); who is evaluated more often can reach the bar earlier",
            said.join(" / ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::case::Case;
    use crate::cli::rows::rows;
    use crate::cli::summary::groups;

    fn line(mode: &str, seed: u64) -> Line {
        let case = Case::new("CartPole-v1", mode, None, &[], Some(1000)).expect("a case");
        Line { solved_return: Some(475.0), ..Line::begun(&case, seed) }
    }

    fn said(lines: Vec<Line>) -> Vec<String> {
        let rows = rows(lines);
        groups(&rows).iter().flat_map(remarks).collect()
    }

    #[test]
    fn runs_that_can_be_compared_need_no_remark() {
        let solved = Line { three_in_a_row: Some(900), max_steps: Some(5000), ..line("ppo", 2) };
        assert!(said(vec![line("ppo", 0), line("mb-ppo", 1), solved]).is_empty());
    }

    #[test]
    fn whatever_keeps_runs_from_being_compared_is_said_by_name() {
        let other = |change: fn(&mut Line)| {
            let mut line = line("ppo", 1);
            change(&mut line);
            said(vec![self::line("ppo", 0), line]).join("\n")
        };
        for (message, parts) in [
            (other(|line| line.program = Some("0.0.9".into())), ["0.0.9: 1 run", "also within ppo"]),
            (other(|line| line.program = None), ["a version that does not say: 1 run", "also within ppo"]),
            (other(|line| line.max_steps = Some(500)), ["after 500", "others after 1,000"]),
            (other(|line| line.three_in_a_row = Some(4000)), ["after 1,000", "others had 4,000"]),
            (other(|line| line.solved_return = Some(195.0)), ["195", "475"]),
        ] {
            assert!(parts.iter().all(|part| message.contains(part)), "{message}");
        }
        let rules = said(vec![line("ppo", 0), line("dqn", 0)]).join("\n");
        assert!(rules.contains("eval_every=250") && rules.contains("eval_every=1000"), "{rules}");
    }
}
