//! A deterministic policy on the host, with what its actions are worth.
//!
//! ```text
//! discrete (DQN)           π(s) = argmax_a Q(s, a)        V(s) = max_a Q(s, a)
//! continuous (TD3, DDPG)   π(s) = bound · tanh f(s)       V(s) = min_i Q_i(s, tanh f(s))
//! ```

use super::Actor;
use crate::kernels::{Cache, Mlp};
use crate::nets::{HostActor, Shape};
use crate::rng::Stream;

/// The policy, and its critics where it is not itself a value.
pub struct Deterministic {
    policy: HostActor,
    critics: Option<Critics>,
}

impl Deterministic {
    /// The network `q` in `flat` scores the choices.
    pub fn of_values(q: Mlp, shape: Shape, flat: Vec<f32>) -> Self {
        Self { policy: HostActor::deterministic(q, shape, flat), critics: None }
    }

    /// The network `policy` gives numbers that tanh puts into the bound, and `critics` value them; `flat` has the
    /// parameters of both, one after the other.
    pub fn of_policy(policy: Mlp, critics: Mlp, shape: Shape, flat: Vec<f32>) -> Self {
        let critics = Critics::new(critics, policy.end());
        Self { policy: HostActor::deterministic(policy, shape, flat), critics: Some(critics) }
    }
}

impl Actor for Deterministic {
    fn explore(&mut self, obs: &[f32], _stream: &mut Stream, action: &mut Vec<f32>) {
        self.policy.act_greedily(obs, action);
    }

    fn act_greedily(&mut self, obs: &[f32], action: &mut Vec<f32>) {
        self.policy.act_greedily(obs, action);
    }

    fn value(&mut self, obs: &[f32]) -> f32 {
        let outputs = self.policy.outputs(obs);
        match &mut self.critics {
            None => outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max),
            Some(critics) => {
                let shares: Vec<f32> = outputs.iter().map(|output| output.tanh()).collect();
                critics.lowest(&self.policy.flat, self.policy.scaled(), &shares)
            }
        }
    }

    fn parameters(&self) -> &[f32] {
        &self.policy.flat
    }
}

/// Critics of actions in numbers, somewhere in a buffer of parameters.
pub struct Critics {
    networks: Mlp,
    /// Where their parameters begin.
    first: usize,
    x: Vec<f32>,
    cache: Cache,
}

impl Critics {
    /// Critics of this shape, whose parameters begin at `first`.
    pub fn new(networks: Mlp, first: usize) -> Self {
        Self { networks, first, x: Vec::new(), cache: Cache::default() }
    }

    /// min_i Q_i of a scaled observation `[O]` and an action `[A]` in shares of its bound.
    pub fn lowest(&mut self, flat: &[f32], obs: &[f32], shares: &[f32]) -> f32 {
        self.x.clear();
        for _ in 0..self.networks.members() {
            self.x.extend_from_slice(obs);
            self.x.extend_from_slice(shares);
        }
        let values = self.networks.forward(&flat[self.first..], &self.x, 1, &mut self.cache);
        values.iter().copied().fold(f32::INFINITY, f32::min)
    }
}
