//! The one way in which all pictures are laid out and drawn on.
//!
//! A title with the unit stands above the axis, numbers stand left and below, names stand at the ends of their
//! lines; there is no mesh, no frame and no legend. plotters' own mesh is not used: in a page it measures each of
//! its texts by adding it to the document, dozens of forced layouts a picture. Texts here are placed by their anchors
//! and never measured.

use super::axis::Axis;
use super::chart::{Chart, write};
use super::{Drawn, Theme};
use plotters::chart::ChartBuilder;
use plotters::coord::Shift;
use plotters::drawing::IntoDrawingArea;
use plotters::prelude::{Color, DrawingArea, DrawingBackend};
use plotters::style::RGBColor;
use plotters::style::text_anchor::{HPos, VPos};

/// Smallest picture that is drawn, in CSS pixels; in less there is only paper.
const SMALLEST: (f64, f64) = (120.0, 80.0);
/// CSS pixels between the last number below an axis and the axis' title, which follows it.
const WORD_SPACE: f64 = 4.0;

/// A name at the end of a line.
pub(super) struct Name {
    /// The name.
    pub(super) text: String,
    /// Value at which its line ends.
    pub(super) value: f64,
    /// Colour of its line.
    pub(super) colour: RGBColor,
}

/// An empty picture, or a part of one.
pub(super) struct Sheet<'t, DB: DrawingBackend> {
    /// The whole picture.
    page: DrawingArea<DB, Shift>,
    /// The part that is drawn on.
    area: DrawingArea<DB, Shift>,
    theme: &'t Theme,
}

impl<'t, DB: DrawingBackend> Sheet<'t, DB> {
    /// Fills the picture with paper.
    pub(super) fn new(backend: DB, theme: &'t Theme) -> Drawn<DB, Self> {
        let area = backend.into_drawing_area();
        area.fill(&theme.paper)?;
        Ok(Self { page: area.clone(), area, theme })
    }

    /// Equal parts, row by row. Draw on them with [`Sheet::draw`], then [`Sheet::present`] the whole.
    pub(super) fn split(&self, (rows, columns): (usize, usize)) -> Vec<Self> {
        let parts = self.area.split_evenly((rows, columns)).into_iter();
        parts.map(|area| Self { page: self.page.clone(), area, theme: self.theme }).collect()
    }

    /// Width in device pixels: as many points can be told apart.
    pub(super) fn width(&self) -> usize {
        self.area.dim_in_pixel().0 as usize
    }

    /// Instead of a picture, one quiet sentence in its middle.
    pub(super) fn sentence(self, text: &str) -> Drawn<DB> {
        let (width, height) = self.size();
        if self.has_room() {
            let middle = (width / 2, height / 2);
            write(&self.area, self.theme, text, middle, self.theme.muted, (HPos::Center, VPos::Center))?;
        }
        self.area.present()
    }

    /// Draws the axes, leaving room for `names` at the right, then what `draw` adds, and presents the picture.
    pub(super) fn chart(
        self,
        x: &Axis,
        y: &Axis,
        names: Vec<Name>,
        draw: impl FnOnce(&Chart<'t, DB>) -> Drawn<DB>,
    ) -> Drawn<DB> {
        self.draw(x, y, names, draw)?;
        self.present()
    }

    /// As [`Sheet::chart`], for a part of a picture.
    pub(super) fn draw(
        &self,
        x: &Axis,
        y: &Axis,
        names: Vec<Name>,
        draw: impl FnOnce(&Chart<'t, DB>) -> Drawn<DB>,
    ) -> Drawn<DB> {
        if self.has_room() {
            let chart = self.axes(x, y, &names)?;
            draw(&chart)?;
            chart.names(names)?;
        }
        Ok(())
    }

    /// Hands the whole picture over: nothing can be drawn afterwards.
    pub(super) fn present(&self) -> Drawn<DB> {
        self.page.present()
    }

    fn size(&self) -> (i32, i32) {
        let (width, height) = self.area.dim_in_pixel();
        (width as i32, height as i32)
    }

    fn has_room(&self) -> bool {
        let (width, height) = self.size();
        width >= self.theme.px(SMALLEST.0) && height >= self.theme.px(SMALLEST.1)
    }

    fn axes(&self, x: &Axis, y: &Axis, names: &[Name]) -> Drawn<DB, Chart<'t, DB>> {
        let theme = self.theme;
        let widest = |widths: &mut dyn Iterator<Item = i32>| widths.max().unwrap_or(0);
        let left = widest(&mut y.ticks.iter().map(|(_, text)| theme.text_width(text)));
        let right = widest(&mut names.iter().map(|name| theme.text_width(&name.text)));
        let (left, right) = (left + theme.px(8.0), right + theme.px(10.0));
        let right = right.max(self.overhang(x, self.size().0 - left));
        // Long names must not squeeze a narrow picture to nothing.
        let right = right.min(self.size().0 * 2 / 5);
        let context = ChartBuilder::on(&self.area)
            .margin_left(left)
            .margin_right(right)
            .margin_top(theme.text_px() + theme.px(12.0))
            .margin_bottom(theme.text_px() + theme.px(10.0))
            .build_cartesian_2d(x.range.clone(), y.range.clone())?;
        let (columns, rows) = self.area.get_pixel_range();
        let corner = (columns.start, rows.start);
        let chart = Chart { page: self.page.clone(), corner, plot: context.plotting_area().clone(), theme };
        chart.number_left(y)?;
        chart.number_below(x)?;
        Ok(chart)
    }

    /// The room that the last number below the axis and the title after it need to the right of the plot, where both
    /// have this width together. A part of the words may stand under the plot: the share of it behind that number.
    fn overhang(&self, x: &Axis, width: i32) -> i32 {
        let Some((value, text)) = x.ticks.last() else { return 0 };
        let theme = self.theme;
        let words = theme.text_width(text) / 2 + theme.px(WORD_SPACE) + theme.text_width(&x.title);
        let share = ((x.range.end - value) / (x.range.end - x.range.start)).clamp(0.0, 0.9);
        // words = share · (width − right) + right
        ((f64::from(words + theme.px(2.0)) - share * f64::from(width)) / (1.0 - share)).ceil() as i32
    }
}

impl<DB: DrawingBackend> Chart<'_, DB> {
    fn number_left(&self, y: &Axis) -> Drawn<DB> {
        let theme = self.theme;
        let left = self.plot.get_x_range().start;
        for (value, text) in &y.ticks {
            self.text(text, (left, *value), (-6.0, 0.0), theme.muted, (HPos::Right, VPos::Center))?;
        }
        write(
            &self.page,
            theme,
            &y.title,
            (self.corner.0 + theme.px(2.0), self.corner.1 + theme.px(3.0)),
            theme.muted,
            (HPos::Left, VPos::Top),
        )
    }

    /// The title follows the last number, as a unit does: "20 steps ahead".
    fn number_below(&self, x: &Axis) -> Drawn<DB> {
        let theme = self.theme;
        let bottom = self.plot.get_y_range().start;
        self.level(bottom, theme.muted.mix(0.5))?;
        let mut free = i32::MAX; // from the right: a number that would touch its neighbour is left out
        for (value, text) in x.ticks.iter().rev() {
            let (middle, half) = (self.pixel((*value, bottom)).0, theme.text_width(text) / 2);
            if middle + half + theme.px(WORD_SPACE) <= free {
                self.text(text, (*value, bottom), (0.0, 6.0), theme.muted, (HPos::Center, VPos::Top))?;
                free = middle - half;
            }
        }
        let Some((value, text)) = x.ticks.last() else { return Ok(()) };
        let (right, below) = self.pixel((*value, bottom));
        let at = (right + theme.text_width(text) / 2 + theme.px(WORD_SPACE), below + theme.px(6.0));
        write(&self.page, theme, &x.title, at, theme.muted, (HPos::Left, VPos::Top))
    }

    /// Names at the right of the picture, each at the height of its line's end, moved apart where they would touch.
    fn names(&self, mut names: Vec<Name>) -> Drawn<DB> {
        let (x, y) = (self.plot.get_x_range(), self.plot.get_y_range());
        names.retain(|name| name.value.is_finite());
        names.sort_by(|a, b| b.value.total_cmp(&a.value));
        let height = |name: &Name| self.pixel((x.end, name.value.clamp(y.start, y.end))).1;
        let limits = (self.pixel((x.end, y.end)).1, self.pixel((x.end, y.start)).1);
        let heights =
            apart(names.iter().map(height).collect(), self.theme.text_px() + self.theme.px(3.0), limits);
        let left = self.pixel((x.end, y.end)).0 + self.theme.px(8.0);
        for (name, height) in names.iter().zip(heights) {
            let colour = self.theme.readable(name.colour);
            write(&self.page, self.theme, &name.text, (left, height), colour, (HPos::Left, VPos::Center))?;
        }
        Ok(())
    }
}

/// Heights from top to bottom, moved until neighbours are `gap` apart, inside `limits` if there is room.
fn apart(mut heights: Vec<i32>, gap: i32, limits: (i32, i32)) -> Vec<i32> {
    let mut least = limits.0;
    for height in &mut heights {
        *height = (*height).max(least);
        least = *height + gap;
    }
    let mut most = limits.1;
    for height in heights.iter_mut().rev() {
        *height = (*height).min(most);
        most = *height - gap;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_touch_are_moved_apart_and_stay_inside() {
        assert_eq!(apart(vec![50, 52, 100], 15, (0, 120)), [50, 65, 100]);
        assert_eq!(apart(vec![118, 120], 15, (0, 120)), [105, 120]);
        assert_eq!(apart(vec![-5, 0], 15, (0, 120)), [0, 15]);
    }
}
