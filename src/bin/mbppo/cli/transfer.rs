//! `mbppo transfer`: another reward for a saved run, learned in its model alone.

use super::arguments::whole;
use super::end::{End, Ending};
use super::files;
use super::output::print;
use super::place::place_for;
use super::train::is_run;
use clap::Args;
use mbppo::device::Device;
use mbppo::env::TASKS;
use mbppo::rewards::{REWARDS, rewards_of};
use mbppo::trainer::{Trainer, USUAL_ROUNDS};
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Instant;

/// Most rounds of a transfer.
const MOST_ROUNDS: u64 = 100_000;

/// What is typed behind `mbppo transfer`.
#[derive(Args)]
#[command(after_help = rewards())]
pub struct Transfer {
    /// A saved run with a world model (`train --save`, or the page).
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// What is to be rewarded from now on: own, or one of the names below.
    #[arg(long, value_name = "NAME")]
    reward: String,
    #[arg(long, value_name = "N", help = rounds(), value_parser = whole(1, MOST_ROUNDS))]
    rounds: Option<u64>,
    /// File for the run that comes of it: it can be continued (`train --resume`), played and opened on the page.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Relearns, evaluates and saves.
pub fn transfer(what: &Transfer) -> Ending {
    let place = what.out.as_deref().map(|path| place_for(path, "a saved run", is_run)).transpose()?;
    let bytes = files::read(&what.from)?;
    let begun = Instant::now();
    let rounds = what.rounds.unwrap_or(USUAL_ROUNDS);
    let mut trainer = Trainer::transfer(&bytes, Device::cpu(), &what.reward, rounds).map_err(|error| {
        let said = format!("{}: {error}", what.from.display());
        match error {
            mbppo::Error::Config { .. } => End::Refused(said),
            _ => End::Failed(said),
        }
    })?;
    trainer.set_watched(false);
    let before = trainer.steps();
    while trainer.relearning().is_some() || !trainer.is_between_iterations() {
        pollster::block_on(trainer.tick())?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    if let Some(place) = &place {
        place.write(&pollster::block_on(trainer.checkpoint())?)?;
    }
    print(&told(&trainer, rounds, before, seconds))
}

/// What came of it.
fn told(trainer: &Trainer, rounds: u64, before: (u64, u64), seconds: f64) -> String {
    let (spec, (real, imagined)) = (trainer.spec(), trainer.steps());
    format!(
        "{}: {}\nmean return {:.1} of {} episodes; the bar is {:.1}\n{rounds} rounds: {} imagined steps, {} real ones; \
         {seconds:.1} s\n{}\n",
        spec.id,
        spec.goal,
        trainer.evaluations().latest.unwrap_or(f32::NAN),
        trainer.config().eval_episodes,
        spec.solved_return,
        imagined - before.1,
        real - before.0,
        trainer.told_coverage().unwrap_or_default(),
    )
}

fn rounds() -> String {
    format!("Rounds of imagining and improving [default: {USUAL_ROUNDS}]")
}

/// The rewards that there are, for people.
fn rewards() -> String {
    let mut text = String::from("Rewards:\n");
    for task in TASKS.iter().filter(|task| rewards_of(task).next().is_some()) {
        let _ = writeln!(text, "  {task}\n    {:<14} The task's own reward.", "own");
        for reward in REWARDS.iter().filter(|reward| reward.task == *task) {
            let _ = writeln!(text, "    {:<14} {}\n{:19}{}.", reward.word, reward.goal, "", reward.formula);
        }
    }
    text
}
