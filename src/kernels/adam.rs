//! Adam with clipping by global norm, on slices.
//!
//! **What, equation, choices, papers.** As in `mbppo::burn::Adam`; here clipping is a factor on the gradient while
//! it is read, so the buffers are walked through twice: once for the norm, once for the step.
//! **Shapes.** θ, g, m, v `[parameters]`.

use super::isa::instantiate;

/// Adam's memory for one parameter buffer.
#[derive(Debug, Clone, PartialEq)]
pub struct Adam {
    /// Average gradient, `[parameters]`.
    pub m: Vec<f32>,
    /// Average squared gradient, `[parameters]`.
    pub v: Vec<f32>,
    /// Steps taken so far, t.
    pub updates: u32,
    /// Step size.
    pub learning_rate: f64,
    /// Keeps the division finite.
    pub eps: f64,
}

/// β₁, what is kept of the average gradient.
pub const BETA_1: f64 = 0.9;
/// β₂, what is kept of the average squared gradient.
pub const BETA_2: f64 = 0.999;
/// eps of all networks but PPO's.
pub const EPS: f64 = 1e-8;
/// eps of PPO's networks, as the custom is.
pub const EPS_OF_PPO: f64 = 1e-5;

impl Adam {
    /// No memory yet, for a buffer of this length.
    pub fn new(parameters: usize, learning_rate: f64, eps: f64) -> Self {
        let zeros = vec![0.0; parameters];
        Self { m: zeros.clone(), v: zeros, updates: 0, learning_rate, eps }
    }

    /// One step of `flat` along −`gradient`.
    pub fn step(&mut self, flat: &mut [f32], gradient: &[f32]) {
        self.step_scaled(flat, gradient, 1.0);
    }

    /// One step along −`gradient`, made no longer than `max_norm`; gives its length before.
    pub fn step_clipped(&mut self, flat: &mut [f32], gradient: &[f32], max_norm: f64) -> f32 {
        let norm = norm(gradient);
        let factor = (max_norm / (f64::from(norm) + 1e-6)).min(1.0);
        self.step_scaled(flat, gradient, factor as f32);
        norm
    }

    fn step_scaled(&mut self, flat: &mut [f32], gradient: &[f32], factor: f32) {
        self.updates = self.updates.saturating_add(1);
        let [step_size, root_scale] = self.rates(self.updates);
        let rates = Rates { factor, step_size, root_scale, eps: self.eps as f32 };
        step(rates, flat, gradient, &mut self.m, &mut self.v);
    }

    /// What update t multiplies m by, and √v: both averages begin at 0, and this makes up for it.
    pub fn rates(&self, t: u32) -> [f32; 2] {
        let t = i32::try_from(t).unwrap_or(i32::MAX); // βᵗ is 0 long before
        [(self.learning_rate / (1.0 - BETA_1.powi(t))) as f32, (1.0 / (1.0 - BETA_2.powi(t)).sqrt()) as f32]
    }
}

/// The numbers of one step that are the same for all parameters.
#[derive(Debug, Clone, Copy)]
struct Rates {
    factor: f32,
    step_size: f32,
    root_scale: f32,
    eps: f32,
}

instantiate! {
    fn step(rates: Rates, flat: &mut [f32], gradient: &[f32], m: &mut [f32], v: &mut [f32]) = step_with
}

#[inline(always)]
fn step_with<const R: usize, const C: usize, const FMA: bool>(
    rates: Rates,
    flat: &mut [f32],
    gradient: &[f32],
    m: &mut [f32],
    v: &mut [f32],
) {
    let (keep_m, keep_v) = (BETA_1 as f32, BETA_2 as f32);
    let (take_m, take_v) = ((1.0 - BETA_1) as f32, (1.0 - BETA_2) as f32);
    for (((theta, g), m), v) in flat.iter_mut().zip(gradient).zip(m).zip(v) {
        let g = g * rates.factor;
        *m = *m * keep_m + g * take_m;
        *v = *v * keep_v + g * g * take_v;
        *theta -= *m / (v.sqrt() * rates.root_scale + rates.eps) * rates.step_size;
    }
}

instantiate! {
    /// The length of a gradient.
    pub fn norm(gradient: &[f32]) -> f32 = norm_with
}

#[inline(always)]
fn norm_with<const R: usize, const C: usize, const FMA: bool>(gradient: &[f32]) -> f32 {
    let (chunks, rest) = gradient.as_chunks::<16>();
    let mut sums = [0.0f32; 16];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, g)| *sum += g * g);
    }
    let total: f32 = sums.iter().sum::<f32>() + rest.iter().map(|g| g * g).sum::<f32>();
    total.sqrt()
}
