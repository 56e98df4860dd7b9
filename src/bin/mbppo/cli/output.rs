//! Standard output and standard error. Neither may end the program by a panic, as `println!` does where nobody reads.

use super::end::{End, Ending};
use std::io::{ErrorKind, Write};

/// Writes results to standard output.
///
/// # Errors
/// [`End::Unread`] if whoever read it has gone; [`End::Failed`] if it cannot be written, as on a full disk.
pub fn print(text: &str) -> Ending {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => End::Unread(String::new()),
        _ => End::Failed(format!("standard output: {error}.")),
    })
}

/// Tells the person something on standard error. What cannot be told is nobody's loss.
pub fn tell(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "mbppo: {text}");
}

/// Text from a file on one line of a terminal: not too long, and without what a terminal would obey.
pub fn one_line(text: &str) -> String {
    const MOST: usize = 200;
    let mut line: String =
        text.chars().take(MOST).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.chars().nth(MOST).is_some() {
        line.push('…');
    }
    line
}
