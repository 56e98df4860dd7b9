//! No two files know each other, however long the way round.
//!
//! A folder's own file (`mod.rs`) is its face: it shows what its files have, and they may use what it defines. Such
//! pairs count as one. Whatever else a file names, by `use` or by a path, it knows; a name that a face passes on is
//! known where it is defined.
#![cfg(not(target_family = "wasm"))]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Modules whose files are a state machine or a table of their own kind, where what comes next knows what came before:
/// circles inside these are allowed.
const OWN_CIRCLES: &[&str] = &["trainer", "config", "wasm"];

/// `a::b::c` as parts; empty for the crate itself.
type Place = Vec<String>;

/// The source without comments and tests, by module.
fn sources() -> BTreeMap<Place, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut found) = (vec![root.clone()], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).expect("below src").with_extension("");
                found.insert(place_of(&inside), code(&fs::read_to_string(&path).expect("text")));
            }
        }
    }
    found.retain(|place, _| place.first().is_some_and(|first| first != "bin" && first != "lib"));
    found
}

fn place_of(inside: &Path) -> Place {
    let parts = inside.iter().map(|part| part.to_string_lossy().into_owned());
    parts.filter(|part| part != "mod" && part != "lib").collect()
}

fn code(text: &str) -> String {
    let tests = ["#[cfg(test)]", "#[cfg(all(test"].iter().filter_map(|mark| text.find(mark)).min();
    let lines = text[..tests.unwrap_or(text.len())].lines();
    lines.filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// All paths of a `use` tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(tree: &str) -> Vec<Place> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let name = tree.split(" as ").next().unwrap_or_default().trim();
        return vec![name.split("::").filter(|part| !part.is_empty()).map(String::from).collect()];
    };
    let before = paths(tree[..open].trim_end_matches(':')).concat();
    let inside = &tree[open + 1..tree.rfind('}').expect("it closes")];
    let (mut depth, mut from, mut found) = (0, 0, Vec::new());
    for (at, c) in inside.char_indices().chain([(inside.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let rest = paths(&inside[from..at]).into_iter().filter(|rest| !rest.is_empty());
                found.extend(rest.map(|rest| [before.clone(), rest].concat()));
                from = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// From the crate's root on, if it is inside this crate.
fn absolute(path: &[String], here: &Place, all: &BTreeMap<Place, String>) -> Option<Place> {
    let (first, rest) = path.split_first()?;
    let beside = |up: usize| here[..here.len().saturating_sub(up)].to_vec();
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([here.clone(), rest.to_vec()].concat()),
        "super" => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            Some([beside(ups), path[ups..].to_vec()].concat())
        }
        _ => {
            let child = [here.clone(), vec![first.clone()]].concat();
            all.contains_key(&child).then(|| [here.clone(), path.to_vec()].concat())
        }
    }
}

/// What each file names, and which names it passes on.
struct Uses {
    of: BTreeMap<Place, Vec<Place>>,
    passed_on: BTreeMap<Place, Place>,
}

impl Uses {
    fn find(all: &BTreeMap<Place, String>) -> Self {
        let mut uses = Self { of: BTreeMap::new(), passed_on: BTreeMap::new() };
        for (here, text) in all {
            let mut named = Vec::new();
            for statement in text.split(';') {
                let Some(at) = statement.rfind("use ") else { continue };
                let is_public = statement[..at].trim_end().ends_with("pub");
                let line_begins = statement[..at].rsplit('\n').next().unwrap_or_default().trim();
                if !(line_begins.is_empty() || line_begins.starts_with("pub")) {
                    continue;
                }
                for path in paths(&statement[at + 4..]) {
                    let Some(path) = absolute(&path, here, all) else { continue };
                    if let Some(name) = path.last().filter(|_| is_public) {
                        uses.passed_on.insert([here.clone(), vec![name.clone()]].concat(), path.clone());
                    }
                    named.push(path);
                }
            }
            for start in ["crate::", "super::"] {
                for (at, _) in text.match_indices(start) {
                    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
                    let written: String = text[at..].chars().take_while(|c| word(*c)).collect();
                    let parts: Place =
                        written.split("::").filter(|part| !part.is_empty()).map(String::from).collect();
                    named.extend(absolute(&parts, here, all));
                }
            }
            uses.of.insert(here.clone(), named);
        }
        uses
    }

    /// The file where what this path names is defined.
    fn file(&self, path: &[String], all: &BTreeMap<Place, String>, turns: usize) -> Option<Place> {
        let length = (1..=path.len()).rev().find(|length| all.contains_key(&path[..*length]))?;
        let passed_on = path.get(..length + 1).and_then(|name| self.passed_on.get(name));
        match passed_on.filter(|_| turns < 5) {
            Some(onward) => {
                self.file(&[onward.clone(), path[length + 1..].to_vec()].concat(), all, turns + 1)
            }
            None => Some(path[..length].to_vec()),
        }
    }
}

#[test]
fn no_two_files_know_each_other() {
    let all = sources();
    let uses = Uses::find(&all);
    let mut knows: BTreeMap<&Place, BTreeSet<Place>> = BTreeMap::new();
    for (here, named) in &uses.of {
        let files = named.iter().filter_map(|path| uses.file(path, &all, 0));
        knows.insert(here, files.filter(|file| !here.starts_with(file)).collect());
    }
    let count: usize = knows.values().map(BTreeSet::len).sum();
    assert!(all.len() > 100 && count > 300, "{} files, {count} arrows", all.len());
    for here in all.keys() {
        let mut way: Vec<Vec<&Place>> = vec![vec![here]];
        let mut seen = BTreeSet::new();
        while let Some(path) = way.pop() {
            for next in path.last().and_then(|last| knows.get(last)).into_iter().flatten() {
                let is_own = next.first() == here.first() && OWN_CIRCLES.contains(&here[0].as_str());
                if next == here && !is_own {
                    let names: Vec<String> = path.iter().map(|place| place.join("/")).collect();
                    panic!("{} knows {} again", names.join(" knows "), here.join("/"));
                }
                if seen.insert(next) {
                    way.push([path.clone(), vec![next]].concat());
                }
            }
        }
    }
}
