//! `docs/ends.md` names a test for every row of its tables, and these tests are there.

use std::fs;
use std::path::Path;

#[test]
fn every_end_that_the_document_lists_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(root.join("docs/ends.md")).expect("the document");
    let mut source = String::new();
    for folder in ["tests/ends", "src/bin/mbppo/cli"] {
        read_all(&root.join(folder), &mut source);
    }
    let mut rows = 0;
    for row in document.lines().filter(|line| line.starts_with("| ") && line.ends_with("` |")) {
        let test = row.trim_end_matches("` |").rsplit('`').next().expect("a name");
        assert!(source.contains(&format!("fn {test}()")), "there is no test {test}: {row}");
        rows += 1;
    }
    assert!(rows >= 20, "only {rows} rows found");
}

/// Appends the text of every file in the folder and those below it.
fn read_all(folder: &Path, source: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => read_all(&path, source),
            false => source.push_str(&fs::read_to_string(path).expect("text")),
        }
    }
}
