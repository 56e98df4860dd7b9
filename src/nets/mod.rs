//! Networks as the rest of the program sees them, on any device: their layers, their initial weights, and the policy on
//! the host.

mod host_actor;
mod init;
pub mod names;
mod noise;
mod saved;
mod shape;

pub use crate::kernels::Hidden;
pub use host_actor::HostActor;
pub use init::{initial, orthogonal};
pub use noise::{draw_noise, noise_size};
pub use saved::{LARGEST_WEIGHT, Networks, Part as Stretch};
pub use shape::{ObsScaling, Shape};
