//! `mbppo train`: one run, told as it goes, from its seed or from where it was saved.

use super::arguments::{One, whole};
use super::case::Case;
use super::end::{End, Ending};
use super::event_file::EventFile;
use super::files::{self, Place};
use super::line::Line;
use super::output::{print, tell};
use super::place::place_for;
use super::policy;
use super::run::{Outcome, Watch, watched};
use super::signals;
use clap::Args;
use mbppo::arrays::Arrays;
use mbppo::device::open;
use mbppo::error::Result;
use mbppo::policy_file::PolicyFile;
use mbppo::receipt::Receipt;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use std::path::{Path, PathBuf};

/// What is typed behind `mbppo train`.
#[derive(Args)]
pub struct Train {
    #[command(flatten)]
    pub what: One,
    /// Seed of the run: the same seed gives the same run.
    #[arg(long, value_name = "SEED", default_value = "0", value_parser = whole(0, u64::MAX))]
    seed: u64,
    /// File to save the run in: every --save-every iterations, at its end, and when a signal ends it.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Iterations between two saves.
    #[arg(long, value_name = "N", default_value = "100", requires = "save", value_parser = whole(1, u64::MAX))]
    save_every: u64,
    /// File for the receipt of the run once it is over: what it claims, which `mbppo verify` checks.
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// Folder for an event file of TensorBoard with every metric, written after each iteration.
    #[arg(long, value_name = "DIR")]
    tensorboard: Option<PathBuf>,
    /// Continues a saved run: its task, hyperparameters, seed and, unless given anew, --max-steps.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["task", "mode", "changes", "seed"])]
    resume: Option<PathBuf>,
    /// Learns on from a policy (`mbppo policy`, or the page): its task and hyperparameters, with all else new.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["task", "mode", "changes", "device", "resume"])]
    policy: Option<PathBuf>,
}

/// Runs, tells and saves.
pub fn train(train: &Train) -> Ending {
    let place = train.save.as_deref().map(|path| place_for(path, "a saved run", is_run)).transpose()?;
    let receipt =
        train.receipt.as_deref().map(|path| place_for(path, "a receipt", is_receipt)).transpose()?;
    let (mut trainer, mut line) = begin(train)?;
    let events = train.tensorboard.as_deref().map(EventFile::create).transpose()?;
    let max_steps = trainer.max_steps().unwrap_or(trainer.spec().usual_steps);
    signals::catch(match place {
        Some(_) => "the run is saved at the end of this iteration and ends.",
        None => "the run ends without being saved, as there is no --save.",
    });
    print(&format!(
        "{:>10} {:>14} {:>12} {:>11} {:>9}\n",
        "real steps", "imagined steps", "mean return", "confidence", "branches"
    ))?;
    let ticks = trainer.snapshot().ticks;
    let mut teller = Teller { place: place.as_ref(), every: train.save_every, events, unheard: None };
    let outcome = watched(&mut trainer, &mut line, max_steps, &mut teller);
    let place = place.as_ref();
    match outcome {
        Outcome::Over => {
            place.map_or(Ok(()), |place| save(&trainer, place))?;
            receipt.map_or(Ok(()), |receipt| write_receipt(&trainer, &receipt))?;
            if trainer.snapshot().ticks == ticks {
                tell("this run was over already; a higher --max-steps continues one that is not solved.");
            }
            print(&told(&line))
        }
        Outcome::Stopped => Err(asked_to_stop(teller.unheard).and_kept(&kept(&trainer, place, "The run"))),
        Outcome::Failed(failure) => {
            Err(End::from(failure).and_kept(&kept(&trainer, place, "Its last good state")))
        }
        Outcome::Panicked(words) => {
            Err(End::Failed(format!("internal error: {words}.")).and_kept(&kept_earlier(place)))
        }
    }
}

/// The run to go on with, and the line of what it has told so far.
fn begin(train: &Train) -> Ending<(Trainer, Line)> {
    if let Some(file) = &train.policy {
        return begin_with(train, file);
    }
    let Some(file) = &train.resume else {
        let case = train.what.case()?;
        case.remarks()?.iter().for_each(|remark| tell(&format!("{remark}.")));
        let mut trainer = case.trainer(train.seed)?;
        trainer.set_max_steps(case.max_steps);
        return Ok((trainer, Line::begun(&case, train.seed)));
    };
    let bytes = files::read(file)?;
    let device = pollster::block_on(open(train.what.device()))?;
    let mut trainer = Trainer::resume(&bytes, device)
        .map_err(|error| End::Failed(format!("{}: {error}", file.display())))?;
    trainer.set_only_plays(false)?;
    Ok(taken_over(trainer, train))
}

/// A run that begins with the policy in this file.
fn begin_with(train: &Train, file: &Path) -> Ending<(Trainer, Line)> {
    let (policy, _) = policy::opened(file)?;
    let trainer = pollster::block_on(policy.run(None, Seed(train.seed), false))
        .map_err(|error| End::Failed(format!("{}: {error}", file.display())))?;
    Ok(taken_over(trainer, train))
}

/// A run that was made elsewhere, and the line of what it has told so far.
fn taken_over(mut trainer: Trainer, train: &Train) -> (Trainer, Line) {
    trainer.set_watched(false);
    if let Some(max_steps) = train.what.max_steps() {
        trainer.set_max_steps(max_steps);
    }
    let mut line = Line::begun(&Case::of_run(&trainer), trainer.snapshot().seed);
    line.take_over(&trainer);
    (trainer, line)
}

/// Whether these are the bytes of a saved run.
pub fn is_run(bytes: &[u8]) -> bool {
    Arrays::from_bytes(bytes).is_ok() && !PolicyFile::is_one(bytes)
}

fn is_receipt(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Receipt::read(text).is_ok())
}

/// Who or what asked for the end.
fn asked_to_stop(unheard: Option<End>) -> End {
    match (signals::received(), unheard) {
        (Some(signal), _) => End::Signalled(signal, format!("ended by {}.", signal.name)),
        (None, Some(unheard)) => unheard,
        (None, None) => End::Failed("it was stopped.".into()),
    }
}

/// What came of the run, as the last line of the table.
fn told(line: &Line) -> String {
    let seconds = line.wall_s;
    match (line.real_steps_to_solve, line.best_evaluation) {
        (Some(steps), _) => format!("solved at {steps} real steps; {seconds:.1} s in all\n"),
        (None, Some(best)) => format!("not solved; best {best:.1}; {seconds:.1} s in all\n"),
        (None, None) => format!("not solved; never evaluated; {seconds:.1} s in all\n"),
    }
}

/// Saves the run, or what is left of it, and says where.
fn kept(trainer: &Trainer, place: Option<&Place>, what: &str) -> String {
    let Some(place) = place else { return format!("{what} is not saved: --save FILE saves it.") };
    match save(trainer, place) {
        Ok(()) => {
            format!("{what}, after {} real steps, is saved in {}.", trainer.steps().0, place.path().display())
        }
        Err(error) => format!("{what} cannot be saved: {error}\n{}", kept_earlier(Some(place))),
    }
}

/// What there is of a run that cannot be read any more.
fn kept_earlier(place: Option<&Place>) -> String {
    match place {
        Some(place) if place.has_written() => {
            format!("{} holds it as it was when it was last saved.", place.path().display())
        }
        Some(_) => "Nothing was saved yet: --save-every N saves it more often.".into(),
        None => "Nothing is saved: --save FILE saves it now and then.".into(),
    }
}

fn save(trainer: &Trainer, place: &Place) -> Result<()> {
    place.write(&pollster::block_on(trainer.checkpoint())?)
}

fn write_receipt(trainer: &Trainer, place: &Place) -> Result<()> {
    place.write(pollster::block_on(Receipt::of(trainer))?.to_json()?.as_bytes())
}

/// Prints evaluations and saves iterations.
struct Teller<'a> {
    place: Option<&'a Place>,
    every: u64,
    /// None any more once it could not be written.
    events: Option<EventFile>,
    /// Why nobody hears it any more.
    unheard: Option<End>,
}

impl Watch for Teller<'_> {
    fn evaluated(&mut self, trainer: &Trainer) {
        let now = trainer.snapshot();
        let row = format!(
            "{:>10} {:>14} {:>12.1} {:>11} {:>9}\n",
            now.real_steps,
            now.imagined_steps,
            now.latest_evaluation.unwrap_or(f32::NAN),
            now.confidence.map_or_else(|| "–".into(), |confidence| format!("{confidence:.3}")),
            now.branches
        );
        if let Err(end) = print(&row) {
            self.unheard = Some(end);
        }
    }

    /// A run that cannot be saved goes on: at the next time there may be room again.
    fn iteration(&mut self, trainer: &Trainer) {
        if let Some(events) = &mut self.events
            && let Err(error) = events.iteration(trainer)
        {
            tell(&format!("metrics are not written any more: {error}"));
            self.events = None;
        }
        let Some(place) = self.place else { return };
        if trainer.snapshot().iteration.is_multiple_of(self.every) {
            let _ = save(trainer, place).inspect_err(|error| tell(&format!("not saved: {error}")));
        }
    }

    fn stops(&self, is_between_iterations: bool) -> bool {
        let is_asked = signals::received().is_some() || self.unheard.is_some();
        is_asked && (is_between_iterations || self.place.is_none())
    }
}
