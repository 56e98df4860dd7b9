//! Every picture, drawn natively as SVG. Each run leaves them under the target folder, in `tmp/pictures`, to be looked
//! at.
#![cfg(not(target_family = "wasm"))]

use mbppo::plots::{
    Drawn, Layer, LearningCurve, LearningCurves, Returns, Role, RunEnd, Theme, ThemeText, calibration, curve,
    error_by_horizon, learning_curves, real_vs_imagined, returns, state_map,
};
use mbppo::snapshot::{Calibration, Comparison, ErrorByHorizon, Point, StateMap, StateMapAxis};
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

/// A run like those on CartPole: returns that are scattered and rise, evaluations above them.
fn learning() -> Returns {
    let mut steps = 0.0;
    let episodes = (0..110).map(|episode| {
        let skill = 20.0 + 460.0 / (1.0 + (-(episode as f32 - 60.0) / 10.0).exp());
        let length = (skill * (0.55 + 0.45 * (episode as f32 * 2.4).sin())).clamp(9.0, 500.0).round();
        steps += length;
        (steps, length)
    });
    let episode_returns = points(episodes.collect::<Vec<_>>());
    let share = |k: usize| 500.0 / (1.0 + (-(k as f32 - 12.0) / 2.5).exp());
    let evaluations = points((1..=(steps / 250.0) as usize).map(|k| (k as f32 * 250.0, share(k).round())));
    Returns { episode_returns, evaluations, solved_return: Some(475.0) }
}

/// A pole that swings, and a model whose members drift apart by `drift` a step.
fn comparison(drift: f32) -> Comparison {
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

fn errors(growth: f32) -> ErrorByHorizon {
    let model: Vec<f32> = (1..=20).map(|k| 0.01 + growth * (k as f32).powf(1.7)).collect();
    ErrorByHorizon { stretches: vec![64; model.len()], by_dimension: Vec::new(), model, asked: 20 }
}

#[test]
fn returns_show_episodes_their_mean_evaluations_and_the_bar() {
    let data = learning();
    let svg = picture("returns", &|backend, theme| returns(backend, &data, theme));
    assert_eq!((lines(&svg, INK), lines(&svg, REWARD)), (1, 1));
    assert!(svg.matches("<circle").count() > 80);
    for text in ["solved: 475", "real steps", "practice", "tests", "return of an episode"] {
        assert!(svg.contains(text), "{text} is missing");
    }
    let first = Returns { episode_returns: data.episode_returns[..1].to_vec(), ..Returns::default() };
    let svg = picture("returns-first", &|backend, theme| returns(backend, &first, theme));
    assert!(svg.contains("real steps"), "an axis appears with its first point");
    let early = Returns {
        episode_returns: data.episode_returns[..12].to_vec(),
        evaluations: data.evaluations[..1].to_vec(),
        solved_return: Some(475.0),
    };
    picture("returns-early", &|backend, theme| returns(backend, &early, theme));
}

#[test]
fn many_episodes_are_thinned_to_what_the_canvas_can_show() {
    let values = (0..200_000).map(|k| (k as f32 * 40.0, 200.0 + 180.0 * (k as f32 * 0.7).sin()));
    let data = Returns { episode_returns: points(values), solved_return: Some(475.0), ..Returns::default() };
    let svg = picture("returns-long", &|backend, theme| returns(backend, &data, theme));
    assert!(svg.matches("<circle").count() <= 160);
    assert!(svg.len() < 60_000, "{}", svg.len());
}

#[test]
fn the_real_line_is_ink_and_solid_and_the_imagined_is_blue_and_translucent() {
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
fn a_model_that_runs_away_does_not_flatten_what_really_happened() {
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
fn the_error_is_read_against_no_change_at_the_horizon_in_use() {
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

/// One attribute of an SVG line.
fn attribute<'a>(line: &'a str, name: &str) -> &'a str {
    line.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

/// Left, top, right and bottom of each of the words in a picture that are among `wanted`. Letters are taken to be
/// narrow: what overlaps then is seen.
fn boxes(svg: &str, wanted: &dyn Fn(&str) -> bool) -> Vec<(String, [f32; 4])> {
    let lines: Vec<&str> = svg.lines().collect();
    let texts = lines.windows(2).filter(|pair| pair[0].starts_with("<text") && wanted(pair[1]));
    let area = |pair: &[&str]| {
        let number = |name| attribute(pair[0], name).parse::<f32>().unwrap();
        let (x, y, high) = (number("x"), number("y"), 11.0);
        let wide = 6.0 * pair[1].chars().count() as f32;
        let left = match attribute(pair[0], "text-anchor") {
            "start" => x,
            "middle" => x - wide / 2.0,
            _ => x - wide,
        };
        let top = match attribute(pair[0], "dy") {
            "0.76em" => y,
            "0.5ex" => y - high / 2.0,
            _ => y - high,
        };
        (pair[1].to_string(), [left, top, left + wide, top + high])
    };
    texts.map(area).collect()
}

/// Whether one of the lines of this colour goes through the box, by looking at every pixel of its way.
fn is_crossed(svg: &str, colour: &str, [left, top, right, bottom]: [f32; 4]) -> bool {
    let ways = svg.lines().filter(|line| line.contains("<polyline") && line.contains(colour));
    let points = |line: &str| -> Vec<(f32, f32)> {
        let pair = |pair: &str| pair.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()));
        attribute(line, "points").split_whitespace().filter_map(pair).collect()
    };
    let inside = |(x, y): (f32, f32)| (left..right).contains(&x) && (top..bottom).contains(&y);
    ways.map(points).any(|way| {
        way.windows(2).any(|pair| {
            let between = |share: f32| {
                (pair[0].0 + share * (pair[1].0 - pair[0].0), pair[0].1 + share * (pair[1].1 - pair[0].1))
            };
            (0..=200).any(|k| inside(between(k as f32 / 200.0)))
        })
    })
}

#[test]
fn words_in_the_plot_of_errors_keep_clear_of_the_curve_and_of_each_other() {
    let theme = Theme::parse(&ThemeText::light()).unwrap();
    let words = |text: &str| text.starts_with("horizon") || text == "not known" || text.ends_with(" %");
    for (steps, growth) in
        [(20, 0.0004), (20, 0.0016), (20, 0.05), (40, 0.006), (40, 0.015), (40, 0.05), (5, 0.1)]
    {
        for horizon in [1, 2, 5, 11, 20, 30, 40] {
            for size in [(300, 180), (420, 240), (600, 300)] {
                let model: Vec<f32> = (1..=steps).map(|k| 0.01 + growth * (k as f32).powf(1.7)).collect();
                let errors = ErrorByHorizon { model, asked: 40, ..errors(growth) };
                let svg =
                    svg(size, &theme, &|backend, theme| error_by_horizon(backend, &errors, horizon, theme));
                let case = format!("{steps} steps, growth {growth}, horizon {horizon}, {size:?}");
                // The numbers of the axis are left of the plot, where no curve comes.
                let all = boxes(&svg, &words);
                assert!(all.len() >= 4, "{case}: {all:?}");
                for (index, (text, area)) in all.iter().enumerate() {
                    assert!(!is_crossed(&svg, ERROR, *area), "{case}: the curve goes through {text}");
                    for (other, there) in &all[..index] {
                        let apart = area[0] >= there[2]
                            || there[0] >= area[2]
                            || area[1] >= there[3]
                            || there[1] >= area[3];
                        assert!(apart, "{case}: {text} is on {other}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_name_of_the_honest_line_keeps_clear_of_the_curve() {
    let theme = Theme::parse(&ThemeText::light()).unwrap();
    for (power, top) in [(1.0, 0.9), (0.5, 0.8), (2.0, 0.9), (1.0, 0.3), (0.3, 0.6), (3.0, 0.99)] {
        let share = |k: i32| k as f32 / 8.0;
        let data = Calibration {
            disagreement: (1..=8).map(share).collect(),
            error: (1..=8).map(|k| top * share(k).powf(power)).collect(),
            rank_correlation: 0.8,
            pairs: 800,
        };
        for size in [(300, 180), (600, 300)] {
            let svg = svg(size, &theme, &|backend, theme| calibration(backend, &data, theme));
            let all = boxes(&svg, &|text| text == "perfectly calibrated");
            assert_eq!(all.len(), 1);
            assert!(!is_crossed(&svg, ERROR, all[0].1), "error {top} · doubt^{power} at {size:?}");
        }
    }
}

#[test]
fn steps_of_whose_error_nothing_is_known_are_drawn_as_unknown() {
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

#[test]
fn a_curve_has_its_unit_in_the_title_and_its_latest_value_at_the_end() {
    let loss = points((0..200).map(|k| (k as f32 * 64.0, 0.9 * (-(k as f32) / 30.0).exp() + 0.031)));
    let svg =
        picture("curve", &|backend, theme| curve(backend, &loss, "train_loss", "loss", Role::Real, theme));
    assert_eq!(lines(&svg, INK), 1);
    assert!(svg.contains("train_loss, loss") && svg.contains("0.03"), "{svg}");
    let branches = points((0..40).map(|k| (k as f32 * 64.0, (10.0 + 90.0 * (k as f32 / 39.0)).round())));
    let svg = picture("curve-imagined", &|backend, theme| {
        curve(backend, &branches, "branches", "", Role::Imagined, theme)
    });
    assert!(lines(&svg, IMAGINED) > 5);
    let beta = points((0..40).map(|k| (k as f32 * 64.0, 0.01)));
    picture("curve-flat", &|backend, theme| curve(backend, &beta, "β", "weight", Role::Novelty, theme));
    assert!(Role::parse("blue").unwrap_err().to_string().contains("role = blue"));
    assert_eq!(Role::parse("novelty").unwrap(), Role::Novelty);
}

/// Seeds that learn `speed` times as fast as the slowest, the last of them never.
fn learner(name: &str, speed: f32) -> LearningCurves {
    let run = |seed: usize| {
        let half = (2000.0 + 300.0 * seed as f32) / speed;
        let value = |steps: f32| 500.0 / (1.0 + (-(steps - half) / (0.2 * half)).exp());
        let all = points(
            (1..=20).map(|k| (k as f32 * 250.0, if seed == 4 { 20.0 } else { value(k as f32 * 250.0) })),
        );
        let solved = all.iter().position(|point| point.value >= 475.0);
        let evaluations = all[..solved.map_or(all.len(), |at| at + 1)].to_vec();
        LearningCurve { evaluations, end: if solved.is_some() { RunEnd::Solved } else { RunEnd::GivenUp } }
    };
    LearningCurves { name: name.into(), runs: (0..5).map(run).collect() }
}

#[test]
fn learners_stand_beside_each_other_with_every_seed_and_their_medians_over_each_other() {
    let both = [learner("mb-ppo", 3.0), learner("ppo", 1.0)];
    picture("learning", &|backend, theme| learning_curves(backend, &both, Some(475.0), theme));
    let theme = Theme::parse(&ThemeText::light()).unwrap();
    let svg_of = |learners: &[LearningCurves], size| {
        svg(size, &theme, &|backend, theme| learning_curves(backend, learners, Some(475.0), theme))
    };
    let svg = svg_of(&both, (1260, 260));
    for colour in [IMAGINED, ERROR] {
        assert_eq!(
            lines(&svg, colour),
            5 + 1 + 1,
            "five seeds, their median, and the median among the medians"
        );
    }
    for text in ["mb-ppo, mean return", "ppo, mean return", "medians, mean return", "bar 475"] {
        assert!(svg.contains(text), "{text} is missing");
    }
    assert_eq!(svg.matches("<circle").count(), 8, "a dot where a run was solved");
    assert_eq!(lines(&svg_of(&both[..1], (420, 260)), IMAGINED), 6, "a single learner has one panel");
    assert!(svg_of(&[], (420, 260)).contains("Appears after the first evaluation."));
}

/// A maze of 9 × 6 cells, of which the walker knows the left half; rows are counted from the top.
fn map() -> StateMap {
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
fn a_map_has_a_patch_for_each_cell_its_first_row_on_top_and_dots_where_somebody_was() {
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
fn doubt_is_drawn_against_error_with_the_line_of_an_honest_one() {
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

#[test]
fn before_the_first_point_there_is_a_sentence_and_no_axis() {
    let nothing = Comparison {
        from_step: 0,
        real: vec![],
        imagined_mean: vec![],
        imagined_low: vec![],
        imagined_high: vec![],
    };
    let bar = Returns { solved_return: Some(475.0), ..Returns::default() };
    let pictures = [
        picture("empty-returns", &|backend, theme| returns(backend, &bar, theme)),
        picture("empty-comparison", &|backend, theme| real_vs_imagined(backend, &nothing, 0, "", "", theme)),
        picture("empty-error", &|backend, theme| {
            error_by_horizon(backend, &ErrorByHorizon::default(), 20, theme)
        }),
        picture("empty-curve", &|backend, theme| curve(backend, &[], "β", "", Role::Novelty, theme)),
    ];
    for svg in pictures {
        assert!(svg.contains("Appears "), "{svg}");
        assert_eq!(
            (svg.matches("<text").count(), svg.matches("<rect").count()),
            (1, 1),
            "only paper and a sentence"
        );
    }
}

#[test]
fn numbers_that_are_not_finite_are_gaps() {
    let values = [1.0, 2.0, f32::NAN, 3.0, f32::INFINITY, 2.0, 4.0, f32::NEG_INFINITY];
    let holes = points(values.into_iter().enumerate().map(|(k, value)| (k as f32, value)));
    let svg = picture("curve-gaps", &|backend, theme| curve(backend, &holes, "loss", "", Role::Real, theme));
    assert_eq!(lines(&svg, INK), 2);
    assert_eq!(svg.matches("<circle").count(), 1, "a point between two gaps is a dot");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    let mut broken = comparison(0.0002);
    broken.imagined_mean[10][1] = f32::NAN;
    broken.imagined_high[10][1] = f32::INFINITY;
    let svg =
        picture("comparison-gaps", &|backend, theme| real_vs_imagined(backend, &broken, 1, "", "", theme));
    assert_eq!(svg.matches("<polygon").count(), 2);
}

#[test]
fn a_picture_of_any_size_and_any_numbers_can_be_asked_for() {
    let theme = Theme::parse(&ThemeText { scale: 2.0, ..ThemeText::light() }).unwrap();
    let far = points([(0.0, f32::MAX), (f32::MAX, f32::MIN), (1e-30, 1e-30)]);
    for size in [(0, 0), (1, 1), (2, 500), (500, 2), (240, 160), (241, 161), (5000, 3000)] {
        for data in [learning(), Returns { episode_returns: far.clone(), ..learning() }] {
            svg(size, &theme, &|backend, theme| returns(backend, &data, theme));
        }
        svg(size, &theme, &|backend, theme| real_vs_imagined(backend, &comparison(1e30), 7, "", "", theme));
        svg(size, &theme, &|backend, theme| {
            real_vs_imagined(backend, &comparison(f32::MAX), 1, "", "", theme)
        });
        svg(size, &theme, &|backend, theme| error_by_horizon(backend, &errors(f32::MAX), 1000, theme));
        svg(size, &theme, &|backend, theme| error_by_horizon(backend, &errors(0.1), 0, theme));
        svg(size, &theme, &|backend, theme| curve(backend, &far, "", "", Role::Error, theme));
        let (huge, none) = (vec![f32::MAX; 54], vec![f32::NAN; 54]);
        for value in [vec![0.0; 54], huge, none, vec![1.0; 3]] {
            let map = StateMap { value, ..map() };
            svg(size, &theme, &|backend, theme| state_map(backend, &map, Layer::Value, theme));
        }
        let sure =
            Calibration { disagreement: vec![0.0; 8], error: vec![f32::MAX; 8], ..Calibration::default() };
        svg(size, &theme, &|backend, theme| calibration(backend, &sure, theme));
        svg(size, &theme, &|backend, theme| curve(backend, &far[..1], "", "", Role::Reward, theme));
    }
}

/// Centres of the numbers below the axis, from the left: those on the line of text of the axis' title.
fn centres_below(svg: &str) -> Vec<f64> {
    let value = |tag: &str, name: &str| -> f64 {
        let (_, rest) = tag.split_once(&format!(" {name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let tags: Vec<&str> =
        svg.split("<text").skip(1).map(|part| part.split("</text").next().unwrap()).collect();
    let title = tags.iter().find(|tag| tag.contains("real steps")).unwrap();
    let on_its_line = |tag: &&&str| tag.contains("middle") && value(tag, "y") == value(title, "y");
    let mut centres: Vec<f64> = tags.iter().filter(on_its_line).map(|tag| value(tag, "x")).collect();
    centres.sort_by(f64::total_cmp);
    centres
}

#[test]
fn numbers_below_a_narrow_picture_do_not_touch() {
    let theme = Theme::parse(&ThemeText { font_size: SVG_FONT_SIZE, ..ThemeText::light() }).unwrap();
    let beta = points((0..40).map(|k| (k as f32 * 30.0, if k < 30 { 0.01 } else { 0.0099 })));
    let at = |width| {
        svg((width, 160), &theme, &|backend, theme| curve(backend, &beta, "β", "", Role::Real, theme))
    };
    assert_eq!(centres_below(&at(600)).len(), 3, "0, 500, 1k");
    for width in 140..300 {
        let centres = centres_below(&at(width));
        assert!(!centres.is_empty(), "the last number stays, at {width}");
        assert!(centres.windows(2).all(|pair| pair[1] - pair[0] > 18.0), "{centres:?} at {width}");
    }
}
