//! Networks: plain layers whose parameters lie in one flat buffer, and the optimiser that moves it.

pub mod activation;
mod actor_critic;
mod adam;
pub mod categorical;
mod distribution;
pub mod gaussian;
mod host_actor;
mod init;
mod layout;
mod mlp;
mod targeted;

pub use actor_critic::{ActorCritic, ObsScaling, Shape};
pub use adam::{Adam, clip_by_global_norm};
pub use distribution::{Distribution, chance_size, draw_chance};
pub use host_actor::HostActor;
pub use init::{initial, orthogonal};
pub use layout::{Layout, Slot, Tracked};
pub use mlp::Mlp;
pub use targeted::Targeted;
