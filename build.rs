//! Two settings of a build that Cargo.toml has no words for.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");

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
