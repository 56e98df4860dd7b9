//! The physical quantities of the task, which can be changed while it runs: the same in every lane.

use super::VecEnv;
use crate::env::PhysicsParameter;
use crate::error::{Error, Result};
use serde::Serialize;

/// A physical quantity of the task as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PhysicsValue {
    /// "gravity"
    pub name: &'static str,
    /// "m/s²"
    pub unit: &'static str,
    /// Smallest value that it may take.
    pub min: f64,
    /// Largest value that it may take.
    pub max: f64,
    /// Its value in every lane.
    pub value: f64,
}

impl VecEnv {
    /// What can be changed while it runs, with its value now.
    pub fn physics(&mut self) -> Vec<PhysicsValue> {
        let of_first = self.lanes.first_mut().map(|lane| lane.env.parameters()).unwrap_or_default();
        let value = |parameter: PhysicsParameter<'_>| PhysicsValue {
            name: parameter.name,
            unit: parameter.unit,
            min: parameter.min,
            max: parameter.max,
            value: *parameter.value,
        };
        of_first.into_iter().map(value).collect()
    }

    /// Changes a physical quantity in every lane, from the next step on.
    ///
    /// # Errors
    /// [`Error::Config`] if the task has none of this name, or the value is out of its range. Nothing has changed then.
    pub fn set_physics(&mut self, name: &str, value: f64) -> Result<()> {
        self.require_physics(name, value)?;
        for lane in &mut self.lanes {
            for parameter in lane.env.parameters().into_iter().filter(|parameter| parameter.name == name) {
                *parameter.value = value;
            }
        }
        Ok(())
    }

    /// Whether a physical quantity can take this value.
    ///
    /// # Errors
    /// As from [`VecEnv::set_physics`].
    pub fn require_physics(&mut self, name: &str, value: f64) -> Result<()> {
        let all = self.physics();
        let refused = |allowed: String| Error::Config {
            field: format!("physics.{name}"),
            value: value.to_string(),
            allowed,
        };
        let Some(parameter) = all.iter().find(|parameter| parameter.name == name) else {
            let names: Vec<&str> = all.iter().map(|parameter| parameter.name).collect();
            let there_are = if names.is_empty() { "nothing to change".into() } else { names.join(", ") };
            return Err(refused(format!("{} has {there_are}", self.spec.id)));
        };
        if !(parameter.min..=parameter.max).contains(&value) {
            return Err(refused(format!("it must be a number from {} to {}", parameter.min, parameter.max)));
        }
        Ok(())
    }
}
