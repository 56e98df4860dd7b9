//! A multi-layer perceptron, or E of them side by side, on a flat parameter buffer.
//!
//! ```text
//! h₀ = x,   hₗ = f(hₗ₋₁ Wₗ + bₗ),   y = h_{L−1} W_L + b_L
//! ∂hₗ₋₁ = (∂hₗ ⊙ f′) Wₗᵀ        ∂Wₗ = hₗ₋₁ᵀ (∂hₗ ⊙ f′)        ∂bₗ = Σ_rows ∂hₗ ⊙ f′
//! ```
//! **Shapes.** x [E, B, in] → y [E, B, out]; in the buffer W₁ [E, in, out], b₁ [E, 1, out], W₂, b₂, …, from `first` on:
//! exactly as `mbppo::burn::Mlp` lays them out.
//! **Where.** What a forward pass leaves in [`Cache`] is what the backward pass reads.
//! **Choices.** Every member has its own rows. A single member can be asked with rows of its own, which is how
//! imagination follows one member a branch without computing the others.

use super::activation::Activation;
use super::activation::{activate, times_slope};
use super::budget;
use super::dense::{Size, d_input, d_weight, forward};
use super::pack::Panels;
use std::ops::Range;

/// The shape of a perceptron and its place in a parameter buffer.
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    members: usize,
    sizes: Vec<usize>,
    activation: Activation,
    /// Where W₁ and b₁, W₂ and b₂, … begin.
    offsets: Vec<[usize; 2]>,
    end: usize,
}

/// What a forward pass keeps, and buffers for the backward pass once one is requested. A clone is empty: a network's
/// parameters are copied often, and none of this is part of them.
#[derive(Debug, Default)]
pub struct Cache {
    members: Range<usize>,
    rows: usize,
    /// h₁, …, y: [E, B, out] each.
    layers: Vec<Vec<f32>>,
    /// f′ where it does not follow from h.
    slopes: Vec<Vec<f32>>,
    /// ∂h₁, …, ∂y.
    d_layers: Vec<Vec<f32>>,
    panels: Panels,
}

impl Mlp {
    /// `members` networks with these layer sizes (input, hidden …, output) from index `first` of the buffer on.
    pub fn new(first: usize, members: usize, sizes: &[usize], activation: Activation) -> Self {
        let mut end = first;
        let mut offsets = Vec::with_capacity(sizes.len() - 1);
        for pair in sizes.windows(2) {
            let bias = end + members * pair[0] * pair[1];
            offsets.push([end, bias]);
            end = bias + members * pair[1];
        }
        Self { members, sizes: sizes.to_vec(), activation, offsets, end }
    }

    /// Index behind its last parameter.
    pub fn end(&self) -> usize {
        self.end
    }

    /// E
    pub fn members(&self) -> usize {
        self.members
    }

    /// Layer sizes: input, hidden …, output.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// Numbers of one input row.
    pub fn inputs(&self) -> usize {
        self.sizes[0]
    }

    /// Numbers of one output row.
    pub fn outputs(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// Multiply-adds of one row of one member, forwards.
    pub fn weights(&self) -> usize {
        self.sizes.windows(2).map(|pair| pair[0] * pair[1]).sum()
    }

    /// The activation between its layers.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// y [E, rows, out] from x [E, rows, in].
    pub fn forward<'a>(&self, flat: &[f32], x: &[f32], rows: usize, cache: &'a mut Cache) -> &'a [f32] {
        self.forward_members(flat, 0..self.members, x, rows, cache)
    }

    /// The same for some members only, each with `rows` rows of its own.
    pub fn forward_members<'a>(
        &self,
        flat: &[f32],
        members: Range<usize>,
        x: &[f32],
        rows: usize,
        cache: &'a mut Cache,
    ) -> &'a [f32] {
        cache.prepare(&self.sizes, members, rows, self.activation == Activation::Silu);
        budget::add(cache.members.len() * rows * self.weights());
        let layers = self.offsets.len();
        for layer in 0..layers {
            let size = self.size(layer, rows);
            let (done, next) = cache.layers.split_at_mut(layer);
            let input = done.last().map_or(x, Vec::as_slice);
            let output = &mut next[0][..cache.members.len() * rows * size.outputs];
            for (index, member) in cache.members.clone().enumerate() {
                let [weight, bias] = self.matrices(layer, member);
                let input = &input[index * rows * size.inputs..][..rows * size.inputs];
                let output = &mut output[index * rows * size.outputs..][..rows * size.outputs];
                forward(size, input, &flat[weight], &flat[bias], output, &mut cache.panels);
            }
            if layer + 1 < layers {
                activate(self.activation, output, &mut cache.slopes[layer]);
            }
        }
        cache.output()
    }

    /// ∂loss/∂parameters into `gradient`, which is as long as the buffer (only this network's places are written), from
    /// ∂loss/∂y in `cache` ([`Cache::output_and_gradient`]) and the x of the forward pass; with `d_x`, ∂loss/∂x too.
    pub fn backward(
        &self,
        flat: &[f32],
        x: &[f32],
        cache: &mut Cache,
        gradient: &mut [f32],
        d_x: Option<&mut [f32]>,
    ) {
        budget::add(2 * cache.members.len() * cache.rows * self.weights());
        let mut d_x = d_x;
        for layer in (0..self.offsets.len()).rev() {
            let size = self.size(layer, cache.rows);
            let (before, here) = cache.d_layers.split_at_mut(layer);
            let input = if layer == 0 { x } else { &cache.layers[layer - 1] };
            let mut d_input_of = match before.last_mut() {
                Some(d_before) => Some(d_before.as_mut_slice()),
                None => d_x.take(),
            };
            for (index, member) in cache.members.clone().enumerate() {
                let [weight, bias] = self.matrices(layer, member);
                let (inputs, outputs) = (cache.rows * size.inputs, cache.rows * size.outputs);
                let d_y = &here[0][index * outputs..][..outputs];
                let h = &input[index * inputs..][..inputs];
                let (d_w, d_b) = gradient[weight.start..bias.end].split_at_mut(bias.start - weight.start);
                d_weight(size, h, d_y, &mut d_w[..weight.len()], &mut d_b[..bias.len()], &mut cache.panels);
                if let Some(d_input_of) = d_input_of.as_deref_mut() {
                    d_input(
                        size,
                        d_y,
                        &flat[weight],
                        &mut d_input_of[index * inputs..][..inputs],
                        &mut cache.panels,
                    );
                }
            }
            if let (Some(d_before), true) = (d_input_of, layer > 0) {
                let count = cache.members.len() * cache.rows * size.inputs;
                let slopes = &cache.slopes[layer - 1];
                times_slope(self.activation, &input[..count], slopes, &mut d_before[..count]);
            }
        }
    }

    fn size(&self, layer: usize, rows: usize) -> Size {
        Size { rows, inputs: self.sizes[layer], outputs: self.sizes[layer + 1] }
    }

    /// Where weight and bias of this layer and member lie.
    pub fn matrices(&self, layer: usize, member: usize) -> [Range<usize>; 2] {
        let [weights, biases] = self.offsets[layer];
        let (inputs, outputs) = (self.sizes[layer], self.sizes[layer + 1]);
        let (weight, bias) = (weights + member * inputs * outputs, biases + member * outputs);
        [weight..weight + inputs * outputs, bias..bias + outputs]
    }
}

impl Clone for Cache {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Cache {
    /// Room for a forward pass, with slopes only where they are kept.
    fn prepare(&mut self, sizes: &[usize], members: Range<usize>, rows: usize, keeps_slopes: bool) {
        let layers = sizes.len() - 1;
        self.layers.resize(layers, Vec::new());
        self.slopes.resize(layers, Vec::new());
        for (layer, size) in sizes[1..].iter().enumerate() {
            let numbers = members.len() * rows * size;
            self.layers[layer].resize(numbers, 0.0);
            if keeps_slopes && layer + 1 < layers {
                self.slopes[layer].resize(numbers, 0.0);
            }
        }
        self.members = members;
        self.rows = rows;
    }

    /// y of the last forward pass, [E, B, out].
    pub fn output(&self) -> &[f32] {
        self.layers.last().map_or(&[], Vec::as_slice)
    }

    /// y, and the place for ∂loss/∂y, which the caller fills before the backward pass.
    pub fn output_and_gradient(&mut self) -> (&[f32], &mut [f32]) {
        self.d_layers.resize(self.layers.len(), Vec::new());
        for (d_layer, layer) in self.d_layers.iter_mut().zip(&self.layers) {
            d_layer.resize(layer.len(), 0.0);
        }
        let output = self.layers.last().map_or(&[][..], Vec::as_slice);
        (output, self.d_layers.last_mut().map_or(&mut [][..], Vec::as_mut_slice))
    }
}
