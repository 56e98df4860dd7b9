//! A task as a value: its facts, and how copies of it are made.
//!
//! **Where.** Passed to [`VecEnv`](super::VecEnv) and the trainer, which never ask for a task by its name. A named
//! task, a variant of one and a task that somebody has written in JavaScript all come through here.

use super::{Env, EnvSpec, Hidden, Noisy, Rewarded, Sparse};
use crate::config::Config;
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

    /// The variant of it that `task_noise`, `task_reward`, `task_sparse` and `task_hidden` ask for. What the task has
    /// not got changes nothing.
    ///
    /// # Errors
    /// What making a copy fails with.
    pub fn varied(self, config: &Config) -> Result<Self> {
        let variants = &self.spec.variants;
        let noise = if variants.usual_change.is_empty() { 0.0 } else { config.task_noise };
        let reward = config.task_reward.on(&self.spec.id);
        let is_sparse = config.task_sparse && variants.sparse.is_some() && reward.is_none();
        let is_hidden = config.task_hidden && !variants.velocities.is_empty();
        if noise == 0.0 && reward.is_none() && !is_sparse && !is_hidden {
            return Ok(self);
        }
        Self::new(move || {
            let mut env = self.make()?;
            if noise > 0.0 {
                env = Box::new(Noisy::new(env, noise));
            }
            if let Some(reward) = reward {
                env = Box::new(Rewarded::new(env, reward));
            }
            if is_sparse {
                env = Box::new(Sparse::new(env));
            }
            Ok(if is_hidden { Box::new(Hidden::new(env)) } else { env })
        })
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
