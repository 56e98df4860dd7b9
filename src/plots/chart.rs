//! What can be drawn between the axes: lines, areas, dots, hairlines and words. Lengths are in CSS pixels.

use super::series::{Place, pieces};
use super::{Drawn, Theme};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{Cartesian2d, DrawingArea, DrawingBackend, IntoTextStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBAColor, RGBColor, ShapeStyle};

/// The page's own font.
const FONT: &str = "system-ui, sans-serif";

/// The plane of the plot.
pub(super) type Plane = Cartesian2d<RangedCoordf64, RangedCoordf64>;

/// A picture with axes.
pub(super) struct Chart<'t, DB: DrawingBackend> {
    /// The whole picture, in device pixels.
    pub(super) page: DrawingArea<DB, Shift>,
    /// Upper left corner of this chart's part of the picture, in device pixels.
    pub(super) corner: (i32, i32),
    /// The part between the axes, in their units.
    pub(super) plot: DrawingArea<DB, Plane>,
    /// Colours and sizes.
    pub(super) theme: &'t Theme,
}

impl<DB: DrawingBackend> Chart<'_, DB> {
    /// A line of this width in CSS pixels, with gaps where it is not finite or leaves the picture.
    pub(super) fn line(&self, line: &[Place], colour: RGBAColor, width: f64) -> Drawn<DB> {
        for piece in pieces(line, &self.plot.get_y_range()) {
            if let [lone] = piece[..] {
                self.dot(lone, colour, width * 0.75)?;
            } else {
                self.plot.draw(&PathElement::new(piece, self.stroke(colour, width)))?;
            }
        }
        Ok(())
    }

    /// As [`Chart::line`], in dashes.
    pub(super) fn dashes(&self, line: &[Place], colour: RGBAColor, width: f64) -> Drawn<DB> {
        let (dash, gap) = (self.theme.px(7.0), self.theme.px(4.0));
        for piece in pieces(line, &self.plot.get_y_range()) {
            let stroke = self.stroke(colour, width);
            self.plot.draw(&DashedPathElement::new(piece, dash, gap, stroke))?;
        }
        Ok(())
    }

    /// The area between two lines over the same x, with gaps where one of them is not finite.
    pub(super) fn band(&self, low: &[Place], high: &[Place], colour: RGBAColor) -> Drawn<DB> {
        let range = self.plot.get_y_range();
        let both: Vec<(Place, Place)> = low.iter().copied().zip(high.iter().copied()).collect();
        for run in both.split(|(low, high)| !(low.1.is_finite() && high.1.is_finite())) {
            let clamp = |place: Place| (place.0, place.1.clamp(range.start, range.end));
            let there = run.iter().map(|(low, _)| clamp(*low));
            let back = run.iter().rev().map(|(_, high)| clamp(*high));
            if run.len() > 1 {
                self.plot.draw(&Polygon::new(there.chain(back).collect::<Vec<_>>(), colour.filled()))?;
            }
        }
        Ok(())
    }

    /// A dot of this radius in CSS pixels; nothing if it is not in the picture.
    pub(super) fn dot(&self, place: Place, colour: RGBAColor, radius: f64) -> Drawn<DB> {
        let range = self.plot.get_y_range();
        if place.0.is_finite() && (range.start..=range.end).contains(&place.1) {
            self.plot.draw(&Circle::new(place, self.theme.px(radius), colour.filled()))?;
        }
        Ok(())
    }

    /// A square around a place, with sides of this many CSS pixels.
    pub(super) fn square(&self, place: Place, colour: RGBColor, side: f64) -> Drawn<DB> {
        if !(place.0.is_finite() && place.1.is_finite()) {
            return Ok(());
        }
        let (x, y) = self.plot.map_coordinate(&place);
        let (before, after) = (self.theme.px(side) / 2, self.theme.px(side) - self.theme.px(side) / 2);
        self.page.draw(&Rectangle::new([(x - before, y - before), (x + after, y + after)], colour.filled()))
    }

    /// A filled rectangle between two corners; neighbours share their edge without a gap.
    pub(super) fn patch(&self, from: Place, to: Place, colour: RGBAColor) -> Drawn<DB> {
        self.page.draw(&Rectangle::new([self.pixel(from), self.pixel(to)], colour.filled()))
    }

    /// A narrow strip right of the picture that shows what a colour's strengths mean, from none below to `fullest`.
    pub(super) fn ramp(&self, colour: RGBColor, fullest: f64) -> Drawn<DB> {
        let (x, y) = (self.plot.get_x_range().end, self.plot.get_y_range());
        let ((right, top), (_, bottom)) = (self.pixel((x, y.end)), self.pixel((x, y.start)));
        let (from, to) = (right + self.theme.px(2.0), right + self.theme.px(6.0));
        for height in top..bottom {
            let share = f64::from(bottom - height) / f64::from(bottom - top);
            let line =
                Rectangle::new([(from, height), (to, height + 1)], colour.mix(fullest * share).filled());
            self.page.draw(&line)?;
        }
        Ok(())
    }

    /// An arrowhead at the upper edge: here the line goes on above the picture.
    pub(super) fn arrow(&self, x: f64, colour: RGBColor) -> Drawn<DB> {
        let (x, y) = self.pixel((x, self.plot.get_y_range().end));
        let half = self.theme.px(5.0);
        let head = vec![(x - half, y), (x + half, y), (x, y - half - half / 2)];
        self.page.draw(&Polygon::new(head, colour.filled()))
    }

    /// A hairline across the picture at this value.
    pub(super) fn level(&self, value: f64, colour: RGBAColor) -> Drawn<DB> {
        let x = self.plot.get_x_range();
        self.hairline((x.start, value), (x.end, value), colour)
    }

    /// A hairline over the height of the picture at this x.
    pub(super) fn upright(&self, x: f64, colour: RGBAColor) -> Drawn<DB> {
        let y = self.plot.get_y_range();
        self.hairline((x, y.end), (x, y.start), colour)
    }

    /// Text beside a place, `shift` CSS pixels off, on the sides that the anchors say.
    pub(super) fn text(
        &self,
        text: &str,
        place: Place,
        shift: (f64, f64),
        colour: RGBColor,
        anchor: (HPos, VPos),
    ) -> Drawn<DB> {
        let (x, y) = self.plot.map_coordinate(&place);
        let pixels = |css: f64| if css == 0.0 { 0 } else { self.theme.px(css.abs()) * css.signum() as i32 };
        write(&self.page, self.theme, text, (x + pixels(shift.0), y + pixels(shift.1)), colour, anchor)
    }

    /// Width of the whole picture in device pixels: as many points can be told apart.
    pub(super) fn width(&self) -> usize {
        self.page.dim_in_pixel().0 as usize
    }

    /// Device pixels of a place, from the upper left corner.
    pub(super) fn pixel(&self, place: Place) -> (i32, i32) {
        self.plot.map_coordinate(&place)
    }

    fn stroke(&self, colour: RGBAColor, width: f64) -> ShapeStyle {
        colour.stroke_width(self.theme.px(width) as u32)
    }

    /// A filled rectangle, because a stroked path of one pixel falls between two rows of pixels and blurs.
    fn hairline(&self, from: Place, to: Place, colour: RGBAColor) -> Drawn<DB> {
        let (from, to) = (self.pixel(from), self.pixel(to));
        let thick = self.theme.px(1.0);
        let (wide, high) = if from.0 == to.0 { (thick, 0) } else { (0, thick) };
        self.page.draw(&Rectangle::new([from, (to.0 + wide, to.1 + high)], colour.filled()))
    }
}

/// Writes one line of text at a place in device pixels, which is where the anchors say.
pub(super) fn write<DB: DrawingBackend>(
    page: &DrawingArea<DB, Shift>,
    theme: &Theme,
    text: &str,
    at: (i32, i32),
    colour: RGBColor,
    (h_pos, v_pos): (HPos, VPos),
) -> Drawn<DB> {
    let style = (FONT, theme.text_px())
        .with_color(theme.readable(colour))
        .with_anchor::<RGBColor>(Pos { h_pos, v_pos });
    page.draw(&Text::new(text, at, style.into_text_style(page)))
}
