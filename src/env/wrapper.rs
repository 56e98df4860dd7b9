//! A task around another one, as Gymnasium's `Wrapper`: it says what it changes, and the rest is passed on.

use super::{Env, EnvSpec, Outcome, PhysicsParameter};
use crate::rng::Stream;
use std::sync::Arc;

/// What a wrapper may change of the task inside it. Every wrapper is an [`Env`].
pub trait Wrapper {
    /// The task inside.
    fn inner(&self) -> &dyn Env;
    /// The task inside, to be moved.
    fn inner_mut(&mut self) -> &mut dyn Env;
    /// As [`Env::spec`].
    fn spec(&self) -> Arc<EnvSpec> {
        self.inner().spec()
    }
    /// As [`Env::step`].
    fn step(&mut self, action: &[f32], stream: &mut Stream) -> Outcome {
        self.inner_mut().step(action, stream)
    }
    /// As [`Env::observe`].
    fn observe(&self, obs: &mut [f32]) {
        self.inner().observe(obs);
    }
    /// As [`Env::known_end`].
    fn known_end(&self, next_obs: &[f32]) -> bool {
        self.inner().known_end(next_obs)
    }
    /// As [`Env::known_reward`].
    fn known_reward(&self, obs: &[f32], action: &[f32], next_obs: &[f32]) -> Option<f32> {
        self.inner().known_reward(obs, action, next_obs)
    }
}

impl<W: Wrapper> Env for W {
    fn spec(&self) -> Arc<EnvSpec> {
        Wrapper::spec(self)
    }

    fn reset(&mut self, stream: &mut Stream) {
        self.inner_mut().reset(stream);
    }

    fn step(&mut self, action: &[f32], stream: &mut Stream) -> Outcome {
        Wrapper::step(self, action, stream)
    }

    fn observe(&self, obs: &mut [f32]) {
        Wrapper::observe(self, obs);
    }

    fn state(&self) -> Vec<f64> {
        self.inner().state()
    }

    fn set_state(&mut self, state: &[f64]) {
        self.inner_mut().set_state(state);
    }

    fn known_end(&self, next_obs: &[f32]) -> bool {
        Wrapper::known_end(self, next_obs)
    }

    fn known_reward(&self, obs: &[f32], action: &[f32], next_obs: &[f32]) -> Option<f32> {
        Wrapper::known_reward(self, obs, action, next_obs)
    }

    fn knows_ends(&self) -> bool {
        self.inner().knows_ends()
    }

    fn sparse_reward(&self, outcome: Outcome) -> f32 {
        self.inner().sparse_reward(outcome)
    }

    fn state_count(&self) -> Option<usize> {
        self.inner().state_count()
    }

    fn state_seen(&self, obs: &[f32]) -> usize {
        self.inner().state_seen(obs)
    }

    fn parameters(&mut self) -> Vec<PhysicsParameter<'_>> {
        self.inner_mut().parameters()
    }

    fn failure(&self) -> Option<crate::Error> {
        self.inner().failure()
    }
}
