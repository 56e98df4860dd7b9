//! `mbppo policy` and `mbppo eval`: the policy of a run as a file of its own, and what it reaches.

use super::arguments::whole;
use super::end::{End, Ending};
use super::files::{self, file_error};
use super::output::{one_line, print};
use super::place::place_for;
use clap::Args;
use mbppo::policy_file::PolicyFile;
use mbppo::rng::Seed;
use std::path::{Path, PathBuf};

/// Most episodes of an evaluation.
const MOST_EPISODES: u64 = 100_000;

/// What is typed behind `mbppo policy`.
#[derive(Args)]
pub struct Extract {
    /// A saved run (`train --save`, or the page).
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// File for its policy alone.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// What is typed behind `mbppo eval`.
#[derive(Args)]
pub struct Eval {
    /// A policy alone, or a saved run.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Episodes to play.
    #[arg(long, value_name = "N", default_value = "20", value_parser = whole(1, MOST_EPISODES))]
    episodes: u64,
    /// Seed of their initial states.
    #[arg(long, value_name = "SEED", default_value = "0", value_parser = whole(0, u64::MAX))]
    seed: u64,
}

/// Saves the policy of a run.
pub fn extract(extract: &Extract) -> Ending {
    let place = place_for(&extract.out, "a policy alone", PolicyFile::is_one)?;
    let (policy, before) = opened(&extract.from)?;
    let bytes = policy.to_bytes()?;
    place.write(&bytes)?;
    let said = format!("{} of {before} bytes: {}", bytes.len(), one_line(&policy.words()));
    print(&format!("{}: {said}\n", extract.out.display()))
}

/// Plays it greedily, and prints what it reaches.
pub fn eval(eval: &Eval) -> Ending {
    let (policy, _) = opened(&eval.file)?;
    let of_file = |error: mbppo::Error| End::Failed(format!("{}: {error}", eval.file.display()));
    let mut trainer = pollster::block_on(policy.run(None, Seed(eval.seed), true)).map_err(of_file)?;
    let returns = pollster::block_on(trainer.greedy_returns(eval.episodes as usize)).map_err(of_file)?;
    let mean = returns.iter().sum::<f32>() / returns.len() as f32;
    let [lowest, highest] = [f32::min, f32::max].map(|of| returns.iter().copied().reduce(of).unwrap_or(mean));
    print(&format!(
        "{}\nmean return {mean:.1} of {} episodes, from {lowest:.1} to {highest:.1}; the bar is {:.1}\n",
        one_line(&policy.words()),
        returns.len(),
        trainer.spec().solved_return
    ))
}

/// The policy in a file, and how many bytes that has.
pub fn opened(file: &Path) -> Ending<(PolicyFile, usize)> {
    let bytes = files::read(file)?;
    let policy = pollster::block_on(PolicyFile::open(&bytes, None));
    let policy = policy.map_err(|error| file_error(file, error.to_string().trim_end_matches('.')))?;
    Ok((policy, bytes.len()))
}
