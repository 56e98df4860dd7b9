//! Settings of a build that Cargo.toml has no words for, and a name for what is built.

use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rustc-env=MBPPO_SOURCE={:08x}", source_hash(Path::new("src")) as u32);

    // Checkouts on one machine share a target folder (scripts/setup), and cargo tells them apart by the files' times
    // only: it would take another checkout's library for this one's. This variable is the checkout's path.
    println!("cargo::rerun-if-env-changed=MBPPO_CHECKOUT");

    // The page's wasm goes without the names of its functions, a large part of it. `strip` in a profile would take
    // the list of wasm features along, which wasm-bindgen needs.
    if std::env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("wasm") {
        println!("cargo::rustc-link-arg-cdylib=--strip-all");
        println!("cargo::rustc-link-arg-cdylib=--keep-section=target_features");
    }
}

/// A hash of the source: two builds of one version may learn differently, and results say which one they come from.
/// A commit would not do: not every copy of the source is a checkout, and not every change is committed.
fn source_hash(folder: &Path) -> u64 {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325; // FNV-1a
    for file in files {
        let text = std::fs::read(&file).unwrap_or_default();
        // The same source has other line ends on Windows.
        for byte in text.into_iter().filter(|byte| *byte != b'\r') {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
