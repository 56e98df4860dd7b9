//! The program `mbppo`: natively the command line, in wasm what the page loads.
// `output` writes instead: these two panic where nobody reads.
#![cfg_attr(cli, deny(clippy::print_stdout, clippy::print_stderr))]

#[cfg(cli)]
mod cli;

#[cfg(cli)]
fn main() -> std::process::ExitCode {
    cli::run()
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
