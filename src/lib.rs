//! mbppo: model-based PPO that trains, and imagines, in the browser.
//!
//! # Reading order
//! The code reads in the order in which data flows. Each layer depends only on those above it:
//!
//! 1. plain numbers: [`error`], [`nearest`], [`hash`], [`arrays`], [`rng`], [`config`], [`budget`], [`mod@env`],
//!    [`buffer`], [`stats`], [`quantiles`], [`gae`], [`dyna_q`], [`transitions`], [`metrics`], [`snapshot`],
//!    [`scaling`], [`dynamics`], and [`kernels`], the learning arithmetic: networks, losses and gradients by hand;
//! 2. learning, without knowing where it is computed: [`nets`], [`samples`], and the parts of a learner, each a trait
//!    ([`part`]): [`policy`], [`curiosity`], [`imagination`], [`world_model`], [`off_policy`]; [`diagnostics`] looks at
//!    them;
//! 3. where it is computed: [`cpu`] implements the parts by the kernels, `gpu` on WebGPU, and [`burn`](mod@burn) in
//!    burn's tensors, with which the others are compared; [`device`] opens a device, [`backend`] says which parts it
//!    has, and [`learners`] which learner suits which task and device;
//! 4. [`trainer`]: one run as a state machine, a learner in its context, whose tick is one bounded unit of work; it
//!    knows no page; a [`receipt`] says what a run claims, and checks it by running it again; a
//!    [`policy_file`] holds its policy alone;
//! 5. [`plots`] draws snapshots; `wasm`, in wasm builds only, is the thin interface to the page.
//!
//! # Features
//! All are on by default, and each takes effect on one kind of target only: `tensors` natively (burn, as the oracle),
//! `webgpu` in wasm (burn-wgpu and CubeCL), `cli` natively (the command line). The page's CPU build has none, its third
//! one only `tensors-in-wasm`, which no other has.
//! The source tests for `cfg(tensors)` and the like, which build.rs sets.
//!
//! # Letters
//! T real steps per environment in an iteration · N environments · H imagination horizon · B branches or batch ·
//! O observation size · A actions · E ensemble members · K rounds of imagining and improving.
#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used))]

pub mod arrays;
pub mod backend;
pub mod buffer;
#[cfg(tensors)]
pub mod burn;
pub mod cem;
pub mod cma_es;
pub mod config;
pub mod cpu;
pub mod curiosity;
pub mod device;
pub mod diagnostics;
pub mod dyna_q;
pub mod dynamics;
pub mod env;
pub mod error;
pub mod gae;
#[cfg(webgpu)]
pub mod gpu;
pub mod hash;
pub mod imagination;
pub mod learners;
pub mod metrics;
pub mod minibatches;
pub mod nearest;
pub mod nets;
pub mod off_policy;
pub mod part;
pub mod plots;
pub mod policy;
pub mod policy_file;
pub mod quantiles;
pub mod receipt;
pub mod rng;
pub mod samples;
pub mod scaling;
pub mod snapshot;
pub mod stats;
pub mod trainer;
pub mod transitions;
#[cfg(target_family = "wasm")]
pub mod wasm;
pub mod world_model;

pub use error::{Error, Result};
pub use mbppo_kernels::{self as kernels, budget};

/// Which program this is, as results say it: its version, and a hash of its source.
pub const PROGRAM: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("MBPPO_SOURCE"));
