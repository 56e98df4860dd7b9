//! A task as a value: its facts, and how copies of it are made.
//!
//! **Where.** Passed to [`VecEnv`](super::VecEnv) and the trainer, which never ask for a task by its name. A named task,
//! a variant of one and a task that somebody has written in JavaScript all come through here.

use super::{Env, EnvSpec};
use crate::error::Result;
use std::rc::Rc;
use std::sync::Arc;

/// What makes a copy of a task.
type Factory = Rc<dyn Fn() -> Result<Box<dyn Env>>>;

/// A task, of which any number of copies can be made. Cloning is cheap.
#[derive(Clone)]
pub struct Task {
    spec: Arc<EnvSpec>,
    factory: Factory,
}

impl Task {
    /// The task whose copies `factory` makes.
    ///
    /// # Errors
    /// What the factory fails with.
    pub fn new(factory: impl Fn() -> Result<Box<dyn Env>> + 'static) -> Result<Self> {
        Ok(Self { spec: factory()?.spec(), factory: Rc::new(factory) })
    }

    /// The task of this id in the list.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) with field `task` if there is none of this name.
    pub fn named(id: &str) -> Result<Self> {
        let id = id.to_string();
        Self::new(move || super::make(&id))
    }

    /// The facts about it.
    pub fn spec(&self) -> &Arc<EnvSpec> {
        &self.spec
    }

    /// A copy that nobody has reset yet.
    ///
    /// # Errors
    /// What the factory fails with; of the tasks in the list none does.
    pub fn make(&self) -> Result<Box<dyn Env>> {
        (self.factory)()
    }
}
