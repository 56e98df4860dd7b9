//! mbppo: model-based PPO that trains, and imagines, in the browser.

pub mod buffer;
pub mod env;
pub mod error;
pub mod rng;
pub mod config;
pub mod metrics;
pub mod snapshot;
