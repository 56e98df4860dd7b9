//! Policy and value by hand: acting, evaluating states, and one step of proximal policy optimisation.
//!
//! **What.** The networks are those of [`super::policy_value`]; the loss and its gradient at their outputs are those of
//! [`super::ppo_loss`], the step is [`super::adam`]'s, clipped by global norm.
//! **Shapes.** In the buffer the policy, then the value, then log σ `[A]` of a policy that draws numbers: the order of
//! `mbppo::burn::ActorCritic`.
//! **Where.** The same as `update` in `mbppo::burn::ppo`.
//! **Paper.** Schulman et al. 2017 (1707.06347).

use super::Adam;
use super::policy_value::{Answer, PolicyValue};
pub use super::policy_value::{Shape, log_std_size, networks};
use super::ppo_loss::{Losses, Minibatch, Predictions, Settings, losses};
pub use super::scaling::Scaling;
use super::stretch::stretches;
use std::ops::Range;

/// Policy and value with their optimiser.
#[derive(Debug, Clone)]
pub struct ActorCritic {
    shape: Shape,
    networks: PolicyValue,
    /// All parameters.
    pub flat: Vec<f32>,
    /// The memory of their optimiser.
    pub adam: Adam,
    scaling: Scaling,
    x: Vec<f32>,
    /// The latest output.
    output: Vec<f32>,
    gradient: Vec<f32>,
}

impl ActorCritic {
    /// Networks of this shape. `flat` are their parameters.
    pub fn new(shape: Shape, scaling: Scaling, flat: Vec<f32>, adam: Adam) -> Self {
        let networks = PolicyValue::new(&shape);
        debug_assert_eq!(flat.len(), networks.end() + log_std_size(&shape));
        let gradient = vec![0.0; flat.len()];
        let (x, output) = (Vec::new(), Vec::new());
        Self { shape, networks, flat, adam, scaling, x, output, gradient }
    }

    /// What it is made of.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// How it sees observations.
    pub fn scaling(&self) -> &Scaling {
        &self.scaling
    }

    /// log σ `[A]`; empty for choices.
    pub fn log_std(&self) -> &[f32] {
        &self.flat[self.networks.end()..]
    }

    /// Logits or means [B, A] of observations [B, O].
    pub fn outputs(&mut self, obs: &[f32]) -> &[f32] {
        self.output.clear();
        for rows in stretches(obs.len() / self.shape.obs_size) {
            self.scale(obs, &rows);
            let output = self.networks.outputs(&self.flat, &self.x);
            self.output.extend_from_slice(output);
        }
        &self.output
    }

    /// Values [B, heads] of observations [B, O].
    pub fn values(&mut self, obs: &[f32]) -> &[f32] {
        self.output.clear();
        for rows in stretches(obs.len() / self.shape.obs_size) {
            self.scale(obs, &rows);
            let output = self.networks.values(&self.flat, &self.x);
            self.output.extend_from_slice(output);
        }
        &self.output
    }

    /// x of these rows of observations [B, O].
    fn scale(&mut self, obs: &[f32], rows: &Range<usize>) {
        let size = self.shape.obs_size;
        self.x.clear();
        self.scaling.apply(&obs[rows.start * size..rows.end * size], &mut self.x);
    }

    /// Draws actions [B, A] for observations [B, O] and writes their log-probabilities `[B]`; `noise` is one uniform
    /// number a row, or A standard normals.
    pub fn sample(&mut self, obs: &[f32], noise: &[f32], actions: &mut [f32], log_probs: &mut [f32]) {
        self.outputs(obs);
        let (size, log_std) = (self.shape.actions, &self.flat[self.networks.end()..]);
        let noises = noise.chunks_exact(noise.len() / log_probs.len().max(1));
        let rows = self.output.chunks_exact(size).zip(actions.chunks_exact_mut(size));
        for (((outputs, action), noise), log_prob) in rows.zip(noises).zip(log_probs) {
            *log_prob = self.shape.distribution.sample(outputs, log_std, noise, action);
        }
    }

    /// One step down the loss of this minibatch.
    pub fn update(&mut self, batch: &Minibatch, settings: &Settings, divisor: f32) -> Losses {
        let mut losses = self.loss_and_gradient(batch, settings, divisor);
        losses.grad_norm = self.adam.step_clipped(&mut self.flat, &self.gradient, settings.max_grad_norm);
        losses
    }

    /// The gradient of the last loss.
    pub fn gradient(&self) -> &[f32] {
        &self.gradient
    }

    /// The loss of this minibatch; its gradient is kept.
    pub fn loss_and_gradient(&mut self, batch: &Minibatch, settings: &Settings, divisor: f32) -> Losses {
        self.x.clear();
        self.scaling.apply(&batch.obs, &mut self.x);
        let end = self.networks.end();
        let Answer { outputs, values, d_outputs, d_values } = self.networks.answer(&self.flat, &self.x);
        let (log_std, d_log_std) = (&self.flat[end..], &mut self.gradient[end..]);
        let predictions = Predictions { outputs, log_std, values, d_outputs, d_log_std, d_values };
        let losses = losses(self.shape.distribution, predictions, batch, settings, divisor);
        self.networks.backward(&self.flat, &self.x, &mut self.gradient);
        losses
    }
}
