//! Randomness: one seed, many named streams.
//!
//! Every random number of a run comes from the host, from a named stream ("envs", "actions", "bootstrap", …). Streams
//! are independent: drawing more from one never changes another, so an evaluation or a plot cannot disturb training,
//! and the CPU and the GPU get the same draws. ChaCha8 with the seed as key and the name as stream number; bit-for-bit
//! portable.

use crate::hash::Hash;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// The seed of a run, from which every [`Stream`] is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The stream of this name. Asking twice gives the same numbers twice.
    pub fn stream(self, name: &str) -> Stream {
        let mut rng = ChaCha8Rng::seed_from_u64(self.0);
        rng.set_stream(Hash::of(name.as_bytes()).value());
        Stream { rng }
    }
}

/// A sequence of random numbers.
#[derive(Debug)]
pub struct Stream {
    rng: ChaCha8Rng,
}

impl Stream {
    /// 32 random bits.
    pub fn word(&mut self) -> u32 {
        self.rng.next_u32()
    }

    /// How many 32-bit words have been drawn.
    pub fn position(&self) -> u64 {
        self.rng.get_word_pos() as u64 // 2⁶⁴ words take longer than anybody waits
    }

    /// Goes on from where [`Stream::position`] was this.
    pub fn go_to(&mut self, position: u64) {
        self.rng.set_word_pos(u128::from(position));
    }

    /// Uniform in [0, 1), with the 24 bits that an f32 can hold.
    pub fn uniform(&mut self) -> f32 {
        (self.rng.next_u32() >> 8) as f32 / (1u32 << 24) as f32
    }

    /// Uniform in [0, 1), with the 53 bits that an f64 can hold.
    pub fn uniform_f64(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in [low, high).
    pub fn uniform_in(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform_f64()
    }

    /// Standard normal, by Box and Muller.
    pub fn normal(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.uniform_f64()).ln()).sqrt();
        (radius * (std::f64::consts::TAU * self.uniform_f64()).cos()) as f32
    }

    /// Uniform integer in 0..bound. `bound` must be at least 1.
    pub fn below(&mut self, bound: usize) -> usize {
        debug_assert!(bound > 0, "below(0) has no answer");
        // Lemire's multiplication; its bias is below 2⁻³² for the sizes of this program.
        ((u64::from(self.rng.next_u32()) * bound as u64) >> 32) as usize
    }

    /// Shuffles in place (Fisher and Yates).
    pub fn shuffle(&mut self, items: &mut [usize]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_gives_the_same_numbers_and_another_name_others() {
        let draw = |name: &str| {
            let mut stream = Seed(7).stream(name);
            [stream.uniform(), stream.uniform(), stream.normal()]
        };
        assert_eq!(draw("envs"), draw("envs"));
        assert_ne!(draw("envs"), draw("actions"));
        assert_ne!(Seed(8).stream("envs").uniform(), draw("envs")[0]);
    }

    #[test]
    fn draws_have_the_moments_of_their_distributions() {
        let mut stream = Seed(1).stream("moments");
        let n = 100_000;
        let normals: Vec<f64> = (0..n).map(|_| f64::from(stream.normal())).collect();
        let mean = normals.iter().sum::<f64>() / n as f64;
        let variance = normals.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
        assert!(mean.abs() < 0.015, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.02, "variance {variance}");
        let counts = (0..n).fold([0usize; 5], |mut counts, _| {
            counts[stream.below(5)] += 1;
            counts
        });
        assert!(counts.iter().all(|count| count.abs_diff(n / 5) < 700), "{counts:?}");
    }

    #[test]
    fn a_stream_goes_on_from_its_position_as_if_nothing_had_happened() {
        let mut stream = Seed(5).stream("chance");
        let mut words = 0;
        for draw in 0..300 {
            // One word or two, so that pairs lie across the generator's blocks and buffers too.
            if draw % 3 == 0 {
                stream.uniform_f64();
                words += 2;
            } else {
                stream.uniform();
                words += 1;
            }
            assert_eq!(stream.position(), words);
            let (mut original, mut copy) = (Seed(5).stream("chance"), Seed(5).stream("chance"));
            for _ in 0..words {
                original.uniform();
            }
            copy.go_to(words);
            for _ in 0..100 {
                assert_eq!(original.normal(), copy.normal(), "after {words} words");
            }
        }
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<usize> = (0..50).collect();
        Seed(3).stream("shuffle").shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
