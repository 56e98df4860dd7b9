//! iCEM against numbers that an independent implementation made, and what holds whatever is searched for.

use super::noise::{Coloured, normal_share};
use super::{Cem, Settings};
use crate::env::ActionSpace;
use crate::rng::Seed;
use std::sync::Arc;

#[derive(serde::Deserialize)]
struct Golden {
    noise: Vec<Noise>,
    updates: Vec<Updates>,
    shares: Vec<Share>,
}

#[derive(serde::Deserialize)]
struct Noise {
    exponent: f64,
    z: Vec<f64>,
    noise: Vec<f64>,
}

#[derive(serde::Deserialize)]
struct Updates {
    size: usize,
    bound: f32,
    choices: usize,
    horizon: usize,
    elites: usize,
    momentum: f64,
    noise: f64,
    rounds: Vec<Round>,
}

#[derive(serde::Deserialize)]
struct Round {
    shifts: bool,
    asked: Vec<Vec<f32>>,
    values: Vec<f32>,
    centre: Vec<f64>,
    spread: Vec<f64>,
    kept: Vec<Vec<f32>>,
}

#[derive(serde::Deserialize)]
struct Share {
    z: f64,
    share: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../tests/fixtures/golden/numerics/icem.json")).expect("the fixture")
}

fn assert_near(actual: &[f64], expected: &[f64], most: f64) {
    assert_eq!(actual.len(), expected.len());
    for (actual, expected) in actual.iter().zip(expected) {
        assert!((actual - expected).abs() <= most, "{actual} {expected}");
    }
}

#[test]
fn coloured_noise_is_as_an_independent_implementation_has_it() {
    for case in golden().noise {
        assert_near(&Coloured::new(case.z.len(), case.exponent).of(&case.z), &case.noise, 1e-12);
    }
    for case in golden().shares {
        assert_near(&[normal_share(case.z)], &[case.share], 1.6e-7);
    }
}

#[test]
fn updates_go_as_an_independent_implementation_has_them() {
    for case in golden().updates {
        let action = match case.choices {
            0 => ActionSpace::Box { size: case.size, bound: case.bound },
            choices => ActionSpace::Discrete(choices),
        };
        let settings = Settings { elites: case.elites, spread: case.noise, momentum: case.momentum };
        let mut search = Cem::new(action, Arc::new(Coloured::new(case.horizon, 2.0)), settings);
        for round in case.rounds {
            if round.shifts {
                search.shift();
            }
            search.asked = round.asked;
            let order = search.tell(&round.values);
            assert!(order.windows(2).all(|pair| round.values[pair[0]] >= round.values[pair[1]]));
            assert_near(&search.centre, &round.centre, 1e-12);
            assert_near(&search.spread, &round.spread, 1e-12);
            assert_eq!(search.kept, round.kept);
        }
    }
}

fn search(action: ActionSpace, horizon: usize, exponent: f64) -> Cem {
    let settings = Settings { elites: 8, spread: 0.5, momentum: 0.1 };
    Cem::new(action, Arc::new(Coloured::new(horizon, exponent)), settings)
}

#[test]
fn it_finds_the_plan_that_a_task_pays_for_whatever_the_colour() {
    for (action, exponent) in [
        (ActionSpace::Box { size: 2, bound: 2.0 }, 0.0),
        (ActionSpace::Box { size: 1, bound: 1.0 }, 2.0),
        (ActionSpace::Discrete(3), 0.0),
        (ActionSpace::Discrete(4), 2.0),
    ] {
        let mut stream = Seed(4).stream("plans");
        let mut search = search(action, 6, exponent);
        // The first half of a plan should be as low as it can, the other as high as it can.
        let highest = match action {
            ActionSpace::Discrete(choices) => choices as f32 - 1.0,
            ActionSpace::Box { bound, .. } => bound,
        };
        let worth = |plan: &Vec<f32>| {
            let half = plan.len() / 2;
            plan[half..].iter().sum::<f32>() - plan[..half].iter().sum::<f32>()
        };
        let mut best = f32::NEG_INFINITY;
        for iteration in 0..20 {
            let values: Vec<f32> = search.ask(60, iteration == 19, &mut stream).iter().map(worth).collect();
            let now = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert!(now >= best, "the best are drawn again: {now} after {best}");
            best = now;
            search.tell(&values);
        }
        let half = search.plan_size() as f32 / 2.0;
        let most = match action {
            ActionSpace::Discrete(_) => half * highest,
            ActionSpace::Box { .. } => 2.0 * half * highest,
        };
        assert!(best > 0.9 * most, "{action:?}: {best} of {most}");
    }
}

#[test]
fn plans_are_within_the_space_and_their_choices_as_frequent_as_their_probabilities() {
    let mut stream = Seed(2).stream("plans");
    let mut numbers = search(ActionSpace::Box { size: 2, bound: 0.5 }, 5, 1.0);
    assert!(numbers.ask(200, true, &mut stream).iter().flatten().all(|a| a.abs() <= 0.5));
    let mut choices = search(ActionSpace::Discrete(3), 4, 2.0);
    choices.centre = [0.7, 0.2, 0.1].repeat(4);
    let plans = choices.ask(20_000, false, &mut stream).to_vec();
    for (choice, expected) in [0.7, 0.2, 0.1].into_iter().enumerate() {
        for step in 0..4 {
            let count = plans.iter().filter(|plan| plan[step] == choice as f32).count();
            let share = count as f64 / 20_000.0;
            assert!((share - expected).abs() < 0.012, "step {step}, choice {choice}: {share}");
        }
    }
}

#[test]
fn red_noise_keeps_its_sign_for_longer_and_all_noise_is_standard_normal() {
    let mut stream = Seed(1).stream("noise");
    let mut kept = Vec::new();
    for exponent in [0.0, 2.0] {
        let (noise, mut same, mut square) = (Coloured::new(20, exponent), 0, 0.0);
        for _ in 0..4000 {
            let drawn = noise.draw(1, &mut stream);
            same += drawn.windows(2).filter(|pair| pair[0] * pair[1] > 0.0).count();
            square += drawn[13] * drawn[13] / 4000.0;
        }
        assert!((square - 1.0).abs() < 0.1, "{exponent}: variance {square}");
        kept.push(same as f64 / (4000.0 * 19.0));
    }
    assert!((kept[0] - 0.5).abs() < 0.01 && kept[1] > 0.75, "{kept:?}");
}
