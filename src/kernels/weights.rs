//! Learned parameters as plain numbers: the form in which they move to another device, or into a checkpoint.
//!
//! **Shapes.** θ, m, v and θ' `[parameters]`.
//! **Where.** Every learner gives and takes these.

use super::Adam;

/// The numbers of one buffer, with the memory of its optimiser.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights {
    /// θ, all parameters.
    pub flat: Vec<f32>,
    /// Adam's average gradient.
    pub m: Vec<f32>,
    /// Adam's average squared gradient.
    pub v: Vec<f32>,
    /// Steps that Adam has taken.
    pub updates: u32,
    /// θ', where there is one: a slow copy of θ, or the fixed network that θ guesses. Empty otherwise.
    pub target: Vec<f32>,
}

impl Adam {
    /// Takes over the memory in `weights`, and gives their parameters, as many as before.
    pub fn take_over(&mut self, weights: Weights) -> Vec<f32> {
        debug_assert_eq!(weights.m.len(), self.m.len());
        (self.m, self.v, self.updates) = (weights.m, weights.v, weights.updates);
        weights.flat
    }
}

impl Weights {
    /// These of a buffer and its optimiser.
    pub fn of(flat: &[f32], adam: &Adam) -> Self {
        let (m, v) = (adam.m.clone(), adam.v.clone());
        Self { flat: flat.to_vec(), m, v, updates: adam.updates, target: Vec::new() }
    }
}
