//! The command line `mbppo`: the same core as the page's, for researchers.
//!
//! `mbppo train` runs once and tells how it goes; `mbppo grid` runs many seeds on all cores and writes a line a run.

mod grid;
mod run;
mod summary;

use clap::{Args, Parser, Subcommand};
use mbppo::config::{Config, PRESETS, preset};
use mbppo::error::{Error, Result};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "mbppo", version, about = "Model-based PPO that trains, and imagines")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train once and print every evaluation.
    Train {
        #[command(flatten)]
        what: What,
        /// Seed of the run: the same seed gives the same run.
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
    /// Train many seeds on all cores, write JSON Lines and print a summary. Runs that the file has already are skipped.
    Grid {
        #[command(flatten)]
        what: What,
        /// Seeds from..to, `to` not included.
        #[arg(long, default_value = "0..10", value_parser = grid::parse_seeds)]
        seeds: std::ops::Range<u64>,
        /// File to which one line a run is appended.
        #[arg(long)]
        out: PathBuf,
        /// Runs side by side; all cores unless said otherwise.
        #[arg(long)]
        jobs: Option<usize>,
    },
    /// Print every hyperparameter with its default, what is allowed, and what it does.
    Hyperparameters,
}

/// What is trained, and for how long.
#[derive(Args, Clone)]
struct What {
    /// Gymnasium's id of the task.
    #[arg(long, default_value = "CartPole-v1")]
    task: String,
    /// Preset: mb-ppo, ppo, textbook, a2c, dqn or td3.
    #[arg(long, alias = "preset", default_value = "mb-ppo")]
    mode: String,
    /// A hyperparameter, as name=value; may be repeated.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    changes: Vec<String>,
    /// Real steps after which an unsolved run is given up.
    #[arg(long, default_value_t = 12_000)]
    max_steps: u64,
}

impl What {
    fn config(&self) -> Result<Config> {
        let mut config = preset(&self.mode, &self.task)?;
        for change in &self.changes {
            let Some((name, value)) = change.split_once('=') else {
                return Err(Error::Config {
                    field: "--set".into(),
                    value: change.clone(),
                    allowed: "write it as NAME=VALUE".into(),
                });
            };
            config.set(name, value)?;
        }
        config.validate()?;
        Ok(config)
    }
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Train { what, seed } => run::train(&what, seed),
        Command::Grid { what, seeds, out, jobs } => grid::run(&what, seeds, &out, jobs),
        Command::Hyperparameters => {
            print_hyperparameters();
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mbppo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print_hyperparameters() {
    for row in mbppo::config::schema() {
        println!(
            "{} = {}   [{}]\n    {} ({})",
            row.name,
            row.default,
            row.group,
            row.explanation,
            row.allowed.sentence()
        );
    }
    println!();
    for preset in PRESETS {
        println!("preset {}: {}", preset.name, preset.explanation);
    }
}
