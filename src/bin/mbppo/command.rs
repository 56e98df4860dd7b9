//! The command line `mbppo`: the same core as the page's, for researchers.
//!
//! `mbppo train` runs once and tells how it goes; `mbppo grid` runs tasks × modes × seeds on all cores and writes a line
//! a run; `mbppo report` makes tables and pictures of such lines.

use crate::{arguments, grid, report, train};
use clap::{Parser, Subcommand};
use mbppo::config::PRESETS;
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
    Train(train::Train),
    /// Train tasks × modes × seeds on all cores, write JSON Lines and print a summary. Goes on where it was interrupted.
    Grid(arguments::Many),
    /// Print the summary of files that grids have written, and draw their learning curves.
    Report {
        /// Files of lines; a run that stands in several counts once.
        #[arg(required = true, value_name = "FILE.jsonl")]
        files: Vec<PathBuf>,
        /// Print Markdown, with every seed.
        #[arg(long)]
        markdown: bool,
        /// Folder for a picture of the learning curves of each task.
        #[arg(long, value_name = "DIR")]
        pictures: Option<PathBuf>,
    },
    /// Print every hyperparameter with its default, what is allowed, and what it does.
    Hyperparameters,
}

/// Does what the command line says.
pub fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Train(what) => train::train(&what),
        Command::Grid(many) => grid::run(&many),
        Command::Report { files, markdown, pictures } => report::run(&files, markdown, pictures.as_deref()),
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
