//! Every task of the list: it describes itself, stays finite and goes on from its state.

use super::*;
use crate::rng::Seed;

/// An action that every task allows: choice 0, or half of the bound.
fn some_action(space: ActionSpace) -> Vec<f32> {
    match space {
        ActionSpace::Discrete(_) => vec![0.0],
        ActionSpace::Box { size, bound } => vec![0.5 * bound; size],
    }
}

#[test]
fn every_task_is_made_by_its_id_and_describes_itself() {
    for id in TASKS {
        let spec = make(id).expect("a task of the list").spec();
        assert_eq!(spec.id, *id);
        assert!(spec.goal.ends_with('.') && spec.time_limit > 0);
        assert_eq!(some_action(spec.action).len(), spec.action_size());
        let (worst, best) = spec.return_range;
        assert!((worst..=best).contains(&spec.solved_return), "{id}");
    }
}

/// That each lever does the right thing at both ends is held by `tests/levers.rs`.
#[test]
fn every_physics_parameter_starts_within_its_range_and_stays_finite_at_both_ends() {
    for id in TASKS {
        let levers = make(id).expect("a task").parameters().len();
        for (lever, at_its_top) in (0..levers).flat_map(|lever| [(lever, false), (lever, true)]) {
            let mut env = make(id).expect("a task");
            let mut stream = Seed(6).stream("envs.0");
            env.reset(&mut stream);
            let PhysicsParameter { name, min, max, value, .. } = env.parameters().swap_remove(lever);
            assert!((min..=max).contains(value), "{id} {name}");
            *value = if at_its_top { max } else { min };
            let action = some_action(env.spec().action);
            for _ in 0..200 {
                env.step(&action, &mut stream);
            }
            assert!(env.state().iter().all(|value| value.is_finite()), "{id} {name}");
        }
    }
}

#[test]
fn the_known_end_is_the_one_that_happens() {
    for id in TASKS {
        let mut envs = VecEnv::new(&Task::named(id).expect("a task"), 8, Seed(4), "envs").expect("a task");
        let (spec, judge) = (envs.spec().clone(), make(id).expect("a task"));
        let mut stream = Seed(5).stream("actions");
        for _ in 0..400 {
            let actions: Vec<f32> = (0..8)
                .flat_map(|_| match spec.action {
                    ActionSpace::Discrete(n) => vec![stream.below(n) as f32],
                    ActionSpace::Box { size, bound } => {
                        (0..size).map(|_| stream.uniform_in(-1.0, 1.0) as f32 * bound).collect()
                    }
                })
                .collect();
            for step in envs.step(&actions).expect("allowed") {
                assert_eq!(judge.known_end(step.next_obs), step.terminated, "{id} {:?}", step.next_obs);
                if let Some(reward) = judge.known_reward(step.obs, step.action, step.next_obs) {
                    assert!((reward - step.reward).abs() < 1e-4, "{id} {reward} instead of {}", step.reward);
                }
            }
        }
    }
}

#[test]
fn an_unknown_task_is_named_together_with_those_there_are() {
    let message = make("Tetris").err().map(|error| error.to_string()).expect("refused");
    assert!(message.contains("Tetris") && TASKS.iter().all(|id| message.contains(id)), "{message}");
}

#[test]
fn every_task_continues_from_its_state_as_if_nothing_had_happened() {
    for id in TASKS {
        let (mut original, mut copy) = (make(id).expect("a task"), make(id).expect("a task"));
        let mut stream = Seed(6).stream("envs.0");
        original.reset(&mut stream);
        let action = some_action(original.spec().action);
        for _ in 0..20 {
            original.step(&action, &mut stream);
        }
        copy.set_state(&original.state());
        assert_eq!(original.step(&action, &mut stream), copy.step(&action, &mut stream), "{id}");
        assert_eq!(original.state(), copy.state(), "{id}");
    }
}

#[test]
fn every_task_shows_finite_numbers_through_whole_episodes_and_fresh_ones_after_them() {
    for id in TASKS {
        let mut envs = VecEnv::new(&Task::named(id).expect("a task"), 2, Seed(9), "envs").expect("a task");
        let spec = envs.spec().clone();
        let (mut episodes, mut first_obs) = (0, vec![envs.obs()[..spec.obs_size()].to_vec()]);
        let actions = some_action(spec.action).repeat(2);
        while episodes < 4 {
            let step = envs.step(&actions).expect("allowed").map(|transition| {
                assert!(transition.next_obs.iter().all(|value| value.is_finite()), "{id}");
                assert!(transition.reward.is_finite() && transition.episode_step < spec.time_limit);
                transition.finished.is_some()
            });
            let finished: Vec<bool> = step.collect();
            episodes += finished.iter().filter(|&&finished| finished).count();
            if finished[0] {
                first_obs.push(envs.obs()[..spec.obs_size()].to_vec());
            }
        }
        // Every episode starts elsewhere, unless there is one start only, as in the maze: then nothing is drawn.
        let mut stream = Seed(9).stream("reset");
        make(id).expect("a task").reset(&mut stream);
        assert_eq!(first_obs[0] == first_obs[1], stream.position() == 0, "{id}");
    }
}

#[test]
fn a_box_takes_any_finite_number_and_a_choice_only_its_own() {
    let choices = ActionSpace::Discrete(3);
    assert!([0.0, 1.0, 2.0].into_iter().all(|number| choices.allows(number)));
    assert!(![-1.0, 0.5, 3.0, f32::NAN].into_iter().any(|number| choices.allows(number)));
    let interval = ActionSpace::Box { size: 1, bound: 2.0 };
    assert!(interval.allows(-50.0) && !interval.allows(f32::INFINITY) && !interval.allows(f32::NAN));
}
