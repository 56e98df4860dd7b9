//! How a learner from replay acts while it learns.
//!
//! ```text
//! ε = first + (last − first) · min(1, real steps / exploration_steps)              share of random discrete actions
//! a = clip(π(s) + n, ±1) · bound,   n ← ρ n + √(1 − ρ²) σ N(0, 1)                  continuous; n = 0 at every reset
//! ```
//! **Choices.** (1) Actions are uniformly random until `learning_starts` real steps are over. (2) The noise is an
//! Ornstein–Uhlenbeck process with its final spread σ from the start; ρ = 0 is white noise. (3) Where the policy itself
//! has chance, π(s) is drawn from it, and the noise comes on top.

use crate::arrays::Arrays;
use crate::config::Config;
use crate::env::ActionSpace;
use crate::error::Result;
use crate::off_policy::Actor;
use crate::rng::Stream;
use crate::trainer::context::Context;
use std::ops::Range;

/// The noise is a share of an action's bound, with a spread of at most 2.
const LARGEST_NOISE: f32 = 100.0;

#[derive(Default)]
pub(super) struct Exploration {
    /// n, [N, A] as shares of the bound.
    noise: Vec<f32>,
}

impl Exploration {
    /// One action a lane, [N, A], within the task's bound.
    pub(super) fn actions(&mut self, context: &mut Context, actor: &mut dyn Actor) -> Vec<f32> {
        let Context { config, spec, envs, streams, record, .. } = context;
        let (size, chance) = (spec.action_size(), &mut streams.actions);
        let by_chance = record.real_steps < config.learning_starts as u64;
        let epsilon = if by_chance { 1.0 } else { epsilon(config, record.real_steps) };
        self.noise.resize(config.num_envs * size, 0.0);
        let mut actions = Vec::with_capacity(self.noise.len());
        let lanes = envs.obs().chunks_exact(spec.obs_size());
        for (obs, noise) in lanes.zip(self.noise.chunks_exact_mut(size)) {
            match spec.action {
                ActionSpace::Discrete(choices) if chance.uniform() < epsilon => {
                    actions.push(chance.below(choices) as f32);
                }
                ActionSpace::Discrete(_) => actor.explore(obs, chance, &mut actions),
                ActionSpace::Box { bound, .. } if by_chance => {
                    actions.extend((0..size).map(|_| bound * (2.0 * chance.uniform() - 1.0)));
                }
                ActionSpace::Box { bound, .. } => {
                    let from = actions.len();
                    actor.explore(obs, chance, &mut actions);
                    step_noise(noise, config, chance);
                    let noisy = actions[from..].iter_mut().zip(noise);
                    noisy.for_each(|(action, noise)| *action += bound * *noise);
                }
            }
        }
        spec.action.clip(&mut actions);
        actions
    }

    /// The episode of these components' lane is over.
    pub(super) fn reset(&mut self, components: Range<usize>) {
        self.noise[components].fill(0.0);
    }

    pub(super) fn save(&self, context: &Context, arrays: &mut Arrays) {
        if !self.noise.is_empty() {
            let shape = [context.config.num_envs, context.spec.action_size()];
            arrays.put("action_noise", &shape, self.noise.iter().copied());
        }
    }

    pub(super) fn restore(&mut self, context: &Context, arrays: &mut Arrays) -> Result<()> {
        if arrays.has("action_noise") {
            let shape = [context.config.num_envs, context.spec.action_size()];
            self.noise = arrays.take_within("action_noise", &shape, -LARGEST_NOISE..=LARGEST_NOISE)?;
        }
        Ok(())
    }
}

/// ε
pub(super) fn epsilon(config: &Config, real_steps: u64) -> f32 {
    let (first, last) = (config.exploration_initial_eps, config.exploration_final_eps);
    let share = (real_steps as f64 / config.exploration_steps as f64).min(1.0);
    (first + (last - first) * share) as f32
}

/// n, one step on.
fn step_noise(noise: &mut [f32], config: &Config, chance: &mut Stream) {
    let correlation = config.action_noise_correlation as f32;
    let fresh = config.action_noise_std as f32 * (1.0 - correlation * correlation).sqrt();
    noise.iter_mut().for_each(|n| *n = correlation * *n + fresh * chance.normal());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn noise_has_its_spread_and_as_much_of_the_step_before_as_it_is_told() {
        for correlation in [0.0, 0.9] {
            let config =
                Config { action_noise_std: 0.5, action_noise_correlation: correlation, ..Config::default() };
            let (mut chance, mut noise) = (Seed(1).stream("noise"), [0.0]);
            let mut path = Vec::new();
            for _ in 0..50_000 {
                step_noise(&mut noise, &config, &mut chance);
                path.push(f64::from(noise[0]));
            }
            let variance = path.iter().map(|n| n * n).sum::<f64>() / path.len() as f64;
            let lagged = path.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / path.len() as f64;
            assert!((variance.sqrt() - 0.5).abs() < 0.02, "{}", variance.sqrt());
            assert!((lagged / variance - correlation).abs() < 0.02, "{}", lagged / variance);
        }
    }
}
