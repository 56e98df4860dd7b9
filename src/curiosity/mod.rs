//! Curiosity: novelty as a reward of its own, and how much it counts.

mod beta;
mod rnd;

pub use beta::AdaptiveBeta;
pub use rnd::Rnd;
