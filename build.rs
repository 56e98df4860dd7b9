//! Settings of a build that Cargo.toml has no words for, and a name for what is built.

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=MBPPO_SOURCE={:08x}", source_hash() as u32);

    // Checkouts on one machine share a target folder (scripts/setup), and cargo tells them apart by the files' times
    // only: it would take another checkout's library for this one's. This variable is the checkout's path.
    println!("cargo::rerun-if-env-changed=MBPPO_CHECKOUT");

    // A feature counts where its dependencies exist; the source asks for these, never for the feature itself.
    let in_wasm = env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("wasm");
    for (name, feature, counts) in [
        ("tensors", "TENSORS", !in_wasm),
        ("tensors", "TENSORS_IN_WASM", in_wasm),
        ("webgpu", "WEBGPU", in_wasm),
        ("cli", "CLI", !in_wasm),
    ] {
        println!("cargo::rustc-check-cfg=cfg({name})");
        if counts && env::var_os(format!("CARGO_FEATURE_{feature}")).is_some() {
            println!("cargo::rustc-cfg={name}");
        }
    }

    // Every wasm build has SIMD, from .cargo/config.toml. RUSTFLAGS in the environment would replace that in silence.
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    if in_wasm && !features.split(',').any(|feature| feature == "simd128") {
        println!(
            "cargo::error=this wasm would go without SIMD: RUSTFLAGS in the environment, or a config.toml, replaces \
             the flags of .cargo/config.toml. Unset it, or add -C target-feature=+simd128 to it."
        );
    }

    // The page's wasm goes without the names of its functions, a large part of it. `strip` in a profile would take
    // the list of wasm features along, which wasm-bindgen needs.
    if in_wasm {
        println!("cargo::rustc-link-arg-bins=--strip-all");
        println!("cargo::rustc-link-arg-bins=--keep-section=target_features");
    }
}

/// A hash of the source that learns: two builds of one version may learn differently, and results say which one they
/// come from. A commit would not do: not every copy of the source is a checkout, and not every change is committed.
fn source_hash() -> u64 {
    let mut files = Vec::new();
    for entry in std::fs::read_dir("src").into_iter().flatten().flatten() {
        let is_shown_only = ["bin", "plots", "wasm"].iter().any(|folder| entry.file_name() == *folder);
        if !is_shown_only {
            println!("cargo::rerun-if-changed={}", entry.path().display());
            collect(entry.path(), &mut files);
        }
    }
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

fn collect(path: PathBuf, files: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        return files.push(path);
    }
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        collect(entry.path(), files);
    }
}
