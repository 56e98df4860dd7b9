//! Adam: each parameter moves by its own average gradient over its own usual size.
//!
//! ```text
//! g ← g · min(1, max_norm / (‖g‖ + 1e-6))          global norm, over all matrices of a network together
//! m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
//! θ ← θ − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)
//! ```
//! **Shapes.** θ, g, m, v `[parameters]`, one flat buffer each.
//! **Where.** Gradients come from [`Tracked::gradient`](super::Tracked::gradient).
//! **Choices.** (1) Our own and not burn's, whose clipping is per matrix. (2) eps 1e-5 for PPO, as the custom is.
//! **Paper.** Kingma and Ba 2015 (1412.6980); clipping: Pascanu et al. 2013 (1211.5063).

use super::read;
use crate::burn::Device;
use crate::burn::tensor::Tensor;
use crate::error::Result;
use crate::kernels::Weights;
use crate::kernels::adam::{BETA_1, BETA_2};

/// Adam's memory for one parameter buffer.
#[derive(Debug, Clone)]
pub struct Adam {
    /// Average gradient, `[parameters]`.
    pub m: Tensor<1>,
    /// Average squared gradient, `[parameters]`.
    pub v: Tensor<1>,
    /// Steps taken so far, t.
    pub updates: u32,
    /// Step size.
    pub learning_rate: f64,
    /// Keeps the division finite.
    pub eps: f64,
}

impl Adam {
    /// No memory yet, for a buffer like `flat`.
    pub fn new(flat: &Tensor<1>, learning_rate: f64, eps: f64) -> Self {
        Self { m: flat.zeros_like(), v: flat.zeros_like(), updates: 0, learning_rate, eps }
    }

    /// θ in `flat` with this memory, as plain numbers; `doing` says what for.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the tensors cannot be read.
    pub fn weights(&self, flat: &Tensor<1>, doing: &str) -> Result<Weights> {
        let [flat, m, v] = [flat, &self.m, &self.v].map(|numbers| read(numbers.clone(), doing));
        Ok(Weights { flat: flat?, m: m?, v: v?, updates: self.updates, target: Vec::new() })
    }

    /// Takes over the memory in `weights`, and gives their parameters.
    pub fn take_over(&mut self, weights: Weights) -> Tensor<1> {
        let device = Device::of(&self.m);
        let upload = |numbers: Vec<f32>| {
            let count = numbers.len();
            device.floats(numbers, [count])
        };
        (self.m, self.v, self.updates) = (upload(weights.m), upload(weights.v), weights.updates);
        upload(weights.flat)
    }

    /// θ after one step along −gradient.
    pub fn step(&mut self, flat: Tensor<1>, gradient: Tensor<1>) -> Tensor<1> {
        self.updates += 1;
        let t = self.updates as i32;
        self.m = self.m.clone() * BETA_1 + gradient.clone() * (1.0 - BETA_1);
        self.v = self.v.clone() * BETA_2 + gradient.clone() * gradient * (1.0 - BETA_2);
        let step_size = self.learning_rate / (1.0 - BETA_1.powi(t));
        let root = self.v.clone().sqrt() * (1.0 / (1.0 - BETA_2.powi(t)).sqrt()) + self.eps;
        flat - self.m.clone() / root * step_size
    }
}

/// The gradient no longer than `max_norm`, and its length before, `[1]`.
pub fn clip_by_global_norm(gradient: Tensor<1>, max_norm: f64) -> (Tensor<1>, Tensor<1>) {
    let norm = (gradient.clone() * gradient.clone()).sum().sqrt();
    let factor = ((norm.clone() + 1e-6).recip() * max_norm).clamp_max(1.0);
    (gradient * factor, norm)
}
