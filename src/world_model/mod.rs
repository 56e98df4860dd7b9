//! The world model: an ensemble of small networks that learn what the task does next.
//!
//! [`Model`] is the door to what computes: kernels on the CPU, the tensors of [`ensemble`] elsewhere. Through it [`fit`] learns from replay, [`open_loop`] measures how far ahead it can be trusted,
//! [`confidence`] turns that into a number of branches.

mod by_hand;
pub mod by_tensors;
pub mod confidence;
pub mod ensemble;
pub mod fit;
mod model;
pub mod open_loop;

pub use ensemble::WorldModel;
pub use model::{Batch, Model, Validation};
