//! What is written of a run: one line of a grid's file.

use super::case::Case;
use mbppo::device::DeviceKind;
use mbppo::snapshot::Point;
use mbppo::trainer::Trainer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// Program that trained it: version and hash of its source.
    #[serde(default)]
    pub program: Option<String>,
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
    /// Every hyperparameter by name, as text: what the preset was when the run was made, with its changes.
    #[serde(default)]
    pub config: Option<BTreeMap<String, String>>,
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
            program: Some(mbppo::PROGRAM.into()),
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
            config: Some(case.config.texts()),
        }
    }

    /// Takes over what a run told before it was saved.
    pub fn take_over(&mut self, trainer: &Trainer) {
        let told = trainer.evaluations();
        self.evaluations = trainer.curves().evaluations.clone();
        self.best_evaluation = told.best;
        self.real_steps_to_solve = trainer.snapshot().solved_at_real_steps;
        (self.real_steps, self.imagined_steps) = trainer.steps();
        let latest = self.evaluations.last().map(|latest| latest.real_steps as u64);
        self.three_in_a_row = latest.filter(|_| told.at_bar_in_a_row >= IN_A_ROW);
    }

    /// Takes in the evaluation that the learner has just finished; the times are those since the run began.
    pub fn evaluated(&mut self, trainer: &Trainer, wall_s: f64, cpu_s: Option<f64>) {
        let told = trainer.evaluations();
        let (Some(value), steps) = (told.latest, trainer.steps().0) else { return };
        self.evaluations.push(Point { real_steps: steps as f64, value });
        self.best_evaluation = told.best;
        if value >= trainer.spec().solved_return && self.real_steps_to_solve.is_none() {
            self.real_steps_to_solve = Some(steps);
            self.wall_s_to_solve = Some(wall_s);
            self.cpu_s_to_solve = cpu_s;
        }
        self.three_in_a_row = (told.at_bar_in_a_row >= IN_A_ROW).then_some(steps);
    }

    /// What cannot be in a line, as the end of a sentence that names the field; no program wrote such a line.
    pub fn fault(&self) -> Option<String> {
        let seconds = [
            ("wall_s", Some(self.wall_s)),
            ("wall_s_to_solve", self.wall_s_to_solve),
            ("cpu_s", self.cpu_s),
            ("cpu_s_to_solve", self.cpu_s_to_solve),
        ];
        if let Some((name, _)) =
            seconds.iter().find(|(_, seconds)| seconds.is_some_and(|seconds| seconds < 0.0))
        {
            return Some(format!("{name} is below 0"));
        }
        let returns = [("solved_return", self.solved_return), ("best_evaluation", self.best_evaluation)];
        let points = self.evaluations.iter().flat_map(|point| {
            [
                ("evaluations.real_steps", Some(point.real_steps)),
                ("evaluations.value", Some(f64::from(point.value))),
            ]
        });
        let returns = returns.map(|(name, number)| (name, number.map(f64::from)));
        let mut numbers = seconds.into_iter().chain(returns).chain(points);
        let (name, _) = numbers.find(|(_, number)| number.is_some_and(|number| !number.is_finite()))?;
        Some(format!("{name} is too large a number"))
    }
}
