//! Settings of a build that Cargo.toml has no words for.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");

    // Checkouts on one machine share a target folder (scripts/setup), and cargo tells them apart by the files' times
    // only: it would take another checkout's library for this one's. This variable is the checkout's path.
    println!("cargo::rerun-if-env-changed=MBPPO_CHECKOUT");

    // A feature counts where its dependencies exist; the source asks for these, never for the feature itself.
    let in_wasm = env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("wasm");
    for (name, counts) in [("tensors", !in_wasm), ("webgpu", in_wasm), ("cli", !in_wasm)] {
        println!("cargo::rustc-check-cfg=cfg({name})");
        if counts && env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase())).is_some() {
            println!("cargo::rustc-cfg={name}");
        }
    }

    // Every wasm build has SIMD, from .cargo/config.toml. RUSTFLAGS in the environment would replace that in silence.
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    if in_wasm && !features.split(',').any(|feature| feature == "simd128") {
        println!(
            "cargo::error=this wasm would go without SIMD: RUSTFLAGS in the environment, or a config.toml, replaces the \
             flags of .cargo/config.toml. Unset it, or add -C target-feature=+simd128 to it."
        );
    }

    // The page's wasm goes without the names of its functions, a large part of it. `strip` in a profile would take
    // the list of wasm features along, which wasm-bindgen needs.
    if in_wasm {
        println!("cargo::rustc-link-arg-bins=--strip-all");
        println!("cargo::rustc-link-arg-bins=--keep-section=target_features");
    }
}
