//! The random numbers that an action is drawn with.
//!
//! **What.** One uniform number for a discrete action, a standard normal for every component of a continuous one.
//! **Choices.** All random numbers come from the host, in the same order, so that every device draws the same actions.

use crate::env::ActionSpace;
use crate::rng::Stream;

/// Random numbers that one action takes.
pub fn noise_size(action: ActionSpace) -> usize {
    match action {
        ActionSpace::Discrete(_) => 1,
        ActionSpace::Box { size, .. } => size,
    }
}

/// Appends the random numbers of one action.
pub fn draw_noise(action: ActionSpace, stream: &mut Stream, noise: &mut Vec<f32>) {
    match action {
        ActionSpace::Discrete(_) => noise.push(stream.uniform()),
        ActionSpace::Box { size, .. } => noise.extend((0..size).map(|_| stream.normal())),
    }
}
