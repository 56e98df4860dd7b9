//! An update on the CPU as passes over the minibatch, each in pieces: a minibatch may be more than a tick may do.
//!
//! **What.** A pass is the loss of one network over all rows, and one step of that network. TD3 has one for its critics
//! and, on every d-th update, one for its policy. A learner that implements [`Passes`] is an [`OffPolicy`] learner.
//! **Choices.** (1) Losses and gradients are means over rows: a piece's count by its share of them. (2) A minibatch
//! that is one piece needs no sum of gradients, and all its passes are one tick.

use crate::arrays::Arrays;
use crate::budget::{Tick, rows};
use crate::error::Result;
use crate::kernels::targeted::Targeted;
use crate::kernels::{GradientSum, Weights};
use crate::nets::Networks;
use crate::off_policy::{Actor, Metrics, Minibatch, OffPolicy, names};
use crate::part::{Part, Pending, done};
use crate::policy::Sampler;
use crate::rng::Stream;
use crate::transitions::Transitions;

/// What follows a pass.
pub enum Next {
    /// Another one.
    Pass,
    /// Nothing: the update is done, and these are its numbers.
    Done(Metrics),
}

/// A learner on the CPU whose updates are passes.
pub trait Passes: Clone + 'static {
    /// The names of its networks in a checkpoint: "critic" of the buffer, "qf" of the network.
    const NAMES: &'static [[&'static str; 2]];

    /// Its networks, in the order of the names.
    fn networks(&self) -> Vec<&Targeted>;

    /// The same, to change them.
    fn networks_mut(&mut self) -> Vec<&mut Targeted>;

    /// What acts.
    fn actor(&self) -> Box<dyn Actor>;

    /// What acts, for many observations at once, as in [`OffPolicy::sampler`].
    fn sampler(&self) -> Option<Box<dyn Sampler>> {
        None
    }

    /// Multiply-adds of a row in the costliest pass.
    fn cost(&self) -> usize;

    /// The longest step of a gradient.
    fn max_grad_norm(&self) -> f64;

    /// The loss of these rows in pass `pass`, the mean over them; its gradient is kept in the pass's network.
    fn loss(&mut self, pass: usize, batch: &Transitions, stream: &mut Stream) -> f32;

    /// The network that steps at the end of this pass.
    fn network(&mut self, pass: usize) -> &mut Targeted;

    /// The pass is over, with this loss and length of the gradient, and its network has made its step.
    fn end_pass(&mut self, pass: usize, loss: f32, grad_norm: f32) -> Next;

    /// Real steps were taken, as in [`OffPolicy::steps_taken`].
    fn steps_taken(&mut self, _before: u64, _now: u64) {}

    /// What it saves, by name.
    fn names(&self) -> Vec<Networks> {
        let networks = Self::NAMES.iter().zip(self.networks());
        networks.map(|([learner, network], net)| names(learner, network, net.mlp())).collect()
    }

    /// What it saves, in the order of the names.
    fn weights(&self) -> Vec<Weights> {
        self.networks().into_iter().map(Targeted::weights).collect()
    }

    /// It goes on from what was saved.
    fn set_weights(&mut self, weights: Vec<Weights>) {
        self.networks_mut().into_iter().zip(weights).for_each(|(net, weights)| net.set_weights(weights));
    }
}

/// A learner with its update in progress.
#[derive(Clone)]
pub struct ByPasses<L> {
    /// The learner.
    pub learner: L,
    pass: usize,
    /// Rows of the pass that are done.
    row: usize,
    loss: f32,
    gradient: GradientSum,
}

impl<L: Passes> ByPasses<L> {
    /// Nothing is in progress.
    pub fn new(learner: L) -> Self {
        Self { learner, pass: 0, row: 0, loss: 0.0, gradient: GradientSum::default() }
    }

    /// One piece of the pass; whether it was the last.
    fn piece(&mut self, minibatch: &mut Minibatch<'_>, count: usize, stream: &mut Stream) -> bool {
        let all = minibatch.len();
        let loss = self.learner.loss(self.pass, minibatch.take(self.row, count), stream);
        if count < all {
            let share = count as f32 / all as f32;
            self.loss += share * loss;
            self.gradient.add(self.learner.network(self.pass).gradient(), share);
        } else {
            self.loss = loss;
        }
        self.row += count;
        self.row == all
    }

    /// The step of the pass's network.
    fn end_pass(&mut self, is_in_pieces: bool) -> Next {
        let max_norm = self.learner.max_grad_norm();
        let net = self.learner.network(self.pass);
        let grad_norm = match is_in_pieces {
            true => net.adam.step_clipped(&mut net.flat, &self.gradient.take(), max_norm),
            false => net.descend(max_norm),
        };
        let next = self.learner.end_pass(self.pass, self.loss, grad_norm);
        self.pass = if matches!(next, Next::Pass) { self.pass + 1 } else { 0 };
        (self.row, self.loss) = (0, 0.0);
        next
    }
}

impl<L: Passes> OffPolicy for ByPasses<L> {
    fn update(&mut self, minibatch: &mut Minibatch<'_>, stream: &mut Stream) -> Result<Option<Metrics>> {
        let (tick, all, cost) = (Tick::begin(), minibatch.len(), self.learner.cost());
        loop {
            let count = rows(all - self.row, cost);
            let is_in_pieces = count < all;
            if is_in_pieces && tick.is_over() {
                return Ok(None);
            }
            if self.piece(minibatch, count, stream)
                && let Next::Done(metrics) = self.end_pass(is_in_pieces)
            {
                return Ok(Some(metrics));
            }
        }
    }

    fn steps_taken(&mut self, before: u64, now: u64) {
        self.learner.steps_taken(before, now);
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learner.networks_mut().into_iter().for_each(|net| net.adam.learning_rate = learning_rate);
    }

    fn actor(&self) -> Result<Box<dyn Actor>> {
        Ok(self.learner.actor())
    }

    fn sampler(&self) -> Option<Box<dyn Sampler>> {
        self.learner.sampler()
    }

    fn cost(&self) -> usize {
        self.learner.networks().first().map_or(0, |net| net.flat.len())
    }

    fn boxed(&self) -> Box<dyn OffPolicy> {
        Box::new(self.clone())
    }
}

impl<L: Passes> Part for ByPasses<L> {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        let (names, weights) = (self.learner.names(), self.learner.weights());
        weights.iter().zip(&names).for_each(|(weights, names)| names.save(weights, arrays));
        done(())
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        let names = self.learner.names();
        let weights = names.iter().map(|names| names.load(arrays)).collect::<Result<_>>()?;
        self.learner.set_weights(weights);
        Ok(())
    }
}
