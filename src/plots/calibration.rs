//! *Does it know what it does not know?* How much the members of the ensemble disagree against how wrong they turn out
//! to be.

use super::axis::{Axis, span};
use super::labels::{Labels, Spot};
use super::series::Place;
use super::sheet::{Name, Sheet};
use super::{Drawn, Theme};
use crate::snapshot::Calibration;
use plotters::prelude::{Color, DrawingBackend};
use plotters::style::text_anchor::{HPos, VPos};

/// Draws a marker for each bin, in order, and the line on which doubt and error are the same as a hairline.
///
/// # Errors
/// Only the backend's own.
pub fn calibration<DB: DrawingBackend>(backend: DB, data: &Calibration, theme: &Theme) -> Drawn<DB> {
    let sheet = Sheet::new(backend, theme)?;
    let bins: Vec<Place> =
        data.disagreement.iter().zip(&data.error).map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
    let highest = |of: fn(&Place) -> f64| span(bins.iter().map(of)).map(|range| range.end.max(1e-6) * 1.1);
    let (Some(most_doubt), Some(most_error)) = (highest(|bin| bin.0), highest(|bin| bin.1)) else {
        return sheet.sentence("Appears after the model's first test.");
    };
    let x = Axis::new("disagreement", 0.0..most_doubt, 3);
    let y = Axis::new("error (std of a one-step change)", 0.0..most_error, 3);
    let honest = most_doubt.min(most_error);
    // The line ends at the right, or at the top; its name stands at its end.
    let name = "perfectly calibrated";
    let at_right = most_doubt <= most_error;
    let names = at_right.then(|| Name { text: name.into(), value: honest, colour: theme.muted });
    sheet.chart(&x, &y, names.into_iter().collect(), |chart| {
        chart.dashes(&[(0.0, 0.0), (honest, honest)], theme.muted.mix(0.7), 1.0)?;
        chart.line(&bins, theme.error.to_rgba(), 2.0)?;
        bins.iter().try_for_each(|bin| chart.square(*bin, theme.error, 6.0))?;
        if at_right {
            return Ok(());
        }
        let mut labels = Labels::new(chart);
        labels.avoid_curve(&bins);
        labels.avoid_curve(&[(0.0, 0.0), (honest, honest)]);
        labels.write(name, &spots(honest, (most_doubt, most_error)), theme.muted)
    })
}

/// Both sides of the line from nothing to `end`, from its end on; where the curve is near, the corners far from both.
fn spots(end: f64, (right, top): Place) -> Vec<Spot> {
    let sides = [(HPos::Left, VPos::Top), (HPos::Right, VPos::Bottom)];
    let at = |share: f64| sides.map(|side| Spot::beside((share * end, share * end), side, (8.0, 2.0)));
    let corners = [((right, 0.0), (HPos::Right, VPos::Bottom)), ((0.0, top), (HPos::Left, VPos::Top))];
    let corners = corners.map(|(place, side)| Spot::beside(place, side, (4.0, 4.0)));
    [1.0, 0.85, 0.7, 0.55, 0.4, 0.25].into_iter().flat_map(at).chain(corners).collect()
}
