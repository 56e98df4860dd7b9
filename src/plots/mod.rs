//! Pictures of a run, drawn with plotters on any of its backends: a canvas in the page, an SVG file elsewhere.
//!
//! Real is ink, imagined is light: what happened is a solid line in the ink colour, what was imagined is blue and
//! translucent. Each picture answers one question and reads nothing but [`crate::snapshot`]'s plain numbers. Before
//! there is a first point there is no axis, only a sentence that says when it will come. Numbers that are not finite
//! are gaps. A picture of any size can be asked for; one too small to read is left empty.

mod axis;
mod calibration;
mod chart;
mod curve;
mod error_by_horizon;
mod labels;
mod learning_curves;
mod real_vs_imagined;
mod returns;
mod series;
mod sheet;
mod state_map;
mod theme;

pub use calibration::calibration;
pub use curve::{Role, curve};
pub use error_by_horizon::error_by_horizon;
pub use learning_curves::{LearningCurve, LearningCurves, RunEnd, learning_curves, learning_curves_panels};
pub use real_vs_imagined::real_vs_imagined;
pub use returns::{Returns, returns};
pub use state_map::{Layer, state_map};
pub use theme::{Theme, ThemeText};

use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::DrawingBackend;

/// What drawing gives: nothing, or the backend's own error.
pub type Drawn<DB, T = ()> = Result<T, DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;
