//! The world model: it predicts the task's next state, its reward and its end.
//!
//! [`WorldModel`] is what every model is, wherever it computes; [`fit`] trains it on replay, and [`open_loop`] measures
//! how many steps ahead it can be trusted, which [`confidence`] turns into a number of branches. [`rows`] is how replay
//! becomes rows for the models that learn from single transitions.

pub mod bootstrap;
pub mod confidence;
pub mod fit;
mod model;
pub mod open_loop;
pub mod rows;
mod scales;
mod shape;

pub use model::{Data, Validation, WorldModel, disagreement};
pub use scales::Scales;
pub use shape::layer_sizes;
