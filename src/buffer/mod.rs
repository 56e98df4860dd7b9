//! Where experience is kept: [`Rollout`] for one batch, real or imagined, and [`Replay`] for everything real.

mod replay;
mod rollout;

pub use replay::{HELD_OUT_EVERY, MOST_LANES, PIECE, Part, Replay, Stored};
pub use rollout::{Rollout, Step};
