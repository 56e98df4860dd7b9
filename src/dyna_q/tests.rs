//! Dyna-Q against the book's figures, and its updates by hand.

use super::*;
use crate::env::{Env, GridWorld};
use crate::rng::Seed;

const SHORTEST: usize = 14;

fn learner(settings: DynaQSettings) -> DynaQ {
    DynaQ::new(GridWorld::CELLS, 4, settings).expect("possible settings")
}

/// Real steps of each episode in the maze, without time limit as in the book, and what was learned.
fn practise(seed: u64, planning_steps: usize, bonus: f32, episodes: usize) -> (Vec<usize>, DynaQ) {
    let (mut acting, mut planning) = (Seed(seed).stream("actions"), Seed(seed).stream("planning"));
    let mut learner = learner(DynaQSettings { bonus, ..DynaQSettings::default() });
    let episode = |_| {
        let (mut maze, mut steps) = (GridWorld::default(), 0);
        loop {
            let state = maze.cell();
            let action = learner.act(state, &mut acting);
            let outcome = maze.step(&[action as f32], &mut acting);
            steps += 1;
            learner.learn(TableStep {
                state,
                action,
                reward: outcome.reward,
                next_state: maze.cell(),
                terminated: outcome.terminated,
            });
            learner.plan(planning_steps, &mut planning);
            if outcome.terminated {
                return steps;
            }
        }
    };
    ((0..episodes).map(episode).collect(), learner)
}

/// Length of the greedy way from the start; none if it does not arrive.
fn greedy_way(learner: &DynaQ) -> Option<usize> {
    let mut maze = GridWorld::default();
    let mut unused = Seed(0).stream("unused");
    (1..=GridWorld::CELLS).find(|_| maze.step(&[learner.greedy(maze.cell()) as f32], &mut unused).terminated)
}

#[test]
fn more_planning_needs_fewer_real_steps_as_in_figure_8_2() {
    const SEEDS: usize = 30;
    let mean_of_episode = |planning_steps: usize, episodes: usize| -> Vec<f64> {
        let runs: Vec<Vec<usize>> =
            (0..SEEDS as u64).map(|seed| practise(seed, planning_steps, 0.0, episodes).0).collect();
        let mean = |episode: usize| runs.iter().map(|run| run[episode]).sum::<usize>() as f64 / SEEDS as f64;
        (0..episodes).map(mean).collect()
    };
    let [none, five, fifty] = [0, 5, 50].map(|planning_steps| mean_of_episode(planning_steps, 50));
    for (name, curve) in [("0", &none), ("5", &five), ("50", &fifty)] {
        let shown: Vec<String> = [2, 3, 5, 10, 20, 50].map(|at| format!("{:.0}", curve[at - 1])).into();
        println!("{name} planning steps: episodes 2, 3, 5, 10, 20, 50 take {}", shown.join(", "));
    }
    for episode in 1..10 {
        assert!(none[episode] > five[episode], "episode {}", episode + 1);
        assert!(five[episode] > fifty[episode] || fifty[episode] < 20.0, "episode {}", episode + 1);
    }
    let all = |curve: &[f64]| curve.iter().sum::<f64>();
    assert!(all(&none[1..]) > 2.0 * all(&five[1..]), "{} {}", all(&none[1..]), all(&five[1..]));
    assert!(all(&five[1..]) > 1.2 * all(&fifty[1..]), "{} {}", all(&five[1..]), all(&fifty[1..]));
}

#[test]
fn planning_finds_the_shortest_way_and_a_bonus_misses_it_less_often() {
    let ways = |bonus: f32| -> Vec<Option<usize>> {
        (0..30).map(|seed| greedy_way(&practise(seed, 50, bonus, 50).1)).collect()
    };
    let shortest = |ways: &[Option<usize>]| ways.iter().filter(|way| **way == Some(SHORTEST)).count();
    let [plain, curious] = [0.0, 1e-4].map(ways);
    println!("shortest way with {} of 30 seeds, with a bonus {}", shortest(&plain), shortest(&curious));
    assert!(plain.iter().all(|way| way.is_some_and(|steps| (SHORTEST..=18).contains(&steps))), "{plain:?}");
    assert!(shortest(&plain) >= 20, "{plain:?}");
    assert!(shortest(&curious) >= 28, "{curious:?}");
}

#[test]
fn a_real_step_moves_one_value_by_the_equation() {
    let settings = DynaQSettings { learning_rate: 0.5, gamma: 0.5, epsilon: 0.0, bonus: 0.0 };
    let mut learner = DynaQ::new(3, 2, settings).expect("settings");
    let step = TableStep { state: 1, action: 0, reward: 4.0, next_state: 2, terminated: true };
    learner.learn(step);
    assert_eq!(learner.values(1), [2.0, 0.0]);
    learner.learn(TableStep { state: 0, action: 1, reward: 1.0, next_state: 1, terminated: false });
    assert_eq!(learner.values(0), [0.0, 1.0], "0.5 (1 + 0.5 · 2)");
    learner.learn(TableStep { state: 0, action: 1, reward: 1.0, next_state: 1, terminated: true });
    assert_eq!(learner.values(0), [0.0, 1.0], "nothing follows an end: 1 + 0.5 (1 − 1)");
    assert_eq!((learner.greedy(0), learner.greedy(2), learner.real_steps()), (1, 0, 3));
}

#[test]
fn planning_carries_a_reward_back_without_a_real_step() {
    let settings = DynaQSettings { learning_rate: 1.0, gamma: 0.5, epsilon: 0.0, bonus: 0.0 };
    let mut learner = DynaQ::new(3, 1, settings).expect("settings");
    let mut stream = Seed(1).stream("planning");
    learner.plan(10, &mut stream);
    for state in 0..3 {
        let terminated = state == 2;
        let reward = if terminated { 1.0 } else { 0.0 };
        learner.learn(TableStep { state, action: 0, reward, next_state: (state + 1) % 3, terminated });
    }
    assert_eq!([0, 1, 2].map(|state| learner.values(state)[0]), [0.0, 0.0, 1.0]);
    learner.plan(100, &mut stream);
    assert_eq!([0, 1, 2].map(|state| learner.values(state)[0]), [0.25, 0.5, 1.0]);
    assert_eq!(learner.real_steps(), 3);
}

#[test]
fn a_bonus_makes_what_was_never_tried_attractive() {
    let step = TableStep { state: 0, action: 0, reward: 0.0, next_state: 0, terminated: false };
    let value_of_untried = |bonus: f32| {
        let mut learner =
            DynaQ::new(1, 2, DynaQSettings { bonus, ..DynaQSettings::default() }).expect("settings");
        (0..100).for_each(|_| learner.learn(step));
        learner.plan(200, &mut Seed(1).stream("planning"));
        (learner.values(0)[1], learner.greedy(0))
    };
    assert_eq!(value_of_untried(0.0), (0.0, 0));
    let (value, greedy) = value_of_untried(0.01);
    assert!(value > 0.05 && greedy == 1, "{value}");
}

#[test]
fn it_acts_by_chance_among_equals_and_as_often_as_epsilon_says() {
    let mut stream = Seed(2).stream("actions");
    let mut learner = learner(DynaQSettings::default());
    let count = |learner: &DynaQ, stream: &mut Stream| {
        (0..4000).fold([0usize; 4], |mut count, _| {
            count[learner.act(5, stream)] += 1;
            count
        })
    };
    assert!(count(&learner, &mut stream).iter().all(|count| count.abs_diff(1000) < 120));
    learner.learn(TableStep { state: 5, action: 2, reward: 1.0, next_state: 6, terminated: false });
    let [_, _, best, _] = count(&learner, &mut stream);
    assert!(best.abs_diff(3700) < 80, "1 − ε + ε/4 of 4000 are 3700, not {best}");
}

#[test]
fn settings_that_cannot_be_are_named() {
    let refused = |states, settings| DynaQ::new(states, 4, settings).unwrap_err().to_string();
    let default = DynaQSettings::default();
    assert!(refused(0, default).contains("states = 0"));
    assert!(refused(5, DynaQSettings { gamma: 1.5, ..default }).contains("gamma = 1.5"));
    assert!(refused(5, DynaQSettings { learning_rate: 0.0, ..default }).contains("learning_rate = 0"));
    assert!(refused(5, DynaQSettings { epsilon: f32::NAN, ..default }).contains("epsilon = NaN"));
    assert!(refused(5, DynaQSettings { bonus: -1.0, ..default }).contains("bonus = -1"));
}
