//! What goes together: a memory with its branch, and any policy with any model.

use super::{policies, shape};
use mbppo::budget::PER_TICK;
use mbppo::burn::Device;
use mbppo::config::{Config, ModelTarget};
use mbppo::dynamics::{Answer, Context, Question, State};
use mbppo::env::ActionSpace;
use mbppo::imagination::{Borders, Dynamics, Imagination, Scope};
use mbppo::nets::ObsScaling;
use mbppo::part::{Pending, done};
use mbppo::rng::Seed;
use mbppo::world_model::Scales;
use mbppo::world_model::WorldModel;
use mbppo::{burn as tensors, cpu};

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
