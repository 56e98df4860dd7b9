//! Single numbers within a vector of four, whose place is known only when a kernel runs.

use super::activation::F4;
use cubecl::prelude::*;

/// The number at one of the four places.
#[cube]
pub fn part(four: F4, place: usize) -> f32 {
    let low = select(place == 0, four.extract(0usize), four.extract(1usize));
    let high = select(place == 2, four.extract(2usize), four.extract(3usize));
    select(place < 2, low, high)
}

/// `value` at one of the four places, 0 at the others.
#[cube]
pub fn one_of(place: usize, value: f32) -> F4 {
    let mut four = F4::new(0.0);
    #[unroll]
    for i in 0..4usize {
        four.insert(i, select(place == i, value, 0.0f32));
    }
    four
}

/// 1 where a component of four `four` is one of the `count` real ones, else 0.
#[cube]
pub fn real(four: usize, count: usize) -> F4 {
    let mut mask = F4::new(0.0);
    #[unroll]
    for i in 0..4usize {
        mask.insert(i, select(4 * four + i < count, 1.0f32, 0.0f32));
    }
    mask
}

/// The sum of the four.
#[cube]
pub fn total(x: F4) -> f32 {
    x.dot(F4::new(1.0))
}
