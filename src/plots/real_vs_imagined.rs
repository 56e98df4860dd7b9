//! What the model foresaw and what happened: one observed number over the same stretch of time.

use super::axis::{Axis, padded, span};
use super::series::Place;
use super::sheet::{Name, Sheet};
use super::{Drawn, Theme};
use crate::snapshot::Comparison;
use plotters::prelude::{Color, DrawingBackend};
use std::ops::Range;

/// How far beyond the real line the picture may reach, in lengths of the real line's own range.
const REACH: f64 = 1.5;

/// Draws dimension `dimension` of a comparison over the steps ahead: the real line solid in ink, the ensemble's mean
/// as a broad pale dashed line and its lowest to highest member as a pale area. Axis title: `label`, `unit`.
///
/// A dimension that the comparison does not have is drawn as one without numbers.
///
/// # Errors
/// Only the backend's own.
pub fn real_vs_imagined<DB: DrawingBackend>(
    backend: DB,
    comparison: &Comparison,
    dimension: usize,
    label: &str,
    unit: &str,
    theme: &Theme,
) -> Drawn<DB> {
    let sheet = Sheet::new(backend, theme)?;
    let real = column(&comparison.real, dimension);
    let mean = column(&comparison.imagined_mean, dimension);
    let low = column(&comparison.imagined_low, dimension);
    let high = column(&comparison.imagined_high, dimension);
    let Some(range) = range(&real, [&mean, &low, &high]) else {
        return sheet.sentence("Appears after the model's first forecast.");
    };
    let names = [("real", &real, theme.ink), ("imagined", &mean, theme.imagined)];
    let names = names.into_iter().filter_map(|(text, line, colour)| {
        let end = line.iter().rev().find(|place| place.1.is_finite())?;
        Some(Name { text: text.into(), value: end.1, colour })
    });
    let title = if unit.is_empty() { label.into() } else { format!("{label}, {unit}") };
    let steps = real.len().max(mean.len()).saturating_sub(1).max(1);
    let (x, y) = (Axis::new("steps", 0.0..steps as f64, 4), Axis::new(title, range, 4));
    sheet.chart(&x, &y, names.collect(), |chart| {
        chart.band(&low, &high, theme.imagined.mix(0.2))?;
        chart.dashes(&mean, theme.imagined.mix(0.5), 4.0)?;
        chart.line(&real, theme.ink.to_rgba(), 2.0)
    })
}

/// One dimension of [k + 1][O] as places; not finite where a row does not have it.
fn column(rows: &[Vec<f32>], dimension: usize) -> Vec<Place> {
    let value = |row: &Vec<f32>| row.get(dimension).map_or(f64::NAN, |value| f64::from(*value));
    rows.iter().enumerate().map(|(step, row)| (step as f64, value(row))).collect()
}

/// Holds all of the real line, and as much of the imagined as leaves the real line readable: a model that runs away
/// leaves the picture.
fn range(real: &[Place], imagined: [&[Place]; 3]) -> Option<Range<f64>> {
    let values = |line: &[Place]| line.iter().map(|place| place.1).collect::<Vec<_>>();
    let all = span(imagined.into_iter().chain([real]).flat_map(values))?;
    let real = span(values(real)).unwrap_or(all.clone());
    let length = real.end - real.start;
    let reach = if length > 0.0 { REACH * length } else { (all.end - all.start).max(f64::MIN_POSITIVE) };
    Some(padded(all.start.max(real.start - reach)..all.end.min(real.end + reach), 0.05))
}
