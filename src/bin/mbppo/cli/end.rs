//! How the program ends: what it says of it on standard error, and its exit status. `docs/ends.md` lists them all.

use super::signals::Signal;
use mbppo::error::Error;
use std::process::ExitCode;

/// Status of what went wrong while it ran.
const FAILURE: u8 = 1;
/// Status of arguments that cannot be; clap has the same.
const USAGE: u8 = 2;
/// A shell's status for a program that a signal has ended is this and the signal's number.
const SIGNALLED: u8 = 128;
/// The number of SIGPIPE, which a program gets where nobody reads its output any more.
const PIPE: u8 = 13;

/// Every end but the good one.
#[derive(Debug)]
pub enum End {
    /// Something went wrong; a sentence or several.
    Failed(String),
    /// The arguments cannot be.
    Refused(String),
    /// A signal asked for it; what was kept, as a sentence.
    Signalled(Signal, String),
    /// Whoever read standard output has gone, as `head` does; what was kept, or nothing where nothing is lost.
    Unread(String),
}

/// Result with [`End`].
pub type Ending<T = ()> = Result<T, End>;

impl End {
    /// What to say on standard error; nothing where there is nothing to say.
    pub fn sentence(&self) -> &str {
        let (Self::Failed(said) | Self::Refused(said) | Self::Signalled(_, said) | Self::Unread(said)) = self;
        said
    }

    /// The exit status.
    pub fn status(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) => FAILURE,
            Self::Refused(_) => USAGE,
            Self::Signalled(signal, _) => SIGNALLED + signal.number,
            Self::Unread(_) => SIGNALLED + PIPE,
        })
    }

    /// The same end with what was kept of the run.
    pub fn and_kept(self, kept: &str) -> Self {
        let join = |said: String| if said.is_empty() { kept.into() } else { format!("{said}\n{kept}") };
        match self {
            Self::Failed(said) => Self::Failed(join(said)),
            Self::Refused(said) => Self::Refused(join(said)),
            Self::Signalled(signal, said) => Self::Signalled(signal, join(said)),
            Self::Unread(said) => Self::Unread(join(said)),
        }
    }
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        match error {
            Error::Config { .. } => Self::Refused(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}
