//! `mbppo train`: one run, told as it goes, from its seed or from where it was saved.

use crate::arguments::One;
use crate::case::Case;
use crate::run::{Line, Watch, watched};
use clap::Args;
use mbppo::device::open;
use mbppo::error::{Error, Result};
use mbppo::trainer::Trainer;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What is typed behind `mbppo train`.
#[derive(Args)]
pub struct Train {
    #[command(flatten)]
    what: One,
    /// Seed of the run: the same seed gives the same run.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// File to which the run is saved, now and then and at its end.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Iterations from one time it is saved to the next.
    #[arg(long, value_name = "N", default_value_t = 100, requires = "save", value_parser = clap::value_parser!(u64).range(1..))]
    save_every: u64,
    /// Goes on with a saved run; task, hyperparameters and seed are those of the file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["task", "mode", "changes", "seed"])]
    resume: Option<PathBuf>,
}

/// Runs, tells and saves.
pub fn train(train: &Train) -> Result<()> {
    let (trainer, line, max_steps) = begin(train)?;
    println!(
        "{:>10} {:>14} {:>12} {:>11} {:>9}",
        "real steps", "imagined steps", "mean return", "confidence", "branches"
    );
    let mut teller = Teller { file: train.save.as_deref(), every: train.save_every, failure: None };
    let line = watched(line, max_steps, || Ok(trainer), &mut teller);
    let best = line.best_evaluation.map_or_else(|| "–".into(), |best| format!("{best:.1}"));
    match (line.error, line.real_steps_to_solve) {
        (Some(error), _) => println!("{error}"),
        (None, Some(steps)) => println!("solved at {steps} real steps; {:.1} s in all", line.wall_s),
        (None, None) => println!("not solved; best {best}; {:.1} s in all", line.wall_s),
    }
    teller.failure.map_or(Ok(()), Err)
}

/// The run to go on with, the line of what it has told so far, and the real steps after which it is given up.
fn begin(train: &Train) -> Result<(Trainer, Line, u64)> {
    let Some(file) = &train.resume else {
        let case = train.what.case()?;
        case.remarks()?.iter().for_each(|remark| eprintln!("mbppo: {remark}."));
        return Ok((case.trainer(train.seed)?, Line::begun(&case, train.seed), case.max_steps));
    };
    let bytes = fs::read(file).map_err(|error| failed(file, &error))?;
    let trainer = Trainer::resume(&bytes, pollster::block_on(open(train.what.device()))?)?;
    let case = Case::of_run(&trainer, train.what.max_steps());
    let mut line = Line::begun(&case, trainer.snapshot().seed);
    line.take_over(&trainer);
    Ok((trainer, line, case.max_steps))
}

/// Prints evaluations and saves iterations.
struct Teller<'a> {
    file: Option<&'a Path>,
    every: u64,
    /// Why it could not be saved.
    failure: Option<Error>,
}

impl Watch for Teller<'_> {
    fn evaluated(&mut self, trainer: &Trainer) {
        let now = trainer.snapshot();
        println!(
            "{:>10} {:>14} {:>12.1} {:>11} {:>9}",
            now.real_steps,
            now.imagined_steps,
            now.latest_evaluation.unwrap_or(f32::NAN),
            now.confidence.map_or_else(|| "–".into(), |confidence| format!("{confidence:.3}")),
            now.branches
        );
    }

    fn between_iterations(&mut self, trainer: &Trainer, is_last: bool) -> Result<()> {
        match self.file {
            Some(file) if is_last || trainer.snapshot().iteration.is_multiple_of(self.every) => {
                save(trainer, file).inspect_err(|error| self.failure = Some(error.clone()))
            }
            _ => Ok(()),
        }
    }
}

/// Writes beside the file and then puts it in its place: whenever this is interrupted, there is a whole one.
fn save(trainer: &Trainer, file: &Path) -> Result<()> {
    let bytes = pollster::block_on(trainer.checkpoint())?;
    let mut beside = file.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    fs::write(&beside, bytes).map_err(|error| failed(&beside, &error))?;
    fs::rename(&beside, file).map_err(|error| failed(file, &error))
}

fn failed(file: &Path, error: &io::Error) -> Error {
    Error::File { path: file.display().to_string(), reason: error.to_string() }
}
