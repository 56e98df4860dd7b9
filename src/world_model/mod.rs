//! The world model: an ensemble of small networks that predict the task's next state.
//!
//! [`Model`] is the interface to the backends: kernels on the CPU or, for comparison, tensors. [`fit`] trains it on
//! replay, and [`open_loop`] measures how many steps ahead it can be trusted, which [`confidence`] turns into a number
//! of branches.

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
