//! What the model foresaw against what happened: a stretch of steps, errors by horizon, honesty, the map of states.

use super::{ERROR, IMAGINED, INK, REWARD, lines, picture};
use mbppo::plots::{Layer, calibration, error_by_horizon, real_vs_imagined, state_map};
use mbppo::snapshot::{Calibration, Comparison, ErrorByHorizon, StateMap, StateMapAxis};

/// A pole that swings, and a model whose members drift apart by `drift` a step.
pub fn comparison(drift: f32) -> Comparison {
    let swing = |k: usize| 0.08 * (k as f32 * 0.32).sin() + 0.002 * k as f32;
    let rows = |value: &dyn Fn(usize) -> f32| (0..=20).map(|k| vec![0.0, value(k)]).collect();
    Comparison {
        from_step: 640,
        real: rows(&swing),
        imagined_mean: rows(&|k| swing(k) + drift * (k * k) as f32 * 0.6),
        imagined_low: rows(&|k| swing(k) - drift * (k * k) as f32 * 0.5),
        imagined_high: rows(&|k| swing(k) + drift * (k * k) as f32 * 1.5),
    }
}

pub fn errors(growth: f32) -> ErrorByHorizon {
    let model: Vec<f32> = (1..=20).map(|k| 0.01 + growth * (k as f32).powf(1.7)).collect();
    ErrorByHorizon { stretches: vec![64; model.len()], by_dimension: Vec::new(), model, asked: 20 }
}

#[test]
pub fn the_real_line_is_ink_and_solid_and_the_imagined_is_blue_and_translucent() {
    let svg = picture("comparison", &|backend, theme| {
        real_vs_imagined(backend, &comparison(0.0002), 1, "pole angle", "rad", theme)
    });
    assert_eq!(lines(&svg, INK), 1, "the real line is whole");
    assert!(lines(&svg, IMAGINED) > 5, "the imagined line is in dashes");
    let imagined = svg.lines().filter(|line| line.contains(IMAGINED) && !line.contains("<text"));
    assert!(
        imagined.filter(|line| line.contains("opacity=\"1\"")).count() == 0,
        "the imagined is translucent"
    );
    assert!(svg.contains("<polygon") && svg.contains("pole angle, rad") && svg.contains(">\nsteps\n<"));
    picture("comparison-good", &|backend, theme| {
        real_vs_imagined(backend, &comparison(0.00001), 1, "pole angle", "rad", theme)
    });
}

#[test]
pub fn a_model_that_runs_away_does_not_flatten_what_really_happened() {
    let wild = comparison(1e6);
    let svg = picture("comparison-wild", &|backend, theme| {
        real_vs_imagined(backend, &wild, 1, "pole angle", "rad", theme)
    });
    let line = svg.lines().find(|line| line.contains("<polyline") && line.contains(INK)).unwrap();
    let heights: Vec<f32> = line
        .split('"')
        .find(|part| part.matches(',').count() > 5)
        .unwrap()
        .split_whitespace()
        .map(|pair| pair.split(',').nth(1).unwrap().parse().unwrap())
        .collect();
    let lowest = heights.iter().copied().fold(f32::MAX, f32::min);
    let highest = heights.iter().copied().fold(f32::MIN, f32::max);
    assert!(highest - lowest > 25.0, "the real line is {} pixels high", highest - lowest);
}

#[test]
pub fn the_error_is_read_against_no_change_at_the_horizon_in_use() {
    let svg = picture("error", &|backend, theme| error_by_horizon(backend, &errors(0.0016), 12, theme));
    assert_eq!(lines(&svg, ERROR), 1);
    assert!(svg.contains("no change") && svg.contains("12 %") && svg.contains("100 %"), "{svg}");
    let svg = picture("error-bad", &|backend, theme| error_by_horizon(backend, &errors(0.05), 20, theme));
    assert!(
        svg.matches("<polygon").count() == 2,
        "the wash, and one arrow where the line leaves the picture"
    );
    let svg = picture("error-good", &|backend, theme| error_by_horizon(backend, &errors(0.0004), 20, theme));
    assert!(!svg.contains("not known"), "all 20 steps are known");
}

#[test]
pub fn steps_of_whose_error_nothing_is_known_are_drawn_as_unknown() {
    let mut short = errors(0.0016);
    short.asked = 40;
    short.model.truncate(11);
    short.stretches.truncate(11);
    let svg = picture("error-unknown", &|backend, theme| error_by_horizon(backend, &short, 11, theme));
    assert!(svg.contains("not known") && svg.contains("horizon 11"), "{svg}");
    assert_eq!(
        svg.matches("<polygon").count(),
        2,
        "the wash of what is not known and that of what is in use"
    );
    assert!(svg.contains("\n40\n"), "the axis goes to all steps that were asked for");
}

/// A maze of 9 × 6 cells, of which the walker knows the left half; rows are counted from the top.
pub fn map() -> StateMap {
    let axis = |name: &str, low, high| StateMapAxis { name: name.into(), unit: String::new(), low, high };
    let cells = || (0..54usize).map(|cell| (cell % 9, cell / 9));
    StateMap {
        axes: [axis("column", 0.5, 9.5), axis("row", 6.5, 0.5)],
        cells: [9, 6],
        visits: cells().map(|(x, y)| if x < 5 { (1 + x * y * y) as u32 } else { 0 }).collect(),
        novelty: cells().map(|(x, y)| 0.02 * (x * x) as f32 + 0.01 * y as f32).collect(),
        value: cells().map(|(x, y)| 0.9f32.powi((16 - x - y) as i32) - 0.3).collect(),
    }
}

#[test]
pub fn a_map_has_a_patch_for_each_cell_its_first_row_on_top_and_dots_where_somebody_was() {
    let drawn = |layer: Layer| {
        picture(&format!("map-{layer:?}"), &|backend, theme| state_map(backend, &map(), layer, theme))
    };
    let patches = |svg: &str, colour: &str| {
        svg.lines().filter(|line| line.contains("<rect") && line.contains(colour)).count()
    };
    let height = |svg: &str, number: &str| {
        let at = svg.find(&format!(">\n{number}\n<")).unwrap_or_else(|| panic!("{number} is missing"));
        let y = svg[..at].rsplit(" y=\"").next().unwrap().split('"').next().unwrap();
        y.parse::<i32>().unwrap()
    };
    let visits = drawn(Layer::Visits);
    assert!(patches(&visits, INK) > 54);
    assert!(height(&visits, "2") < height(&visits, "4"), "rows count downwards");
    for text in ["column", "row", "101"] {
        assert!(visits.contains(&format!("\n{text}\n")), "{text} is missing in {visits}");
    }
    for (layer, colour) in [(Layer::Novelty, "#CC79A7"), (Layer::Value, REWARD)] {
        let svg = drawn(layer);
        assert!(patches(&svg, colour) >= 54, "{layer:?}");
        assert_eq!(patches(&svg, INK), 30, "a dot in each visited cell of {layer:?}");
    }
    let without = StateMap { novelty: Vec::new(), ..map() };
    let svg = picture("map-none", &|backend, theme| state_map(backend, &without, Layer::Novelty, theme));
    assert!(svg.contains("Appears after the first iteration."));
    assert!(Layer::parse("light").unwrap_err().to_string().contains("layer = light"));
    assert_eq!(Layer::parse("value").unwrap(), Layer::Value);
}

#[test]
pub fn doubt_is_drawn_against_error_with_the_line_of_an_honest_one() {
    let bins = Calibration {
        disagreement: (1..=8).map(|k| 0.02 * k as f32).collect(),
        error: (1..=8).map(|k| 0.05 * k as f32).collect(),
        rank_correlation: 0.8,
        pairs: 800,
    };
    let svg = picture("calibration", &|backend, theme| calibration(backend, &bins, theme));
    assert_eq!(lines(&svg, ERROR), 1);
    assert!(svg.contains("perfectly calibrated") && svg.contains("disagreement"), "{svg}");
    let nothing = Calibration::default();
    let svg = picture("calibration-none", &|backend, theme| calibration(backend, &nothing, theme));
    assert!(svg.contains("Appears after the model&apos;s first test."));
}
