//! What every part of a learner is, wherever it computes: something that can be saved, restored and waited for.
//!
//! **What.** [`Policy`](crate::policy::Policy), [`WorldModel`](crate::world_model::WorldModel) and
//! [`Novelty`](crate::curiosity::Novelty) are traits; `crate::cpu`, `crate::gpu` and `crate::burn` implement them,
//! and [`crate::backend`] alone knows which device has which.
//! **Choices.** Whatever may have to wait for a device is [`Pending`]: a boxed future keeps the traits object-safe. It
//! is one allocation a call, and a call is a batch of rows: nothing beside what is computed.

use crate::arrays::Arrays;
use crate::error::Result;
use std::any::Any;
use std::future::{Future, ready};
use std::pin::Pin;

/// Something that a device may still be computing.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// What is there already.
pub fn done<'a, T: 'a>(value: T) -> Pending<'a, T> {
    Box::pin(ready(Ok(value)))
}

/// A part of a learner.
pub trait Part: Any {
    /// Puts all that was learned into a checkpoint.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()>;

    /// Goes on from what was saved of a part of the same shape.
    ///
    /// # Errors
    /// [`crate::Error::Checkpoint`] if something is missing or cannot be.
    fn restore(&mut self, arrays: &mut Arrays) -> Result<()>;
}
