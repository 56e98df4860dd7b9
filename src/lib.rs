//! mbppo: model-based PPO that trains, and imagines, in the browser.

pub mod buffer;
pub mod config;
pub mod curiosity;
pub mod env;
pub mod error;
pub mod gae;
pub mod metrics;
pub mod rng;
pub mod snapshot;
pub mod stats;
pub mod world_model;
