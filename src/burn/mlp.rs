//! A multi-layer perceptron, or E of them side by side.
//!
//! **What.** Each layer mixes its inputs linearly and activates the result; the last layer only mixes.
//! ```text
//! h₀ = x,   hₗ = f(hₗ₋₁ Wₗ + bₗ),   y = h_{L−1} W_L + b_L
//! ```
//! **Shapes.** x [E, B, in] → y [E, B, out]; Wₗ [E, inₗ, outₗ], bₗ [E, 1, outₗ]. An ordinary network has E = 1.
//! **Where.** Parameters come from a [`Layout`]'s matrices: tracked ones while learning, plain ones while acting.

use super::Layout;
use super::activation::activate;
use crate::burn::tensor::Tensor;
use crate::config::Activation;
use crate::nets::initial;
use crate::rng::Stream;

/// The shape of a perceptron and its places in a parameter buffer.
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    members: usize,
    sizes: Vec<usize>,
    activation: Activation,
    /// Index in the layout of W₁; b₁, W₂, b₂, … follow.
    first: usize,
}

impl Mlp {
    /// Reserves places for `members` networks with these layer sizes: input, hidden …, output.
    pub fn new(layout: &mut Layout, members: usize, sizes: &[usize], activation: Activation) -> Self {
        let first = layout.slots().len();
        for pair in sizes.windows(2) {
            layout.add([members, pair[0], pair[1]]);
            layout.add([members, 1, pair[1]]);
        }
        Self { members, sizes: sizes.to_vec(), activation, first }
    }

    /// First values for these places: orthogonal with gain √2, the last layer with `output_gain`; biases 0.
    pub fn initial(&self, output_gain: f32, stream: &mut Stream) -> Vec<f32> {
        initial(self.members, &self.sizes, output_gain, stream)
    }

    /// y from x; `matrices` are those of the whole layout.
    pub fn forward(&self, matrices: &[Tensor<3>], x: Tensor<3>) -> Tensor<3> {
        let mut h = x; // [E, B, in]
        for layer in 0..self.layers() {
            let weight = matrices[self.first + 2 * layer].clone();
            let bias = matrices[self.first + 2 * layer + 1].clone();
            h = h.matmul(weight) + bias; // [E, B, out]
            if layer + 1 < self.layers() {
                h = activate(self.activation, h);
            }
        }
        h
    }

    /// How many linear layers there are.
    pub fn layers(&self) -> usize {
        self.sizes.len() - 1
    }

    /// Layer sizes: input, hidden …, output.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The activation between two layers.
    pub fn activation(&self) -> Activation {
        self.activation
    }
}
