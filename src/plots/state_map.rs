//! *Where is it looking?* Two axes of the task, and for each cell how often the agent was there, how new it is, or what
//! it is worth.
//!
//! One colour from paper to full: it reads the same to every eye, and in grey. What novelty and value say about states
//! where nobody has been is a guess, so cells that were really visited carry a dot of ink.

use super::axis::{Axis, number, span};
use super::chart::Chart;
use super::sheet::{Name, Sheet};
use super::{Drawn, Theme};
use crate::error::{Error, Result};
use crate::snapshot::{StateMap, StateMapAxis};
use plotters::prelude::{Color, DrawingBackend};
use plotters::style::RGBColor;

/// Share of the cells whose novelty may be beyond the fullest colour: one far corner must not make all the rest pale.
const BEYOND: f64 = 0.03;
/// How strong the colour of the largest value is; the rest of the way would hide the dots of ink.
const FULLEST: f64 = 0.85;
/// How strong the faintest visit is, so that it can be told from none.
const ONE_VISIT: f64 = 0.14;

/// What a map of states shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// How often the agent was there.
    Visits,
    /// How new it would be.
    Novelty,
    /// What it is worth.
    Value,
}

impl Layer {
    /// Reads `visits`, `novelty` or `value`.
    ///
    /// # Errors
    /// [`Error::Config`] with field `layer` for any other word.
    pub fn parse(word: &str) -> Result<Self> {
        match word {
            "visits" => Ok(Self::Visits),
            "novelty" => Ok(Self::Novelty),
            "value" => Ok(Self::Value),
            _ => Err(Error::Config {
                field: "layer".into(),
                value: word.into(),
                allowed: "it must be one of visits, novelty, value".into(),
            }),
        }
    }

    fn colour(self, theme: &Theme) -> RGBColor {
        match self {
            Self::Visits => theme.ink,
            Self::Novelty => theme.novelty,
            Self::Value => theme.reward,
        }
    }

    /// The numbers of all cells.
    fn numbers(self, map: &StateMap) -> Vec<f64> {
        match self {
            Self::Visits => map.visits.iter().map(|&visits| f64::from(visits)).collect(),
            Self::Novelty => map.novelty.iter().map(|&value| f64::from(value)).collect(),
            Self::Value => map.value.iter().map(|&value| f64::from(value)).collect(),
        }
    }
}

/// Draws one layer of a map, each cell in the strength of its number, and what the palest and the fullest mean at the
/// right.
///
/// # Errors
/// Only the backend's own.
pub fn state_map<DB: DrawingBackend>(backend: DB, map: &StateMap, layer: Layer, theme: &Theme) -> Drawn<DB> {
    let sheet = Sheet::new(backend, theme)?;
    let numbers = layer.numbers(map);
    let [across, up] = map.cells;
    let Some(scale) = Scale::of(layer, &numbers).filter(|_| numbers.len() == across * up) else {
        return sheet.sentence("Appears after the first iteration.");
    };
    let [x, y] = [&map.axes[0], &map.axes[1]].map(shares);
    let names = scale.names(layer, theme);
    sheet.chart(&x, &y, names, |chart| {
        for (index, number) in numbers.iter().enumerate() {
            let (column, row) = (index % across, index / across);
            let corner = |x: usize, y: usize| (x as f64 / across as f64, y as f64 / up as f64);
            let strength = scale.strength(*number);
            chart.patch(
                corner(column, row),
                corner(column + 1, row + 1),
                layer.colour(theme).mix(strength),
            )?;
        }
        dots(chart, map, layer)?;
        chart.ramp(layer.colour(theme), FULLEST)
    })
}

/// A dot of ink wherever the agent has been, under a colour that says something else.
fn dots<DB: DrawingBackend>(chart: &Chart<DB>, map: &StateMap, layer: Layer) -> Drawn<DB> {
    let [across, up] = map.cells;
    let visited = map.visits.iter().enumerate().filter(|(_, visits)| layer != Layer::Visits && **visits > 0);
    for (index, _) in visited {
        let (column, row) = (index % across, index / across);
        let centre = ((column as f64 + 0.5) / across as f64, (row as f64 + 0.5) / up as f64);
        chart.square(centre, chart.theme.ink, 2.0)?;
    }
    Ok(())
}

/// An axis over shares of its length, 0 to 1, numbered in its own unit: it may count downwards.
fn shares(axis: &StateMapAxis) -> Axis {
    let (low, high) = (f64::from(axis.low), f64::from(axis.high));
    let title =
        if axis.unit.is_empty() { axis.name.clone() } else { format!("{}, {}", axis.name, axis.unit) };
    let ticks = Axis::new("", low.min(high)..low.max(high), 4).ticks.into_iter();
    let ticks = ticks.map(|(value, text)| ((value - low) / (high - low), text));
    Axis::new(title, 0.0..1.0, 1).with_ticks(ticks)
}

/// How a number becomes a strength.
struct Scale {
    low: f64,
    high: f64,
    /// Visits differ by powers of ten, and none is not a little.
    counts: bool,
    /// Some numbers are beyond `high`.
    beyond: bool,
}

impl Scale {
    fn of(layer: Layer, numbers: &[f64]) -> Option<Self> {
        let range = span(numbers.iter().copied())?;
        let (low, high) = (range.start, range.end);
        if layer == Layer::Visits {
            return Some(Self { low: 0.0, high: high.max(1.0), counts: true, beyond: false });
        }
        let mut sorted: Vec<f64> = numbers.iter().copied().filter(|number| number.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let most = sorted[((sorted.len() - 1) as f64 * (1.0 - BEYOND)) as usize];
        let beyond = layer == Layer::Novelty && most > low && most < high;
        Some(Self { low, high: if beyond { most } else { high }, counts: false, beyond })
    }

    fn strength(&self, number: f64) -> f64 {
        if !number.is_finite() || (self.counts && number == 0.0) {
            return 0.0;
        }
        let (share, least) = match self.counts {
            true => (number.ln_1p() / self.high.ln_1p(), ONE_VISIT),
            false => ((number - self.low) / (self.high - self.low).max(f64::MIN_POSITIVE), 0.0),
        };
        least + (FULLEST - least) * share.clamp(0.0, 1.0)
    }

    fn names(&self, layer: Layer, theme: &Theme) -> Vec<Name> {
        let step = if self.counts { 1.0 } else { (self.high - self.low) / 20.0 };
        let name = |share: f64, text: String, colour| Name { text, value: share, colour };
        vec![
            name(1.0, number(self.high, step) + if self.beyond { "+" } else { "" }, layer.colour(theme)),
            name(0.0, number(self.low, step), theme.muted),
        ]
    }
}
