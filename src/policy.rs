//! Policy and value as the rest of the program sees them, on any device.
//!
//! **What.** They draw actions, say what states are worth, and learn both from [`Samples`] by proximal policy
//! optimisation.
//! **Shapes.** obs [B, O] → values [B, heads], flat; an update is told as [`Losses`].
//! **Where.** Implemented in `crate::cpu`, `crate::gpu` and `crate::burn`, which all start from the same parameters
//! ([`Shape::initial`]); used by the trainer and by [`crate::imagination`].
//! **Choices.** (1) A device may only queue an update. [`Policy::settle`] then reads everything back at once; until
//! then whatever acts and estimates values is unchanged. (2) A minibatch may be more than a tick can do: an update says
//! when it is done, and remembers in between how far it has come.

use crate::kernels::ppo_loss::{Losses, Settings};
use crate::nets::{HostActor, Shape};
use crate::part::{Part, Pending, done};
use crate::samples::Samples;
use std::any::Any;

/// Actions that were drawn; kept and refilled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drawn {
    /// In the policy's form, [B, A].
    pub actions: Vec<f32>,
    /// log π(action | obs), `[B]`
    pub log_probs: Vec<f32>,
}

/// What draws actions for many observations at once: all that imagination asks of whoever acts in it.
pub trait Sampler: Any {
    /// Draws actions for observations [B, O]; `noise` is one uniform number a row for choices, or A standard normals.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn sample<'a>(&'a mut self, obs: &'a [f32], noise: &'a [f32], drawn: &'a mut Drawn) -> Pending<'a, ()>;
}

/// Policy and value with their optimiser.
pub trait Policy: Part + Sampler {
    /// What the networks are made of.
    fn shape(&self) -> &Shape;

    /// Parameters of both: multiply-adds of asking them about one row. 0 where no tick has to be bounded.
    fn cost(&self) -> usize;

    /// The step size now.
    fn learning_rate(&self) -> f64;

    /// Another step size from the next update on.
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// Copies the policy, for acting in the real task.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn actor(&self) -> Pending<'_, HostActor>;

    /// Values [B, heads] of observations [B, O]; `doing` says what for.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn values<'a>(&'a mut self, obs: &'a [f32], doing: &'a str) -> Pending<'a, Vec<f32>>;

    /// Announces what the next epochs learn from.
    fn begin(&mut self, _samples: &Samples) {}

    /// Announces an epoch that takes the samples in this order, in [minibatches](mod@crate::minibatches) of at most
    /// `rows`.
    fn begin_epoch(&mut self, _samples: &Samples, _order: &[usize], _rows: usize, _settings: &Settings) {}

    /// As much as a tick may do of one step of PPO on these rows of `samples`, which are the epoch's next; whether the
    /// step is done.
    fn update(&mut self, samples: &Samples, indices: &[usize], settings: &Settings) -> bool;

    /// Waits until what was queued is computed; reads nothing.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device has failed; `doing` says what for.
    fn wait<'a>(&'a self, _doing: &'a str) -> Pending<'a, ()> {
        done(())
    }

    /// Takes over what the updates since the last time have changed, and gives the mean of their losses.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read; `doing` says what for.
    fn settle<'a>(&'a mut self, doing: &'a str) -> Pending<'a, Losses>;

    /// The same once more.
    fn boxed(&self) -> Box<dyn Policy>;
}

impl Clone for Box<dyn Policy> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}
