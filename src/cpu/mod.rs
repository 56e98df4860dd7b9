//! The parts on the processor, by [`crate::kernels`].
//!
//! **Choices.** What the kernels compute is there at once: nothing here waits. Steps and looks are split into pieces of
//! what a tick may do.

mod model_step;
mod novelty;
pub mod off_policy;
mod policy;
mod ppo_step;
mod world;
mod world_model;

pub use novelty::{IcmNovelty, RndNovelty};
pub use policy::PpoPolicy;
pub use world::World;
pub use world_model::Perceptrons;
