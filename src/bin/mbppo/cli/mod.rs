//! The command line: `train`, `grid`, `report`, `verify` and what they share.

mod arguments;
mod case;
mod command;
mod cpu_clock;
mod end;
mod files;
#[cfg(test)]
mod fuzz;
mod grid;
mod line;
mod lines;
mod output;
mod pictures;
mod progress;
mod remarks;
mod report;
mod rows;
mod run;
mod signals;
mod summary;
mod train;
mod verify;

pub use command::run;
