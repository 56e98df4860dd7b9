//! What is typed: the words of the command line, read and checked before anything runs.

use super::case::{Case, usual_max_steps};
use super::output::tell;
use clap::Args;
use mbppo::config::{Config, PRESETS, count, preset};
use mbppo::device::DeviceKind;
use mbppo::env::{TASKS, USUAL_STEPS, make};
use mbppo::error::{Error, Result};
use std::ops::Range;
use std::path::PathBuf;

/// Most runs side by side: each has a thread and a learner of its own.
const MOST_JOBS: u64 = 1024;
/// Most runs of one grid: they are listed before the first one begins.
const MOST_RUNS: u64 = 1_000_000;
/// Most real steps of a run; a spreadsheet and a page still count them exactly.
const MOST_STEPS: u64 = 1_000_000_000_000;

/// What `mbppo train` trains.
#[derive(Args)]
pub struct One {
    #[arg(long, value_name = "TASK", help = tasks(), default_value = "CartPole-v1", value_parser = task)]
    task: String,
    #[arg(long, value_name = "MODE", help = modes(), alias = "preset", default_value = "mb-ppo", value_parser = mode)]
    mode: String,
    #[command(flatten)]
    rest: Rest,
}

/// What `mbppo grid` trains: every task with every mode, as it is and in every variant, with every seed.
#[derive(Args)]
pub struct Many {
    #[arg(long = "task", value_name = "TASK", help = several(&tasks()), default_value = "CartPole-v1")]
    #[arg(value_delimiter = ',', value_parser = task)]
    tasks: Vec<String>,
    #[arg(long = "mode", alias = "preset", value_name = "MODE", help = several(&modes()), default_value = "mb-ppo")]
    #[arg(value_delimiter = ',', value_parser = mode)]
    modes: Vec<String>,
    /// A row of an ablation: every mode once more, with these changes; may be repeated.
    #[arg(long = "variant", value_name = "LABEL: NAME=VALUE NAME=VALUE", value_parser = variant)]
    variants: Vec<Variant>,
    /// Seeds from FROM up to TO, TO not included, or a single seed.
    #[arg(long, value_name = "FROM..TO", default_value = "0..10", value_parser = seeds)]
    pub seeds: Range<u64>,
    /// File to which a line per run is appended; runs that are in it already are not repeated.
    #[arg(long, value_name = "FILE.jsonl")]
    pub out: PathBuf,
    /// Runs at the same time [default: as many as there are cores].
    #[arg(long, value_name = "N", value_parser = whole(1, MOST_JOBS))]
    pub jobs: Option<u64>,
    /// Folder for a picture of the learning curves of each task.
    #[arg(long, value_name = "DIR")]
    pub pictures: Option<PathBuf>,
    #[command(flatten)]
    rest: Rest,
}

/// What holds for one run and for many.
#[derive(Args)]
struct Rest {
    /// A hyperparameter, such as gamma=0.98; may be repeated. `mbppo hyperparameters` lists them.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = change)]
    changes: Vec<String>,
    #[arg(long, value_name = "STEPS", help = budgets(), value_parser = whole(1, MOST_STEPS))]
    max_steps: Option<u64>,
    /// Where to compute: `cpu` with hand-written kernels, or `cpu-plain` with burn's tensors, to compare.
    #[arg(long, default_value = "cpu", value_parser = device)]
    device: DeviceKind,
}

/// A row of an ablation.
#[derive(Debug, Clone, PartialEq)]
struct Variant {
    label: String,
    changes: Vec<String>,
}

impl One {
    /// The one case.
    pub fn case(&self) -> Result<Case> {
        self.rest.tell_of_repeats();
        let case = Case::new(&self.task, &self.mode, None, &self.rest.changes, self.rest.max_steps)?;
        Ok(Case { device: self.rest.device, ..case })
    }

    /// Where to compute.
    pub fn device(&self) -> DeviceKind {
        self.rest.device
    }

    /// Real steps after which an unsolved run is given up, if somebody has said so.
    pub fn max_steps(&self) -> Option<u64> {
        self.rest.max_steps
    }
}

impl Many {
    /// All cases: tasks × modes × (as it is, and every variant), each once.
    pub fn cases(&self) -> Result<Vec<Case>> {
        let rest = &self.rest;
        rest.tell_of_repeats();
        let mut rows = vec![(None, rest.changes.clone())];
        for Variant { label, changes } in &self.variants {
            if rows.iter().any(|(earlier, _)| earlier.as_ref() == Some(label)) {
                return Err(Error::Config {
                    field: "--variant".into(),
                    value: label.clone(),
                    allowed: "every variant needs a label of its own".into(),
                });
            }
            rows.push((Some(label.clone()), [rest.changes.as_slice(), changes].concat()));
        }
        let mut cases = Vec::new();
        for task in &self.tasks {
            for mode in &self.modes {
                for (label, changes) in &rows {
                    let case = Case::new(task, mode, label.clone(), changes, rest.max_steps)?;
                    let case = Case { device: rest.device, ..case };
                    if !cases.contains(&case) {
                        cases.push(case);
                    }
                }
            }
        }
        let runs = (self.seeds.end - self.seeds.start).saturating_mul(cases.len() as u64);
        if runs > MOST_RUNS {
            return Err(Error::Config {
                field: "--seeds".into(),
                value: format!("{}..{}", self.seeds.start, self.seeds.end),
                allowed: format!("that makes {runs} runs, and a grid has at most {MOST_RUNS}"),
            });
        }
        Ok(cases)
    }
}

impl Rest {
    /// Of two values of one hyperparameter the later counts, which is not always what was meant.
    fn tell_of_repeats(&self) {
        for (index, change) in self.changes.iter().enumerate() {
            let name = |change: &str| change.split_once('=').map(|(name, _)| name.to_owned());
            if self.changes[index + 1..].iter().any(|later| name(later) == name(change)) {
                tell(&format!("--set {change} has no effect: a later --set gives another value."));
            }
        }
    }
}

fn tasks() -> String {
    format!("Task: {}", TASKS.join(", "))
}

fn modes() -> String {
    format!("Preset: {}", PRESETS.iter().map(|preset| preset.name).collect::<Vec<_>>().join(", "))
}

fn several(help: &str) -> String {
    format!("{help}; several with commas between them, or repeated")
}

fn budgets() -> String {
    let (usual, mut special) = (USUAL_STEPS, Vec::new());
    for task in TASKS.iter().filter(|task| usual_max_steps(task) != usual) {
        special.push(format!("{} for {task}", usual_max_steps(task)));
    }
    format!(
        "Real steps after which an unsolved run is given up [default: {}, {usual} for all others]",
        special.join(", ")
    )
}

/// What an error allows, for clap to name the argument and the value before it.
fn allowed(error: Error) -> String {
    match error {
        Error::Config { allowed, .. } => allowed,
        other => other.to_string(),
    }
}

fn task(text: &str) -> std::result::Result<String, String> {
    make(text).map(|_| text.into()).map_err(allowed)
}

fn mode(text: &str) -> std::result::Result<String, String> {
    preset(text, TASKS[0]).map(|_| text.into()).map_err(allowed)
}

fn device(text: &str) -> std::result::Result<DeviceKind, String> {
    DeviceKind::from_name(text).map_err(allowed)
}

/// Reads `NAME=VALUE` and writes the value as every other way of writing it: 0.90 is 0.9.
fn change(text: &str) -> std::result::Result<String, String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err("write it as NAME=VALUE, for example gamma=0.98".into());
    };
    let (name, mut config) = (name.trim(), Config::default());
    config.set(name, value).map_err(|error| error.to_string())?;
    Ok(format!("{name}={}", config.get(name).unwrap_or_default()))
}

/// Reads `LABEL: NAME=VALUE NAME=VALUE`.
fn variant(text: &str) -> std::result::Result<Variant, String> {
    const FORM: &str = "write it as \"LABEL: NAME=VALUE NAME=VALUE\", for example \"short: horizon=5\"";
    let (label, changes) = text.split_once(':').ok_or(FORM)?;
    let changes = changes.split_whitespace().map(change).collect::<std::result::Result<Vec<_>, _>>()?;
    if label.trim().is_empty() || changes.is_empty() {
        return Err(FORM.into());
    }
    if label.chars().any(char::is_control) {
        return Err("a label stands in tables and must be one line of text".into());
    }
    Ok(Variant { label: label.trim().into(), changes })
}

/// Reads a whole number from `min` to `max`, as [`count`] does.
pub fn whole(
    min: u64,
    max: u64,
) -> impl Fn(&str) -> std::result::Result<u64, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = count(text).filter(|number| (min..=max).contains(number));
        number.ok_or_else(|| format!("it must be a whole number from {min} to {max}, such as 20000 or 2e4"))
    }
}

/// Reads `0..10`, or `7` for 7..8.
fn seeds(text: &str) -> std::result::Result<Range<u64>, String> {
    let parsed = match text.split_once("..") {
        Some((from, to)) => count(from).zip(count(to)),
        None => count(text).and_then(|seed| Some((seed, seed.checked_add(1)?))),
    };
    match parsed {
        Some((from, to)) if from < to => Ok(from..to),
        _ => Err("write FROM..TO with FROM below TO, for example 0..10, or a single seed".into()),
    }
}

#[cfg(test)]
mod tests;
