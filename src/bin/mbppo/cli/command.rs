//! The command line `mbppo`: the same core as the page's, for researchers.
//!
//! `mbppo train` runs once and tells how it goes; `mbppo grid` runs tasks × modes × seeds on all cores and writes
//! a line per run; `mbppo report` makes tables and pictures of such lines; `mbppo verify` runs again what receipts
//! claim; `mbppo policy` saves a policy alone, `mbppo eval` plays it; `mbppo transfer` gives a run another reward.
//! `docs/ends.md` says how each can end.

use super::end::{End, Ending};
use super::{arguments, grid, output, policy, report, train, transfer, verify};
use clap::{Parser, Subcommand};
use mbppo::config::{PRESETS, schema};
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// What is typed behind `mbppo`.
#[derive(Parser)]
#[command(
    name = "mbppo",
    version = mbppo::PROGRAM,
    about = "Model-based reinforcement learning: trains one agent, or many seeds to compare",
    after_help = "Exit status: 0 done, 1 failed, 2 invalid arguments, 128 + n ended by signal n, 141 output not read."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Subcommand)]
pub enum Command {
    /// Train once and print every evaluation.
    Train(train::Train),
    /// Train tasks × modes × seeds on all cores, write a JSON line per run and print a table. The same command
    /// continues a grid that was interrupted.
    Grid(arguments::Many),
    /// Print the table of files that grids have written, and draw learning curves.
    Report {
        /// Files that grids have written; a run that is in several of them counts once.
        #[arg(required = true, value_name = "FILE.jsonl")]
        files: Vec<PathBuf>,
        /// Print Markdown, with every seed.
        #[arg(long)]
        markdown: bool,
        /// Folder for a picture of the learning curves of each task.
        #[arg(long, value_name = "DIR")]
        pictures: Option<PathBuf>,
    },
    /// Run again what receipts claim (`train --receipt`, or the page), and say whether every bit agrees.
    Verify {
        /// Receipts.
        #[arg(required = true, value_name = "RECEIPT.json")]
        files: Vec<PathBuf>,
    },
    /// Save the policy of a run alone: a small file that plays, here and on the page.
    Policy(policy::Extract),
    /// Play a policy, or that of a saved run, without training, and print what it reaches.
    Eval(policy::Eval),
    /// Give a saved run another reward: its policy is learned anew in its model of the world, without a real step.
    Transfer(transfer::Transfer),
    /// Print every hyperparameter with its default, what is allowed, and what it does.
    Hyperparameters,
}

/// Does what the command line says.
pub fn run() -> ExitCode {
    match obey() {
        Ok(()) => ExitCode::SUCCESS,
        Err(end) => {
            if !end.sentence().is_empty() {
                output::tell(end.sentence());
            }
            end.status()
        }
    }
}

fn obey() -> Ending {
    match parse()? {
        None => Ok(()),
        Some(Command::Train(what)) => train::train(&what),
        Some(Command::Grid(many)) => grid::run(&many),
        Some(Command::Report { files, markdown, pictures }) => {
            report::run(&files, markdown, pictures.as_deref())
        }
        Some(Command::Verify { files }) => verify::run(&files),
        Some(Command::Policy(what)) => policy::extract(&what),
        Some(Command::Eval(what)) => policy::eval(&what),
        Some(Command::Transfer(what)) => transfer::transfer(&what),
        Some(Command::Hyperparameters) => output::print(&hyperparameters()),
    }
}

/// What was typed; nothing where only help was asked for, which is printed.
fn parse() -> Ending<Option<Command>> {
    match Cli::try_parse() {
        Ok(cli) => Ok(Some(cli.command)),
        Err(error) if error.use_stderr() => {
            // In clap's own words and colours.
            let _ = error.print();
            Err(End::Refused(String::new()))
        }
        Err(help) => output::print(&help.render().to_string()).map(|()| None),
    }
}

fn hyperparameters() -> String {
    let mut text = String::new();
    for row in schema() {
        let (name, default, allowed) = (row.name, row.default, row.allowed.sentence());
        let _ = writeln!(text, "{name} = {default}   [{}]\n    {} ({allowed})", row.group, row.explanation);
    }
    text.push('\n');
    for preset in PRESETS {
        let _ = writeln!(text, "preset {}: {}", preset.name, preset.explanation);
    }
    text
}
