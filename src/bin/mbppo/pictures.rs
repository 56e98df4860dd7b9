//! Learning curves as SVG files, one a task.

use crate::lines::file_error;
use crate::run::Line;
use crate::summary::{Group, Learner};
use mbppo::error::Result;
use mbppo::plots::{
    LearningCurve, LearningCurves, RunEnd, Theme, ThemeText, learning_curves, learning_curves_panels,
};
use plotters::prelude::SVGBackend;
use std::path::Path;

/// plotters writes text in SVG 1.24 times smaller than it is asked to.
const SVG_FONT_SIZE: f64 = 13.0 * 1.24;
/// One panel of a picture, in pixels.
const PANEL: (usize, usize) = (420, 260);

/// Draws `DIR/TASK.svg` for each task, and says where.
pub fn draw(groups: &[Group], folder: &Path) -> Result<()> {
    let theme = Theme::parse(&ThemeText { font_size: SVG_FONT_SIZE, ..ThemeText::light() })?;
    std::fs::create_dir_all(folder).map_err(|error| file_error(folder, error))?;
    for group in groups {
        let learners: Vec<LearningCurves> = group.learners.iter().map(curves).collect();
        let (rows, columns) = learning_curves_panels(learners.len());
        let size = ((columns * PANEL.0) as u32, (rows * PANEL.1) as u32);
        let path = folder.join(format!("{}.svg", file_name(group.task)));
        let mut svg = String::new();
        learning_curves(SVGBackend::with_string(&mut svg, size), &learners, group.bar, &theme)
            .map_err(|error| file_error(&path, error))?;
        std::fs::write(&path, svg).map_err(|error| file_error(&path, error))?;
        println!("{}", path.display());
    }
    Ok(())
}

fn curves(learner: &Learner) -> LearningCurves {
    let curve = |line: &&Line| LearningCurve {
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
    task.chars()
        .map(|letter| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '_' })
        .collect()
}
