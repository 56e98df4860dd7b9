//! `mbppo report`: tables and pictures of what grids have written.

use super::end::{End, Ending};
use super::lines::read;
use super::output::{print, tell};
use super::rows::rows;
use super::{pictures, summary};
use std::path::{Path, PathBuf};

/// Reads the files, draws their pictures and prints their summary.
pub fn run(files: &[PathBuf], markdown: bool, folder: Option<&Path>) -> Ending {
    let mut lines = Vec::new();
    for file in files {
        let there = read(file)?;
        if there.torn > 0 {
            tell(&format!("{}: {} torn, skipped", file.display(), there.torn));
        }
        lines.extend(there.runs);
    }
    if lines.is_empty() {
        let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        let names = names.join(", ");
        return Err(End::Failed(format!(
            "{names}: no run is in there; `mbppo grid --out FILE.jsonl` writes them."
        )));
    }
    let all = lines.len();
    let rows = rows(lines);
    let left: usize = rows.iter().map(|row| row.lines.len()).sum();
    if left < all {
        tell(&format!("{} lines repeat a run; the longest of each counts", all - left));
    }
    let groups = summary::groups(&rows);
    // Pictures first: whoever reads the table may stop after a few lines.
    let drawn = folder.map_or(Ok(Vec::new()), |folder| pictures::draw(&groups, folder))?;
    let table = if markdown { summary::markdown(&groups) } else { summary::text(&groups) };
    print(&(table + &paths(&drawn)))
}

/// A path a line.
pub fn paths(drawn: &[PathBuf]) -> String {
    drawn.iter().map(|path| format!("{}\n", path.display())).collect()
}
