//! One run, from its seed until it is solved three times in a row or given up.

use crate::What;
use mbppo::config::Config;
use mbppo::device::Device;
use mbppo::error::Result;
use mbppo::rng::Seed;
use mbppo::snapshot::Point;
use mbppo::trainer::Trainer;
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// Evaluations at the bar, one after another, after which a run counts as solved for good.
const IN_A_ROW: usize = 3;

/// What is written of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Gymnasium's id of the task.
    pub task: String,
    /// Preset.
    pub mode: String,
    /// Hyperparameters that differ from the preset, as NAME=VALUE.
    pub changes: Vec<String>,
    /// Seed of the run.
    pub seed: u64,
    /// Real steps at the first evaluation that reached the bar, null if none did.
    pub real_steps_to_solve: Option<u64>,
    /// Real steps at the third evaluation in a row that reached the bar, null if there was none.
    pub three_in_a_row: Option<u64>,
    /// Real steps of the whole run.
    pub real_steps: u64,
    /// Imagined steps of the whole run.
    pub imagined_steps: u64,
    /// Highest mean return of an evaluation.
    pub best_evaluation: Option<f32>,
    /// Seconds from the start to the first evaluation that reached the bar, null if none did.
    pub wall_s_to_solve: Option<f64>,
    /// Seconds of the whole run.
    pub wall_s: f64,
    /// Every evaluation: real steps and mean return.
    pub evaluations: Vec<Point>,
    /// Why the run stopped early, if it did.
    pub error: Option<String>,
}

/// Runs until three evaluations in a row reach the bar or `max_steps` are over, whichever comes first.
pub fn run(what: &What, config: Config, seed: u64, mut on_evaluation: impl FnMut(&Trainer)) -> Result<Line> {
    let began = Instant::now();
    let mut trainer = Trainer::new(&what.task, config, Seed(seed), Device::cpu())?;
    let bar = trainer.spec().solved_return;
    let (mut first, mut first_wall, mut three, mut error) = (None, None, None, None);
    let mut seen = 0;
    while three.is_none() && trainer.steps().0 < what.max_steps {
        if let Err(failure) = pollster::block_on(trainer.tick()) {
            error = Some(failure.to_string());
            break;
        }
        let evaluations = &trainer.curves().evaluations;
        if evaluations.len() == seen {
            continue;
        }
        seen = evaluations.len();
        let steps = trainer.steps().0;
        if evaluations[seen - 1].value >= bar && first.is_none() {
            (first, first_wall) = (Some(steps), Some(began.elapsed().as_secs_f64()));
        }
        let row = evaluations.iter().rev().take_while(|point| point.value >= bar).count();
        three = (row >= IN_A_ROW).then_some(steps);
        on_evaluation(&trainer);
    }
    let evaluations = trainer.curves().evaluations.clone();
    let (real_steps, imagined_steps) = trainer.steps();
    Ok(Line {
        task: what.task.clone(),
        mode: what.mode.clone(),
        changes: what.changes.clone(),
        seed,
        real_steps_to_solve: first,
        three_in_a_row: three,
        real_steps,
        imagined_steps,
        best_evaluation: evaluations.iter().map(|point| point.value).reduce(f32::max),
        wall_s_to_solve: first_wall,
        wall_s: began.elapsed().as_secs_f64(),
        evaluations,
        error,
    })
}

/// `mbppo train`: one run, told as it goes.
pub fn train(what: &What, seed: u64) -> Result<()> {
    println!(
        "{:>10} {:>14} {:>12} {:>11} {:>9}",
        "real steps", "imagined steps", "mean return", "confidence", "branches"
    );
    let line = run(what, what.config()?, seed, |trainer| {
        let now = trainer.snapshot();
        println!(
            "{:>10} {:>14} {:>12.1} {:>11} {:>9}",
            now.real_steps,
            now.imagined_steps,
            now.latest_evaluation.unwrap_or(f32::NAN),
            now.confidence.map_or_else(|| "–".into(), |confidence| format!("{confidence:.3}")),
            now.branches
        );
    })?;
    match (&line.error, line.real_steps_to_solve) {
        (Some(error), _) => println!("{error}"),
        (None, Some(steps)) => println!("solved at {steps} real steps; {:.1} s in all", line.wall_s),
        (None, None) => println!(
            "not solved; best {:.1}; {:.1} s in all",
            line.best_evaluation.unwrap_or(f32::NAN),
            line.wall_s
        ),
    }
    Ok(())
}
