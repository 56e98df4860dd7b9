//! Chance by counting: random numbers that follow from where they are needed, not from which were drawn before.
//!
//! **What.** A hash turns (branch, step and purpose, seed) into four random words. Nothing has to be kept or passed on, so
//! every branch of a rollout can be computed by itself, in any order, by any number of processors.
//! ```text
//! words = pcg4d(branch, 256 · step + purpose, seed₀, seed₁)      u = word / 2³²      z = √(−2 ln(1 − u₀)) (cos, sin)(2π u₁)
//! ```
//! **Shapes.** A counter is four words and gives four words: four uniform numbers or four standard normals.
//! **Where.** `gpu::rollout` draws with the same arithmetic inside its kernel; here the host can repeat what it drew. The
//! CPU's own imagination draws from [`crate::rng`].
//! **Choices.** A uniform number has the 24 bits that an f32 can hold. The words are equal to the last bit everywhere;
//! logarithm, root, sine and cosine are as exact as the device has them.
//! **Paper.** Jarzynski & Olano 2020, Hash Functions for GPU Rendering (JCGT 9:3).

use std::f32::consts::TAU;

/// Purposes of the words of one branch and step; a purpose that needs more than four words goes on counting from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Which member of the ensemble is followed.
    Member,
    /// The policy's action.
    Action,
    /// The draw of a model with Gaussian heads.
    Noise,
}

impl Purpose {
    /// Where its count begins, of 256.
    pub const fn first(self) -> u32 {
        match self {
            Self::Member => 0,
            Self::Action => 1,
            Self::Noise => 128,
        }
    }
}

/// Four random words for block `block` of a purpose, in this branch and step.
pub fn words(seed: [u32; 2], branch: u32, step: u32, purpose: Purpose, block: u32) -> [u32; 4] {
    pcg4d([branch, 256 * step + purpose.first() + block, seed[0], seed[1]])
}

/// Uniform in [0, 1).
pub fn uniform(word: u32) -> f32 {
    (word >> 8) as f32 / (1u32 << 24) as f32
}

/// Uniform in 0..bound; its bias is below bound · 2⁻¹⁶.
pub fn below(word: u32, bound: usize) -> usize {
    (((word >> 16) * bound as u32) >> 16) as usize
}

/// Four standard normals, by Box and Muller.
pub fn normals(words: [u32; 4]) -> [f32; 4] {
    let [a, b, c, d] = words.map(uniform);
    let pair = |u: f32, v: f32| {
        let (radius, angle) = ((-2.0 * (1.0 - u).ln()).sqrt(), TAU * v);
        [radius * angle.cos(), radius * angle.sin()]
    };
    let ([w, x], [y, z]) = (pair(a, b), pair(c, d));
    [w, x, y, z]
}

fn pcg4d(counter: [u32; 4]) -> [u32; 4] {
    let mut v = counter.map(|word| word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    mix(&mut v);
    v = v.map(|word| word ^ (word >> 16));
    mix(&mut v);
    v
}

fn mix(v: &mut [u32; 4]) {
    v[0] = v[0].wrapping_add(v[1].wrapping_mul(v[3]));
    v[1] = v[1].wrapping_add(v[2].wrapping_mul(v[0]));
    v[2] = v[2].wrapping_add(v[0].wrapping_mul(v[1]));
    v[3] = v[3].wrapping_add(v[1].wrapping_mul(v[2]));
}
