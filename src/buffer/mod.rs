//! Where experience is kept: [`Rollout`] for one batch, real or imagined, and [`Replay`] for everything real.

mod replay;
mod rollout;

pub use replay::Replay;
pub use rollout::{Rollout, Step};
