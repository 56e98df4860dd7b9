//! *Which learner needs less?* Evaluations of many seeds over real steps, learners beside each other.
//!
//! Every learner has a panel of its own on the same axes: each seed is a thin line, the median is bold, and the band
//! holds the middle half of the seeds. A run that was solved ends in a dot. With several learners a first panel puts
//! their medians over each other. Words at the lines say what is what, so colour is never needed to read it.

use super::axis::{Axis, padded, span};
use super::chart::Chart;
use super::series::{Place, places, thinned};
use super::sheet::{Name, Sheet};
use super::{Drawn, Theme};
use crate::quantiles::quantile;
use crate::snapshot::Point;
use plotters::prelude::{Color, DrawingBackend};
use plotters::style::RGBColor;
use std::ops::Range;

/// Most panels beside each other.
const MOST_COLUMNS: usize = 3;

/// Why a run has no more evaluations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    /// It was solved for good: it counts as staying where it was.
    Solved,
    /// Its steps were over; it counts as staying where it was.
    GivenUp,
    /// It stopped with an error: it counts as worse than every other from there on.
    Failed,
}

/// One seed.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningCurve {
    /// Mean return of each evaluation.
    pub evaluations: Vec<Point>,
    /// Why there are no more.
    pub end: RunEnd,
}

/// All seeds of one learner.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningCurves {
    /// What it is called.
    pub name: String,
    /// A curve a seed.
    pub runs: Vec<LearningCurve>,
}

/// Lower quartile, median and upper quartile over real steps.
struct Quartiles {
    low: Vec<Place>,
    median: Vec<Place>,
    high: Vec<Place>,
}

/// Rows and columns of panels that [`learning_curves`] draws for this many learners.
pub fn learning_curves_panels(learners: usize) -> (usize, usize) {
    let panels = if learners > 1 { learners + 1 } else { 1 };
    let columns = panels.min(if panels == 4 { 2 } else { MOST_COLUMNS });
    (panels.div_ceil(columns), columns)
}

/// Draws the panels, with the task's bar as a hairline in each.
///
/// # Errors
/// Only the backend's own.
pub fn learning_curves<DB: DrawingBackend>(
    backend: DB,
    learners: &[LearningCurves],
    solved_return: Option<f32>,
    theme: &Theme,
) -> Drawn<DB> {
    let sheet = Sheet::new(backend, theme)?;
    let bar = solved_return.map(f64::from).filter(|bar| bar.is_finite());
    let Some((x, y)) = ranges(learners, bar) else {
        return sheet.sentence("Appears after the first evaluation.");
    };
    let axes = |title: String| (Axis::new("real steps", x.clone(), 4), Axis::new(title, y.clone(), 4));
    let quartiles: Vec<Quartiles> = learners.iter().map(|learner| quartiles(&learner.runs)).collect();
    let mut panels = sheet.split(learning_curves_panels(learners.len())).into_iter();
    let overview = if learners.len() > 1 { panels.next() } else { None };
    if let Some(panel) = overview {
        let (x, y) = axes("medians, mean return".into());
        let names = learners.iter().zip(&quartiles).enumerate();
        let names = names.filter_map(|(index, (learner, quartiles))| {
            let value = quartiles.median.iter().rev().map(|place| place.1).find(|value| value.is_finite())?;
            Some(Name { text: learner.name.clone(), value, colour: colour(theme, index) })
        });
        panel.draw(&x, &y, names.collect(), |chart| {
            level(chart, bar)?;
            quartiles.iter().enumerate().try_for_each(|(index, quartiles)| median(chart, quartiles, index))
        })?;
    }
    for (index, ((learner, quartiles), panel)) in learners.iter().zip(&quartiles).zip(panels).enumerate() {
        let (x, y) = axes(format!("{}, mean return", learner.name));
        let name =
            |value| Name { text: format!("bar {value}").replace('-', "−"), value, colour: theme.muted };
        panel.draw(&x, &y, bar.map(name).into_iter().collect(), |chart| {
            level(chart, bar)?;
            chart.band(&quartiles.low, &quartiles.high, colour(theme, index).mix(0.16))?;
            learner.runs.iter().try_for_each(|run| seed(chart, run, colour(theme, index)))?;
            median(chart, quartiles, index)
        })?;
    }
    sheet.present()
}

/// Colours that stay apart for colour-blind people (Okabe and Ito); names at the lines' ends are there as well.
fn colour(theme: &Theme, index: usize) -> RGBColor {
    [theme.imagined, theme.error, theme.reward, theme.novelty, theme.ink][index % 5]
}

fn level<DB: DrawingBackend>(chart: &Chart<DB>, bar: Option<f64>) -> Drawn<DB> {
    bar.map_or(Ok(()), |bar| chart.level(bar, chart.theme.muted.mix(0.7)))
}

fn seed<DB: DrawingBackend>(chart: &Chart<DB>, run: &LearningCurve, colour: RGBColor) -> Drawn<DB> {
    let line = thinned(&places(&run.evaluations), chart.width());
    chart.line(&line, colour.mix(0.4), 1.0)?;
    match (run.end, line.last()) {
        (RunEnd::Solved, Some(last)) => chart.dot(*last, colour.mix(0.8), 2.5),
        _ => Ok(()),
    }
}

/// The sixth learner has the colour of the first again, in dashes.
fn median<DB: DrawingBackend>(chart: &Chart<DB>, quartiles: &Quartiles, index: usize) -> Drawn<DB> {
    let (line, colour) = (thinned(&quartiles.median, chart.width()), colour(chart.theme, index).to_rgba());
    if index < 5 { chart.line(&line, colour, 2.5) } else { chart.dashes(&line, colour, 2.5) }
}

/// The same axes for all panels: from no steps to the latest evaluation, and around all returns and the bar.
fn ranges(learners: &[LearningCurves], bar: Option<f64>) -> Option<(Range<f64>, Range<f64>)> {
    let points = || learners.iter().flat_map(|learner| &learner.runs).flat_map(|run| &run.evaluations);
    let x = span(points().map(|point| point.real_steps))?;
    let y = span(points().map(|point| f64::from(point.value)).chain(bar))?;
    let padded = padded(y.clone(), 0.06);
    Some((0.0..x.end, if y.start >= 0.0 { 0.0..padded.end } else { padded }))
}

/// Quartiles wherever some seed was evaluated, from where all of them have been.
fn quartiles(runs: &[LearningCurve]) -> Quartiles {
    let runs: Vec<&LearningCurve> = runs.iter().filter(|run| !run.evaluations.is_empty()).collect();
    let mut steps: Vec<f64> =
        runs.iter().flat_map(|run| run.evaluations.iter().map(|point| point.real_steps)).collect();
    steps.sort_by(f64::total_cmp);
    steps.dedup();
    let mut quartiles = Quartiles { low: Vec::new(), median: Vec::new(), high: Vec::new() };
    for steps in steps {
        let values: Option<Vec<f64>> = runs.iter().map(|run| value_at(run, steps)).collect();
        let Some(mut values) = values else { continue };
        values.sort_by(f64::total_cmp);
        let place = |share| (steps, quantile(&values, share));
        quartiles.low.push(place(0.25));
        quartiles.median.push(place(0.5));
        quartiles.high.push(place(0.75));
    }
    quartiles
}

/// What the latest evaluation up to here said; none before the first.
fn value_at(run: &LearningCurve, steps: f64) -> Option<f64> {
    let seen = run.evaluations.partition_point(|point| point.real_steps <= steps);
    let is_over = run.evaluations.last().is_some_and(|last| last.real_steps < steps);
    if is_over && run.end == RunEnd::Failed {
        return Some(f64::NEG_INFINITY);
    }
    seen.checked_sub(1).map(|latest| f64::from(run.evaluations[latest].value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(values: &[(f64, f32)], end: RunEnd) -> LearningCurve {
        let evaluations = values.iter().map(|&(real_steps, value)| Point { real_steps, value }).collect();
        LearningCurve { evaluations, end }
    }

    #[test]
    fn a_solved_run_stays_where_it_was_and_a_failed_one_falls_below_all_others() {
        let solved = run(&[(100.0, 5.0), (200.0, 9.0)], RunEnd::Solved);
        let slow = run(&[(100.0, 1.0), (200.0, 2.0), (300.0, 3.0)], RunEnd::GivenUp);
        let failed = run(&[(100.0, 3.0)], RunEnd::Failed);
        let median = quartiles(&[solved.clone(), slow.clone(), failed.clone()]).median;
        assert_eq!(median, [(100.0, 3.0), (200.0, 2.0), (300.0, 3.0)]);
        let low = quartiles(&[solved, failed]).low;
        assert_eq!(low, [(100.0, 3.5), (200.0, f64::NEG_INFINITY)]);
    }

    #[test]
    fn quartiles_begin_where_every_seed_has_been_evaluated() {
        let early = run(&[(64.0, 1.0), (128.0, 2.0)], RunEnd::GivenUp);
        let late = run(&[(100.0, 3.0), (128.0, 4.0)], RunEnd::GivenUp);
        let nothing = run(&[], RunEnd::Failed);
        assert_eq!(quartiles(&[early, late, nothing]).median, [(100.0, 2.0), (128.0, 3.0)]);
    }

    #[test]
    fn panels_have_room_for_every_learner_and_their_medians() {
        for learners in 1..20 {
            let (rows, columns) = learning_curves_panels(learners);
            assert!(rows * columns > learners - usize::from(learners == 1), "{learners}");
            assert!(columns <= MOST_COLUMNS, "{learners}");
        }
        assert_eq!([1, 2, 3].map(learning_curves_panels), [(1, 1), (1, 3), (2, 2)]);
    }
}
