//! SAC on the processor: a pass for the critics, then one for the policy, after which the coefficient steps.
//!
//! **Where.** Formulas and gradients are in [`crate::kernels::sac`].
//! **Choices.** As Stable-Baselines3: target critics follow after every update, the coefficient moves after the losses
//! that use it. Other than there: initial weights are orthogonal, gradients are no longer than `max_grad_norm`, and
//! correlated noise can be added to what the policy draws.

use super::passes::{Next, Passes};
use crate::config::Config;
use crate::env::ActionSpace;
use crate::kernels::activation::tanh;
use crate::kernels::sac::{self, cut_off};
use crate::kernels::targeted::{FIRST_GAIN, Targeted};
use crate::kernels::td3::ACTOR_GAIN;
use crate::kernels::{Cache, Mlp, Weights};
use crate::nets::{Networks, Shape, Stretch};
use crate::off_policy::{Actor, Critics, Metrics, names};
use crate::part::{Pending, done};
use crate::policy::{self, Sampler};
use crate::rng::Stream;
use crate::scaling::Scaling;
use crate::transitions::Transitions;

/// The pass of the policy; that of the critics is before it.
const POLICY: usize = 1;

/// Settings of an update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// γ
    pub gamma: f64,
    /// τ
    pub tau: f64,
    /// Longest gradient.
    pub max_grad_norm: f64,
}

/// SAC with its update in progress.
#[derive(Debug, Clone)]
pub struct Sac {
    /// Policy, critics and coefficient.
    pub net: sac::Sac,
    settings: Settings,
    acting: Acting,
    sums: Sums,
    metrics: Metrics,
}

/// How actions are made of the policy's outputs in the real task.
#[derive(Debug, Clone)]
struct Acting {
    scaling: Scaling,
    bound: f32,
}

/// Sums over the rows of the update in progress.
#[derive(Debug, Clone, Default)]
struct Sums {
    targets: f64,
    log_probs: f64,
    rows: usize,
}

impl Sac {
    /// Learns with these networks.
    pub fn new(net: sac::Sac, settings: Settings) -> Self {
        let acting = Acting { scaling: Scaling::none(net.actor.mlp().inputs()), bound: 1.0 };
        Self { net, settings, acting, sums: Sums::default(), metrics: Metrics::new() }
    }

    /// New networks of this shape.
    pub(super) fn of(shape: &Shape, config: &Config, stream: &mut Stream) -> Self {
        let (inputs, action) = (shape.obs_size, shape.action.encoded_size());
        let sizes = shape.hidden.sizes(inputs, 2 * action);
        let actor = super::network(shape, config, 1, &sizes, ACTOR_GAIN, stream);
        let sizes = shape.hidden.sizes(inputs + action, 1);
        let critics = super::network(shape, config, 2, &sizes, FIRST_GAIN, stream);
        let Config { gamma, tau, max_grad_norm, .. } = *config;
        let bound = if let ActionSpace::Box { bound, .. } = shape.action { bound } else { 1.0 };
        let acting = Acting { scaling: shape.scaling.clone(), bound };
        Self { acting, ..Self::new(sac::Sac::new(actor, critics), Settings { gamma, tau, max_grad_norm }) }
    }

    fn squashed_gaussian(&self) -> SquashedGaussian {
        let flat = [self.net.actor.flat.as_slice(), &self.net.critics.flat, &self.net.log_alpha].concat();
        let (policy, acting) = (self.net.actor.mlp().clone(), self.acting.clone());
        let critics = Critics::new(self.net.critics.mlp().clone(), policy.end());
        let (x, drawn) = (Vec::new(), sac::Drawn::default());
        SquashedGaussian { policy, critics, acting, flat, x, drawn, cache: Cache::default() }
    }
}

impl Passes for Sac {
    const NAMES: &'static [[&'static str; 2]] = &[["actor", "mu_and_log_std"], ["critic", "qf"]];

    fn networks(&self) -> Vec<&Targeted> {
        vec![&self.net.actor, &self.net.critics]
    }

    fn networks_mut(&mut self) -> Vec<&mut Targeted> {
        vec![&mut self.net.actor, &mut self.net.critics]
    }

    fn actor(&self) -> Box<dyn Actor> {
        Box::new(self.squashed_gaussian())
    }

    fn sampler(&self) -> Option<Box<dyn Sampler>> {
        Some(Box::new(self.squashed_gaussian()))
    }

    fn cost(&self) -> usize {
        4 * (self.net.actor.flat.len() + self.net.critics.flat.len())
    }

    fn max_grad_norm(&self) -> f64 {
        self.settings.max_grad_norm
    }

    fn loss(&mut self, pass: usize, batch: &Transitions, stream: &mut Stream) -> f32 {
        self.net.draw(batch.len(), || stream.normal());
        if pass == POLICY {
            let loss = self.net.actor_loss(batch);
            self.sums.log_probs += self.net.log_probs().iter().map(|&p| f64::from(p)).sum::<f64>();
            return loss;
        }
        let targets =
            self.net.set_targets(batch, self.settings.gamma).iter().map(|&y| f64::from(y)).sum::<f64>();
        (self.sums.targets, self.sums.rows) = (self.sums.targets + targets, self.sums.rows + batch.len());
        self.net.critic_loss(batch)
    }

    fn network(&mut self, pass: usize) -> &mut Targeted {
        if pass == POLICY { &mut self.net.actor } else { &mut self.net.critics }
    }

    fn end_pass(&mut self, pass: usize, loss: f32, grad_norm: f32) -> Next {
        if pass != POLICY {
            self.metrics = vec![("train/critic_loss", loss), ("train/grad_norm", grad_norm)];
            return Next::Pass;
        }
        let Sums { targets, log_probs, rows } = std::mem::take(&mut self.sums);
        let mean = |sum: f64| (sum / rows as f64) as f32;
        let mut metrics = std::mem::take(&mut self.metrics);
        metrics.extend([("train/actor_loss", loss), ("train/q_mean", mean(targets))]);
        metrics.push(("train/ent_coef", self.net.alpha()));
        metrics.push(("train/ent_coef_loss", self.net.step_alpha(mean(log_probs))));
        self.net.critics.follow(self.settings.tau);
        Next::Done(metrics)
    }

    fn names(&self) -> Vec<Networks> {
        let actor = Networks { has_target: false, ..names("actor", "mu_and_log_std", self.net.actor.mlp()) };
        let parts = vec![Stretch::row("log_ent_coef", 1)];
        let coefficient = Networks { learner: "ent_coef", parts, has_target: false };
        vec![actor, names("critic", "qf", self.net.critics.mlp()), coefficient]
    }

    fn weights(&self) -> Vec<Weights> {
        let coefficient = Weights::of(&self.net.log_alpha, &self.net.alpha_adam);
        vec![self.net.actor.weights(), self.net.critics.weights(), coefficient]
    }

    fn set_weights(&mut self, weights: Vec<Weights>) {
        let mut weights = weights.into_iter();
        let networks = [&mut self.net.actor, &mut self.net.critics];
        networks.into_iter().zip(weights.by_ref()).for_each(|(net, weights)| net.set_weights(weights));
        if let Some(coefficient) = weights.next() {
            self.net.log_alpha = self.net.alpha_adam.take_over(coefficient);
        }
    }
}

/// A copy of the policy on the host.
struct SquashedGaussian {
    policy: Mlp,
    critics: Critics,
    acting: Acting,
    flat: Vec<f32>,
    x: Vec<f32>,
    /// What was drawn for many rows at once.
    drawn: sac::Drawn,
    cache: Cache,
}

impl Sampler for SquashedGaussian {
    /// Actions in the task's unit; their log-probabilities are those of shares of the bound.
    fn sample<'a>(
        &'a mut self,
        obs: &'a [f32],
        noise: &'a [f32],
        drawn: &'a mut policy::Drawn,
    ) -> Pending<'a, ()> {
        self.x.clear();
        let inputs = self.policy.inputs();
        obs.chunks_exact(inputs).for_each(|obs| self.acting.scaling.apply(obs, &mut self.x));
        let outputs = self.policy.forward(&self.flat, &self.x, obs.len() / inputs, &mut self.cache);
        self.drawn.noise.clear();
        self.drawn.noise.extend_from_slice(noise);
        self.drawn.act(outputs, &self.policy);
        drawn.actions.clear();
        drawn.actions.extend(self.drawn.actions.iter().map(|share| self.acting.bound * share));
        drawn.log_probs.clone_from(&self.drawn.log_probs);
        done(())
    }
}

impl SquashedGaussian {
    /// Appends bound · tanh of what `u` makes of each mean and log standard deviation.
    fn act(&mut self, obs: &[f32], action: &mut Vec<f32>, mut u: impl FnMut(f32, f32) -> f32) {
        self.x.clear();
        self.acting.scaling.apply(obs, &mut self.x);
        let outputs = self.policy.forward(&self.flat, &self.x, 1, &mut self.cache);
        let (means, log_stds) = outputs.split_at(self.policy.outputs() / 2);
        let drawn = means.iter().zip(log_stds).map(|(mean, log_std)| tanh(u(*mean, *log_std)));
        action.extend(drawn.map(|share| self.acting.bound * share));
    }
}

impl Actor for SquashedGaussian {
    fn explore(&mut self, obs: &[f32], stream: &mut Stream, action: &mut Vec<f32>) {
        self.act(obs, action, |mean, log_std| mean + cut_off(log_std).exp() * stream.normal());
    }

    fn act_greedily(&mut self, obs: &[f32], action: &mut Vec<f32>) {
        self.act(obs, action, |mean, _| mean);
    }

    /// With the entropy that is still to come.
    fn value(&mut self, obs: &[f32]) -> f32 {
        let mut action = Vec::new();
        self.act_greedily(obs, &mut action);
        action.iter_mut().for_each(|component| *component /= self.acting.bound);
        self.critics.lowest(&self.flat, &self.x, &action)
    }

    fn parameters(&self) -> &[f32] {
        &self.flat
    }
}
