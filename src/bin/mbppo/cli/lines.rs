//! The file of a grid: one JSON line a run, only ever appended to.
//!
//! A machine that stops while a line is written leaves it torn, and files joined by `cat` can have the next file's
//! first line right behind it. Reading skips what is torn and keeps every line that is whole; appending begins a line
//! of its own.

use super::files::{self, file_error};
use super::line::Line;
use mbppo::error::Result;
use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// How every line begins.
const START: &str = "{\"task\":";
/// What a file in UTF-16 begins with, as PowerShell writes it: first the low byte of a letter, or first the high one.
const UTF_16: [[u8; 2]; 2] = [[0xff, 0xfe], [0xfe, 0xff]];

/// What a file holds.
#[derive(Debug, Default, PartialEq)]
pub struct Lines {
    /// Its runs, in order.
    pub runs: Vec<Line>,
    /// Lines of which only a part is there.
    pub torn: usize,
}

/// Reads a file.
///
/// # Errors
/// [`mbppo::error::Error::File`] if it cannot be read, or with the number of a line that is whole and not a run.
pub fn read(path: &Path) -> Result<Lines> {
    of_bytes(&files::read(path)?).map_err(|reason| file_error(path, reason))
}

/// As [`read`]; a file that is not there yet holds nothing.
pub fn read_if_there(path: &Path) -> Result<Lines> {
    if path.exists() { read(path) } else { Ok(Lines::default()) }
}

/// Reads the bytes of a file; the error is the end of a sentence.
pub fn of_bytes(bytes: &[u8]) -> std::result::Result<Lines, String> {
    let text = text(bytes);
    let mut lines = Lines::default();
    for (index, line) in text.lines().enumerate() {
        let before = lines.runs.len();
        let taken = take(line, &mut lines).map_err(|error| error.to_string());
        let fault = || lines.runs[before..].iter().find_map(Line::fault);
        let is_altered = lines.runs.len() > before && line.contains(char::REPLACEMENT_CHARACTER);
        let fault = taken.err().or_else(fault).or_else(|| is_altered.then(|| "it is not UTF-8".into()));
        if let Some(reason) = fault {
            let line = index + 1;
            return Err(format!("line {line} is not a run as `mbppo grid` writes it: {reason}"));
        }
    }
    Ok(lines)
}

/// The text of a file: UTF-8, or what PowerShell makes of it.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [first, second, rest @ ..] if UTF_16.contains(&[*first, *second]) => {
            let read = if *first == 0xff { u16::from_le_bytes } else { u16::from_be_bytes };
            let units: Vec<u16> = rest.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units).into()
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// Takes the runs of one line: one, or several where the line break between them was lost.
fn take(line: &str, lines: &mut Lines) -> std::result::Result<(), serde_json::Error> {
    // A machine that lost power may leave zeros where text should be, and joined files their byte order marks.
    let is_blank = |letter: char| letter.is_whitespace() || letter == '\0' || letter == '\u{feff}';
    let mut rest = line.trim_matches(is_blank);
    while !rest.is_empty() {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Line>();
        match values.next() {
            Some(Ok(run)) => {
                lines.runs.push(run);
                rest = rest[values.byte_offset()..].trim_start_matches(is_blank);
            }
            Some(Err(error)) => {
                let own = if rest.starts_with(START) { START.len() } else { 0 };
                let next = rest[own..].find(START);
                let is_ours = own > 0 || START.starts_with(rest);
                if next.is_none() && (error.is_data() || !is_ours) {
                    return Err(error);
                }
                lines.torn += 1;
                rest = next.map_or("", |next| &rest[own + next..]);
            }
            None => break,
        }
    }
    Ok(())
}

/// Appends lines, from as many threads as like.
pub struct Appender {
    path: PathBuf,
    file: Mutex<File>,
}

impl Appender {
    /// Opens or makes the file. A torn last line is closed, so that the next line is one of its own.
    pub fn open(path: &Path) -> Result<Self> {
        let begins_with = files::beginning(path, 2);
        if UTF_16.iter().any(|mark| begins_with == mark) {
            return Err(file_error(
                path,
                "it is in UTF-16, and lines are written in UTF-8: give another name",
            ));
        }
        let open = || -> std::io::Result<File> {
            let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
            let mut last = [b'\n'];
            if file.seek(SeekFrom::End(0))? > 0 {
                file.seek(SeekFrom::End(-1))?;
                file.read_exact(&mut last)?;
            }
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
            Ok(file)
        };
        let file = open().map_err(|error| file_error(path, error))?;
        Ok(Self { path: path.into(), file: Mutex::new(file) })
    }

    /// Appends one line in one write.
    pub fn append(&self, line: &Line) -> Result<()> {
        let mut text = serde_json::to_string(line).map_err(|error| file_error(&self.path, error))?;
        text.push('\n');
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.write_all(text.as_bytes()).map_err(|error| file_error(&self.path, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line as the first version of the program wrote it.
    const OLD: &str = concat!(
        r#"{"task":"CartPole-v1","mode":"ppo","changes":["n_epochs=20"],"seed":3,"#,
        r#""real_steps_to_solve":3072,"three_in_a_row":null,"real_steps":6000,"imagined_steps":0,"#,
        r#""best_evaluation":480.5,"wall_s_to_solve":0.5,"wall_s":1.5,"#,
        r#""evaluations":[{"real_steps":256.0,"value":12.5}],"error":null}"#,
    );

    fn of_text(text: &str) -> std::result::Result<Lines, String> {
        of_bytes(text.as_bytes())
    }

    fn seeds(text: &str) -> (Vec<u64>, usize) {
        let lines = of_text(text).expect("lines");
        (lines.runs.iter().map(|run| run.seed).collect(), lines.torn)
    }

    fn line(seed: u64) -> String {
        OLD.replace("\"seed\":3", &format!("\"seed\":{seed}"))
    }

    #[test]
    fn a_line_of_an_older_file_is_read() {
        let lines = of_text(OLD).expect("a line");
        assert_eq!((lines.runs[0].real_steps_to_solve, lines.runs[0].three_in_a_row), (Some(3072), None));
        assert_eq!((lines.runs[0].max_steps, &lines.runs[0].variant), (None, &None));
    }

    #[test]
    fn a_line_torn_anywhere_costs_no_other() {
        for length in 1..OLD.len() {
            let torn = &line(2)[..length];
            assert_eq!(seeds(&format!("{}\n{torn}", line(1))), (vec![1], 1), "{torn}");
            assert_eq!(seeds(&format!("{torn}\n{}\n", line(3))), (vec![3], 1), "{torn}");
            assert_eq!(seeds(&format!("{torn}{}\n{}", line(3), line(4))), (vec![3, 4], 1), "{torn}");
        }
    }

    #[test]
    fn lines_whose_break_was_lost_and_lines_of_zeros_are_read() {
        assert_eq!(seeds(&format!("{}{}", line(1), line(2))), (vec![1, 2], 0));
        assert_eq!(seeds(&format!("{}\n\0\0\0\n\n{}", line(1), line(2))), (vec![1, 2], 0));
    }

    #[test]
    fn other_encodings_of_the_same_lines_are_read() {
        let text = format!("{}\r\n{}\r\n", line(1), line(2));
        let units = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
        };
        let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for bytes in [with_mark, units(u16::to_le_bytes), units(u16::to_be_bytes)] {
            assert_eq!(of_bytes(&bytes).expect("lines").runs, of_text(&text).expect("lines").runs);
        }
        let label = OLD.replace("\"mode\"", "\"variant\":\"größer\",\"mode\"");
        let latin_1: Vec<u8> = label.chars().map(|letter| letter as u8).collect();
        assert_eq!(of_bytes(label.as_bytes()).expect("UTF-8").runs[0].variant.as_deref(), Some("größer"));
        assert!(of_bytes(&latin_1).unwrap_err().ends_with("it is not UTF-8"));
    }

    #[test]
    fn numbers_that_no_run_has_are_refused_by_name() {
        for (there, instead, name) in [
            ("12.5", "1e39", "evaluations.value"),
            ("\"wall_s\":1.5", "\"wall_s\":-1.5", "wall_s is below 0"),
            ("\"real_steps\":6000", "\"real_steps\":-1", "-1"),
            ("\"wall_s\":1.5", "\"wall_s\":null", "null"),
        ] {
            let error = of_text(&OLD.replace(there, instead)).expect_err(instead);
            assert!(error.starts_with("line 1 is not a run") && error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        for text in ["seed,steps", "{\"seed\":1}", "{\"task\":\"CartPole-v1\"}", "[]", "# Results", "{}"] {
            assert!(of_text(text).is_err(), "{text}");
        }
        let error = read(Path::new("no such file.jsonl")).unwrap_err().to_string();
        assert!(error.starts_with("no such file.jsonl: "), "{error}");
    }

    #[test]
    fn appending_after_a_torn_line_keeps_both_sides() {
        let folder = std::env::temp_dir().join(format!("mbppo-lines-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("runs.jsonl");
        std::fs::write(&path, format!("{}\n{}", line(1), &line(2)[..40])).expect("written");
        let run = of_text(&line(5)).expect("a line").runs.remove(0);
        for _ in 0..2 {
            Appender::open(&path).and_then(|file| file.append(&run)).expect("appended");
        }
        let lines = read(&path).expect("read");
        assert_eq!(lines.runs.iter().map(|run| run.seed).collect::<Vec<_>>(), [1, 5, 5]);
        assert_eq!(lines.torn, 1);
        std::fs::remove_dir_all(folder).expect("removed");
    }
}
