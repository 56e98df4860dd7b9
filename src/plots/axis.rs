//! One axis: its range, its few round ticks, and how numbers are written on it.

use std::ops::Range;

/// What one axis shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// The quantity with its unit.
    pub(super) title: String,
    /// Lowest and highest value on it; finite and not empty.
    pub(super) range: Range<f64>,
    /// Where numbers stand, with their text.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis over `range` with at most `most` round ticks. An empty range is widened.
    pub(super) fn new(title: impl Into<String>, range: Range<f64>, most: usize) -> Self {
        let range = widened(range);
        let step = step(&range, most);
        let (first, last) = tick_numbers(&range, step);
        let ticks = (first..=last).map(|k| (k as f64 * step, number(k as f64 * step, step)));
        Self { title: title.into(), ticks: ticks.collect(), range }
    }

    /// The same axis with these ticks.
    pub(super) fn with_ticks(mut self, ticks: impl IntoIterator<Item = (f64, String)>) -> Self {
        self.ticks = ticks.into_iter().collect();
        self
    }
}

/// Lowest and highest of the finite values; none if there is no finite value.
pub(super) fn span(values: impl IntoIterator<Item = f64>) -> Option<Range<f64>> {
    let finite = values.into_iter().filter(|value| value.is_finite());
    finite.fold(None, |span, value| match span {
        None => Some(value..value),
        Some(Range { start, end }) => Some(start.min(value)..end.max(value)),
    })
}

/// `range` with this share of its length added below and above.
pub(super) fn padded(range: Range<f64>, share: f64) -> Range<f64> {
    let more = (range.end - range.start) * share;
    range.start - more..range.end + more
}

/// `range` itself, or one around it if it has no length, in which no line could be drawn.
fn widened(range: Range<f64>) -> Range<f64> {
    let size = range.start.abs().max(range.end.abs());
    if range.end - range.start > size * 1e-6 {
        return range;
    }
    let half = if size > 0.0 { size * 0.5 } else { 0.5 };
    range.start - half..range.start + half
}

/// The smallest of …, 1, 2, 5, 10, 20, 50, … that puts at most `most` ticks on this range.
fn step(range: &Range<f64>, most: usize) -> f64 {
    let least = (range.end - range.start) / (most as f64 + 1.0);
    let decade = 10f64.powf(least.log10().floor());
    let few = |step: &f64| {
        let (first, last) = tick_numbers(range, *step);
        last - first < most as i64
    };
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * decade).find(few).unwrap_or(decade * 20.0)
}

/// Ticks stand at first · step, …, last · step.
fn tick_numbers(range: &Range<f64>, step: f64) -> (i64, i64) {
    ((range.start / step).ceil() as i64, (range.end / step).floor() as i64)
}

/// A number as short as its axis' step allows: 0.05, 475, 1.5k, 2M, 1e12; with a true minus sign.
pub(super) fn number(value: f64, step: f64) -> String {
    let size = value.abs().max(step);
    if !(1e-4..1e9).contains(&size) {
        return format!("{value:.0e}").replace('-', "−");
    }
    let (unit, letter) = match size {
        1e6.. => (1e6, "M"),
        1e3.. => (1e3, "k"),
        _ => (1.0, ""),
    };
    let digits = (-(step / unit).log10().floor()).clamp(0.0, 6.0) as usize;
    let text = format!("{:.digits$}", value / unit);
    let short = if digits > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if matches!(short, "0" | "-0") {
        return "0".into();
    }
    format!("{}{letter}", short.replace('-', "−"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(range: Range<f64>) -> Vec<String> {
        Axis::new("", range, 4).ticks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_few_and_round() {
        assert_eq!(labels(0.0..520.0), ["0", "200", "400"]);
        assert_eq!(labels(0.0..2600.0), ["0", "1k", "2k"]);
        assert_eq!(labels(0.0..1800.0), ["0", "500", "1k", "1.5k"]);
        assert_eq!(labels(-0.12..0.09), ["−0.1", "−0.05", "0", "0.05"]);
        assert_eq!(labels(0.0..4e6), ["0", "2M", "4M"]);
    }

    #[test]
    fn any_finite_range_gives_an_axis_with_a_length() {
        for range in [0.0..0.0, 5.0..5.0, -3.0..-3.0, 1e30..2e30, 0.0..1e-30, -3e38..3e38, 1e7..1e7 + 1e-9] {
            let axis = Axis::new("", range.clone(), 4);
            assert!(axis.range.end > axis.range.start, "{range:?}");
            assert!(axis.ticks.len() <= 5, "{range:?} has {} ticks", axis.ticks.len());
            assert!(axis.ticks.iter().all(|(_, text)| text.len() < 9), "{range:?}: {:?}", axis.ticks);
        }
    }

    #[test]
    fn only_finite_values_make_a_span() {
        assert_eq!(span([f64::NAN, 2.0, f64::INFINITY, -1.0]), Some(-1.0..2.0));
        assert_eq!(span([f64::NAN]), None);
    }
}
