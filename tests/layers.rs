//! Who may know whom. A layer uses the layers above it in this table and itself, never one below.
#![cfg(not(target_family = "wasm"))]

use std::fs;
use std::path::{Path, PathBuf};

/// Modules by layer, from plain numbers to the page.
const LAYERS: &[&[&str]] = &[
    // A package of its own: the arithmetic of the processor, and the budget that it counts in. It knows nothing else.
    &["kernels", "budget"],
    &["error", "nearest", "hash", "arrays", "rng", "config"],
    &[
        "stats",
        "quantiles",
        "env",
        "buffer",
        "gae",
        "dyna_q",
        "cem",
        "cma_es",
        "scaling",
        "transitions",
        "metrics",
        "minibatches",
        "snapshot",
        "dynamics",
    ],
    // The parts of a learner and what needs no device.
    &[
        "nets",
        "samples",
        "part",
        "policy",
        "curiosity",
        "imagination",
        "world_model",
        "off_policy",
        "diagnostics",
    ],
    // Where they are computed.
    &["cpu", "gpu", "burn", "device"],
    &["backend", "learners"],
    &["trainer"],
    &["receipt", "policy_file"],
    &["plots"],
    &["wasm"],
];

/// Layers from which burn may be used: those before compute with plain f32.
const FIRST_WITH_TENSORS: usize = 4;

fn layer(module: &str) -> usize {
    let found = LAYERS.iter().position(|modules| modules.contains(&module));
    found.unwrap_or_else(|| panic!("module {module} has no layer: give it one in tests/layers.rs"))
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn every_module_uses_only_its_own_layer_and_those_above() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    let mut looked_at = 0;
    for file in files {
        let inside = file.strip_prefix(&source).expect("below src");
        let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs");
        if module == "lib" || module == "bin" || module == "kernels" {
            continue;
        }
        let text = fs::read_to_string(&file).expect("text");
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for used in line.split("crate::").skip(1) {
                let used: String = used
                    .chars()
                    .take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_')
                    .collect();
                let is_allowed = used.is_empty() || layer(&used) <= layer(module);
                assert!(is_allowed, "{} knows {used}: {line}", inside.display());
                looked_at += 1;
            }
            let uses_tensors = line.replace("crate::burn::", "").contains("burn::");
            assert!(
                !uses_tensors || layer(module) >= FIRST_WITH_TENSORS,
                "{} knows tensors",
                inside.display()
            );
        }
    }
    assert!(looked_at > 100, "only {looked_at} uses found");
}

/// A default feature is on everywhere; whether it counts on this machine build.rs decides (`cfg(tensors)` and so on).
#[test]
fn source_asks_what_a_build_has_and_never_which_features_are_on() {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    assert!(files.len() > 100, "only {} files found", files.len());
    for file in files {
        let text = fs::read_to_string(&file).expect("text");
        assert!(!text.contains(concat!("feature", " = ")), "{} asks for a feature", file.display());
    }
}

/// What [`Record`] keeps for people. A decision that reads it back would change with a metric's name, or with a curve
/// that has been thinned out: decisions take values that are passed to them.
const TOLD: &[&str] =
    &["told_metrics(", "told_curves(", "record.metrics", "record.curves", ".latest(", "means["];

/// Where it is handed on: to a snapshot, to whoever asks for curves, and into a checkpoint.
const TELLERS: &[(&str, usize)] =
    &[("trainer/mod.rs", 1), ("trainer/snapshot.rs", 1), ("trainer/checkpoint.rs", 1)];

#[test]
fn what_is_told_is_never_read_back_by_what_decides() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    for file in files {
        let name = file.strip_prefix(&source).expect("below src").display().to_string();
        if !name.starts_with("trainer") || name.starts_with("trainer/record") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("text");
        let code = text.split("#[cfg(all(test").next().unwrap_or_default();
        let reads: Vec<&str> =
            code.lines().filter(|line| TOLD.iter().any(|told| line.contains(told))).collect();
        let allowed = TELLERS.iter().find(|(teller, _)| *teller == name).map_or(0, |(_, count)| *count);
        assert_eq!(reads.len(), allowed, "{name} reads what is told: {reads:#?}");
    }
}
