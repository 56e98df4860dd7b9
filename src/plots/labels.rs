//! Where words find room in a plot: beside what they name, and clear of all that is drawn.
//!
//! **What.** Whoever writes a label names the spots at which it could stand, the best first. The first at which it
//! touches nothing is taken; where there is none, the one at which it does least harm: words over a hairline can be
//! read, words over a curve or over other words cannot, and words outside the plot may be cut off.
//! **Choices.** (1) Widths are guessed ([`super::Theme::text_width`]), never measured: a page would lay itself out for
//! each. (2) Labels keep clear of each other in the order in which they are written: the most important comes first.

use super::Drawn;
use super::chart::Chart;
use super::series::{Place, pieces};
use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;
use plotters::style::text_anchor::{HPos, VPos};

/// CSS pixels between words and what they keep clear of.
const MARGIN: f64 = 2.0;
/// How bad it is to touch a hairline, a piece of a curve or other words, or to leave the plot.
const HAIRLINE: usize = 1;
const CURVE: usize = 10;
const WORDS: usize = 10;
const OUTSIDE: usize = 1000;

/// A place beside which words may stand: `shift` CSS pixels off, on the sides that the anchors say.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub(super) place: Place,
    pub(super) shift: (f64, f64),
    pub(super) anchor: (HPos, VPos),
}

impl Spot {
    /// Left or right of a place, and above it, beside it or under it, by as many CSS pixels.
    pub(super) fn beside(place: Place, (h_pos, v_pos): (HPos, VPos), (across, along): (f64, f64)) -> Self {
        let across = match h_pos {
            HPos::Left => across,
            HPos::Center => 0.0,
            HPos::Right => -across,
        };
        let along = match v_pos {
            VPos::Top => along,
            VPos::Center => 0.0,
            VPos::Bottom => -along,
        };
        Self { place, shift: (across, along), anchor: (h_pos, v_pos) }
    }
}

/// What has been drawn and written in a chart so far.
pub(super) struct Labels<'c, 't, DB: DrawingBackend> {
    chart: &'c Chart<'t, DB>,
    /// Straight lines in pixels, and how bad it is to touch them.
    segments: Vec<([(f64, f64); 2], usize)>,
    taken: Vec<Area>,
}

impl<'c, 't, DB: DrawingBackend> Labels<'c, 't, DB> {
    /// Nothing is in the way yet.
    pub(super) fn new(chart: &'c Chart<'t, DB>) -> Self {
        Self { chart, segments: Vec::new(), taken: Vec::new() }
    }

    /// Words keep clear of this curve, as far as it is in the picture.
    pub(super) fn avoid_curve(&mut self, line: &[Place]) {
        self.avoid(line, CURVE);
    }

    /// Words keep clear of this hairline if they can.
    pub(super) fn avoid_hairline(&mut self, from: Place, to: Place) {
        self.avoid(&[from, to], HAIRLINE);
    }

    fn avoid(&mut self, line: &[Place], harm: usize) {
        let pixel = |place: &Place| {
            let (x, y) = self.chart.pixel(*place);
            (f64::from(x), f64::from(y))
        };
        for piece in pieces(line, &self.chart.plot.get_y_range()) {
            let points: Vec<(f64, f64)> = piece.iter().map(pixel).collect();
            match points[..] {
                [lone] => self.segments.push(([lone, lone], harm)),
                _ => self.segments.extend(points.windows(2).map(|pair| ([pair[0], pair[1]], harm))),
            }
        }
    }

    /// Writes at the best of these spots; nothing if there is none.
    pub(super) fn write(&mut self, text: &str, spots: &[Spot], colour: RGBColor) -> Drawn<DB> {
        let Some(spot) = spots.iter().min_by_key(|spot| self.harm(&self.area(text, spot))) else {
            return Ok(());
        };
        self.taken.push(self.area(text, spot));
        self.chart.text(text, spot.place, spot.shift, colour, spot.anchor)
    }

    /// How bad it would be to write there.
    fn harm(&self, area: &Area) -> usize {
        let touched = self.segments.iter().filter(|(segment, _)| area.meets(segment));
        let lines: usize = touched.map(|(_, harm)| harm).sum();
        let words = WORDS * self.taken.iter().filter(|other| area.overlaps(other)).count();
        let (x, y) = (self.chart.plot.get_x_range(), self.chart.plot.get_y_range());
        let ((left, top), (right, bottom)) =
            (self.chart.pixel((x.start, y.end)), self.chart.pixel((x.end, y.start)));
        let plot = Area { left: left.into(), top: top.into(), right: right.into(), bottom: bottom.into() };
        lines + words + if plot.holds(area) { 0 } else { OUTSIDE }
    }

    /// What words take there, with a margin.
    fn area(&self, text: &str, spot: &Spot) -> Area {
        let theme = self.chart.theme;
        let (x, y) = self.chart.pixel(spot.place);
        let scale = f64::from(theme.px(100.0)) / 100.0;
        let (x, y) = (f64::from(x) + spot.shift.0 * scale, f64::from(y) + spot.shift.1 * scale);
        let (width, height) = (f64::from(theme.text_width(text)), f64::from(theme.text_px()));
        let left = match spot.anchor.0 {
            HPos::Left => x,
            HPos::Center => x - width / 2.0,
            HPos::Right => x - width,
        };
        let top = match spot.anchor.1 {
            VPos::Top => y,
            VPos::Center => y - height / 2.0,
            VPos::Bottom => y - height,
        };
        let margin = MARGIN * scale;
        Area {
            left: left - margin,
            top: top - margin,
            right: left + width + margin,
            bottom: top + height + margin,
        }
    }
}

/// A rectangle in device pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn holds(&self, other: &Self) -> bool {
        self.left <= other.left
            && other.right <= self.right
            && self.top <= other.top
            && other.bottom <= self.bottom
    }

    /// Whether a straight line goes through, by cutting it at each side (Liang and Barsky).
    fn meets(&self, [from, to]: &[(f64, f64); 2]) -> bool {
        let (across, along) = (to.0 - from.0, to.1 - from.1);
        let sides = [
            (-across, from.0 - self.left),
            (across, self.right - from.0),
            (-along, from.1 - self.top),
            (along, self.bottom - from.1),
        ];
        let (mut enters, mut leaves) = (0.0f64, 1.0f64);
        for (speed, distance) in sides {
            if speed == 0.0 && distance < 0.0 {
                return false;
            } else if speed < 0.0 {
                enters = enters.max(distance / speed);
            } else if speed > 0.0 {
                leaves = leaves.min(distance / speed);
            }
        }
        enters <= leaves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Area = Area { left: 10.0, top: 10.0, right: 30.0, bottom: 20.0 };

    #[test]
    fn a_line_is_in_the_way_where_it_crosses_and_not_where_it_passes() {
        for inside in [[(0.0, 15.0), (40.0, 15.0)], [(20.0, 0.0), (21.0, 40.0)], [(15.0, 15.0), (15.0, 15.0)]]
        {
            assert!(AREA.meets(&inside), "{inside:?}");
        }
        for beside in [[(0.0, 5.0), (40.0, 5.0)], [(0.0, 0.0), (9.0, 40.0)], [(35.0, 15.0), (35.0, 15.0)]] {
            assert!(!AREA.meets(&beside), "{beside:?}");
        }
        assert!(!AREA.meets(&[(0.0, 18.0), (12.0, 40.0)]), "past the corner");
    }

    #[test]
    fn words_overlap_where_they_share_a_pixel() {
        let moved = |by: f64| Area { left: AREA.left + by, right: AREA.right + by, ..AREA };
        assert!(AREA.overlaps(&moved(19.0)) && !AREA.overlaps(&moved(20.0)));
        assert!(AREA.holds(&AREA) && !AREA.holds(&moved(1.0)));
    }
}
