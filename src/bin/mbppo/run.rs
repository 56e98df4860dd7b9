//! One run, from its seed until it is solved three times in a row or given up.

use crate::case::Case;
use crate::cpu_clock::CpuClock;
use mbppo::device::DeviceKind;
use mbppo::error::Result;
use mbppo::snapshot::Point;
use mbppo::trainer::{Evaluations, Phase, Trainer};
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Evaluations at the bar, one after another, after which a run counts as solved for good.
const IN_A_ROW: u64 = 3;

/// What is written of a run. Fields that older files do not have are none there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Id of the task.
    pub task: String,
    /// Preset.
    pub mode: String,
    /// Label of an ablation row, null for the mode as it is.
    #[serde(default)]
    pub variant: Option<String>,
    /// Hyperparameters that differ from the preset, as NAME=VALUE.
    pub changes: Vec<String>,
    /// Where it was trained; the CPU by kernels where nothing is said.
    #[serde(default = "cpu", skip_serializing_if = "is_cpu")]
    pub device: String,
    /// Seed of the run.
    pub seed: u64,
    /// Mean return from which the task counts as solved.
    #[serde(default)]
    pub solved_return: Option<f32>,
    /// Real steps after which the run would have been given up.
    #[serde(default)]
    pub max_steps: Option<u64>,
    /// Real steps at the first evaluation that reached the bar, null if none did.
    pub real_steps_to_solve: Option<u64>,
    /// Real steps at the third evaluation in a row that reached the bar, null if there was none.
    pub three_in_a_row: Option<u64>,
    /// Real steps of the whole run.
    pub real_steps: u64,
    /// Imagined steps of the whole run.
    pub imagined_steps: u64,
    /// Highest mean return of an evaluation, null if there was none.
    pub best_evaluation: Option<f32>,
    /// Seconds from the start to the first evaluation that reached the bar, null if none did.
    pub wall_s_to_solve: Option<f64>,
    /// Seconds of the whole run.
    pub wall_s: f64,
    /// Seconds that the processor worked on it until then, null if it was not reached or the system does not say.
    #[serde(default)]
    pub cpu_s_to_solve: Option<f64>,
    /// The same for the whole run.
    #[serde(default)]
    pub cpu_s: Option<f64>,
    /// Every evaluation: real steps and mean return.
    pub evaluations: Vec<Point>,
    /// Why the run stopped early, if it did.
    pub error: Option<String>,
}

/// The device of a line that names none.
fn cpu() -> String {
    DeviceKind::Cpu.name().into()
}

fn is_cpu(device: &str) -> bool {
    device == DeviceKind::Cpu.name()
}

impl Line {
    /// The line of a run of which nothing has happened yet.
    pub fn begun(case: &Case, seed: u64) -> Self {
        Self {
            task: case.task.clone(),
            mode: case.mode.clone(),
            variant: case.variant.clone(),
            changes: case.changes.clone(),
            device: case.device.name().into(),
            seed,
            solved_return: None,
            max_steps: Some(case.max_steps),
            real_steps_to_solve: None,
            three_in_a_row: None,
            real_steps: 0,
            imagined_steps: 0,
            best_evaluation: None,
            wall_s_to_solve: None,
            wall_s: 0.0,
            cpu_s_to_solve: None,
            cpu_s: None,
            evaluations: Vec::new(),
            error: None,
        }
    }

    /// Takes over what a run told before it was saved.
    pub fn take_over(&mut self, trainer: &Trainer) {
        self.evaluations = trainer.curves().evaluations.clone();
        self.best_evaluation = trainer.evaluations().best;
        self.real_steps_to_solve = trainer.snapshot().solved_at_real_steps;
    }

    /// Takes in an evaluation that the learner has just finished.
    fn evaluated(&mut self, trainer: &Trainer, bar: f32, clocks: &Clocks) {
        let Evaluations { at_bar_in_a_row, latest, best, .. } = trainer.evaluations();
        let (Some(value), steps) = (latest, trainer.steps().0) else { return };
        self.evaluations.push(Point { real_steps: steps as f64, value });
        self.best_evaluation = best;
        if value >= bar && self.real_steps_to_solve.is_none() {
            self.real_steps_to_solve = Some(steps);
            self.wall_s_to_solve = Some(clocks.wall.elapsed().as_secs_f64());
            self.cpu_s_to_solve = clocks.cpu.seconds();
        }
        self.three_in_a_row = (at_bar_in_a_row >= IN_A_ROW).then_some(steps);
    }
}

/// Both clocks of a run.
struct Clocks {
    wall: Instant,
    cpu: CpuClock,
}

impl Clocks {
    fn start() -> Self {
        Self { wall: Instant::now(), cpu: CpuClock::start() }
    }
}

/// What somebody does while a run goes on.
pub trait Watch {
    /// An evaluation has just ended.
    fn evaluated(&mut self, trainer: &Trainer);

    /// An iteration has just ended, with the evaluation that followed it; `is_last` once, at the end of the run.
    fn between_iterations(&mut self, _trainer: &Trainer, _is_last: bool) -> Result<()> {
        Ok(())
    }
}

impl<F: FnMut(&Trainer)> Watch for F {
    fn evaluated(&mut self, trainer: &Trainer) {
        self(trainer);
    }
}

/// Runs from the seed until three evaluations in a row reach the bar or `max_steps` are over, whichever comes first.
pub fn run(case: &Case, seed: u64, mut on_evaluation: impl FnMut(&Trainer)) -> Line {
    watched(Line::begun(case, seed), case.max_steps, || case.trainer(seed), &mut on_evaluation)
}

/// The same for the run that `begin` gives, whose `line` is begun. Whatever goes wrong on the way, even a panic, is
/// written in the line: one bad run must not cost the others.
pub fn watched(
    mut line: Line,
    max_steps: u64,
    begin: impl FnOnce() -> Result<Trainer>,
    watch: &mut impl Watch,
) -> Line {
    let clocks = Clocks::start();
    let outcome = catch_unwind(AssertUnwindSafe(|| advance(begin()?, &mut line, max_steps, &clocks, watch)));
    line.error = match outcome {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => Some(failure.to_string()),
        Err(panic) => Some(format!("panicked: {}", words(&*panic))),
    };
    line.wall_s = clocks.wall.elapsed().as_secs_f64();
    line.cpu_s = clocks.cpu.seconds();
    line
}

fn advance(
    mut trainer: Trainer,
    line: &mut Line,
    max_steps: u64,
    clocks: &Clocks,
    watch: &mut impl Watch,
) -> Result<()> {
    let bar = trainer.spec().solved_return;
    line.solved_return = Some(bar);
    let (mut last_iteration, mut evaluated) = (None, trainer.evaluations().count);
    while line.three_in_a_row.is_none() && !is_over(&trainer, max_steps, &mut last_iteration) {
        let result = pollster::block_on(trainer.tick());
        (line.real_steps, line.imagined_steps) = trainer.steps();
        result?;
        if trainer.evaluations().count > evaluated {
            evaluated = trainer.evaluations().count;
            line.evaluated(&trainer, bar, clocks);
            watch.evaluated(&trainer);
        }
        if trainer.is_between_iterations() {
            watch.between_iterations(&trainer, false)?;
        }
    }
    watch.between_iterations(&trainer, true)
}

/// Whether the steps are over. The iteration in which they end is finished, with the evaluation that follows it.
fn is_over(trainer: &Trainer, max_steps: u64, last_iteration: &mut Option<u64>) -> bool {
    if trainer.steps().0 < max_steps {
        return false;
    }
    let iteration = trainer.snapshot().iteration;
    let last = *last_iteration.get_or_insert(iteration);
    iteration > last && trainer.phase() != Phase::Evaluate
}

/// What a panic said.
fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without words")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(max_steps: u64) -> Case {
        let small = ["num_steps=16", "n_epochs=1", "eval_every=64", "eval_episodes=1", "hidden_size=8"];
        Case::new("CartPole-v1", "ppo", None, &small.map(String::from), Some(max_steps)).expect("a case")
    }

    #[test]
    fn the_iteration_in_which_the_steps_end_is_finished_and_evaluated() {
        let line = run(&case(100), 1, |_| {});
        assert_eq!((line.real_steps, line.error), (128, None));
        let steps: Vec<f64> = line.evaluations.iter().map(|point| point.real_steps).collect();
        assert_eq!(steps, [64.0, 128.0]);
    }

    #[test]
    fn every_evaluation_is_counted_and_told_even_when_the_learners_own_curve_has_been_thinned_out() {
        // It acts at random and never learns, and it is evaluated after every step.
        let changes =
            ["learning_starts=50000", "train_freq=1", "hidden_size=4", "eval_every=1", "eval_episodes=1"];
        let changes = changes.map(String::from);
        let case = Case::new("MountainCar-v0", "dqn", None, &changes, Some(4200)).expect("a case");
        let (mut told, mut kept) = (0, 0);
        let line = run(&case, 1, |trainer| {
            told += 1;
            kept = trainer.curves().evaluations.len();
        });
        assert_eq!((line.error, line.evaluations.len(), told), (None, 4201, 4201));
        assert!(kept < told, "the curve is thinned out: {kept}");
        assert_eq!(line.evaluations.last().map(|point| point.real_steps), Some(line.real_steps as f64));
    }

    #[test]
    fn a_panic_is_the_line_of_its_own_run_only() {
        let line = run(&case(100), 1, |_| panic!("a bad day"));
        assert_eq!(line.error.as_deref(), Some("panicked: a bad day"));
        assert_eq!((line.real_steps, line.evaluations.len()), (64, 1));
    }
}
