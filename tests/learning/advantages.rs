//! Advantages stay in their segment, truncation bootstraps and termination does not.

use super::{ADVANTAGE, CHOICES};
use mbppo::buffer::{Rollout, Step};
use mbppo::config::SegmentRule;
use mbppo::gae::per_segment;
use mbppo::rng::{Seed, Stream};
use mbppo::samples::{Discounting, Samples};

/// Random segments with random ends.
fn random_rollout(stream: &mut Stream, is_real: bool) -> Rollout {
    let mut rollout = Rollout::new(is_real, 1, 1);
    for _ in 0..1 + stream.below(6) {
        let steps = 1 + stream.below(9);
        for step in 0..steps {
            let is_last = step + 1 == steps;
            let terminated = is_last && stream.uniform() < 0.5;
            rollout.push(Step {
                obs: &[stream.normal()],
                action: &[stream.below(3) as f32],
                log_prob: -1.0,
                reward_ext: stream.normal(),
                reward_int: stream.uniform(),
                next_obs: &[stream.normal()],
                terminated,
                truncated: is_last && (!terminated || stream.uniform() < 0.2),
                weight: 1.0,
            });
        }
        rollout.end_segment();
    }
    rollout
}

/// A_t = Σ_l (γλ)^l δ_{t+l}, summed directly over the rest of t's own segment.
fn direct_sum(
    rollout: &Rollout,
    rewards: &[f32],
    values: &[f32],
    next: &[f32],
    ends: &[bool],
    gamma: f64,
    lambda: f64,
) -> Vec<f32> {
    let mut advantages = Vec::new();
    for segment in &rollout.segments {
        for t in segment.clone() {
            let mut sum = 0.0;
            for u in t..segment.end {
                let bootstrap = if ends[u] { 0.0 } else { gamma * f64::from(next[u]) };
                let delta = f64::from(rewards[u]) + bootstrap - f64::from(values[u]);
                sum += (gamma * lambda).powi((u - t) as i32) * delta;
                if ends[u] {
                    break;
                }
            }
            advantages.push(sum as f32);
        }
    }
    advantages
}

#[test]
fn advantages_never_cross_a_segment_and_bootstrap_unless_terminated() {
    let mut stream = Seed(7).stream("segments");
    for case in 0..300 {
        let rollout = random_rollout(&mut stream, case % 2 == 0);
        let n = rollout.len();
        let (values, next): (Vec<f32>, Vec<f32>) = (0..n).map(|_| (stream.normal(), stream.normal())).unzip();
        let (gamma, lambda) = (stream.uniform(), stream.uniform());
        let estimates = per_segment(
            &rollout.segments,
            &rollout.rewards_ext,
            &values,
            &next,
            &rollout.terminated,
            gamma,
            lambda,
        );
        let expected = direct_sum(
            &rollout,
            &rollout.rewards_ext,
            &values,
            &next,
            &rollout.terminated,
            gamma.into(),
            lambda.into(),
        );
        for (ours, direct) in estimates.advantages.iter().zip(&expected) {
            assert!((ours - direct).abs() < 1e-4, "{ours} {direct}");
        }
    }
}

#[test]
fn samples_combine_task_and_novelty_once_and_end_them_as_configured() {
    let mut stream = Seed(8).stream("samples");
    for case in 0..60 {
        let rollout = random_rollout(&mut stream, true);
        let n = rollout.len();
        let episodic_novelty = case % 2 == 0;
        let discounting = Discounting {
            gamma: 0.9,
            gamma_int: 0.8,
            lambda: 0.7,
            beta: 0.3,
            reward_scale: 0.5,
            episodic_novelty,
        };
        let numbers: Vec<f32> = (0..4 * n).map(|_| stream.normal()).collect();
        let (values, next) = numbers.split_at(2 * n);
        let mut samples = Samples::new(1, CHOICES, 2);
        samples.add(&rollout, CHOICES, [values, next], discounting, SegmentRule::PerBranch);
        let column =
            |all: &[f32], head: usize| all.iter().skip(head).step_by(2).copied().collect::<Vec<f32>>();
        let rewards: Vec<f32> = rollout.rewards_ext.iter().map(|r| 0.5 * r).collect();
        let (v, w) = (column(values, 0), column(next, 0));
        let ext = direct_sum(&rollout, &rewards, &v, &w, &rollout.terminated, 0.9, 0.7);
        let ends: Vec<bool> = rollout.terminated.iter().map(|&end| end && episodic_novelty).collect();
        let (v, w) = (column(values, 1), column(next, 1));
        let int = direct_sum(&rollout, &rollout.rewards_int, &v, &w, &ends, 0.8, 0.7);
        let advantages: Vec<f32> = (0..n).map(|row| samples.row(row)[ADVANTAGE]).collect();
        for step in 0..n {
            let expected = ext[step] + 0.3 * int[step];
            assert!((advantages[step] - expected).abs() < 1e-4, "{} {expected}", advantages[step]);
        }
    }
}

#[test]
fn a_single_head_foretells_task_and_novelty_together() {
    let mut stream = Seed(9).stream("samples");
    let rollout = random_rollout(&mut stream, false);
    let n = rollout.len();
    let discounting = Discounting {
        gamma: 0.9,
        gamma_int: 0.1,
        lambda: 0.7,
        beta: 0.3,
        reward_scale: 2.0,
        episodic_novelty: false,
    };
    let numbers: Vec<f32> = (0..2 * n).map(|_| stream.normal()).collect();
    let (values, next) = numbers.split_at(n);
    let mut samples = Samples::new(1, CHOICES, 1);
    samples.add(&rollout, CHOICES, [values, next], discounting, SegmentRule::PerBranch);
    let both: Vec<f32> = rollout
        .rewards_ext
        .iter()
        .zip(&rollout.rewards_int)
        .map(|(ext, int)| 2.0 * ext + 0.3 * int)
        .collect();
    let expected = direct_sum(&rollout, &both, values, next, &rollout.terminated, 0.9, 0.7);
    let advantages: Vec<f32> = (0..n).map(|row| samples.row(row)[ADVANTAGE]).collect();
    assert!(advantages.iter().zip(&expected).all(|(ours, direct)| (ours - direct).abs() < 1e-4));
}
