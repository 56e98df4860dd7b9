//! Networks: plain layers whose parameters lie in one flat buffer, and the optimiser that moves it.

mod actor_critic;
mod adam;
pub mod categorical;
pub mod gaussian;
mod host_mlp;
mod init;
mod layout;
mod mlp;

pub use actor_critic::{ActorCritic, HostActor};
pub use adam::{Adam, clip_by_global_norm};
pub use host_mlp::HostMlp;
pub use init::orthogonal;
pub use layout::{Layout, Slot, Tracked};
pub use mlp::Mlp;
