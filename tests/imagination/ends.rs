//! Where a branch ends or is cut, and that a perfect world makes imagined steps real ones.

use super::perfect::{state_of, step_of};
use super::{by_hand, imagined, policies, round};
use mbppo::env::{TASKS, make};
use mbppo::imagination::{Borders, KnownRange};

#[test]
fn a_round_stays_complete_while_it_is_cut() {
    for policy in policies("CartPole-v1") {
        let (mut imagination, mut groups) = (round(policy, "CartPole-v1", 40, 6), Vec::new());
        while let Some(cut) = imagination.cut(Borders::default(), 0.5) {
            groups.push(cut.branches);
            assert!(imagination.is_complete(), "its steps would be taken again");
        }
        assert_eq!((groups, imagination.steps()), (vec![16, 16, 8], 6));
    }
}

#[test]
fn a_perfect_world_makes_imagined_equal_real_on_every_task() {
    for (task, policy) in TASKS.iter().flat_map(|task| policies(task).map(|policy| (*task, policy))) {
        // A step of the swing-up is as long as five of the others', and its pole multiplies every rounding.
        let steps = if task == "CartPoleSwingUp-v0" { 8 } else { 40 };
        let rollout = imagined(policy, task, 10, steps, Borders::default());
        assert_eq!(rollout.segments.len(), 10);
        let mut env = make(task).expect("a task");
        for segment in &rollout.segments {
            // The task is set once, at the start of the branch, and from there only given the branch's actions.
            env.set_state(&state_of(task, rollout.obs_at(segment.start)));
            for step in segment.clone() {
                let mut action = rollout.action_at(step).to_vec();
                env.spec().action.clip(&mut action);
                let (next, reward, terminated) = step_of(env.as_mut(), &action);
                let apart = next.iter().zip(rollout.next_obs_at(step)).map(|(a, b)| (a - b).abs());
                // The stub goes through observations in f32 at every step, the task does not: up to 40 roundings.
                assert!(apart.fold(0.0, f32::max) < 2e-3, "{task}, step {}", step - segment.start);
                assert!((rollout.rewards_ext[step] - reward).abs() < 2e-3, "{task}");
                assert_eq!(rollout.terminated[step], terminated, "{task}");
                if step + 1 < segment.end {
                    assert_eq!(rollout.obs_at(step + 1), rollout.next_obs_at(step), "a branch is one path");
                }
            }
        }
    }
}

#[test]
fn a_branch_ends_where_the_world_says_so_or_at_the_horizon() {
    let rollout = imagined(by_hand("CartPole-v1"), "CartPole-v1", 40, 60, Borders::default());
    for segment in &rollout.segments {
        let last = segment.end - 1;
        assert!(rollout.terminated[last] ^ rollout.truncated[last], "one reason to end");
        assert!((segment.start..last).all(|step| !rollout.terminated[step] && !rollout.truncated[step]));
        assert!(rollout.terminated[last] || segment.len() == 60);
    }
    let fallen = rollout.segments.iter().filter(|segment| rollout.terminated[segment.end - 1]).count();
    assert!((10..=40).contains(&fallen), "{fallen} of 40 branches fell");
    assert!(!rollout.is_real && rollout.weights.iter().all(|&weight| weight == 0.5));
}

#[test]
fn the_tasks_own_rule_ends_branches_where_the_model_would() {
    let task = make("CartPole-v1").expect("a task");
    let known = imagined(
        by_hand("CartPole-v1"),
        "CartPole-v1",
        40,
        60,
        Borders { known_ends: Some(task.as_ref()), ..Borders::default() },
    );
    assert_eq!(known, imagined(by_hand("CartPole-v1"), "CartPole-v1", 40, 60, Borders::default()));
}

#[test]
fn a_branch_that_leaves_the_known_range_is_truncated_there() {
    let range = KnownRange { low: vec![-0.5; 4], high: vec![0.5; 4] };
    let rollout = imagined(
        by_hand("CartPole-v1"),
        "CartPole-v1",
        40,
        60,
        Borders { range: Some(&range), ..Borders::default() },
    );
    let inside = |obs: &[f32]| obs.iter().all(|x| x.abs() <= 0.5);
    let mut left = 0;
    for segment in &rollout.segments {
        let last = segment.end - 1;
        assert!((segment.start..last).all(|step| inside(rollout.next_obs_at(step))));
        if !inside(rollout.next_obs_at(last)) && !rollout.terminated[last] {
            assert!(rollout.truncated[last]);
            left += 1;
        }
    }
    assert!(left > 5, "{left} branches left the range");
}

#[test]
fn a_branch_is_cut_where_the_members_disagree_too_much() {
    let all = imagined(by_hand("CartPole-v1"), "CartPole-v1", 10, 20, Borders::default());
    let none = imagined(
        by_hand("CartPole-v1"),
        "CartPole-v1",
        10,
        20,
        Borders { disagreement_max: Some(-1.0), ..Borders::default() },
    );
    assert!(all.len() > 100 && none.len() == 10, "the stub's disagreement is 0, above −1: one step each");
    assert!(none.truncated.iter().all(|&truncated| truncated));
}
