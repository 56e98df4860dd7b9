//! Imagination in a world that is perfect must be what really happens, on every task.
#![cfg(all(tensors, not(target_family = "wasm")))]

use mbppo::budget::PER_TICK;
use mbppo::buffer::Rollout;
use mbppo::burn::Device;
use mbppo::config::{Activation, Config, ModelTarget};
use mbppo::dynamics::{Answer, Context, Question, State};
use mbppo::env::{ActionSpace, Env, TASKS, make};
use mbppo::imagination::{Borders, Dynamics, Imagination, KnownRange, Scope};
use mbppo::nets::{Hidden, ObsScaling, Shape};
use mbppo::part::{Pending, done};
use mbppo::policy::Policy;
use mbppo::rng::Seed;
use mbppo::world_model::Scales;
use mbppo::world_model::WorldModel;
use mbppo::{burn as tensors, cpu};

/// A task itself as a world model: two members that agree.
struct Perfect(&'static str);

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
    fn step<'a>(&'a mut self, question: Question<'a>, answer: &'a mut Answer) -> Pending<'a, ()> {
        assert!(question.noise.is_none(), "a world that draws nothing is given no noise");
        assert!(question.members.iter().all(|&member| member < 2));
        let [obs, rewards, end_probabilities] = self.futures(&question.state.obs, question.actions);
        let disagreements = vec![0.0; rewards.len()];
        *answer = Answer { state: State::seen(obs), rewards, end_probabilities, disagreements };
        done(())
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
        scaling: mbppo::scaling::of(&spec.obs),
        log_std_init: 0.0,
    }
}

/// By tensors, and by hand.
fn policies(task: &str) -> [Box<dyn Policy>; 2] {
    let weights = || Seed(4).stream("init");
    [
        Box::new(tensors::PpoPolicy::new(&Device::cpu(), shape(task), 1e-3, &mut weights())),
        Box::new(cpu::PpoPolicy::new(shape(task), 1e-3, &mut weights())),
    ]
}

fn by_hand(task: &str) -> Box<dyn Policy> {
    let [_, by_hand] = policies(task);
    by_hand
}

/// All steps of a round: branches from states that the task starts in.
fn round(mut policy: Box<dyn Policy>, task: &'static str, branches: usize, horizon: usize) -> Imagination {
    let mut env = make(task).expect("a task");
    let spec = env.spec();
    let mut stream = Seed(4).stream("starts");
    let mut starts = vec![0.0; branches * spec.obs_size()];
    for start in starts.chunks_exact_mut(spec.obs_size()) {
        env.reset(&mut stream);
        env.observe(start);
    }
    let scope = Scope {
        action: spec.action,
        obs_size: spec.obs_size(),
        horizon,
        members: 2,
        noise_size: 0,
        with_disagreement: true,
        // So much that a tick takes a few branches only.
        cost: PER_TICK as usize,
    };
    let (mut imagination, mut world) = (Imagination::start(Context::seen(starts), scope), Perfect(task));
    while !imagination.is_complete() {
        let step = imagination.step(policy.as_mut(), &mut world, None, &mut stream);
        pollster::block_on(step).expect("a step");
    }
    imagination
}

/// Branches of up to `horizon` steps from states that the task starts in.
fn imagined(
    policy: Box<dyn Policy>,
    task: &'static str,
    branches: usize,
    horizon: usize,
    borders: Borders<'_>,
) -> Rollout {
    round(policy, task, branches, horizon).finish(borders, 0.5).rollout
}

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
        let rollout = imagined(policy, task, 10, 40, Borders::default());
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

/// A world that remembers: it counts how many steps it has known of, in its context and since, and shows the count.
struct Counting;

impl Dynamics for Counting {
    fn context(&self) -> usize {
        3
    }

    fn warm_up(&mut self, context: Context) -> Pending<'_, State> {
        let memory = context.known.iter().map(|&known| known as f32).collect();
        done(State { obs: context.obs, memory })
    }

    fn step<'a>(&'a mut self, question: Question<'a>, answer: &'a mut Answer) -> Pending<'a, ()> {
        let counted: Vec<f32> = question.state.memory.iter().map(|count| count + 1.0).collect();
        let zeros = vec![0.0; counted.len()];
        *answer = Answer {
            state: State { obs: counted.clone(), memory: counted.clone() },
            rewards: counted,
            end_probabilities: zeros.clone(),
            disagreements: zeros,
        };
        done(())
    }
}

#[test]
fn what_a_world_remembers_goes_with_its_branch() {
    let (branches, horizon) = (40, 5);
    let action = ActionSpace::Discrete(2);
    let mut shape = shape("CartPole-v1");
    (shape.obs_size, shape.scaling) = (1, ObsScaling::none(1));
    let mut policy = cpu::PpoPolicy::new(shape, 1e-3, &mut Seed(4).stream("init"));
    let cost = PER_TICK as usize; // a few branches at a time
    let scope =
        Scope { action, obs_size: 1, horizon, members: 1, noise_size: 0, with_disagreement: false, cost };
    let known: Vec<usize> = (0..branches).map(|branch| branch % 3).collect();
    let context = Context { obs: vec![-1.0; branches], before: vec![0.0; branches * 2 * 3], known };
    let mut imagination = Imagination::start(context, scope);
    while !imagination.is_complete() {
        let (mut world, mut stream) = (Counting, Seed(1).stream("steps"));
        let step = imagination.step(&mut policy, &mut world, None, &mut stream);
        pollster::block_on(step).expect("a step");
    }
    let rollout = imagination.finish(Borders::default(), 1.0).rollout;
    assert_eq!(rollout.segments.len(), branches);
    for (branch, segment) in rollout.segments.iter().enumerate() {
        let counts: Vec<f32> = (1..=horizon).map(|step| (branch % 3 + step) as f32).collect();
        assert_eq!(rollout.rewards_ext[segment.clone()], counts, "branch {branch}");
        assert_eq!(rollout.obs_at(segment.start), [-1.0], "it begins where the context says");
    }
}

/// The model's scales in the tests below.
fn scales() -> Scales {
    Scales {
        target: ModelTarget::Difference,
        obs_mean: vec![0.0, 0.1, 0.0, -0.1],
        obs_std: vec![0.5, 1.0, 0.1, 1.0],
        target_mean: vec![0.0; 4],
        target_std: vec![0.1; 4],
        change_std: vec![0.1; 4],
        reward_mean: 1.0,
        reward_std: 0.1,
    }
}

#[test]
fn any_policy_goes_with_any_model_and_all_imagine_the_same() {
    let (action, config) = (ActionSpace::Discrete(2), Config { ensemble_size: 3, ..Config::default() });
    let models = || -> [Box<dyn WorldModel>; 2] {
        let weights = || Seed(9).stream("model");
        [
            Box::new(tensors::Perceptrons::new(&Device::cpu(), 4, 2, &config, &mut weights())),
            Box::new(cpu::Perceptrons::new(4, 2, &config, &mut weights())),
        ]
    };
    let mut all = Vec::new();
    for policy in policies("CartPole-v1") {
        for mut model in models() {
            let (mut policy, mut stream) = (policy.clone(), Seed(2).stream("steps"));
            model.set_scales(scales());
            let (members, noise_size, cost) = (model.members(), model.noise_size(), 1);
            let scope =
                Scope { action, obs_size: 4, horizon: 4, members, noise_size, with_disagreement: true, cost };
            let starts = (0..80).map(|number| 0.01 * (number % 7) as f32).collect();
            let mut imagination = Imagination::start(Context::seen(starts), scope);
            while !imagination.is_complete() {
                let step = imagination.step(policy.as_mut(), model.as_mut(), None, &mut stream);
                pollster::block_on(step).expect("a step");
            }
            all.push(imagination.finish(Borders::default(), 1.0));
        }
    }
    for other in &all[1..] {
        assert_eq!(other.rollout.actions, all[0].rollout.actions);
        for (ours, theirs) in [
            (&other.rollout.next_obs, &all[0].rollout.next_obs),
            (&other.rollout.rewards_ext, &all[0].rollout.rewards_ext),
            (&other.rollout.log_probs, &all[0].rollout.log_probs),
        ] {
            let apart = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(ours.len() == theirs.len() && apart < 1e-5, "{apart}");
        }
        let apart = (other.disagreement - all[0].disagreement).abs();
        assert!(apart < 1e-4 && all[0].disagreement > 0.0, "{apart}");
    }
}
