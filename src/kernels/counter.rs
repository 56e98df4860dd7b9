//! Counter-based random numbers: they depend on where they are needed, not on which were drawn before.
//!
//! **What.** A hash turns (branch, step and purpose, seed) into four random words. There is no state to keep or pass
//! on, so every branch of a rollout can be computed independently, in any order, on any number of processors.
//! ```text
//! words = pcg4d(branch, 256 · step + purpose, seed₀, seed₁)
//! u = word / 2³²      z = √(−2 ln(1 − u₀)) (cos, sin)(2π u₁)
//! ```
//! **Shapes.** A counter is four words and gives four words: four uniform numbers or four standard normals.
//! **Where.** `gpu::rollout` uses the same arithmetic inside its kernel; here the host can reproduce what it drew.
//! Imagination on the CPU draws from `mbppo::rng`.
//! **Choices.** A uniform number has the 24 bits that an f32 can hold. The words are bit-for-bit the same everywhere;
//! logarithm, root, sine and cosine are as accurate as the device makes them.
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

/// Blocks of words that a step has, for all purposes together.
pub const BLOCKS: u32 = 256;
/// What a word of the counter is multiplied by before it is mixed.
pub const MULTIPLIER: u32 = 1_664_525;
/// And what is added to it.
pub const INCREMENT: u32 = 1_013_904_223;
/// One step of a uniform number, of which an f32 can hold 2²⁴.
pub const UNIT: f32 = 1.0 / (1u32 << 24) as f32;

/// Four random words for block `block` of a purpose, in this branch and step.
pub fn words(seed: [u32; 2], branch: u32, step: u32, purpose: Purpose, block: u32) -> [u32; 4] {
    pcg4d([branch, BLOCKS * step + purpose.first() + block, seed[0], seed[1]])
}

/// Uniform in [0, 1).
pub fn uniform(word: u32) -> f32 {
    (word >> 8) as f32 * UNIT
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
    let mut v = counter.map(|word| word.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws as a rollout has them: 500 branches, 40 steps, two blocks.
    fn draws() -> impl Iterator<Item = ([u32; 3], [u32; 4])> {
        let counters = (0..500).flat_map(|branch| (0..40).map(move |step| (branch, step)));
        let counters = counters.flat_map(|(branch, step)| [0, 1].map(|block| [branch, step, block]));
        counters.map(|[branch, step, block]| {
            ([branch, step, block], words([7, 9], branch, step, Purpose::Action, block))
        })
    }

    #[test]
    fn numbers_fill_their_range_evenly_in_every_word_and_bit() {
        for place in 0..4 {
            let drawn: Vec<u32> = draws().map(|(_, words)| words[place]).collect();
            let expected = drawn.len() as f64 / 64.0;
            let mut counts = [0.0f64; 64];
            drawn.iter().for_each(|&word| counts[(uniform(word) * 64.0) as usize] += 1.0);
            let chi_squared: f64 = counts.iter().map(|count| (count - expected).powi(2) / expected).sum();
            // 63 degrees of freedom: one sequence in 10,000 is above 111.
            assert!(chi_squared < 111.0, "word {place}: {chi_squared}");
            for bit in 0..32 {
                let share =
                    drawn.iter().filter(|&&word| word >> bit & 1 == 1).count() as f64 / drawn.len() as f64;
                assert!((share - 0.5).abs() < 0.0125, "bit {bit} of word {place}: {share}");
            }
        }
    }

    #[test]
    fn neighbours_have_nothing_in_common() {
        // Correlations with the next branch, step, block and word, of 40,000 pairs: five standard errors are 0.025.
        let centred = |word: u32| f64::from(uniform(word)) - 0.5;
        let mut sums = [0.0f64; 4];
        for ([branch, step, block], drawn) in draws() {
            let next = |b, s, k| words([7, 9], b, s, Purpose::Action, k)[0];
            let others = [
                next(branch + 1, step, block),
                next(branch, step + 1, block),
                next(branch, step, block + 1),
                drawn[1],
            ];
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += centred(drawn[0]) * centred(other));
        }
        let correlations = sums.map(|sum| sum / 40_000.0 * 12.0);
        assert!(correlations.iter().all(|x| x.abs() < 0.025), "{correlations:?}");
        let differs =
            |seed: [u32; 2]| words(seed, 3, 4, Purpose::Noise, 0) != words([7, 9], 3, 4, Purpose::Noise, 0);
        assert!(differs([8, 9]) && differs([7, 10]), "both halves of a seed count");
    }

    #[test]
    fn normals_have_the_moments_and_the_tails_of_a_normal() {
        let z: Vec<f64> = draws().flat_map(|(_, words)| normals(words)).map(f64::from).collect();
        let count = z.len() as f64;
        let moment = |power: i32| z.iter().map(|z| z.powi(power)).sum::<f64>() / count;
        let [mean, square, third, fourth] = [1, 2, 3, 4].map(moment);
        assert!(mean.abs() < 0.0125 && (square - 1.0).abs() < 0.018, "{mean}, {square}");
        assert!(third.abs() < 0.05 && (fourth - 3.0).abs() < 0.13, "{third}, {fourth}");
        let beyond = z.iter().filter(|z| z.abs() > 3.0).count() as f64 / count;
        assert!((beyond - 0.0027).abs() < 0.0007, "{beyond} beyond three standard deviations");
    }

    #[test]
    fn members_are_followed_equally_often() {
        for members in [1, 3, 5, 10] {
            let mut counts = vec![0usize; members];
            draws().for_each(|(_, words)| counts[below(words[0], members)] += 1);
            let expected = 40_000.0 / members as f64;
            let is_far = |count: usize| (count as f64 - expected).abs() > 5.0 * expected.sqrt();
            assert!(!counts.iter().any(|&count| is_far(count)), "{counts:?}");
        }
    }
}
