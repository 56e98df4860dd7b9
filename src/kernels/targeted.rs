//! A network and its slow copy by hand, for learners that chase their own predictions.
//!
//! ```text
//! θ' ← τ θ + (1 − τ) θ'          τ = 1 copies
//! ```
//! **Shapes.** θ and θ' `[parameters]`; x [E, B, in] → y [E, B, out].
//! **Where.** The networks of [`super::dqn`] and [`super::td3`]; the same as `mbppo::burn::Targeted`.
//! **Choices.** θ' starts as θ.
//! **Paper.** Copies: Mnih et al. 2015, Nature 518. Averages: Lillicrap et al. 2016 (1509.02971), after Polyak.

use super::{Adam, Cache, Mlp, Weights};

/// Gain of the last layer's first weights, of a network that values actions.
pub const FIRST_GAIN: f32 = 1.0;

/// A perceptron (or E of them) with its optimiser and its slow copy.
#[derive(Debug, Clone)]
pub struct Targeted {
    mlp: Mlp,
    /// θ, `[parameters]`.
    pub flat: Vec<f32>,
    /// θ', `[parameters]`.
    pub target: Vec<f32>,
    /// The memory of θ's optimiser.
    pub adam: Adam,
    gradient: Vec<f32>,
}

impl Targeted {
    /// A network on the places of `mlp`, and its copy. `flat` are its parameters.
    pub fn new(mlp: Mlp, flat: Vec<f32>, learning_rate: f64) -> Self {
        debug_assert_eq!(flat.len(), mlp.end());
        let adam = Adam::new(flat.len(), learning_rate, 1e-8);
        Self { mlp, target: flat.clone(), gradient: vec![0.0; flat.len()], flat, adam }
    }

    /// The network's shape.
    pub fn mlp(&self) -> &Mlp {
        &self.mlp
    }

    /// y by θ.
    pub fn forward<'a>(&self, x: &[f32], cache: &'a mut Cache) -> &'a [f32] {
        self.mlp.forward(&self.flat, x, self.rows(x), cache)
    }

    /// y by θ'.
    pub fn forward_target<'a>(&self, x: &[f32], cache: &'a mut Cache) -> &'a [f32] {
        self.mlp.forward(&self.target, x, self.rows(x), cache)
    }

    /// y by the first member's θ alone, from x [B, in].
    pub fn forward_first<'a>(&self, x: &[f32], cache: &'a mut Cache) -> &'a [f32] {
        self.mlp.forward_members(&self.flat, 0..1, x, x.len() / self.mlp.inputs(), cache)
    }

    /// ∂loss/∂θ of the members that `kept` is of, from ∂loss/∂y in it; with `d_x`, ∂loss/∂x too.
    pub fn backward(&mut self, x: &[f32], cache: &mut Cache, d_x: Option<&mut [f32]>) {
        self.mlp.backward(&self.flat, x, cache, &mut self.gradient, d_x);
    }

    /// The gradient of the last loss.
    pub fn gradient(&self) -> &[f32] {
        &self.gradient
    }

    /// One step of θ along −gradient, which is made no longer than `max_norm`; gives its length before.
    pub fn descend(&mut self, max_norm: f64) -> f32 {
        self.adam.step_clipped(&mut self.flat, &self.gradient, max_norm)
    }

    /// All that was learned, with θ' as its target.
    pub fn weights(&self) -> Weights {
        Weights { target: self.target.clone(), ..Weights::of(&self.flat, &self.adam) }
    }

    /// Goes on from what was learned before.
    pub fn set_weights(&mut self, mut weights: Weights) {
        self.target = std::mem::take(&mut weights.target);
        self.flat = self.adam.take_over(weights);
    }

    /// θ' goes the share `tau` of its way to θ.
    pub fn follow(&mut self, tau: f64) {
        let (go, stay) = (tau as f32, (1.0 - tau) as f32);
        self.target.iter_mut().zip(&self.flat).for_each(|(slow, now)| *slow = now * go + *slow * stay);
    }

    /// Rows of each member.
    fn rows(&self, x: &[f32]) -> usize {
        x.len() / (self.mlp.members() * self.mlp.inputs())
    }
}
