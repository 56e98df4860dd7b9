//! What it takes to be imagined in: a world that can be stepped in, and a rollout of many steps in it.
//!
//! **What.** [`Dynamics`] is the learned model, or in tests a stub that is perfect, which must make imagined equal
//! real. [`Rollout`] takes branches to the horizon: step by step by asking policy and world in turn
//! ([`on_host`](super::on_host)), or all at once where both live on a device that can do that, as `crate::gpu::imagine`
//! does.
//! **Shapes.** As in [`crate::dynamics`].

use super::Scope;
use crate::curiosity::Curiosity;
use crate::dynamics::{Answer, Context, Question, State};
use crate::part::{Pending, done};
use crate::policy::Sampler;
use crate::rng::Stream;
use std::any::Any;

/// A world that can be stepped in.
pub trait Dynamics: Any {
    /// L, the real steps that [`Dynamics::warm_up`] wants to know: 1 where the observation is all there is to know.
    fn context(&self) -> usize {
        1
    }

    /// The state after the last L real steps of each branch.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn warm_up(&mut self, context: Context) -> Pending<'_, State> {
        done(State::seen(context.obs))
    }

    /// One step of all branches; `answer` is refilled.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn step<'a>(&'a mut self, question: Question<'a>, answer: &'a mut Answer) -> Pending<'a, ()>;

    /// A rollout from `starts` whose steps this world computes together with this policy, without asking the host in
    /// between. None where that cannot be: then branches take one step after another.
    fn rollout(
        &self,
        _policy: &dyn Sampler,
        _starts: &State,
        _scope: Scope,
        _stream: &mut Stream,
    ) -> Option<Box<dyn Rollout>> {
        None
    }
}

/// Who takes part in a step of imagination.
pub struct Parts<'a> {
    /// Who acts.
    pub policy: &'a mut dyn Sampler,
    /// What follows.
    pub world: &'a mut dyn Dynamics,
    /// How new that is, if somebody asks.
    pub curiosity: Option<&'a mut Curiosity>,
}

/// Branches on their way to the horizon, some of them at a time.
pub trait Rollout {
    /// Branches that go together, at most.
    fn group(&self) -> usize;

    /// Steps that all branches have taken.
    fn steps(&self) -> usize;

    /// The next group goes on: by a step, or to the horizon. Always with the same parts and the same stream.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn advance<'a>(&'a mut self, parts: Parts<'a>, stream: &'a mut Stream) -> Pending<'a, ()>;

    /// What was recorded of a group, [H · rows, O + A + 5]; it is not kept.
    fn take_record(&mut self, group: usize) -> Vec<f32>;
}
