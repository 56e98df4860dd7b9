//! The random numbers that an action is drawn with.
//!
//! **What.** One uniform number for a discrete action, a standard normal for every component of a continuous one.
//! **Choices.** All random numbers come from the host, in the same order, so that every device draws the same actions.

use crate::env::ActionSpace;
use crate::rng::Stream;

/// Numbers of chance that one action takes.
pub fn chance_size(action: ActionSpace) -> usize {
    match action {
        ActionSpace::Discrete(_) => 1,
        ActionSpace::Box { size, .. } => size,
    }
}

/// Appends the chance of one action.
pub fn draw_chance(action: ActionSpace, stream: &mut Stream, chance: &mut Vec<f32>) {
    match action {
        ActionSpace::Discrete(_) => chance.push(stream.uniform()),
        ActionSpace::Box { size, .. } => chance.extend((0..size).map(|_| stream.normal())),
    }
}
