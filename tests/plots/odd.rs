//! Pictures of nothing yet, of numbers that are none, and of any size.

use super::curves::learning;
use super::model::{comparison, errors, map};
use super::{INK, lines, picture, points, svg};
use mbppo::plots::{
    Layer, Returns, Role, Theme, ThemeText, calibration, curve, error_by_horizon, real_vs_imagined, returns,
    state_map,
};
use mbppo::snapshot::{Calibration, Comparison, ErrorByHorizon, StateMap};

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
