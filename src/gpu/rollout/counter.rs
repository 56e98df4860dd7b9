//! Random numbers inside the kernel: [`crate::kernels::counter`] for four rows at once.
//!
//! **Shapes.** A lane is a row; a word or a number of all four rows is one vector.

use super::Four;
use crate::kernels::counter::{BLOCKS, INCREMENT, MULTIPLIER, Purpose, UNIT};
use cubecl::prelude::*;

/// A word of four rows.
pub(super) type Words = Vector<u32, Const<4>>;

/// What the words of a step are made of.
#[derive(CubeType, Clone, Copy)]
pub(super) struct Counter {
    pub(super) seed_low: u32,
    pub(super) seed_high: u32,
    pub(super) step: u32,
}

/// Four words for each of four rows, of which the first is branch `first`.
#[cube]
pub(super) fn words(
    counter: &Counter,
    first: u32,
    #[comptime] purpose: Purpose,
    #[comptime] block: u32,
) -> Array<Words> {
    let mut v = Array::<Words>::new(4usize);
    let mut rows = Words::new(first);
    rows.insert(1usize, first + 1);
    rows.insert(2usize, first + 2);
    rows.insert(3usize, first + 3);
    let place = comptime!(purpose.first() + block);
    v[0] = rows;
    v[1] = Words::new(BLOCKS * counter.step + place);
    v[2] = Words::new(counter.seed_low);
    v[3] = Words::new(counter.seed_high);
    #[unroll]
    for i in 0..4usize {
        v[i] = v[i] * Words::new(MULTIPLIER) + Words::new(INCREMENT);
    }
    mix(&mut v);
    #[unroll]
    for i in 0..4usize {
        v[i] = v[i] ^ (v[i] >> Words::new(16u32));
    }
    mix(&mut v);
    v
}

#[cube]
fn mix(v: &mut Array<Words>) {
    v[0] = v[0] + v[1] * v[3];
    v[1] = v[1] + v[2] * v[0];
    v[2] = v[2] + v[0] * v[1];
    v[3] = v[3] + v[1] * v[2];
}

/// Uniform in [0, 1).
#[cube]
pub(super) fn uniform(word: Words) -> Four {
    Four::cast_from(word >> Words::new(8u32)) * Four::new(UNIT)
}

/// Uniform in 0..bound, of the first of four rows.
#[cube]
pub(super) fn below(word: Words, #[comptime] bound: usize) -> u32 {
    ((word.extract(0usize) >> 16) * comptime!(bound as u32)) >> 16
}

/// Four standard normals for each of four rows.
#[cube]
pub(super) fn normals(
    counter: &Counter,
    first: u32,
    #[comptime] purpose: Purpose,
    #[comptime] block: u32,
) -> Array<Four> {
    let words = words(counter, first, purpose, block);
    let mut z = Array::<Four>::new(4usize);
    #[unroll]
    for pair in 0..2usize {
        let radius = (Four::new(-2.0) * (Four::new(1.0) - uniform(words[2 * pair])).ln()).sqrt();
        let angle = Four::new(std::f32::consts::TAU) * uniform(words[2 * pair + 1]);
        z[2 * pair] = radius * angle.cos();
        z[2 * pair + 1] = radius * angle.sin();
    }
    z
}
