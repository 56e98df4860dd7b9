//! The command line: `train`, `grid`, `report`, `verify`, `policy`, `eval`, `transfer` and what they share.

mod arguments;
mod case;
mod command;
mod cpu_clock;
mod end;
mod event_file;
mod files;
#[cfg(test)]
mod fuzz;
mod grid;
mod line;
mod lines;
mod output;
mod pictures;
mod place;
mod policy;
mod progress;
mod remarks;
mod report;
mod rows;
mod run;
mod signals;
mod summary;
mod train;
mod transfer;
mod verify;

pub use command::run;
