//! The program `mbppo`: natively the command line, in wasm what the page loads.
// `output` writes instead: these two panic where nobody reads.
#![cfg_attr(cli, deny(clippy::print_stdout, clippy::print_stderr))]

#[cfg(cli)]
mod arguments;
#[cfg(cli)]
mod case;
#[cfg(cli)]
mod command;
#[cfg(cli)]
mod cpu_clock;
#[cfg(cli)]
mod end;
#[cfg(cli)]
mod files;
#[cfg(all(cli, test))]
mod fuzz;
#[cfg(cli)]
mod grid;
#[cfg(cli)]
mod line;
#[cfg(cli)]
mod lines;
#[cfg(cli)]
mod output;
#[cfg(cli)]
mod pictures;
#[cfg(cli)]
mod progress;
#[cfg(cli)]
mod remarks;
#[cfg(cli)]
mod report;
#[cfg(cli)]
mod rows;
#[cfg(cli)]
mod run;
#[cfg(cli)]
mod signals;
#[cfg(cli)]
mod summary;
#[cfg(cli)]
mod train;

#[cfg(cli)]
fn main() -> std::process::ExitCode {
    command::run()
}

/// The page calls what `mbppo::wasm` exports; there is nothing to do beforehand.
#[cfg(target_family = "wasm")]
fn main() {
    use mbppo as _;
}

#[cfg(not(any(cli, target_family = "wasm")))]
fn main() -> std::process::ExitCode {
    eprintln!(
        "mbppo: this build has no command line; build it with the feature `cli`, which is on by default"
    );
    std::process::ExitCode::FAILURE
}
