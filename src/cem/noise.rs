//! Coloured noise: normal numbers along time, of which neighbours resemble each other the more the redder they are.
//!
//! ```text
//! n_t = c · (z₀ / √2 + Σ_k k^(−β/2) (z_k cos 2πkt/H + z'_k sin 2πkt/H) + (H/2)^(−β/2) z_{H/2} (−1)^t / √2)
//! ```
//! **What.** Power falls with frequency as 1 / f^β: 0 is white, 2 is a random walk's. c makes every n_t standard
//! normal. A push of the same direction for many steps is rare in white noise and usual in red; many tasks need one.
//! **Shapes.** H numbers a component, made of H independent ones; with A components [H, A], step after step.
//! **Choices.** One matrix [H, H] does it, made once: H is small.
//! **Paper.** Timmer and König 1995, "On generating power law noise"; in planning, Pinneri et al. 2020 (2008.06389).

use crate::budget;
use crate::rng::Stream;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// What one term of a step costs, in multiply-adds of the kernels: it is added in double precision, one after another.
const PER_TERM: usize = 16;

/// The noise of so many steps and one colour.
#[derive(Debug, Clone, PartialEq)]
pub struct Coloured {
    /// [H, H]: what each independent number adds to each step.
    matrix: Vec<f64>,
    steps: usize,
}

impl Coloured {
    /// Of `steps` steps, H, with this exponent β.
    pub fn new(steps: usize, exponent: f64) -> Self {
        let mut waves: Vec<Vec<f64>> = Vec::with_capacity(steps);
        for k in 0..=steps / 2 {
            let amplitude = (k.max(1) as f64).powf(-exponent / 2.0);
            let angle = |t: usize| TAU * ((k * t) % steps) as f64 / steps as f64;
            if k == 0 || 2 * k == steps {
                let size = amplitude * FRAC_1_SQRT_2;
                waves.push((0..steps).map(|t| size * angle(t).cos()).collect());
            } else {
                waves.push((0..steps).map(|t| amplitude * angle(t).cos()).collect());
                waves.push((0..steps).map(|t| amplitude * angle(t).sin()).collect());
            }
        }
        // All steps have the same variance: cos² + sin² = 1.
        let size = waves.iter().map(|wave| wave[0] * wave[0]).sum::<f64>().sqrt();
        let matrix = (0..steps).flat_map(|t| waves.iter().map(move |wave| wave[t] / size)).collect();
        Self { matrix, steps }
    }

    /// H
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The noise that these independent numbers `[H]` make.
    pub fn of(&self, independent: &[f64]) -> Vec<f64> {
        budget::add(self.matrix.len() * PER_TERM);
        let step = |row: &[f64]| row.iter().zip(independent).map(|(w, z)| w * z).sum();
        self.matrix.chunks_exact(self.steps).map(step).collect()
    }

    /// Of so many components, [H, components].
    pub fn draw(&self, components: usize, stream: &mut Stream) -> Vec<f64> {
        let mut all = vec![0.0; self.steps * components];
        for component in 0..components {
            let independent: Vec<f64> = (0..self.steps).map(|_| f64::from(stream.normal())).collect();
            let numbers = self.of(&independent);
            all.iter_mut().skip(component).step_by(components).zip(numbers).for_each(|(to, z)| *to = z);
        }
        all
    }
}

/// Φ: the share of standard normal numbers below this one, to 1.5 · 10⁻⁷ (Abramowitz and Stegun 1964, 7.1.26).
pub fn normal_share(z: f64) -> f64 {
    let x = z.abs() * FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let terms = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let beyond = terms.iter().fold(0.0, |sum, term| (sum + term) * t) * (-x * x).exp();
    if z < 0.0 { 0.5 * beyond } else { 1.0 - 0.5 * beyond }
}
