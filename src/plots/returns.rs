//! *Is it getting better?* Returns against real steps.

use super::axis::{Axis, padded, span};
use super::chart::Chart;
use super::series::{Place, moving_average, places, sampled, thinned};
use super::sheet::{Name, Sheet};
use super::{Drawn, Theme};
use crate::snapshot::{Curves, Point};
use plotters::prelude::{Color, DrawingBackend};
use serde::Deserialize;
use std::ops::Range;

/// Episodes in the moving average.
const WINDOW: usize = 10;
/// Distance in CSS pixels from which evaluations have a marker each.
const MARKER_DISTANCE: f64 = 16.0;

/// What [`returns`] draws. A page can hand over its `Curves` with `solved_return` added.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Returns {
    /// Return of each real episode at its end.
    #[serde(default)]
    pub episode_returns: Vec<Point>,
    /// Mean return of each greedy evaluation.
    #[serde(default)]
    pub evaluations: Vec<Point>,
    /// Mean return from which the task counts as solved, if it has such a bar.
    #[serde(default)]
    pub solved_return: Option<f32>,
}

impl Returns {
    /// The returns among these curves, with the task's bar.
    pub fn of(curves: &Curves, solved_return: Option<f32>) -> Self {
        let Curves { episode_returns, evaluations, .. } = curves.clone();
        Self { episode_returns, evaluations, solved_return }
    }
}

/// Draws every episode as a pale dot, the mean of the latest ten as a line, the greedy evaluations as a green line
/// with markers and the task's bar as a hairline.
///
/// # Errors
/// Only the backend's own.
pub fn returns<DB: DrawingBackend>(backend: DB, data: &Returns, theme: &Theme) -> Drawn<DB> {
    let sheet = Sheet::new(backend, theme)?;
    let limit = sheet.width();
    let episodes = places(&data.episode_returns);
    let evaluations = thinned(&places(&data.evaluations), limit);
    let bar = data.solved_return.map(f64::from).filter(|bar| bar.is_finite());
    let Some((x, y)) = ranges(&episodes, &evaluations, bar) else {
        return sheet.sentence("Appears after the first episode.");
    };
    let means = sampled(&moving_average(&episodes, WINDOW), limit);
    let names = names(&means, &evaluations, bar, theme);
    let (x, y) = (Axis::new("real steps", x, 4), Axis::new("return of an episode", y, 4));
    sheet.chart(&x, &y, names, |chart| {
        if let Some(bar) = bar {
            chart.level(bar, theme.muted.mix(0.7))?;
        }
        for dot in sampled(&episodes, limit / 2) {
            chart.dot(dot, theme.ink.mix(0.22), 1.5)?;
        }
        chart.line(&means, theme.ink.to_rgba(), 2.0)?;
        greedy(chart, &evaluations)
    })
}

/// From no steps to the latest, and from nothing or the worst return to above the best and the bar.
fn ranges(episodes: &[Place], evaluations: &[Place], bar: Option<f64>) -> Option<(Range<f64>, Range<f64>)> {
    let points = || episodes.iter().chain(evaluations).filter(|place| place.1.is_finite());
    let x = span(points().map(|place| place.0))?;
    let y = span(points().map(|place| place.1).chain(bar))?;
    // Returns that are all positive are read against zero.
    if y.start >= 0.0 {
        return Some((0.0..x.end, 0.0..padded(0.0..y.end, 0.06).end));
    }
    Some((0.0..x.end, padded(y, 0.06)))
}

fn names(means: &[Place], evaluations: &[Place], bar: Option<f64>, theme: &Theme) -> Vec<Name> {
    let last = |line: &[Place]| line.iter().rev().find(|place| place.1.is_finite()).map(|place| place.1);
    let name = |text: String, value: Option<f64>, colour| value.map(|value| Name { text, value, colour });
    let names = [
        name("tests".into(), last(evaluations), theme.reward),
        name("practice".into(), last(means), theme.ink),
        name(format!("solved: {}", bar.unwrap_or_default()).replace('-', "−"), bar, theme.muted),
    ];
    names.into_iter().flatten().collect()
}

fn greedy<DB: DrawingBackend>(chart: &Chart<DB>, evaluations: &[Place]) -> Drawn<DB> {
    let green = chart.theme.reward;
    chart.line(evaluations, green.to_rgba(), 2.0)?;
    let mut latest = None;
    for place in evaluations {
        let x = chart.pixel(*place).0;
        if latest.is_none_or(|latest| x - latest >= chart.theme.px(MARKER_DISTANCE)) {
            chart.square(*place, green, 6.0)?;
            latest = Some(x);
        }
    }
    Ok(())
}
