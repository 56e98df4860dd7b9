//! What replay keeps, in which order, and what it forgets.

use super::*;
use crate::rng::Seed;

/// A transition of a world that counts its own steps.
pub(super) fn push(replay: &mut Replay, episode_id: u64, step: usize, last: bool) {
    let (now, next) = ([step as f32], [step as f32 + 1.0]);
    replay.push(Transition {
        obs: &now,
        action: &[0.0],
        reward: episode_id as f32,
        next_obs: &next,
        terminated: last,
        truncated: false,
        episode_id,
        episode_step: step,
        finished: None,
    });
}

/// Two lanes side by side, episodes 0, 1 of four steps each, then 2, 3, and so on.
fn two_lanes(capacity: usize, pairs: u64) -> Replay {
    let mut replay = Replay::new(capacity, 1, 1);
    for pair in 0..pairs {
        for step in 0..4 {
            push(&mut replay, 2 * pair, step, step == 3);
            push(&mut replay, 2 * pair + 1, step, step == 3);
        }
    }
    replay
}

#[test]
fn the_newest_replace_the_oldest_and_ids_never_change() {
    let replay = two_lanes(10, 2);
    assert_eq!((replay.len(), replay.ids()), (10, 6..16));
    assert_eq!(replay.get(6).obs, [3.0]);
    assert_eq!(replay.get(15).next_obs, [4.0]);
    assert_eq!(replay.get(15).episode_id, 3);
    assert_eq!(replay.newest(0.25), 13..16);
    assert_eq!(replay.newest(0.0), 15..16);
    assert_eq!(Replay::new(4, 1, 1).newest(0.25), 0..0);
}

#[test]
fn an_episode_is_walked_through_interleaved_lanes_and_stops_at_its_end() {
    let replay = two_lanes(100, 2);
    assert_eq!(replay.episode_from(0).collect::<Vec<_>>(), vec![0, 2, 4, 6]);
    assert_eq!(replay.episode_from(11).collect::<Vec<_>>(), vec![11, 13, 15]);
    for id in replay.ids() {
        let steps = replay.episode_from(id).map(|id| replay.get(id).obs[0]);
        assert!(steps.zip(replay.get(id).obs[0] as usize..).all(|(step, i)| step == i as f32));
    }
}

#[test]
fn walking_survives_the_ring_going_round() {
    for capacity in 1..20 {
        let replay = two_lanes(capacity, 3);
        for id in replay.ids() {
            let walk: Vec<_> = replay.episode_from(id).map(|id| replay.get(id)).collect();
            assert!(walk.iter().all(|step| step.episode_id == walk[0].episode_id));
            assert!(walk.windows(2).all(|pair| pair[0].next_obs == pair[1].obs));
            assert!(walk.last().is_some_and(|last| last.terminated));
        }
    }
}

#[test]
fn a_new_episode_begins_where_its_first_step_did() {
    let mut replay = Replay::new(100, 1, 1);
    assert_eq!(replay.newest_start(), [0.0]);
    let start = |replay: &mut Replay, episode_id, at: f32, episode_step| {
        replay.push(Transition {
            obs: &[at],
            action: &[0.0],
            reward: 0.0,
            next_obs: &[at],
            terminated: false,
            truncated: false,
            episode_id,
            episode_step,
            finished: None,
        });
    };
    start(&mut replay, 0, 7.0, 0);
    start(&mut replay, 0, 8.0, 1);
    assert_eq!(replay.newest_start(), [7.0]);
    start(&mut replay, 1, 9.0, 0);
    assert_eq!(replay.newest_start(), [9.0]);
}

#[test]
fn an_episode_still_running_ends_where_it_has_come_to() {
    let mut replay = Replay::new(8, 1, 1);
    push(&mut replay, 0, 0, false);
    push(&mut replay, 0, 1, false);
    assert_eq!(replay.episode_from(0).count(), 2);
    push(&mut replay, 0, 2, false);
    assert_eq!(replay.episode_from(0).count(), 3);
}

#[test]
fn a_sample_is_uniform_over_what_is_stored() {
    let replay = two_lanes(10, 2);
    let mut counts = [0usize; 16];
    for id in replay.sample(20_000, &mut Seed(1).stream("sample")) {
        counts[id] += 1;
    }
    assert_eq!(counts[..6], [0; 6], "forgotten ones are not drawn");
    assert!(counts[6..].iter().all(|count| count.abs_diff(2000) < 200), "{counts:?}");
    assert!(Replay::new(4, 1, 1).sample(3, &mut Seed(1).stream("sample")).is_empty());
}

#[test]
fn statistics_cover_everything_ever_pushed() {
    let replay = two_lanes(2, 2);
    assert_eq!(replay.obs_stats().count(), 16.0);
    assert!((replay.obs_stats().mean()[0] - 1.5).abs() < 1e-12);
    assert_eq!((replay.change_stats().mean()[0], replay.change_stats().variance(0)), (1.0, 0.0));
    assert!((replay.reward_stats().mean()[0] - 1.5).abs() < 1e-12);
}
