//! Random configurations, damaged saved runs and receipts: each ends in a value or in an error that names what is
//! wrong, and never in a panic. The command line's words and files have the same in `src/bin/mbppo/cli/fuzz.rs`.
//!
//! The seed is fixed; the environment variable `MBPPO_FUZZ` multiplies the number of trials.
#![cfg(not(target_family = "wasm"))]

mod configurations;
mod receipts;
mod saved_runs;

use mbppo::rng::Stream;

/// As many trials, or several times as many.
fn trials(usual: usize) -> usize {
    let times = std::env::var("MBPPO_FUZZ").ok().and_then(|times| times.parse().ok());
    usual * times.unwrap_or(1)
}

fn one_of<'a, T>(all: &'a [T], chance: &mut Stream) -> &'a T {
    &all[chance.below(all.len())]
}
