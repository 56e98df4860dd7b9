//! The world model: an ensemble of small networks that learn what the task does next.
//!
//! [`ensemble`] predicts, [`fit`] learns from replay, [`open_loop`] measures how far ahead it can be trusted,
//! [`confidence`] turns that into a number of branches.

pub mod confidence;
pub mod ensemble;
pub mod fit;
pub mod open_loop;
pub mod scales;

pub use ensemble::WorldModel;
