//! Quantiles of a handful of runs, and how sure one can be of a median.
//!
//! **What.** Ten seeds give ten numbers; what is typical of them is their median, how far they spread their quartiles,
//! and how far another ten seeds might have moved the median an interval from resampling.
//!
//! **Equation.** For sorted x₀ ≤ … ≤ x_{n−1} and a share p, with h = p (n − 1):
//! ```text
//! quantile(p) = x_⌊h⌋ + (h − ⌊h⌋) (x_⌈h⌉ − x_⌊h⌋)
//! interval    = quantiles 0.025 and 0.975 of the medians of 10,000 resamples, n draws with replacement each
//! ```
//!
//! **Shapes.** values `[n]`, n ≥ 1.
//!
//! **Where.** The command line's summaries, and the band in [`learning_curves`](crate::plots::learning_curves).
//!
//! **Details.** 1. A run that never got there is ∞: it is longer than every other, and a median that falls on it or
//! beside it is ∞ too. 2. The resamples come from a fixed seed and from sorted values, so the same runs in any order
//! give the same interval. 3. A percentile interval of the median is coarse for few runs: its ends are runs of the
//! sample, or lie halfway between two.
//!
//! **Paper.** Quantiles: type 7 of Hyndman and Fan 1996, "Sample quantiles in statistical packages"; bootstrap: Efron
//! 1979, "Bootstrap methods: another look at the jackknife"; why intervals: Agarwal et al. 2021, arXiv 2108.13264.

use crate::rng::{Seed, Stream};

/// Resamples of which an interval is made.
const RESAMPLES: usize = 10_000;
/// What lies below and above the interval: 95 % lie in it.
const TAIL: f64 = 0.025;

/// The quantile at `share` in [0, 1] of values in rising order. NaN of no values.
///
/// ```
/// use mbppo::quantiles::quantile;
/// assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), 2.0);
/// assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
/// assert_eq!(quantile(&[1.0, 2.0, f64::INFINITY], 0.5), 2.0);
/// assert_eq!(quantile(&[1.0, f64::INFINITY], 0.5), f64::INFINITY);
/// ```
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let position = share.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    // ∞ − ∞ would be NaN.
    if low == high || !low.is_finite() { low } else { low + (high - low) * position.fract() }
}

/// What is typical of n values, and how far they spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// n.
    pub count: usize,
    /// Values that are finite: runs that got there.
    pub reached: usize,
    /// The middle value.
    pub median: f64,
    /// Between these lies the middle half.
    pub quartiles: (f64, f64),
    /// 95 % interval of the median by the bootstrap; none for a single value, of which nothing can be resampled.
    pub interval: Option<(f64, f64)>,
}

impl Spread {
    /// The spread of these values; none of no values. `None` among them stands for "never", which is ∞.
    ///
    /// ```
    /// let spread = mbppo::quantiles::Spread::of([Some(3.0), None, Some(1.0)]).expect("values");
    /// assert_eq!((spread.count, spread.reached, spread.median), (3, 2, 3.0));
    /// assert_eq!(spread.quartiles, (2.0, f64::INFINITY));
    /// ```
    pub fn of(values: impl IntoIterator<Item = Option<f64>>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().map(|value| value.unwrap_or(f64::INFINITY)).collect();
        sorted.sort_by(f64::total_cmp);
        if sorted.is_empty() {
            return None;
        }
        Some(Self {
            count: sorted.len(),
            reached: sorted.iter().filter(|value| value.is_finite()).count(),
            median: quantile(&sorted, 0.5),
            quartiles: (quantile(&sorted, 0.25), quantile(&sorted, 0.75)),
            interval: (sorted.len() > 1)
                .then(|| median_interval(&sorted, &mut Seed(0).stream("bootstrap of the median"))),
        })
    }
}

/// Percentile bootstrap of the median.
fn median_interval(sorted: &[f64], stream: &mut Stream) -> (f64, f64) {
    let mut resample = vec![0.0; sorted.len()];
    let mut median = || {
        resample.fill_with(|| sorted[stream.below(sorted.len())]);
        resample.sort_unstable_by(f64::total_cmp);
        quantile(&resample, 0.5)
    };
    let mut medians: Vec<f64> = (0..RESAMPLES).map(|_| median()).collect();
    medians.sort_unstable_by(f64::total_cmp);
    (quantile(&medians, TAIL), quantile(&medians, 1.0 - TAIL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_agree_with_numpy() {
        // numpy.quantile([7, 1, 5, 2, 12, 3], [0, 0.1, 0.25, 0.5, 0.9, 1])
        let sorted = [1.0, 2.0, 3.0, 5.0, 7.0, 12.0];
        let expected = [(0.0, 1.0), (0.1, 1.5), (0.25, 2.25), (0.5, 4.0), (0.9, 9.5), (1.0, 12.0)];
        for (share, value) in expected {
            assert!((quantile(&sorted, share) - value).abs() < 1e-12, "{share}");
        }
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn infinite_values_are_longer_than_all_others_and_never_become_nan() {
        let (minus, plus) = (f64::NEG_INFINITY, f64::INFINITY);
        assert_eq!(quantile(&[minus, 1.0], 0.5), minus);
        assert_eq!(quantile(&[minus, plus], 0.5), minus);
        assert_eq!(quantile(&[plus, plus], 0.5), plus);
        let spread = Spread::of([Some(1.0), None, None]).unwrap();
        assert_eq!((spread.reached, spread.median), (1, plus));
        assert_eq!(spread.interval, Some((1.0, plus)));
    }

    #[test]
    fn the_same_runs_in_any_order_have_the_same_interval() {
        let values = [1280.0, 1024.0, 2304.0, 768.0, 1024.0, 2304.0, 768.0, 1280.0, 768.0, 768.0];
        let forwards = Spread::of(values.map(Some)).unwrap();
        let backwards = Spread::of(values.into_iter().rev().map(Some)).unwrap();
        assert_eq!(forwards, backwards);
        assert_eq!((forwards.median, forwards.quartiles), (1024.0, (768.0, 1280.0)));
    }

    #[test]
    fn a_single_run_has_no_interval_and_equal_runs_one_without_width() {
        assert_eq!(Spread::of([Some(5.0)]).unwrap().interval, None);
        assert_eq!(Spread::of([Some(5.0); 4]).unwrap().interval, Some((5.0, 5.0)));
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn the_interval_covers_the_true_median_about_as_often_as_it_says() {
        let mut stream = Seed(3).stream("coverage");
        let samples = 200;
        let covers = |stream: &mut Stream| {
            let mut sorted: Vec<f64> = (0..20).map(|_| f64::from(stream.normal())).collect();
            sorted.sort_unstable_by(f64::total_cmp);
            let (low, high) = median_interval(&sorted, stream);
            low <= 0.0 && 0.0 <= high
        };
        let covered = (0..samples).filter(|_| covers(&mut stream)).count();
        assert!((180..=199).contains(&covered), "{covered} of {samples}");
    }
}
