//! The world model: an ensemble of small networks that learn what the task does next.
//!
//! [`Model`] is the door to what computes: kernels on the CPU or, to compare with, tensors. Through it [`fit`]
//! learns from replay, and [`open_loop`] measures how far ahead it can be trusted, which [`confidence`] turns into a
//! number of branches.

pub mod bootstrap;
mod by_hand;
#[cfg(tensors)]
pub mod by_tensors;
pub mod confidence;
pub mod fit;
mod model;
pub mod open_loop;

pub use by_hand::{Look, Step};
pub use model::{Batch, Model, Validation};
