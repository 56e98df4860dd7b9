//! mbppo: model-based PPO that trains, and imagines, in the browser.
pub mod buffer;
pub mod config;
pub mod curiosity;
pub mod device;
pub mod dynamics;
pub mod env;
pub mod error;
pub mod gae;
pub mod imagination;
pub mod metrics;
pub mod nets;
pub mod plots;
pub mod ppo;
pub mod rng;
pub mod samples;
pub mod snapshot;
pub mod stats;
pub mod trainer;
#[cfg(target_family = "wasm")]
pub mod wasm;
pub mod world_model;

pub use error::{Error, Result};
