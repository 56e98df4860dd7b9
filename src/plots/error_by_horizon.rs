//! *Can it trust its imagination?* The model's error against the number of steps imagined.
//!
//! The axis is linear, from perfect to a little beyond "no change", and what lies above leaves the picture. So half
//! the height is half of the change foreseen, and a learner sees at a glance on which side of "no change" the model
//! is. A logarithmic axis would have no place for "perfect", and would show an error of 1 % beside one of 2 % as
//! large as useless beside useful.

use super::axis::Axis;
use super::chart::Chart;
use super::labels::{Labels, Spot};
use super::series::Place;
use super::sheet::{Name, Sheet};
use super::{Drawn, Theme};
use crate::snapshot::ErrorByHorizon;
use plotters::prelude::{Color, DrawingBackend};
use plotters::style::text_anchor::{HPos, VPos};

/// Error of a model that predicts that nothing changes.
const NO_CHANGE: f64 = 1.0;
/// Errors from here on are only said to be larger: how much larger depends on how little happened to change.
const TOLD: f64 = 10.0;
/// Highest error in the picture.
const WORST: f64 = 1.5;
/// Share of the picture from which what is not known has room for its name.
const ROOM_FOR_NAME: f64 = 0.2;

/// Draws the share of the change that the model misses after 1, 2, … steps, "no change" as a hairline, and the
/// `horizon` in use as a wash of the imagined blue with the error there in words. A `horizon` of 0 is not marked. Steps
/// that were asked for and not measured are grey and called so.
///
/// # Errors
/// Only the backend's own.
pub fn error_by_horizon<DB: DrawingBackend>(
    backend: DB,
    error: &ErrorByHorizon,
    horizon: usize,
    theme: &Theme,
) -> Drawn<DB> {
    let sheet = Sheet::new(backend, theme)?;
    let line: Vec<Place> =
        error.model.iter().enumerate().map(|(k, error)| ((k + 1) as f64, f64::from(*error))).collect();
    if !line.iter().any(|place| place.1.is_finite()) {
        return sheet.sentence("Appears after the model's first test.");
    }
    let steps = line.len().max(horizon).max(error.asked) as f64;
    let x = Axis::new("steps ahead", 0.0..steps, 4);
    let y = Axis::new("error, share of the change", 0.0..WORST, 3).with_ticks(percent());
    let names = vec![Name { text: "no change".into(), value: NO_CHANGE, colour: theme.muted }];
    sheet.chart(&x, &y, names, |chart| {
        unknown(chart, line.len() as f64, steps)?;
        in_use(chart, horizon)?;
        chart.level(NO_CHANGE, theme.muted.mix(0.7))?;
        chart.line(&line, theme.error.to_rgba(), 2.0)?;
        beyond(chart, &line)?;
        words(chart, &line, steps, horizon)
    })
}

fn percent() -> impl Iterator<Item = (f64, String)> {
    [0, 50, 100].into_iter().map(|percent| (f64::from(percent) / 100.0, format!("{percent} %")))
}

/// The steps of whose error nothing is known.
fn unknown<DB: DrawingBackend>(chart: &Chart<DB>, known: f64, steps: f64) -> Drawn<DB> {
    if known >= steps {
        return Ok(());
    }
    chart.band(&[(known, 0.0), (steps, 0.0)], &[(known, WORST), (steps, WORST)], chart.theme.muted.mix(0.15))
}

/// How far imagination reaches now.
fn in_use<DB: DrawingBackend>(chart: &Chart<DB>, horizon: usize) -> Drawn<DB> {
    if horizon == 0 {
        return Ok(());
    }
    let (at, blue) = (horizon as f64, chart.theme.imagined);
    chart.band(&[(0.0, 0.0), (at, 0.0)], &[(0.0, WORST), (at, WORST)], blue.mix(0.08))?;
    chart.upright(at, blue.mix(0.6))
}

/// A mark wherever the line leaves the picture upwards.
fn beyond<DB: DrawingBackend>(chart: &Chart<DB>, line: &[Place]) -> Drawn<DB> {
    let mut above = false;
    for place in line {
        if place.1 > WORST && !above {
            chart.arrow(place.0, chart.theme.error)?;
        }
        above = place.1 > WORST;
    }
    Ok(())
}

/// All words: the error at the horizon, what the horizon is, and what is not known.
fn words<DB: DrawingBackend>(chart: &Chart<DB>, line: &[Place], steps: f64, horizon: usize) -> Drawn<DB> {
    let mut labels = Labels::new(chart);
    labels.avoid_curve(line);
    labels.avoid_hairline((0.0, NO_CHANGE), (steps, NO_CHANGE));
    if horizon > 0 {
        let at = horizon as f64;
        labels.avoid_hairline((at, 0.0), (at, WORST));
        reading(&mut labels, chart, line, steps, horizon)?;
        let beside = AWAY.iter().flat_map(|away| HEIGHTS.map(|height| upright(at, height, steps, *away)));
        let spots: Vec<Spot> = beside.flatten().chain(edges(steps)).collect();
        labels.write(&format!("horizon {horizon}"), &spots, chart.theme.imagined)?;
    }
    let known = line.len() as f64;
    if steps - known < ROOM_FOR_NAME * steps {
        return Ok(());
    }
    let at = |share: f64, height: f64| (known + share * (steps - known), height * WORST);
    let middle = |place| Spot::beside(place, (HPos::Center, VPos::Center), (0.0, 0.0));
    let heights = [0.5, 0.8, 0.35, 0.2, 0.08];
    let spots = [0.5, 0.25, 0.75].iter().flat_map(|share| heights.map(|height| middle(at(*share, height))));
    let last = heights.map(|height| Spot::beside(at(1.0, height), (HPos::Right, VPos::Center), (8.0, 0.0)));
    labels.write("not known", &spots.chain(last).collect::<Vec<_>>(), chart.theme.muted)
}

/// Where beside the upright line of the horizon its name may stand, as shares of the height.
const HEIGHTS: [f64; 7] = [1.0, 0.85, 0.5, 0.0, 0.15, 0.3, 0.7];
/// CSS pixels from what is named: near where there is room, otherwise on the other side of a steep curve.
const AWAY: [f64; 6] = [8.0, 24.0, 40.0, 56.0, 72.0, 104.0];

/// Both sides of an upright line at this share of the height, the one with more room first.
fn upright(at: f64, height: f64, steps: f64, away: f64) -> [Spot; 2] {
    sides(at, steps).map(|h_pos| at_height(at, height, h_pos, away))
}

/// The left and the right edge of the plot, where nothing nearer is free.
fn edges(steps: f64) -> Vec<Spot> {
    let edges = [(0.0, HPos::Left), (steps, HPos::Right)];
    let at = |height: f64| edges.map(|(at, h_pos)| at_height(at, height, h_pos, 8.0));
    HEIGHTS.into_iter().flat_map(at).collect()
}

/// Beside a place at this share of the height; at the upper and the lower edge inside the plot.
fn at_height(at: f64, height: f64, h_pos: HPos, away: f64) -> Spot {
    let v_pos = match height {
        1.0 => VPos::Top,
        0.0 => VPos::Bottom,
        _ => VPos::Center,
    };
    Spot::beside((at, height * WORST), (h_pos, v_pos), (away, 4.0))
}

/// The sides of an upright line as anchors, the one with more room first.
fn sides(at: f64, steps: f64) -> [HPos; 2] {
    if at * 2.0 > steps { [HPos::Right, HPos::Left] } else { [HPos::Left, HPos::Right] }
}

/// The error at the horizon, as a dot and in words, above or under the dot; where it is beyond the picture, near the
/// upper edge.
fn reading<DB: DrawingBackend>(
    labels: &mut Labels<DB>,
    chart: &Chart<DB>,
    line: &[Place],
    steps: f64,
    horizon: usize,
) -> Drawn<DB> {
    let Some(place) = horizon.checked_sub(1).and_then(|at| line.get(at)).filter(|place| place.1.is_finite())
    else {
        return Ok(());
    };
    chart.dot(*place, chart.theme.error.to_rgba(), 4.0)?;
    let text = if place.1 < TOLD {
        format!("{:.0} %", place.1 * 100.0)
    } else {
        format!("over {:.0} %", TOLD * 100.0)
    };
    let at = (place.0, place.1.min(WORST));
    let near = |(across, along): (f64, f64)| {
        let ways = if place.1 > WORST { vec![VPos::Top] } else { vec![VPos::Bottom, VPos::Top] };
        ways.into_iter().flat_map(move |v_pos| {
            sides(place.0, steps).map(|h_pos| Spot::beside(at, (h_pos, v_pos), (across, along)))
        })
    };
    let shifts = AWAY.into_iter().flat_map(|across| [6.0, 22.0, 38.0, 54.0].map(|along| (across, along)));
    let spots: Vec<Spot> = shifts.flat_map(near).chain(edges(steps)).collect();
    labels.write(&text, &spots, chart.theme.error)
}
