//! The variant `task_noise`: the same action does not always do the same.
//!
//! **What.** Before every step each number of the task's state is moved a little, at random.
//!
//! **Equation.** With ν = `task_noise` and cᵢ the usual change of the state's number i in one step:
//! ```text
//! sᵢ ← sᵢ + ν cᵢ ε,   ε ~ N(0, 1)        then a step of the task as it is
//! ```
//!
//! **Shapes.** state [S], c [S] ([`Variants::usual_change`](super::Variants)).
//!
//! **Where.** Made by [`Task::varied`](super::Task::varied). The draws come from the lane's own stream, whose position
//! is part of a checkpoint.
//!
//! **Choices.** 1. Noise comes before the physics and not after them: limits, walls, rewards and ends are then the
//! task's own, and an observation still tells whether the episode has ended. 2. A share of the usual change, so that
//! one number suits metres and radians; c is measured under random actions, and a test holds it to that. 3. ν = 0 is no
//! wrapper at all: nothing is drawn, and runs are the same bit for bit.

use super::{Env, Outcome, Wrapper};
use crate::rng::Stream;

/// A task whose transitions are noisy.
pub struct Noisy {
    env: Box<dyn Env>,
    /// Standard deviation of each number of the state, [S].
    std: Vec<f64>,
}

impl Noisy {
    /// `env`, with noise of `share` of each number's usual change.
    pub fn new(env: Box<dyn Env>, share: f64) -> Self {
        let std = env.spec().variants.usual_change.iter().map(|change| share * change).collect();
        Self { env, std }
    }
}

impl Wrapper for Noisy {
    fn inner(&self) -> &dyn Env {
        self.env.as_ref()
    }

    fn inner_mut(&mut self) -> &mut dyn Env {
        self.env.as_mut()
    }

    fn step(&mut self, action: &[f32], stream: &mut Stream) -> Outcome {
        let mut state = self.env.state();
        for (number, std) in state.iter_mut().zip(&self.std) {
            *number += std * f64::from(stream.normal());
        }
        self.env.set_state(&state);
        self.env.step(action, stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{CartPole, Pendulum};
    use crate::rng::Seed;

    #[test]
    fn a_resting_pendulum_is_moved_by_as_much_as_was_asked_for() {
        let share = 0.5;
        let mut env = Noisy::new(Box::new(Pendulum::default()), share);
        let usual = Env::spec(&env).variants.usual_change[1];
        let mut stream = Seed(2).stream("noise");
        let speeds: Vec<f64> = (0..4000)
            .map(|_| {
                // Gravity adds what a small tilt makes of it, which is far less.
                env.set_state(&[0.0, 0.0]);
                Env::step(&mut env, &[0.0], &mut stream);
                env.state()[1]
            })
            .collect();
        let std = (speeds.iter().map(|speed| speed * speed).sum::<f64>() / speeds.len() as f64).sqrt();
        assert!((std / (share * usual) - 1.0).abs() < 0.1, "{std} against {share} of {usual}");
    }

    #[test]
    fn the_same_stream_gives_the_same_noise_and_another_one_another() {
        let after = |seed: u64| {
            let mut env = Noisy::new(Box::new(CartPole::default()), 0.3);
            let mut stream = Seed(seed).stream("envs.0");
            env.reset(&mut stream);
            for _ in 0..5 {
                Env::step(&mut env, &[1.0], &mut stream);
            }
            env.state()
        };
        assert_eq!(after(1), after(1));
        assert_ne!(after(1), after(2));
    }
}
