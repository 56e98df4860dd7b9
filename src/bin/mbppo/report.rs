//! `mbppo report`: tables and pictures of what grids have written.

use crate::lines::read;
use crate::{pictures, summary};
use mbppo::error::{Error, Result};
use std::path::{Path, PathBuf};

/// Reads the files, prints their summary and draws their pictures.
pub fn run(files: &[PathBuf], markdown: bool, folder: Option<&Path>) -> Result<()> {
    let mut lines = Vec::new();
    for file in files {
        let there = read(file)?;
        if there.torn > 0 {
            eprintln!("{}: {} torn, skipped", file.display(), there.torn);
        }
        lines.extend(there.runs);
    }
    if lines.is_empty() {
        return Err(Error::Config {
            field: "FILE.jsonl".into(),
            value: files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(" "),
            allowed: "at least one file must hold a run, as `mbppo grid` writes it".into(),
        });
    }
    let all = lines.len();
    let lines = summary::once_each(lines);
    if lines.len() < all {
        eprintln!("{} lines repeat a run; the longest of each counts", all - lines.len());
    }
    let groups = summary::groups(&lines);
    print!("{}", if markdown { summary::markdown(&groups) } else { summary::text(&groups) });
    folder.map_or(Ok(()), |folder| pictures::draw(&groups, folder))
}
