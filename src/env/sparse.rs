//! The variant `task_sparse`: only the goal is rewarded, not the way there.
//!
//! **What.** The task's reward is replaced by what the task says that its goal is worth:
//! ```text
//! CartPole-v1               −1 on falling, else 0      (Gymnasium's sutton_barto_reward)
//! Pendulum-v1                1 where cos θ > cos 8° after the step, else 0   (as in dm_control's swing-up)
//! MountainCarContinuous-v0   100 at the flag, else 0: throttle is free
//! CartPoleSwingUp-v0         1 where |x| < 0.25 m and cos θ > 0.995 after the step, else 0   (as in dm_control)
//! ```
//! Acrobot-v1, MountainCar-v0 and DynaMaze-v0 say nothing of the way as they are, so they have no such variant.
//!
//! **Where.** Made by [`Task::varied`](super::Task::varied); the formulas stand with the tasks
//! ([`Env::sparse_reward`]), with the return that counts as solved ([`Variants::sparse`](super::Variants)).
//!
//! **Paper.** Tassa et al. 2018, "DeepMind Control Suite", arXiv 1801.00690, for the two that swing up.

use super::{Env, EnvSpec, Outcome, Wrapper};
use crate::rng::Stream;
use std::sync::Arc;

/// A task that rewards its goal only.
pub struct Sparse {
    env: Box<dyn Env>,
    spec: Arc<EnvSpec>,
}

impl Sparse {
    /// `env` with the reward of its goal only; a task that has no such variant stays as it is.
    pub fn new(env: Box<dyn Env>) -> Self {
        let mut spec = (*env.spec()).clone();
        if let Some(sparse) = spec.variants.sparse {
            (spec.solved_return, spec.return_range) = (sparse.solved_return, sparse.return_range);
        }
        Self { env, spec: Arc::new(spec) }
    }
}

impl Wrapper for Sparse {
    fn inner(&self) -> &dyn Env {
        self.env.as_ref()
    }

    fn inner_mut(&mut self) -> &mut dyn Env {
        self.env.as_mut()
    }

    fn spec(&self) -> Arc<EnvSpec> {
        self.spec.clone()
    }

    fn step(&mut self, action: &[f32], stream: &mut Stream) -> Outcome {
        let outcome = self.env.step(action, stream);
        Outcome { reward: self.env.sparse_reward(outcome), ..outcome }
    }

    /// None: what the goal is worth, the task says of the state and not of what is seen.
    fn known_reward(&self, _obs: &[f32], _action: &[f32], _next_obs: &[f32]) -> Option<f32> {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::env::{Task, VecEnv};
    use crate::rng::Seed;
    use std::f64::consts::{PI, TAU};

    /// Mean return of 20 episodes of a controller that is given the whole state, and the variant's bar.
    fn mean_and_bar(task: &str, control: impl Fn(&[f64]) -> f32) -> (f32, f32) {
        let config = Config { task_sparse: true, ..Config::default() };
        let task = Task::named(task).and_then(|task| task.varied(&config)).expect("a variant");
        let mut envs = VecEnv::new(&task, 20, Seed(5), "envs").expect("lanes");
        let mut returns = [None; 20];
        while returns.iter().any(Option::is_none) {
            let actions: Vec<f32> = (0..20).map(|lane| control(&envs.env(lane).state())).collect();
            for (step, return_) in envs.step(&actions).expect("allowed").zip(&mut returns) {
                *return_ = return_.or(step.finished.map(|end| end.return_));
            }
        }
        (returns.iter().flatten().sum::<f32>() / 20.0, task.spec().solved_return)
    }

    /// Pumps energy until the rod is nearly upright, and holds it there.
    fn swing_up(state: &[f64]) -> f32 {
        let (angle, speed) = ((state[0] + PI).rem_euclid(TAU) - PI, state[1]);
        let missing = 5.0 - (speed * speed / 6.0 + 5.0 * angle.cos());
        if angle.abs() < 0.35 {
            return (-10.0 * angle - 2.0 * speed) as f32;
        }
        (3.0 * missing * if speed > 0.0 { 1.0 } else { -1.0 }) as f32
    }

    /// The same on a cart: pumps energy without running off, and then holds the pole upright in the middle.
    fn swing_up_on_a_cart(state: &[f64]) -> f32 {
        let [x, velocity, angle, turning] = [0, 1, 2, 3].map(|index| state[index]);
        let angle = (angle + PI).rem_euclid(TAU) - PI;
        let force = if angle.abs() < 0.945 {
            2.98 * x + 3.08 * velocity + 23.7 * angle + 3.77 * turning
        } else {
            let energy = 0.125 * turning * turning / 6.0 + 0.125 * 9.82 * (angle.cos() - 1.0);
            4.9 * energy * (turning * angle.cos()).signum() - 17.5 * x - 1.74 * velocity
        };
        (force / 10.0) as f32
    }

    #[test]
    fn the_bar_is_reached_by_who_reaches_the_goal_and_by_nobody_else() {
        let reached = |task: &str, control: fn(&[f64]) -> f32| {
            let (mean, bar) = mean_and_bar(task, control);
            println!("{task}: {mean} against a bar of {bar}");
            mean >= bar
        };
        assert!(reached("Pendulum-v1", swing_up));
        assert!(!reached("Pendulum-v1", |_| 0.0));
        assert!(reached("CartPoleSwingUp-v0", swing_up_on_a_cart));
        assert!(!reached("CartPoleSwingUp-v0", |_| 0.0));
        assert!(reached("MountainCarContinuous-v0", |state| if state[1] < 0.0 { -1.0 } else { 1.0 }));
        assert!(!reached("MountainCarContinuous-v0", |_| 0.0));
        let balance = |state: &[f64]| {
            let lean = 0.05 * state[0] + 0.2 * state[1] + state[2] + 0.4 * state[3];
            if lean > 0.0 { 1.0 } else { 0.0 }
        };
        assert!(reached("CartPole-v1", balance));
        assert!(!reached("CartPole-v1", |_| 1.0));
    }

    #[test]
    fn a_task_without_such_a_variant_pays_as_it_is() {
        let config = Config { task_sparse: true, ..Config::default() };
        for name in ["Acrobot-v1", "MountainCar-v0", "DynaMaze-v0"] {
            let task = Task::named(name).expect("a task");
            assert_eq!(task.clone().varied(&config).expect("a variant").spec(), task.spec());
        }
    }
}
