//! Every lever of every task's physics does something at both of its ends, and the right thing: a kind of fault is a
//! lever whose effect is cut off before it reaches the task. Actions take the way that an agent's take: clipped by the
//! task's action space, then into [`VecEnv`].
#![cfg(not(target_family = "wasm"))]

use mbppo::env::{ActionSpace, TASKS, Task, VecEnv, make};
use mbppo::rng::Seed;

/// Where a measurement starts, what is done, and what is read.
struct Trial {
    task: &'static str,
    lever: &'static str,
    /// The physical state at the start, as [`mbppo::env::Env::state`] gives it.
    state: &'static [f64],
    /// The policy's action; numbers lie beyond the bound, so that clipping has something to do.
    action: f32,
    steps: usize,
    /// What is measured, by name.
    quantity: &'static str,
    /// From the numbers of the physical state and the steps until the episode's end.
    measure: fn(&[f64], usize) -> f64,
    /// Whether the quantity rises with the lever.
    rises: bool,
}

const PUSH: f32 = 1.0;
const HARD: f32 = 50.0;
const TILTED_POLE: &[f64] = &[0.0, 0.0, 0.1, 0.0];
const UPRIGHT_POLE: &[f64] = &[0.0; 4];
const HANGING_POLE: &[f64] = &[0.0, 0.0, std::f64::consts::PI, 0.0];
const ROLLING_CART: &[f64] = &[0.0, 1.0, std::f64::consts::PI, 0.0];
const LEVEL_POLE: &[f64] = &[0.0, 0.0, std::f64::consts::FRAC_PI_2, 0.0];
const LEVEL_ROD: &[f64] = &[std::f64::consts::FRAC_PI_2, 0.0];
const HANGING_ROD: &[f64] = &[std::f64::consts::PI, 0.0];
const HANGING_LINKS: &[f64] = &[0.0; 4];
const TILTED_LINKS: &[f64] = &[0.5, 0.0, 0.0, 0.0];
const ON_THE_SLOPE: &[f64] = &[-0.9, 0.0];
const IN_THE_VALLEY: &[f64] = &[-std::f64::consts::PI / 6.0, 0.0];
const BELOW_THE_FLAG: &[f64] = &[0.1, 0.069];

fn lane(task: &str, seed: Seed) -> VecEnv {
    VecEnv::new(&Task::named(task).expect("a task"), 1, seed, "envs").expect("a lane")
}

fn trial(task: &'static str, lever: &'static str, state: &'static [f64], action: f32, steps: usize) -> Trial {
    Trial { task, lever, state, action, steps, quantity: "", measure: |_, steps| steps as f64, rises: true }
}

impl Trial {
    fn reads(self, quantity: &'static str, measure: fn(&[f64], usize) -> f64, rises: bool) -> Self {
        Self { quantity, measure, rises, ..self }
    }

    /// The quantity with the lever at this value, or as the task comes.
    fn at(&self, value: Option<f64>) -> f64 {
        let mut envs = lane(self.task, Seed(3));
        if let Some(value) = value {
            envs.set_physics(self.lever, value).expect("an end of the range");
        }
        envs.set_state(0, self.state, 0).expect("a state");
        let mut action = vec![self.action; envs.spec().action_size()];
        envs.spec().action.clip(&mut action);
        for step in 1..=self.steps {
            let ended =
                envs.step(&action).expect("allowed").next().is_some_and(|lane| lane.finished.is_some());
            if ended {
                return (self.measure)(self.state, step);
            }
        }
        (self.measure)(&envs.env(0).state(), self.steps)
    }
}

fn trials() -> Vec<Trial> {
    let mut all = vec![
        trial("CartPole-v1", "gravity", TILTED_POLE, PUSH, 3).reads("pole's turning", |s, _| s[3], true),
        trial("CartPole-v1", "cart_mass", UPRIGHT_POLE, PUSH, 3).reads("cart's speed", |s, _| s[1], false),
        trial("CartPole-v1", "pole_mass", UPRIGHT_POLE, PUSH, 3).reads("cart's speed", |s, _| s[1], false),
        trial("CartPole-v1", "half_length", UPRIGHT_POLE, PUSH, 3).reads("pole's turning", |s, _| s[3], true),
        trial("CartPole-v1", "force", UPRIGHT_POLE, PUSH, 3).reads("cart's speed", |s, _| s[1], true),
        trial("CartPole-v1", "wind", UPRIGHT_POLE, PUSH, 3).reads("cart's speed", |s, _| s[1], true),
        trial("Pendulum-v1", "gravity", LEVEL_ROD, 0.0, 2).reads("rod's speed", |s, _| s[1], true),
        trial("Pendulum-v1", "mass", HANGING_ROD, HARD, 1).reads("rod's speed", |s, _| s[1], false),
        trial("Pendulum-v1", "length", HANGING_ROD, HARD, 1).reads("rod's speed", |s, _| s[1], false),
        trial("Pendulum-v1", "max_torque", HANGING_ROD, HARD, 1).reads("rod's speed", |s, _| s[1], true),
        trial("Pendulum-v1", "wind", HANGING_ROD, 0.0, 1).reads("rod's speed", |s, _| s[1], true),
        trial("CartPoleSwingUp-v0", "gravity", LEVEL_POLE, 0.0, 1).reads("pole's turning", |s, _| s[3], true),
        trial("CartPoleSwingUp-v0", "cart_mass", HANGING_POLE, HARD, 1).reads(
            "cart's speed",
            |s, _| s[1],
            false,
        ),
        trial("CartPoleSwingUp-v0", "pole_mass", HANGING_POLE, HARD, 1).reads(
            "cart's speed",
            |s, _| s[1],
            false,
        ),
        trial("CartPoleSwingUp-v0", "length", LEVEL_POLE, 0.0, 1).reads("pole's turning", |s, _| s[3], false),
        trial("CartPoleSwingUp-v0", "friction", ROLLING_CART, 0.0, 1).reads(
            "cart's speed",
            |s, _| s[1],
            false,
        ),
        trial("CartPoleSwingUp-v0", "force", HANGING_POLE, HARD, 1).reads("cart's speed", |s, _| s[1], true),
        trial("CartPoleSwingUp-v0", "wind", HANGING_POLE, 0.0, 1).reads("cart's speed", |s, _| s[1], true),
        trial("Acrobot-v1", "gravity", TILTED_LINKS, 1.0, 1).reads("upper link's speed", |s, _| s[2], false),
        trial("Acrobot-v1", "upper_mass", HANGING_LINKS, 2.0, 1).reads(
            "upper link's speed",
            |s, _| s[2],
            true,
        ),
        trial("Acrobot-v1", "lower_mass", HANGING_LINKS, 2.0, 1).reads(
            "lower link's speed",
            |s, _| s[3],
            false,
        ),
        trial("Acrobot-v1", "upper_length", HANGING_LINKS, 2.0, 1).reads(
            "upper link's speed",
            |s, _| s[2],
            true,
        ),
        trial("Acrobot-v1", "torque", HANGING_LINKS, 2.0, 1).reads("lower link's speed", |s, _| s[3], true),
        trial("Acrobot-v1", "wind", HANGING_LINKS, 1.0, 1).reads("lower link's speed", |s, _| s[3], true),
    ];
    for (task, idle) in [("MountainCar-v0", 1.0), ("MountainCarContinuous-v0", 0.0)] {
        let full = if idle == 1.0 { 2.0 } else { HARD };
        all.extend([
            trial(task, "gravity", ON_THE_SLOPE, idle, 2).reads("car's speed", |s, _| s[1], true),
            trial(task, "force", IN_THE_VALLEY, full, 2).reads("car's speed", |s, _| s[1], true),
            trial(task, "wind", IN_THE_VALLEY, idle, 2).reads("car's speed", |s, _| s[1], true),
            trial(task, "flag", BELOW_THE_FLAG, full, 60).reads(
                "steps to the flag",
                |_, steps| steps as f64,
                true,
            ),
        ]);
    }
    all
}

/// Whether pushing back and forth goes another way with this lever at this value: it visits other states,
/// or it lasts longer or shorter.
fn changes_something(task: &str, lever: &str, value: f64) -> bool {
    let states = |value: Option<f64>| {
        let mut envs = lane(task, Seed(7));
        if let Some(value) = value {
            envs.set_physics(lever, value).expect("an end of the range");
        }
        let (size, first_and_last) = match envs.spec().action {
            ActionSpace::Discrete(choices) => (1, [0.0, (choices - 1) as f32]),
            ActionSpace::Box { size, bound } => (size, [-bound, bound]),
        };
        (0..2000)
            .map(|step| {
                // So slowly that a car swings out of its valley.
                let action = vec![first_and_last[step / 40 % 2]; size];
                envs.step(&action).expect("allowed").for_each(drop);
                envs.env(0).state()
            })
            .collect::<Vec<_>>()
    };
    states(Some(value)) != states(None)
}

#[test]
fn every_lever_moves_its_quantity_the_right_way_at_both_ends_through_the_agents_actions() {
    let trials = trials();
    for task in TASKS {
        for parameter in lane(task, Seed(0)).physics() {
            let named = format!("{task} {}", parameter.name);
            let has_effect =
                [parameter.min, parameter.max].map(|end| changes_something(task, parameter.name, end));
            assert_eq!(has_effect, [true; 2], "{named} does nothing at one of its ends");
            let Some(trial) =
                trials.iter().find(|trial| trial.task == *task && trial.lever == parameter.name)
            else {
                continue; // of a task that has no trials yet
            };
            let [low, usual, high] =
                [Some(parameter.min), None, Some(parameter.max)].map(|end| trial.at(end));
            let rises = low < usual && usual < high;
            let falls = low > usual && usual > high;
            let right = if trial.rises { rises } else { falls };
            assert!(right, "{named}: {} is {low}, {usual}, {high}", trial.quantity);
        }
    }
    let is_lever = |trial: &Trial| {
        let mut task = make(trial.task).expect("a task");
        task.parameters().iter().any(|parameter| parameter.name == trial.lever)
    };
    assert!(trials.iter().all(is_lever), "a trial of something that is no lever");
}

#[test]
fn the_pendulums_action_space_stays_as_it_is_whatever_its_motor_can_do() {
    let mut envs = lane("Pendulum-v1", Seed(0));
    let before = envs.spec().action;
    assert_eq!(before, ActionSpace::Box { size: 1, bound: 2.0 });
    let speed_after = |envs: &mut VecEnv, action: f32| {
        envs.set_state(0, HANGING_ROD, 0).expect("a state");
        envs.step(&[action]).expect("allowed").for_each(drop);
        envs.env(0).state()[1]
    };
    let (half, full) = (speed_after(&mut envs, 1.0), speed_after(&mut envs, 2.0));
    envs.set_physics("max_torque", 10.0).expect("in range");
    assert_eq!(envs.spec().action, before);
    let (strong_half, strong_full) = (speed_after(&mut envs, 1.0), speed_after(&mut envs, 2.0));
    for (weak, strong) in [(half, strong_half), (full, strong_full)] {
        assert!((strong / weak - 5.0).abs() < 1e-5, "{weak} {strong}: five times the torque");
    }
}
