//! The workloads for a page that measures: thin, so that what is timed is the library's code.
//!
//! **What.** Each class is one workload with its networks and its numbers. JavaScript holds the clock and asks for many
//! steps in one call, as the library's own page does: a call costs next to nothing beside them.
//! **Where.** Built by `benches/web/build.mjs` as a module of its own, with nothing of the page in it.
#![cfg(target_family = "wasm")]

mod learner;
mod on_cpu;
#[cfg(webgpu)]
mod on_webgpu;
#[path = "../workloads/mod.rs"]
mod workloads;
