//! Imagination in a world that is perfect must be what really happens, on every task.
#![cfg(all(tensors, not(target_family = "wasm")))]

use burn::tensor::Tensor;
use mbppo::buffer::Rollout;
use mbppo::config::Activation;
use mbppo::device::Device;
use mbppo::env::{ActionSpace, Env, TASKS, make};
use mbppo::imagination::{Borders, Imagination, KnownRange, Room, Scope};
use mbppo::kernels::world::{self, Answer, Question};
use mbppo::kernels::{self, ppo};
use mbppo::nets::{Hidden, ObsScaling, Shape};
use mbppo::rng::Seed;
use mbppo::tensors::{ActorCritic, Dynamics, Prediction};

/// A task itself as a world model: two members that agree.
struct Perfect(&'static str);

fn rows(tensor: Tensor<2>) -> Vec<Vec<f32>> {
    let width = tensor.dims()[1];
    let all: Vec<f32> = tensor.into_data().try_into_vec().expect("floats");
    all.chunks_exact(width).map(<[f32]>::to_vec).collect()
}

/// The physical state behind an observation.
fn state_of(task: &str, obs: &[f32]) -> Vec<f64> {
    let wide: Vec<f64> = obs.iter().map(|&x| f64::from(x)).collect();
    match task {
        "Acrobot-v1" => vec![wide[1].atan2(wide[0]), wide[3].atan2(wide[2]), wide[4], wide[5]],
        "Pendulum-v1" => vec![wide[1].atan2(wide[0]), wide[2]],
        "DynaMaze-v0" => {
            let mut env = make(task).expect("a task");
            // The maze is small: look for the cell that is seen like this.
            let mut seen = vec![0.0; obs.len()];
            (0..54)
                .map(|cell| vec![f64::from(cell)])
                .find(|state| {
                    env.set_state(state);
                    env.observe(&mut seen);
                    seen == obs
                })
                .expect("a cell")
        }
        _ => wide,
    }
}

fn step_of(env: &mut dyn Env, action: &[f32]) -> (Vec<f32>, f32, bool) {
    // Chance has no part in any of them.
    let outcome = env.step(action, &mut Seed(0).stream("unused"));
    let mut next = vec![0.0; env.spec().obs_size()];
    env.observe(&mut next);
    (next, outcome.reward, outcome.terminated)
}

/// An action in the model's form as the task takes it.
fn task_form(space: ActionSpace, of_model: &[f32]) -> Vec<f32> {
    match space {
        ActionSpace::Discrete(_) => {
            vec![of_model.iter().position(|&entry| entry > 0.5).expect("one-hot") as f32]
        }
        ActionSpace::Box { bound, .. } => of_model.iter().map(|a| a * bound).collect(),
    }
}

impl Perfect {
    /// Next obs, rewards and ends of all branches, each flat.
    fn futures(&self, obs: &[f32], actions: &[f32]) -> [Vec<f32>; 3] {
        let mut env = make(self.0).expect("a task");
        let space = env.spec().action;
        let (mut next, mut reward, mut end) = (Vec::new(), Vec::new(), Vec::new());
        let actions = actions.chunks_exact(space.encoded_size());
        for (obs, action) in obs.chunks_exact(env.spec().obs_size()).zip(actions) {
            env.set_state(&state_of(self.0, obs));
            let (after, r, terminated) = step_of(env.as_mut(), &task_form(space, action));
            next.extend(after);
            reward.push(r);
            end.push(if terminated { 1.0 } else { 0.0 });
        }
        [next, reward, end]
    }
}

impl Dynamics for Perfect {
    fn members(&self) -> usize {
        2
    }

    fn predict(
        &self,
        obs: Tensor<2>,
        action: Tensor<2>,
        choice: Tensor<2>,
        noise: Option<Tensor<2>>,
    ) -> Prediction {
        assert!(noise.is_none(), "a world without chance is given none");
        assert!(rows(choice).iter().all(|row| row.iter().sum::<f32>() == 1.0), "one member a branch");
        let [next, reward, end] = self.futures(&rows(obs).concat(), &rows(action).concat());
        let (device, n) = (Device::cpu_plain(), reward.len());
        Prediction {
            next_obs: device.floats(next, [n, make(self.0).expect("a task").spec().obs_size()]),
            reward: device.floats(reward, [n, 1]),
            end_probability: device.floats(end, [n, 1]),
            disagreement: device.zeros([n, 1]),
        }
    }
}

impl world::Dynamics for Perfect {
    fn predict(&mut self, question: &Question<'_>, answer: &mut Answer) {
        assert!(question.noise.is_none() && question.members.iter().all(|&member| member < 2));
        let [next_obs, rewards, end_probabilities] = self.futures(question.obs, question.actions);
        let disagreements = vec![0.0; rewards.len()];
        *answer = Answer { next_obs, rewards, end_probabilities, disagreements };
    }
}

fn shape(task: &str) -> Shape {
    let spec = make(task).expect("a task").spec();
    Shape {
        obs_size: spec.obs_size(),
        action: spec.action,
        hidden: Hidden { layers: 2, width: 8 },
        shared_trunk: false,
        heads: 1,
        activation: Activation::Tanh,
        scaling: ObsScaling::of(&spec.obs),
        log_std_init: 0.0,
    }
}

/// By tensors, and by hand.
fn devices() -> [Device; 2] {
    [Device::cpu_plain(), Device::cpu()]
}

/// All steps of a round: branches from states that the task starts in.
fn round(device: &Device, task: &'static str, branches: usize, horizon: usize) -> Imagination {
    let mut env = make(task).expect("a task");
    let spec = env.spec();
    let mut stream = Seed(4).stream("starts");
    let mut starts = vec![0.0; branches * spec.obs_size()];
    for start in starts.chunks_exact_mut(spec.obs_size()) {
        env.reset(&mut stream);
        env.observe(start);
    }
    let (action, obs_size) = (spec.action, spec.obs_size());
    let scope =
        Scope { action, obs_size, horizon, members: 2, noise_size: 0, with_disagreement: true, group: 4 };
    let mut imagination = Imagination::start(device, starts, scope, &mut stream);
    let (shape, weights) = (shape(task), || Seed(4).stream("init"));
    let parameters = shape.initial(&mut weights());
    let adam = kernels::Adam::new(parameters.len(), 1e-3, 1e-5);
    let mut by_hand = ppo::ActorCritic::new(shape.by_hand(), shape.scaling.clone(), parameters, adam);
    let by_tensors = ActorCritic::new(device, shape, 1e-3, &mut weights());
    while !imagination.is_complete() {
        match &mut imagination.room {
            Room::ByTensors(branches) => branches.step(&by_tensors, &Perfect(task), None),
            Room::ByHand(branches) => {
                branches.step(&mut by_hand, &mut Perfect(task), &mut stream);
                branches.note(&[]);
            }
        }
    }
    imagination
}

/// Branches of up to `horizon` steps from states that the task starts in.
fn imagined(
    device: &Device,
    task: &'static str,
    branches: usize,
    horizon: usize,
    borders: Borders<'_>,
) -> Rollout {
    let mut imagination = round(device, task, branches, horizon);
    pollster::block_on(imagination.finish(borders, 0.5)).expect("a rollout").rollout
}

#[test]
fn a_round_stays_complete_while_it_is_cut() {
    for device in devices() {
        let (mut imagination, mut branches) = (round(&device, "CartPole-v1", 10, 6), 0);
        while let Some(cut) =
            pollster::block_on(imagination.cut(Borders::default(), 0.5)).expect("some branches")
        {
            branches += cut.branches;
            assert!(imagination.is_complete(), "its steps would be taken again");
        }
        assert_eq!((branches, imagination.steps()), (10, 6));
    }
}

#[test]
fn a_perfect_world_makes_imagined_equal_real_on_every_task() {
    for (task, device) in TASKS.iter().flat_map(|task| devices().map(|device| (*task, device))) {
        let rollout = imagined(&device, task, 10, 40, Borders::default());
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
    let rollout = imagined(&Device::cpu(), "CartPole-v1", 40, 60, Borders::default());
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
        &Device::cpu(),
        "CartPole-v1",
        40,
        60,
        Borders { known_ends: Some(task.as_ref()), ..Borders::default() },
    );
    assert_eq!(known, imagined(&Device::cpu(), "CartPole-v1", 40, 60, Borders::default()));
}

#[test]
fn a_branch_that_leaves_the_known_range_is_truncated_there() {
    let range = KnownRange { low: vec![-0.5; 4], high: vec![0.5; 4] };
    let rollout = imagined(
        &Device::cpu(),
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
    let all = imagined(&Device::cpu(), "CartPole-v1", 10, 20, Borders::default());
    let none = imagined(
        &Device::cpu(),
        "CartPole-v1",
        10,
        20,
        Borders { disagreement_max: Some(-1.0), ..Borders::default() },
    );
    assert!(all.len() > 100 && none.len() == 10, "the stub's disagreement is 0, above −1: one step each");
    assert!(none.truncated.iter().all(|&truncated| truncated));
}
