//! A case: one row of a grid, to be run with many seeds.

use mbppo::config::{Config, preset};
use mbppo::device::{DeviceKind, open};
use mbppo::env::{Task, USUAL_STEPS};
use mbppo::error::{Error, Result};
use mbppo::learners::without_effect;
use mbppo::rng::Seed;
use mbppo::trainer::{Trainer, sizes};

/// What is trained, how, and for how long.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Id of the task.
    pub task: String,
    /// Preset.
    pub mode: String,
    /// Label of an ablation row; none for the mode as it is.
    pub variant: Option<String>,
    /// Hyperparameters that differ from the preset, as NAME=VALUE.
    pub changes: Vec<String>,
    /// Preset and changes together.
    pub config: Config,
    /// Real steps after which an unsolved run is given up.
    pub max_steps: u64,
    /// Where it is trained.
    pub device: DeviceKind,
}

/// Real steps after which an unsolved run is given up, unless `--max-steps` says otherwise.
pub fn usual_max_steps(task: &str) -> u64 {
    Task::named(task).map_or(USUAL_STEPS, |task| task.spec().usual_steps)
}

impl Case {
    /// A case whose changes are applied and checked. Of two changes of one hyperparameter the later counts.
    pub fn new(
        task: &str,
        mode: &str,
        variant: Option<String>,
        changes: &[String],
        max_steps: Option<u64>,
    ) -> Result<Self> {
        let mut config = preset(mode, task).map_err(as_argument)?;
        let mut kept: Vec<String> = Vec::new();
        for change in changes {
            let (name, value) = change.split_once('=').unwrap_or((change, ""));
            config.set(name, value).map_err(as_argument)?;
            kept.retain(|earlier| earlier.split_once('=').is_none_or(|(earlier, _)| earlier != name));
            kept.push(change.clone());
        }
        config.validate().map_err(as_argument)?;
        let max_steps = max_steps.unwrap_or_else(|| usual_max_steps(task));
        Ok(Self {
            task: task.into(),
            mode: mode.into(),
            variant,
            changes: kept,
            config,
            max_steps,
            device: DeviceKind::Cpu,
        })
    }

    /// The case of a run that was saved; by which preset its hyperparameters came about, nobody knows.
    pub fn of_run(trainer: &Trainer) -> Self {
        let spec = trainer.spec();
        Self {
            task: spec.id.clone(),
            mode: "resumed".into(),
            variant: None,
            changes: Vec::new(),
            config: trainer.config().clone(),
            max_steps: trainer.max_steps().unwrap_or(spec.usual_steps),
            device: trainer.device().kind(),
        }
    }

    /// A sentence for every change that has no effect in this case.
    pub fn remarks(&self) -> Result<Vec<String>> {
        let unread = without_effect(&self.config, &self.task)?;
        let names = self.changes.iter().filter_map(|change| change.split_once('=')).map(|(name, _)| name);
        let remarks = names.filter_map(|name| unread.iter().find(|remark| remark.name == name));
        Ok(remarks.map(|remark| format!("{} {}", remark.name, remark.reason)).collect())
    }

    /// What a run of it may need of memory.
    pub fn bytes(&self) -> Result<u64> {
        Ok(self.config.bytes(sizes(Task::named(&self.task)?.spec())))
    }

    /// A learner for this case, whose pictures nobody looks at.
    pub fn trainer(&self, seed: u64) -> Result<Trainer> {
        let device = pollster::block_on(open(self.device))?;
        let trainer = Trainer::new(&self.task, self.config.clone(), Seed(seed), device);
        let mut trainer = trainer.map_err(as_argument)?;
        trainer.set_watched(false);
        Ok(trainer)
    }
}

/// Names the argument that a wrong value came in by.
fn as_argument(error: Error) -> Error {
    match error {
        Error::Config { field, value, allowed } => {
            let field = match field.as_str() {
                "task" => "--task".into(),
                "preset" => "--mode".into(),
                _ => format!("--set {field}"),
            };
            Error::Config { field, value, allowed }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_of_two_changes_counts() {
        let changes = ["gamma=0.9", "n_epochs=3", "gamma=0.8"].map(String::from);
        let case = Case::new("CartPole-v1", "ppo", None, &changes, None).unwrap();
        assert_eq!(case.changes, ["n_epochs=3", "gamma=0.8"]);
        assert_eq!((case.config.gamma, case.config.n_epochs, case.max_steps), (0.8, 3, 12_000));
    }

    #[test]
    fn a_wrong_value_is_named_by_its_argument() {
        let case = |mode, change: &str| {
            Case::new("CartPole-v1", mode, None, &[change.into()], None).unwrap_err().to_string()
        };
        let message = case("ppo", "gamma=7");
        assert_eq!(message, "--set gamma = 7 is not valid: it must be a number from 0 to 1.");
        assert!(
            case("muzero", "gamma=0.5").starts_with("--mode = muzero is not valid: the presets are mb-ppo")
        );
    }
}
