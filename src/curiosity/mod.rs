//! Curiosity: novelty as an intrinsic reward, and how much it counts.
//!
//! **What.** Three definitions of novelty behind one trait: a random network's output is hard to predict
//! ([`rnd`](crate::kernels::rnd)), the next step is hard to predict ([`icm`](crate::kernels::icm)), or the members of
//! the world model disagree. [`Curiosity`] is one of them with the scale on which it is measured.
//! ```text
//! reward_int = error / scale        scale: the running std of the errors' discounted sum
//! ```
//! **Where.** Implemented in `crate::cpu`, `crate::gpu` and `crate::burn`.
//! **Choices.** ICM runs on the host on WebGPU too: novelty decides nothing within a rollout, so it can be computed
//! once the rollout is complete.

mod beta;
mod disagreement;

pub use beta::AdaptiveBeta;
pub use disagreement::Disagreement;

use crate::error::Result;
use crate::part::{Part, Pending, done};
use crate::stats::RunningStats;

/// A batch of steps whose novelty is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// B
    pub rows: usize,
    /// [B, O]
    pub obs: &'a [f32],
    /// In the model's form, [B, A].
    pub action: &'a [f32],
    /// [B, O]
    pub next_obs: &'a [f32],
    /// Of the world model's members, `[B]`; asked for by that kind of curiosity only.
    pub disagreement: &'a [f32],
}

/// A measure of how new a step is.
pub trait Novelty: Part {
    /// Whether it has something to learn of its own.
    fn learns(&self) -> bool {
        true
    }

    /// Takes over how states are normalised.
    fn set_normalization(&mut self, _stats: &RunningStats) {}

    /// Novelty before it is scaled, `[B]`.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn errors<'a>(&'a mut self, visit: &'a Visit<'a>) -> Pending<'a, Vec<f32>>;

    /// Announces what the next updates learn from, in [minibatches](mod@crate::minibatches) of at most `rows` steps.
    fn begin(&mut self, _all: &Visit<'_>, _rows: usize) {}

    /// Learns from these steps, which are the next of those announced.
    fn update(&mut self, _visit: &Visit<'_>) {}

    /// Takes over what the updates since the last time have changed, and gives the loss before the newest of them; none
    /// where nothing is learned.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read; `doing` says what for.
    fn settle<'a>(&'a mut self, _doing: &'a str) -> Pending<'a, Option<f32>> {
        done(None)
    }

    /// The same once more.
    fn boxed(&self) -> Box<dyn Novelty>;
}

impl Clone for Box<dyn Novelty> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}

/// A measure of novelty, and its scale.
#[derive(Clone)]
pub struct Curiosity {
    /// The measure.
    pub module: Box<dyn Novelty>,
    /// What errors are divided by: the running std of their discounted sum.
    pub scale: f32,
}

impl Curiosity {
    /// This measure as it is.
    pub fn new(module: Box<dyn Novelty>) -> Self {
        Self { module, scale: 1.0 }
    }

    /// reward_int of each step, `[B]`, on the scale of this moment.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn novelty(&mut self, visit: &Visit<'_>) -> Result<Vec<f32>> {
        let mut novelty = self.module.errors(visit).await?;
        novelty.iter_mut().for_each(|error| *error /= self.scale);
        Ok(novelty)
    }
}
