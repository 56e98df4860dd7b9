//! `mbppo verify`: runs again what receipts claim, and says whether every bit agrees.

use super::end::{End, Ending};
use super::files::{self, file_error};
use super::output::{print, tell};
use super::signals;
use mbppo::error::{Error, Result};
use mbppo::receipt::{Receipt, Verdict};
use std::path::{Path, PathBuf};

/// Verifies one file after the other; a line each.
pub fn run(files: &[PathBuf]) -> Ending {
    signals::catch("the receipt at hand is not verified any more.");
    let mut disagreed = 0;
    for file in files {
        match verified(file) {
            Ok(Some((words, verdict))) => {
                disagreed += usize::from(verdict != Verdict::Agrees);
                print(&format!("{}: {}\n", file.display(), sentence(&words, &verdict)))?;
            }
            Ok(None) => return Err(stopped()),
            Err(error) => {
                disagreed += 1;
                tell(&error.to_string());
            }
        }
    }
    match disagreed {
        0 => Ok(()),
        count => Err(End::Failed(format!("{count} of {} could not be verified.", files.len()))),
    }
}

fn stopped() -> End {
    match signals::received() {
        Some(signal) => End::Signalled(signal, format!("ended by {}.", signal.name)),
        None => End::Failed("it was stopped.".into()),
    }
}

/// What the receipt claims in words, and the verdict; none if a signal came meanwhile.
fn verified(file: &Path) -> Result<Option<(String, Verdict)>> {
    let of_file = |error: Error| file_error(file, error.to_string().trim_end_matches('.'));
    let bytes = files::read(file)?;
    let text =
        String::from_utf8(bytes).map_err(|_| file_error(file, "it is not text, and must be a receipt"))?;
    let receipt = Receipt::read(&text).map_err(of_file)?;
    let replayed = match receipt.undecidable() {
        Some(reason) => return Ok(Some((receipt.words(), Verdict::Undecided { reason }))),
        None => replay(&receipt).map_err(of_file)?,
    };
    Ok(replayed.map(|replayed| (receipt.words(), receipt.compare(&replayed))))
}

/// The receipt of the same run, computed here; none if a signal came meanwhile.
fn replay(receipt: &Receipt) -> Result<Option<Receipt>> {
    let mut trainer = receipt.trainer(None)?;
    while trainer.snapshot().ticks < receipt.ticks() || !trainer.is_between_iterations() {
        if signals::received().is_some() {
            return Ok(None);
        }
        pollster::block_on(trainer.tick())?;
    }
    pollster::block_on(Receipt::of(&trainer)).map(Some)
}

fn sentence(words: &str, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Agrees => format!("every bit agrees ({words})."),
        Verdict::Differs { differences } => {
            format!("it does not agree ({words}): {}.", differences.join("; "))
        }
        Verdict::Undecided { reason } => format!("it cannot be verified here ({words}): {reason}."),
    }
}
