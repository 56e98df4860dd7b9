//! What a step of several lanes gives, and which actions and states it refuses.

use super::*;

fn cart_pole() -> Task {
    Task::named("CartPole-v1").expect("a task")
}

fn envs(num_envs: usize) -> VecEnv {
    VecEnv::new(&cart_pole(), num_envs, Seed(5), "envs").expect("the task exists")
}

#[test]
fn physics_change_in_every_lane_and_bad_values_are_refused_by_name() {
    let mut envs = envs(2);
    envs.set_physics("wind", 5.0).expect("in range");
    assert_eq!(envs.physics().iter().find(|value| value.name == "wind").map(|wind| wind.value), Some(5.0));
    for lane in 0..2 {
        envs.set_state(lane, &[0.0; 4], 0).expect("a state");
    }
    let speeds: Vec<f32> = envs.step(&[0.0, 1.0]).expect("allowed").map(|step| step.next_obs[1]).collect();
    assert!((speeds[0] / speeds[1] + 5.0 / 15.0).abs() < 1e-6, "−10 + 5 N against 10 + 5 N: {speeds:?}");
    let refused = envs_error;
    assert_eq!(
        refused("gravity", 99.0),
        "physics.gravity = 99 is not valid: it must be a number from 1 to 30."
    );
    assert!(refused("colour", 1.0).contains("gravity, cart_mass"));
}

fn envs_error(name: &str, value: f64) -> String {
    envs(1).set_physics(name, value).expect_err("refused").to_string()
}

#[test]
fn the_successor_is_seen_before_the_reset_and_the_next_obs_after_it() {
    let mut envs = envs(2);
    envs.set_state(1, &[2.39, 1.0, 0.0, 0.0], 0).expect("lane 1 exists");
    let other_lane = envs.step(&[0.0, 1.0]).expect("both exist").next().map(|t| t.finished);
    assert_eq!(other_lane, Some(None));
    let fell = envs.transitions().nth(1).expect("two lanes");
    assert_eq!((fell.terminated, fell.truncated), (true, false));
    assert_eq!(fell.finished, Some(EpisodeEnd { return_: 1.0, length: 1 }));
    assert_eq!(fell.obs[0], 2.39);
    assert_eq!(fell.next_obs[0], 2.41);
    assert!(envs.obs()[4].abs() <= 0.05, "lane 1 stands in the middle again: {:?}", envs.obs());
}

#[test]
fn the_time_limit_truncates_even_when_the_task_ends_on_the_same_step() {
    let mut envs = envs(1);
    let mut flags_of_last_step = |state: &[f64]| {
        envs.set_state(0, state, 499).expect("lane 0 exists");
        let last = envs.step(&[1.0]).expect("1 is allowed").next().expect("one lane");
        (last.terminated, last.truncated, last.finished.map(|end| end.length))
    };
    assert_eq!(flags_of_last_step(&[0.0; 4]), (false, true, Some(500)));
    assert_eq!(flags_of_last_step(&[2.399, 3.0, 0.0, 0.0]), (true, true, Some(500)));
}

#[test]
fn episodes_are_numbered_in_order_of_reset_over_all_lanes() {
    let mut envs = envs(3);
    let mut ids = Vec::new();
    for _ in 0..60 {
        for transition in envs.step(&[1.0, 0.0, 1.0]).expect("allowed") {
            if transition.episode_step == 0 {
                ids.push(transition.episode_id);
            }
        }
    }
    assert!(ids.len() > 10);
    assert_eq!(ids, (0..ids.len() as u64).collect::<Vec<_>>());
}

#[test]
fn a_lane_lives_the_same_life_whatever_happens_beside_it() {
    let life_of_lane_0 = |num_envs: usize, neighbours: f32| {
        let mut envs = envs(num_envs);
        let mut actions = vec![neighbours; num_envs];
        let mut life = Vec::new();
        for step in 0..100 {
            actions[0] = f32::from(u8::from(step % 3 == 0));
            assert_eq!(envs.step(&actions).expect("allowed").len(), num_envs);
            life.extend_from_slice(&envs.obs()[..4]);
        }
        life
    };
    assert_eq!(life_of_lane_0(1, 0.0), life_of_lane_0(4, 1.0));
}

#[test]
fn an_action_outside_the_space_is_named_and_moves_no_lane() {
    let mut envs = envs(2);
    let before = envs.obs().to_vec();
    for (wrong, named) in [(2.0, "2"), (0.5, "0.5"), (f32::NAN, "NaN"), (-1.0, "-1")] {
        let error = envs.step(&[1.0, wrong]).err().expect("refused");
        assert!(matches!(&error, Error::Config { field, value, .. } if field == "action" && value == named));
    }
    assert!(envs.step(&[1.0]).is_err(), "one action for two lanes");
    assert_eq!(envs.obs(), before);
    assert_eq!(envs.transitions().len(), 0);
}

#[test]
fn no_environment_or_an_unknown_task_is_an_error() {
    assert!(VecEnv::new(&cart_pole(), 0, Seed(0), "envs").is_err());
    assert!(Task::named("Tetris").is_err());
}
