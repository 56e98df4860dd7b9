//! DQN on the processor: one pass an update.
//!
//! **Where.** Formulas and gradients are in [`crate::kernels::dqn`].

use super::passes::{Next, Passes};
use crate::config::Config;
use crate::kernels::dqn::{self, Settings, UPDATE_METRICS};
use crate::kernels::targeted::{FIRST_GAIN, Targeted};
use crate::nets::Shape;
use crate::off_policy::{Actor, Deterministic, Following, dqn_settings};
use crate::rng::Stream;
use crate::transitions::Transitions;

/// DQN with its update in progress.
#[derive(Clone)]
pub struct Dqn {
    /// The network and its target network.
    pub net: dqn::Dqn,
    shape: Shape,
    settings: Settings,
    following: Following,
    /// Sum of y, and rows, of the update in progress.
    targets: (f64, usize),
}

impl Dqn {
    pub(super) fn new(shape: Shape, config: &Config, stream: &mut Stream) -> Self {
        let sizes = shape.hidden.sizes(shape.obs_size, shape.action.encoded_size());
        let net = dqn::Dqn::new(super::network(&shape, config, 1, &sizes, FIRST_GAIN, stream));
        let (settings, following) = (dqn_settings(config), Following::of(config));
        Self { net, shape, settings, following, targets: (0.0, 0) }
    }
}

impl Passes for Dqn {
    const NAMES: &'static [[&'static str; 2]] = &[["dqn", "q_net"]];

    fn networks(&self) -> Vec<&Targeted> {
        vec![&self.net.q]
    }

    fn networks_mut(&mut self) -> Vec<&mut Targeted> {
        vec![&mut self.net.q]
    }

    fn actor(&self) -> Box<dyn Actor> {
        let q = &self.net.q;
        Box::new(Deterministic::of_values(q.mlp().clone(), self.shape.clone(), q.flat.clone()))
    }

    fn cost(&self) -> usize {
        5 * self.net.q.flat.len()
    }

    fn max_grad_norm(&self) -> f64 {
        self.settings.max_grad_norm
    }

    fn loss(&mut self, _pass: usize, batch: &Transitions, _stream: &mut Stream) -> f32 {
        let targets = self.net.set_targets(batch, &self.settings);
        self.targets.0 += targets.iter().map(|&y| f64::from(y)).sum::<f64>();
        self.targets.1 += targets.len();
        self.net.loss_and_gradient(batch)
    }

    fn network(&mut self, _pass: usize) -> &mut Targeted {
        &mut self.net.q
    }

    fn end_pass(&mut self, _pass: usize, loss: f32, grad_norm: f32) -> Next {
        let (sum, rows) = std::mem::take(&mut self.targets);
        let numbers = [loss, (sum / rows as f64) as f32, grad_norm];
        Next::Done(UPDATE_METRICS.into_iter().zip(numbers).collect())
    }

    fn steps_taken(&mut self, before: u64, now: u64) {
        if self.following.is_due(before, now) {
            self.net.q.follow(self.following.tau);
        }
    }
}
