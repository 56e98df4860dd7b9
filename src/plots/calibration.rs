//! *Does it know what it does not know?* How much the members of the ensemble disagree against how wrong they turn out
//! to be.

use super::axis::{Axis, span};
use super::series::Place;
use super::sheet::{Name, Sheet};
use super::{Drawn, Theme};
use crate::snapshot::Calibration;
use plotters::prelude::{Color, DrawingBackend};
use plotters::style::text_anchor::{HPos, VPos};

/// Up to this share of the width a name finds room to the right of a point.
const ROOMY: f64 = 0.6;

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
        if !at_right {
            // On the side of the line's end where there is room for it.
            let (side, away) =
                if honest > ROOMY * most_doubt { (HPos::Right, -8.0) } else { (HPos::Left, 8.0) };
            chart.text(name, (honest, honest), (away, 2.0), theme.muted, (side, VPos::Top))?;
        }
        chart.line(&bins, theme.error.to_rgba(), 2.0)?;
        bins.iter().try_for_each(|bin| chart.square(*bin, theme.error, 6.0))
    })
}
