//! Running statistics: the mean and spread of everything seen so far, without keeping it.
//!
//! **What.** Networks learn best on numbers around zero with a spread of one; what is subtracted and divided by is
//! measured while the data arrives.
//!
//! **Equation.** Joining n numbers (mean μ, sum of squared deviations S) with a batch of b (mean μ_b, S_b):
//! ```text
//! d = μ_b − μ        μ ← μ + d b/(n+b)        S ← S + S_b + d² n b/(n+b)        variance = S/n
//! normalised = clip((x − mean) / √(variance + 1e-8), −c, c)
//! ```
//!
//! **Shapes.** batches [B, D]; mean and variance `[D]`; one count for all dimensions.
//!
//! **Where.** [`Replay`](crate::buffer::Replay) keeps three of them for the world model; the curiosity module keeps
//! one of observations and a [`DiscountedReturnStd`] of novelty.
//!
//! **Details.** 1. f64 inside, so that a million small steps do not drown in rounding. 2. Population variance (S/n),
//! as in baselines' `RunningMeanStd`. 3. A prior count c stands for c imaginary numbers of mean 0 and variance 1.
//! 4. A batch of one gives Welford's update.
//!
//! **Paper.** Welford 1962; Chan, Golub and LeVeque 1979, "Updating formulae and a pairwise algorithm for computing
//! sample variances"; RND's reward scale: Burda et al. 2019, arXiv 1810.12894, §2.4.

use crate::arrays::{Arrays, refused};
use crate::error::Result;

/// Added to a variance before its root is taken: a dimension that never moved is divided by 1e-4, not by 0.
pub const VARIANCE_FLOOR: f64 = 1e-8;

/// Running mean and variance of D numbers.
///
/// ```
/// let mut stats = mbppo::stats::RunningStats::new(1);
/// stats.update(&[1.0_f32, 2.0]);
/// stats.update(&[6.0_f32]);
/// assert_eq!(stats.mean(), &[3.0]);
/// assert!((stats.variance(0) - 14.0 / 3.0).abs() < 1e-12); // (4 + 1 + 9) / 3
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RunningStats {
    count: f64,
    mean: Vec<f64>,
    /// S, sums of squared deviations from the mean.
    deviations: Vec<f64>,
}

impl RunningStats {
    /// Statistics of `size` numbers, of which none has been seen.
    pub fn new(size: usize) -> Self {
        Self::with_prior(size, 0.0)
    }

    /// Statistics that start as if `count` numbers of mean 0 and variance 1 had been seen.
    pub fn with_prior(size: usize, count: f64) -> Self {
        Self { count, mean: vec![0.0; size], deviations: vec![count; size] }
    }

    /// D.
    pub fn size(&self) -> usize {
        self.mean.len()
    }

    /// How many rows have been seen, the prior's included.
    pub fn count(&self) -> f64 {
        self.count
    }

    /// Takes in `batch` [B, D], row after row.
    pub fn update<T: Copy + Into<f64>>(&mut self, batch: &[T]) {
        let size = self.size();
        if size == 0 || batch.len() < size {
            return;
        }
        let rows = (batch.len() / size) as f64;
        let total = self.count + rows;
        for dimension in 0..size {
            let column = || batch.iter().skip(dimension).step_by(size).map(|&value| value.into());
            let batch_mean = column().sum::<f64>() / rows;
            let batch_deviations: f64 = column().map(|value| (value - batch_mean).powi(2)).sum();
            let shift = batch_mean - self.mean[dimension];
            self.mean[dimension] += shift * rows / total;
            self.deviations[dimension] += batch_deviations + shift * shift * self.count * rows / total;
        }
        self.count = total;
    }

    /// Means, `[D]`; zeros before anything has been seen.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Population variance of one dimension; 1 before anything has been seen, so that normalising changes nothing.
    pub fn variance(&self, dimension: usize) -> f64 {
        if self.count > 0.0 { self.deviations[dimension] / self.count } else { 1.0 }
    }

    /// What normalising divides by, √(variance + 1e-8). Multiply by it, and add the mean, to undo normalising.
    pub fn std(&self, dimension: usize) -> f64 {
        (self.variance(dimension) + VARIANCE_FLOOR).sqrt()
    }

    /// Puts `count`, `mean` and `m2` (S) under this name into a checkpoint.
    pub fn save(&self, name: &str, arrays: &mut Arrays) {
        arrays.put(&format!("{name}.count"), &[1], [self.count]);
        arrays.put(&format!("{name}.mean"), &[self.size()], self.mean.iter().copied());
        arrays.put(&format!("{name}.m2"), &[self.size()], self.deviations.iter().copied());
    }

    /// Statistics of `size` numbers that were saved under this name.
    ///
    /// # Errors
    /// [`crate::Error::Checkpoint`] if something is missing or cannot be.
    pub fn load(name: &str, size: usize, arrays: &mut Arrays) -> Result<Self> {
        let count_name = format!("{name}.count");
        let count: f64 = arrays.take_one(&count_name)?;
        if count.is_nan() || count < 0.0 {
            return Err(refused(&count_name, count.to_string(), "it must be 0 or more".into()));
        }
        let mean = arrays.take(&format!("{name}.mean"), &[size])?;
        Ok(Self { count, mean, deviations: arrays.take(&format!("{name}.m2"), &[size])? })
    }

    /// Writes the normalised `batch` [B, D] into `normalised` [B, D], clipped at ±`clip`.
    pub fn normalise(&self, batch: &[f32], clip: f32, normalised: &mut [f32]) {
        let size = self.size();
        for dimension in 0..size {
            let (mean, std) = (self.mean[dimension], self.std(dimension));
            let column = batch.iter().skip(dimension).step_by(size);
            for (target, &value) in normalised.iter_mut().skip(dimension).step_by(size).zip(column) {
                *target = (((f64::from(value) - mean) / std) as f32).clamp(-clip, clip);
            }
        }
    }
}

/// Running spread of a discounted sum, one sum per lane: the scale of a reward that has none of its own.
///
/// ```text
/// G_lane ← γ G_lane + r_lane;      scale = std over all G seen so far
/// ```
/// Episodes do not end this sum: novelty is worth the same before and after a reset.
#[derive(Debug, Clone, PartialEq)]
pub struct DiscountedReturnStd {
    gamma: f64,
    returns: Vec<f64>,
    stats: RunningStats,
}

impl DiscountedReturnStd {
    /// A prior of next to no weight, as in baselines: the first batch decides.
    const PRIOR_COUNT: f64 = 1e-4;

    /// Sums over `lanes` lanes with discount `gamma`.
    pub fn new(lanes: usize, gamma: f32) -> Self {
        Self {
            gamma: f64::from(gamma),
            returns: vec![0.0; lanes],
            stats: RunningStats::with_prior(1, Self::PRIOR_COUNT),
        }
    }

    /// Takes in one step's rewards, `[lanes]`. Show it a whole collection before dividing any of it: after a single
    /// step the spread says little.
    pub fn update(&mut self, rewards: &[f32]) {
        for (total, &reward) in self.returns.iter_mut().zip(rewards) {
            *total = self.gamma * *total + f64::from(reward);
        }
        self.stats.update(&self.returns);
    }

    /// Puts its sums and their statistics under this name into a checkpoint.
    pub fn save(&self, name: &str, arrays: &mut Arrays) {
        arrays.put(&format!("{name}.returns"), &[self.returns.len()], self.returns.iter().copied());
        self.stats.save(name, arrays);
    }

    /// Takes over sums and statistics that were saved under this name, of as many lanes.
    ///
    /// # Errors
    /// [`crate::Error::Checkpoint`] if something is missing or cannot be; nothing has changed then.
    pub fn restore(&mut self, name: &str, arrays: &mut Arrays) -> Result<()> {
        let returns = arrays.take(&format!("{name}.returns"), &[self.returns.len()])?;
        self.stats = RunningStats::load(name, 1, arrays)?;
        self.returns = returns;
        Ok(())
    }

    /// What to divide rewards by; 1 before the first step, and never 0.
    pub fn std(&self) -> f32 {
        self.stats.std(0) as f32
    }
}

/// Slope of the straight line that fits `values` best (least squares), per step of the index.
/// 0 for fewer than two values.
///
/// ```
/// assert_eq!(mbppo::stats::slope(&[1.0, 3.0, 5.0]), 2.0);
/// ```
pub fn slope(values: &[f32]) -> f32 {
    if values.len() < 2 {
        return 0.0;
    }
    let centre = (values.len() - 1) as f64 / 2.0;
    let (rise, run) = values.iter().enumerate().fold((0.0, 0.0), |(rise, run), (index, &value)| {
        let x = index as f64 - centre;
        (rise + x * f64::from(value), run + x * x)
    });
    (rise / run) as f32
}

/// Means of every `window` neighbouring values: `values.len() − window + 1` of them, or none.
pub fn moving_average(values: &[f32], window: usize) -> Vec<f32> {
    if window == 0 {
        return Vec::new();
    }
    let mean = |chunk: &[f32]| chunk.iter().sum::<f32>() / window as f32;
    values.windows(window).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn one_by_one_in_batches_and_all_at_once_agree() {
        let mut stream = Seed(2).stream("stats");
        let values: Vec<f32> = (0..60).map(|_| 1000.0 + stream.normal()).collect();
        let (mut singly, mut batched, mut once) =
            (RunningStats::new(2), RunningStats::new(2), RunningStats::new(2));
        values.chunks(2).for_each(|row| singly.update(row));
        values.chunks(14).for_each(|rows| batched.update(rows));
        once.update(&values);
        for other in [&batched, &once] {
            assert_eq!(singly.count(), other.count());
            for dimension in 0..2 {
                assert!((singly.mean()[dimension] - other.mean()[dimension]).abs() < 1e-9);
                assert!((singly.variance(dimension) - other.variance(dimension)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn normalising_changes_nothing_before_data_and_clips_after_it() {
        let mut stats = RunningStats::new(1);
        let mut out = [0.0; 2];
        stats.normalise(&[0.25, -3.0], 5.0, &mut out);
        assert_eq!(out, [0.25, -3.0]);
        stats.update(&[7.0_f32, 7.0]);
        stats.normalise(&[7.0, 8.0], 5.0, &mut out);
        assert_eq!(out, [0.0, 5.0], "a dimension that never moved is finite, and clipped");
    }

    #[test]
    fn an_empty_batch_is_no_data() {
        let mut stats = RunningStats::new(3);
        stats.update::<f32>(&[]);
        assert_eq!(stats, RunningStats::new(3));
    }

    #[test]
    fn a_discounted_return_has_the_spread_of_its_series() {
        // Rewards of ±1 drawn at random: the variance of G settles at 1 / (1 − γ²).
        let mut stream = Seed(4).stream("returns");
        let mut scale = DiscountedReturnStd::new(16, 0.9);
        assert!((scale.std() - 1.0).abs() < 1e-6);
        for _ in 0..2000 {
            let rewards: Vec<f32> = (0..16).map(|_| 2.0 * stream.below(2) as f32 - 1.0).collect();
            scale.update(&rewards);
        }
        let expected = (1.0 / (1.0 - 0.81_f32)).sqrt();
        assert!((scale.std() - expected).abs() < 0.03 * expected, "{} {expected}", scale.std());
    }

    #[test]
    fn a_slope_ignores_the_level_and_needs_two_points() {
        assert_eq!(slope(&[7.0, 7.0, 7.0]), 0.0);
        assert_eq!(slope(&[4.0]), 0.0);
        assert!((slope(&[10.0, 9.0, 8.5, 7.0]) + 0.95).abs() < 1e-6);
    }

    #[test]
    fn a_moving_average_needs_a_full_window() {
        assert_eq!(moving_average(&[1.0, 3.0, 5.0], 2), vec![2.0, 4.0]);
        assert!(moving_average(&[1.0], 2).is_empty());
        assert!(moving_average(&[1.0], 0).is_empty());
    }
}
