//! Every picture, drawn natively as SVG. Each run leaves them under the target folder, in `tmp/pictures`, to be looked
//! at.
#![cfg(not(target_family = "wasm"))]

mod curves;
mod model;
mod odd;
mod words;

use mbppo::plots::{Drawn, Theme, ThemeText};
use mbppo::snapshot::Point;
use plotters::prelude::SVGBackend;

const INK: &str = "#1B1B1F";
const IMAGINED: &str = "#0072B2";
const REWARD: &str = "#009E73";
const ERROR: &str = "#D55E00";

/// The SVG backend writes text 1.24 times smaller than it is asked to; a canvas does not.
const SVG_FONT_SIZE: f64 = 13.0 * 1.24;

type Draw<'a> = &'a dyn Fn(SVGBackend, &Theme) -> Drawn<SVGBackend<'static>>;

/// The light picture at 300 × 180; both themes and both sizes are written to files.
fn picture(name: &str, draw: Draw) -> String {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    std::fs::create_dir_all(&folder).unwrap();
    let mut pictures = Vec::new();
    for (mood, colours) in [("light", ThemeText::light()), ("dark", ThemeText::dark())] {
        let theme = Theme::parse(&ThemeText { font_size: SVG_FONT_SIZE, ..colours }).unwrap();
        for size in [(300, 180), (600, 300)] {
            let text = svg(size, &theme, draw);
            std::fs::write(folder.join(format!("{name}-{mood}-{}.svg", size.0)), &text).unwrap();
            pictures.push(text);
        }
    }
    pictures.swap_remove(0)
}

fn svg(size: (u32, u32), theme: &Theme, draw: Draw) -> String {
    let mut text = String::new();
    draw(SVGBackend::with_string(&mut text, size), theme).unwrap();
    text
}

/// How many lines of this colour there are.
fn lines(svg: &str, colour: &str) -> usize {
    svg.lines()
        .filter(|line| line.contains("<polyline") && line.contains(&format!("stroke=\"{colour}\"")))
        .count()
}

fn points(values: impl IntoIterator<Item = (f32, f32)>) -> Vec<Point> {
    values.into_iter().map(|(steps, value)| Point { real_steps: steps.into(), value }).collect()
}
