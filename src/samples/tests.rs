//! Explained variance and normalised advantages, where they are defined and where not.

use super::*;
use crate::buffer::Step;

fn rollout(is_real: bool, rewards: &[f32]) -> Rollout {
    let mut rollout = Rollout::new(is_real, 1, 1);
    for &reward_ext in rewards {
        rollout.push(Step {
            obs: &[0.0],
            action: &[0.0],
            log_prob: 0.0,
            reward_ext,
            reward_int: 0.0,
            next_obs: &[0.0],
            terminated: true,
            truncated: false,
            weight: 1.0,
        });
        rollout.end_segment();
    }
    rollout
}

const DISCOUNTING: Discounting = Discounting {
    gamma: 0.9,
    gamma_int: 0.9,
    lambda: 1.0,
    beta: 0.0,
    reward_scale: 1.0,
    episodic_novelty: true,
};

/// Explained variance of steps that each end an episode, so that a return is the step's reward.
fn explained(parts: &[(bool, &[f32], &[f32])]) -> Option<f32> {
    let action = ActionSpace::Discrete(1);
    let mut samples = Samples::new(1, action, 1);
    for (is_real, rewards, values) in parts {
        let next = vec![0.0; values.len()];
        let rollout = rollout(*is_real, rewards);
        samples.add(&rollout, action, [values, &next], DISCOUNTING, SegmentRule::PerBranch);
    }
    samples.explained_variance
}

#[test]
fn explained_variance_is_that_of_real_rows_by_the_definition_of_stable_baselines3() {
    // R = 1, 2, 3 and V = 1, 1, 3: Var(R − V) = 2/9, Var(R) = 2/3.
    let real: (bool, &[f32], &[f32]) = (true, &[1.0, 2.0, 3.0], &[1.0, 1.0, 3.0]);
    let imagined: (bool, &[f32], &[f32]) = (false, &[5.0, 9.0], &[9.0, 5.0]);
    for parts in [vec![real], vec![real, imagined], vec![imagined, real]] {
        let found = explained(&parts).expect("returns vary");
        assert!((found - 2.0 / 3.0).abs() < 1e-6, "{found}");
    }
    assert_eq!(explained(&[imagined]), None, "nothing real, nothing to tell");
}

#[test]
fn explained_variance_is_undefined_where_returns_hardly_vary() {
    assert_eq!(explained(&[(true, &[1.0; 3], &[0.0, 1.0, 2.0])]), None);
    assert_eq!(explained(&[(true, &[100.0, 100.01, 100.0], &[0.0, 1.0, 2.0])]), None);
    assert_eq!(explained(&[(true, &[0.0; 3], &[0.0; 3])]), None);
    assert_eq!(explained(&[(true, &[1.0], &[0.0])]), None, "one row does not vary");
}

#[test]
fn advantages_that_differ_by_rounding_only_are_none() {
    for equal in [vec![0.0; 5], vec![3.7; 5], vec![1.0, 1.0 + f32::EPSILON, 1.0], vec![2.0]] {
        let mut advantages = equal.clone();
        normalize(&mut advantages);
        assert_eq!(advantages, vec![0.0; equal.len()], "{equal:?}");
    }
    let mut small = [1e-6, 2e-6, 3e-6];
    normalize(&mut small);
    assert!((small[2] - 1.0).abs() < 0.02, "{small:?}: small ones that do differ are told apart");
}
