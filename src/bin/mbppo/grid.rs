//! Many seeds on all cores; what is done is in the file, so an interrupted grid goes on where it was.

use crate::What;
use crate::run::{Line, run as run_once};
use crate::summary;
use indicatif::{ProgressBar, ProgressStyle};
use mbppo::error::{Error, Result};
use std::fs::OpenOptions;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;

/// Reads `0..10`.
pub fn parse_seeds(text: &str) -> std::result::Result<Range<u64>, String> {
    let parsed = text.split_once("..").and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    match parsed {
        Some(range) if range.start < range.end => Ok(range),
        _ => Err("write seeds as FROM..TO with FROM below TO, for example 0..10".into()),
    }
}

/// `mbppo grid`
pub fn run(what: &What, seeds: Range<u64>, out: &Path, jobs: Option<usize>) -> Result<()> {
    let config = what.config()?;
    let done = lines_of(out)?;
    let is_same =
        |line: &&Line| line.task == what.task && line.mode == what.mode && line.changes == what.changes;
    let is_done = |seed: u64| done.iter().filter(is_same).any(|line| line.seed == seed);
    let missing: Vec<u64> = seeds.clone().filter(|&seed| !is_done(seed)).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let bar = ProgressBar::new(missing.len() as u64)
        .with_style(style())
        .with_message(format!("{} {}", what.task, what.mode));
    let queue = Mutex::new(missing.into_iter());
    let failed = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..jobs.unwrap_or(cores).max(1) {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().ok().and_then(|mut queue| queue.next());
                    let Some(seed) = next else { break };
                    let result =
                        run_once(what, config.clone(), seed, |_| {}).and_then(|line| append(out, &line));
                    bar.inc(1);
                    if let (Err(error), Ok(mut failed)) = (result, failed.lock()) {
                        *failed = Some(error);
                        break;
                    }
                }
            });
        }
    });
    bar.finish();
    if let Ok(Some(error)) = failed.into_inner() {
        return Err(error);
    }
    let all = lines_of(out)?;
    let of_grid: Vec<&Line> = all.iter().filter(is_same).filter(|line| seeds.contains(&line.seed)).collect();
    summary::print(what, &of_grid);
    Ok(())
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} runs, {elapsed} so far, {eta} to go")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn file_error(path: &Path, reason: impl ToString) -> Error {
    Error::File { path: path.display().to_string(), reason: reason.to_string() }
}

/// The runs that a file has already; none if there is no file.
fn lines_of(path: &Path) -> Result<Vec<Line>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(path).map_err(|error| file_error(path, error))?;
    let parse = |(number, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| file_error(path, format!("line {}: {error}", number + 1)))
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(parse).collect()
}

/// Appends a line in one write, so that runs on several threads do not mix.
fn append(path: &Path, line: &Line) -> Result<()> {
    let mut text = serde_json::to_string(line).map_err(|error| file_error(path, error))?;
    text.push('\n');
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| file_error(path, error))
}
