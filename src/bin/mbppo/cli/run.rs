//! One run, from where it stands until it is solved three times in a row, given up or stopped.

use super::case::Case;
use super::cpu_clock::CpuClock;
use super::line::Line;
use mbppo::error::{Error, Result};
use mbppo::trainer::Trainer;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// It was solved for good, or its steps are over.
    Over,
    /// Somebody stopped it on the way.
    Stopped,
    /// The learner failed; it still has its last good state if it diverged.
    Failed(Error),
    /// The program failed, with these words.
    Panicked(String),
}

impl Outcome {
    /// Why it stopped early, for its line.
    fn error(&self) -> Option<String> {
        match self {
            Self::Over | Self::Stopped => None,
            Self::Failed(failure) => Some(failure.to_string()),
            Self::Panicked(words) => Some(format!("panicked: {words}")),
        }
    }
}

/// What somebody does while a run goes on.
pub trait Watch {
    /// An evaluation has just ended.
    fn evaluated(&mut self, _trainer: &Trainer) {}

    /// An iteration has just ended, with the evaluation that followed it.
    fn iteration(&mut self, _trainer: &Trainer) {}

    /// Whether the run shall stop here: within an iteration or, if so, between two.
    fn stops(&self, _is_between_iterations: bool) -> bool {
        false
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

    fn wall_s(&self) -> f64 {
        self.wall.elapsed().as_secs_f64()
    }
}

/// Runs from the seed; a learner that cannot be made is a run that failed.
pub fn run(case: &Case, seed: u64, watch: &mut impl Watch) -> (Line, Outcome) {
    let mut line = Line::begun(case, seed);
    let outcome = match caught(|| case.trainer(seed)) {
        Ok(mut trainer) => watched(&mut trainer, &mut line, case.max_steps, watch),
        Err(outcome) => outcome,
    };
    line.error = outcome.error();
    (line, outcome)
}

/// Runs until three evaluations in a row reach the bar or `max_steps` are over, whichever comes first. Whatever goes
/// wrong on the way, even a panic, is written in the line: one bad run must not cost the others.
pub fn watched(trainer: &mut Trainer, line: &mut Line, max_steps: u64, watch: &mut impl Watch) -> Outcome {
    let clocks = Clocks::start();
    let outcome =
        caught(|| advance(trainer, line, max_steps, &clocks, watch)).unwrap_or_else(|outcome| outcome);
    line.error = outcome.error();
    line.wall_s = clocks.wall_s();
    line.cpu_s = clocks.cpu.seconds();
    outcome
}

/// What `work` gives, or how it failed.
fn caught<T>(work: impl FnOnce() -> Result<T>) -> std::result::Result<T, Outcome> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(Outcome::Failed),
        Err(panic) => Err(Outcome::Panicked(words(&*panic).into())),
    }
}

/// The iteration in which the steps end is finished, with the evaluation that follows it. A run that is over already is
/// left as it is.
fn advance(
    trainer: &mut Trainer,
    line: &mut Line,
    max_steps: u64,
    clocks: &Clocks,
    watch: &mut impl Watch,
) -> Result<Outcome> {
    line.solved_return = Some(trainer.spec().solved_return);
    let mut evaluated = trainer.evaluations().count;
    loop {
        let is_between = trainer.is_between_iterations();
        if is_between && (line.three_in_a_row.is_some() || trainer.steps().0 >= max_steps) {
            return Ok(Outcome::Over);
        }
        if watch.stops(is_between) {
            return Ok(Outcome::Stopped);
        }
        let result = pollster::block_on(trainer.tick());
        (line.real_steps, line.imagined_steps) = trainer.steps();
        result?;
        if trainer.evaluations().count > evaluated {
            evaluated = trainer.evaluations().count;
            line.evaluated(trainer, clocks.wall_s(), clocks.cpu.seconds());
            watch.evaluated(trainer);
        }
        if trainer.is_between_iterations() {
            watch.iteration(trainer);
        }
    }
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> &str {
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

    /// Does this at every evaluation.
    struct Then<F: FnMut(&Trainer)>(F);

    impl<F: FnMut(&Trainer)> Watch for Then<F> {
        fn evaluated(&mut self, trainer: &Trainer) {
            (self.0)(trainer);
        }
    }

    #[test]
    fn the_iteration_in_which_the_steps_end_is_finished_and_evaluated() {
        let (line, outcome) = run(&case(100), 1, &mut Then(|_| {}));
        assert!(matches!(outcome, Outcome::Over));
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
        let mut count = Then(|trainer: &Trainer| {
            told += 1;
            kept = trainer.curves().evaluations.len();
        });
        let (line, _) = run(&case, 1, &mut count);
        assert_eq!((line.error, line.evaluations.len(), told), (None, 4200, 4200));
        assert!(kept < told, "the curve is thinned out: {kept}");
        assert_eq!(line.evaluations.last().map(|point| point.real_steps), Some(line.real_steps as f64));
    }

    #[test]
    fn a_run_that_is_over_stays_as_it_is() {
        let mut trainer = case(100).trainer(1).expect("a run");
        let mut line = Line::begun(&case(100), 1);
        for _ in 0..3 {
            assert!(matches!(watched(&mut trainer, &mut line, 100, &mut Then(|_| {})), Outcome::Over));
            assert_eq!(trainer.steps().0, 128);
        }
    }

    #[test]
    fn a_panic_is_the_line_of_its_own_run_only() {
        let (line, outcome) = run(&case(100), 1, &mut Then(|_| panic!("a bad day")));
        assert!(matches!(outcome, Outcome::Panicked(_)));
        assert_eq!(line.error.as_deref(), Some("panicked: a bad day"));
        assert_eq!((line.real_steps, line.evaluations.len()), (64, 1));
    }
}
