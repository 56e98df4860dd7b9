//! Imagination in a world that is perfect must be what really happens.
#![cfg(not(target_family = "wasm"))]

use burn::tensor::Tensor;
use mbppo::config::Activation;
use mbppo::device::Device;
use mbppo::dynamics::{Dynamics, Prediction};
use mbppo::env::make;
use mbppo::imagination::{Imagination, KnownRange};
use mbppo::nets::ActorCritic;
use mbppo::rng::Seed;

/// CartPole itself as a world model: two members that agree.
struct Perfect;

fn rows(tensor: Tensor<2>) -> Vec<Vec<f32>> {
    let width = tensor.dims()[1];
    let all: Vec<f32> = tensor.into_data().try_into_vec().expect("floats");
    all.chunks_exact(width).map(<[f32]>::to_vec).collect()
}

fn really(obs: &[f32], action: f32) -> (Vec<f32>, f32, bool) {
    let mut env = make("CartPole-v1").expect("a task");
    env.set_state(&obs.iter().map(|&x| f64::from(x)).collect::<Vec<_>>());
    let outcome = env.step(&[action]);
    let mut next = vec![0.0; 4];
    env.observe(&mut next);
    (next, outcome.reward, outcome.terminated)
}

impl Dynamics for Perfect {
    fn members(&self) -> usize {
        2
    }

    fn predict(&self, obs: Tensor<2>, action: Tensor<2>, choice: Tensor<2>) -> Prediction {
        assert!(rows(choice).iter().all(|row| row.iter().sum::<f32>() == 1.0), "one member a branch");
        let (mut next, mut reward, mut end) = (Vec::new(), Vec::new(), Vec::new());
        for (obs, one_hot) in rows(obs).iter().zip(rows(action)) {
            let (after, r, terminated) = really(obs, one_hot[1]);
            next.extend(after);
            reward.push(r);
            end.push(if terminated { 1.0 } else { 0.0 });
        }
        let (device, n) = (Device::cpu(), reward.len());
        Prediction {
            next_obs: device.floats(next, [n, 4]),
            reward: device.floats(reward, [n, 1]),
            end_probability: device.floats(end, [n, 1]),
            disagreement: device.zeros([n, 1]),
        }
    }
}

/// 40 branches of up to 60 steps: long enough for many of them to fall.
fn imagined(range: Option<&KnownRange>) -> mbppo::buffer::Rollout {
    let device = Device::cpu();
    let net = ActorCritic::new(&device, [4, 8, 2, 1], (Activation::Tanh, 1e-3), &mut Seed(4).stream("init"));
    let mut stream = Seed(4).stream("starts");
    let starts = (0..40 * 4).map(|_| 0.1 * stream.normal()).collect();
    let action = make("CartPole-v1").expect("a task").spec().action;
    let mut imagination = Imagination::start(&device, starts, action, [4, 60, 2], &mut stream);
    while !imagination.is_complete() {
        imagination.step(&net, &Perfect, None);
    }
    pollster::block_on(imagination.finish(range, 0.5)).expect("a rollout").rollout
}

#[test]
fn a_perfect_world_makes_imagined_equal_real() {
    let rollout = imagined(None);
    assert_eq!(rollout.segments.len(), 40);
    for segment in &rollout.segments {
        for step in segment.clone() {
            let (next, reward, terminated) = really(rollout.obs_at(step), rollout.action_at(step)[0]);
            assert_eq!(rollout.next_obs_at(step), next.as_slice());
            assert_eq!(rollout.rewards_ext[step], reward);
            assert_eq!(rollout.terminated[step], terminated);
            if step + 1 < segment.end {
                assert_eq!(rollout.obs_at(step + 1), next.as_slice(), "a branch is one path");
            }
        }
    }
}

#[test]
fn a_branch_ends_where_the_world_says_so_or_at_the_horizon() {
    let rollout = imagined(None);
    for segment in &rollout.segments {
        let last = segment.end - 1;
        assert!(rollout.terminated[last] ^ rollout.truncated[last], "one reason to end");
        assert!((segment.start..last).all(|step| !rollout.terminated[step] && !rollout.truncated[step]));
        assert!(rollout.terminated[last] || segment.len() == 60);
    }
    let fallen = rollout.segments.iter().filter(|segment| rollout.terminated[segment.end - 1]).count();
    assert!((10..40).contains(&fallen), "{fallen} of 40 branches fell");
    assert!(!rollout.is_real && rollout.weights.iter().all(|&weight| weight == 0.5));
}

#[test]
fn a_branch_that_leaves_the_known_range_is_truncated_there() {
    let range = KnownRange { low: vec![-0.5; 4], high: vec![0.5; 4] };
    let rollout = imagined(Some(&range));
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
