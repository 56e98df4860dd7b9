//! Learning curves as SVG files, one a task.

use super::files::{Place, file_error};
use super::line::Line;
use super::rows::Row;
use super::summary::Group;
use mbppo::error::Result;
use mbppo::plots::{
    LearningCurve, LearningCurves, RunEnd, Theme, ThemeText, learning_curves, learning_curves_panels,
};
use plotters::prelude::SVGBackend;
use std::path::{Path, PathBuf};

/// plotters writes text in SVG 1.24 times smaller than it is asked to.
const SVG_FONT_SIZE: f64 = 13.0 * 1.24;
/// One panel of a picture, in pixels.
const PANEL: (usize, usize) = (420, 260);

/// Makes the folder, and sees that a picture for each of these tasks can be written there.
///
/// # Errors
/// [`mbppo::error::Error::File`].
pub fn places<'a>(tasks: impl IntoIterator<Item = &'a str>, folder: &Path) -> Result<Vec<Place>> {
    std::fs::create_dir_all(folder).map_err(|error| file_error(folder, error))?;
    let mut names: Vec<String> = Vec::new();
    for task in tasks {
        let mut name = file_name(task);
        while names.contains(&name) {
            name.push('_');
        }
        names.push(name);
    }
    names.iter().map(|name| Place::check(&folder.join(format!("{name}.svg")))).collect()
}

/// Draws `DIR/TASK.svg` for each task, and gives the paths.
pub fn draw(groups: &[Group], folder: &Path) -> Result<Vec<PathBuf>> {
    let theme = Theme::parse(&ThemeText { font_size: SVG_FONT_SIZE, ..ThemeText::light() })?;
    let places = places(groups.iter().map(|group| group.task), folder)?;
    for (group, place) in groups.iter().zip(&places) {
        let learners: Vec<LearningCurves> = group.learners.iter().map(curves).collect();
        let (rows, columns) = learning_curves_panels(learners.len());
        let size = ((columns * PANEL.0) as u32, (rows * PANEL.1) as u32);
        let mut svg = String::new();
        learning_curves(SVGBackend::with_string(&mut svg, size), &learners, group.bar, &theme)
            .map_err(|error| file_error(place.path(), error))?;
        place.write(svg.as_bytes())?;
    }
    Ok(places.iter().map(|place| place.path().into()).collect())
}

fn curves(learner: &Row) -> LearningCurves {
    let curve = |line: &Line| LearningCurve {
        evaluations: line.evaluations.clone(),
        end: match (&line.error, line.three_in_a_row) {
            (Some(_), _) => RunEnd::Failed,
            (None, Some(_)) => RunEnd::Solved,
            (None, None) => RunEnd::GivenUp,
        },
    };
    LearningCurves { name: learner.name.clone(), runs: learner.lines.iter().map(curve).collect() }
}

/// A task's id without what a file name cannot have: a file of lines may come from anywhere.
fn file_name(task: &str) -> String {
    const MOST: usize = 60;
    task.chars()
        .take(MOST)
        .map(|letter| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' })
        .collect()
}
