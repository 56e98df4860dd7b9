//! Networks as the rest of the program sees them, on any device: their layers, their initial weights, and the policy on
//! the host.

mod chance;
mod host_actor;
mod init;
mod shape;

pub use crate::kernels::Hidden;
pub use chance::{chance_size, draw_chance};
pub use host_actor::HostActor;
pub use init::{initial, orthogonal};
pub use shape::{ObsScaling, Shape};
