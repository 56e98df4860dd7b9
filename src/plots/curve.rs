//! Any one metric over real steps.

use super::axis::{Axis, number, padded, span};
use super::series::{places, thinned};
use super::sheet::{Name, Sheet};
use super::{Drawn, Theme};
use crate::error::{Error, Result};
use crate::snapshot::Point;
use plotters::prelude::{Color, DrawingBackend};
use plotters::style::RGBColor;

/// What kind of quantity a curve shows. It decides the colour, and only what is imagined is dashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It was measured on what really happened.
    Real,
    /// It was measured in imagination.
    Imagined,
    /// A success.
    Reward,
    /// An error.
    Error,
    /// Novelty and its weight.
    Novelty,
}

impl Role {
    /// Reads `real`, `imagined`, `reward`, `error` or `novelty`.
    ///
    /// # Errors
    /// [`Error::Config`] with field `role` for any other word.
    pub fn parse(word: &str) -> Result<Self> {
        match word {
            "real" => Ok(Self::Real),
            "imagined" => Ok(Self::Imagined),
            "reward" => Ok(Self::Reward),
            "error" => Ok(Self::Error),
            "novelty" => Ok(Self::Novelty),
            _ => Err(Error::Config {
                field: "role".into(),
                value: word.into(),
                allowed: "it must be one of real, imagined, reward, error, novelty".into(),
            }),
        }
    }

    fn colour(self, theme: &Theme) -> RGBColor {
        match self {
            Self::Real => theme.ink,
            Self::Imagined => theme.imagined,
            Self::Reward => theme.reward,
            Self::Error => theme.error,
            Self::Novelty => theme.novelty,
        }
    }
}

/// Draws one curve over real steps, with its latest value in words at its end. Axis title: `label`, `unit`.
///
/// # Errors
/// Only the backend's own.
pub fn curve<DB: DrawingBackend>(
    backend: DB,
    points: &[Point],
    label: &str,
    unit: &str,
    role: Role,
    theme: &Theme,
) -> Drawn<DB> {
    let sheet = Sheet::new(backend, theme)?;
    let line = thinned(&places(points), sheet.width());
    let finite = || line.iter().filter(|place| place.0.is_finite() && place.1.is_finite());
    let (Some(steps), Some(values), Some(latest)) =
        (span(finite().map(|place| place.0)), span(finite().map(|place| place.1)), finite().next_back())
    else {
        return sheet.sentence("Appears with the first measurement.");
    };
    let title = if unit.is_empty() { label.into() } else { format!("{label}, {unit}") };
    // One value beside zero is easier to judge than one in the middle of nothing.
    let values = if values.start == values.end { values.start.min(0.0)..values.end.max(0.0) } else { values };
    let x = Axis::new("real steps", 0.0..steps.end, 4);
    let y = Axis::new(title, padded(values, 0.06), 4);
    let colour = role.colour(theme);
    // As exact as the eye: a hundredth of the picture's height.
    let text = number(latest.1, (y.range.end - y.range.start) / 100.0);
    let names = vec![Name { text, value: latest.1, colour }];
    sheet.chart(&x, &y, names, |chart| match role {
        Role::Imagined => chart.dashes(&line, colour.to_rgba(), 2.0),
        _ => chart.line(&line, colour.to_rgba(), 2.0),
    })
}
