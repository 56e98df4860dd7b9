//! Words and numbers in a picture: clear of the curves and of each other.

use super::model::errors;
use super::{ERROR, SVG_FONT_SIZE, points, svg};
use mbppo::plots::{Role, Theme, ThemeText, calibration, curve, error_by_horizon};
use mbppo::snapshot::{Calibration, ErrorByHorizon};

/// One attribute of an SVG line.
pub fn attribute<'a>(line: &'a str, name: &str) -> &'a str {
    line.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

/// Left, top, right and bottom of each of the words in a picture that are among `wanted`. Letters are taken to be
/// narrow: what overlaps then is seen.
pub fn boxes(svg: &str, wanted: &dyn Fn(&str) -> bool) -> Vec<(String, [f32; 4])> {
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
pub fn is_crossed(svg: &str, colour: &str, [left, top, right, bottom]: [f32; 4]) -> bool {
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
pub fn words_in_the_plot_of_errors_keep_clear_of_the_curve_and_of_each_other() {
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
pub fn the_name_of_the_honest_line_keeps_clear_of_the_curve() {
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

/// Centres of the numbers below the axis, from the left: those on the line of text of the axis' title.
pub fn centres_below(svg: &str) -> Vec<f64> {
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
pub fn numbers_below_a_narrow_picture_do_not_touch() {
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
