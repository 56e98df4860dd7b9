//! Returns and single curves over real steps, and the learning curves of several learners.

use super::{ERROR, IMAGINED, INK, REWARD, lines, picture, points, svg};
use mbppo::plots::{
    LearningCurve, LearningCurves, Returns, Role, RunEnd, Theme, ThemeText, curve, learning_curves, returns,
};

/// A run like those on CartPole: returns that are scattered and rise, evaluations above them.
pub fn learning() -> Returns {
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

#[test]
pub fn returns_show_episodes_their_mean_evaluations_and_the_bar() {
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
pub fn many_episodes_are_thinned_to_what_the_canvas_can_show() {
    let values = (0..200_000).map(|k| (k as f32 * 40.0, 200.0 + 180.0 * (k as f32 * 0.7).sin()));
    let data = Returns { episode_returns: points(values), solved_return: Some(475.0), ..Returns::default() };
    let svg = picture("returns-long", &|backend, theme| returns(backend, &data, theme));
    assert!(svg.matches("<circle").count() <= 160);
    assert!(svg.len() < 60_000, "{}", svg.len());
}

#[test]
pub fn a_curve_has_its_unit_in_the_title_and_its_latest_value_at_the_end() {
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
pub fn learner(name: &str, speed: f32) -> LearningCurves {
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
pub fn learners_stand_beside_each_other_with_every_seed_and_their_medians_over_each_other() {
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
