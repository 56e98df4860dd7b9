//! The same perceptron in plain f32 on the host, for one observation at a time.
//!
//! **What.** Acting needs one small answer at once; a copy of the weights on the host gives it without
//! asking the device and waiting.
//! **Shapes.** x [in] → y [out]; equation as in [`Mlp`](super::Mlp), E = 1.

use super::{Layout, Mlp};
use crate::config::Activation;

/// A perceptron on the host.
#[derive(Debug, Clone, PartialEq)]
pub struct HostMlp {
    sizes: Vec<usize>,
    activation: Activation,
    /// Wₗ [inₗ, outₗ] row-major and bₗ [outₗ], layer by layer.
    layers: Vec<(Vec<f32>, Vec<f32>)>,
    h: Vec<f32>,
    next: Vec<f32>,
}

impl HostMlp {
    /// A copy of `mlp` with the numbers of `flat`, the buffer that `layout` describes.
    pub fn new(mlp: &Mlp, layout: &Layout, flat: &[f32]) -> Self {
        let numbers = |index: usize| {
            let slot = layout.slots()[mlp.first_slot() + index];
            flat[slot.offset..slot.offset + slot.len()].to_vec()
        };
        let layers = (0..mlp.layers()).map(|layer| (numbers(2 * layer), numbers(2 * layer + 1))).collect();
        Self { sizes: mlp.sizes().to_vec(), activation: mlp.activation(), layers, h: Vec::new(), next: Vec::new() }
    }

    /// y from x.
    pub fn forward(&mut self, x: &[f32]) -> &[f32] {
        debug_assert_eq!(x.len(), self.sizes[0]);
        self.h.clear();
        self.h.extend_from_slice(x);
        let last = self.layers.len() - 1;
        for (layer, (weight, bias)) in self.layers.iter().enumerate() {
            self.next.clear();
            self.next.extend_from_slice(bias);
            for (input, row) in self.h.iter().zip(weight.chunks_exact(bias.len())) {
                self.next.iter_mut().zip(row).for_each(|(sum, w)| *sum += input * w);
            }
            if layer < last {
                self.next.iter_mut().for_each(|value| *value = self.activation.apply_host(*value));
            }
            std::mem::swap(&mut self.h, &mut self.next);
        }
        &self.h
    }
}
