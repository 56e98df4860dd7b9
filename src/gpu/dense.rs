//! One layer for a tile of rows, forwards and backwards, by one invocation.
//!
//! ```text
//! Y = f(X W + b)        ∂X = (∂Y Wᵀ) ⊙ f′        (∂W is another kernel's: `weights`)
//! ```
//! **Shapes.** In fours: X [R, inputs], W [4 inputs, outputs], b `[outputs]`, Y [R, outputs]; rows lie `stride` fours
//! apart in scratch memory.
//! **Choices.** (1) R rows by two fours of outputs are summed at once: each load serves ten multiplications. Memory
//! instructions are what a software adapter spends its time on. (2) An invocation reads in scratch memory only what it
//! has written there itself, so nothing has to be waited for.

use super::activation::{F4, activate, slope};
use crate::config::Activation;
use cubecl::prelude::*;

/// Places of a layer, in fours: one row's X and Y in scratch memory, the way to the next row, W and b in the
/// parameters.
#[derive(CubeType, Clone, Copy)]
pub struct Layer {
    /// Where X begins.
    pub x: usize,
    /// Where Y begins.
    pub y: usize,
    /// Where the slopes f′ begin, and later ∂loss/∂(X W + b).
    pub d: usize,
    /// From one row to the next.
    pub stride: usize,
    /// Where W begins.
    pub weight: usize,
    /// Where b begins.
    pub bias: usize,
    /// Fours of one row of X.
    pub inputs: usize,
    /// Fours of one row of Y.
    pub outputs: usize,
}

/// Y, and with `is_activated` the activation and its slopes.
#[cube]
pub fn forward(
    parameters: &[F4],
    scratch: &mut [F4],
    layer: &Layer,
    #[comptime] rows: usize,
    #[comptime] is_activated: bool,
    #[comptime] kind: Activation,
) {
    for pair in 0..layer.outputs / 2 {
        forward_tile(parameters, scratch, layer, 2 * pair, rows, 2usize, is_activated, kind);
    }
    if layer.outputs % 2 == 1 {
        forward_tile(parameters, scratch, layer, layer.outputs - 1, rows, 1usize, is_activated, kind);
    }
}

#[cube]
#[allow(clippy::too_many_arguments)]
fn forward_tile(
    parameters: &[F4],
    scratch: &mut [F4],
    layer: &Layer,
    column: usize,
    #[comptime] rows: usize,
    #[comptime] width: usize,
    #[comptime] is_activated: bool,
    #[comptime] kind: Activation,
) {
    let mut sums = Array::<F4>::new(comptime!(rows * width));
    #[unroll]
    for c in 0..width {
        let bias = parameters[layer.bias + column + c];
        #[unroll]
        for r in 0..rows {
            sums[r * width + c] = bias;
        }
    }
    let mut x = Array::<F4>::new(rows);
    for k in 0..layer.inputs {
        #[unroll]
        for r in 0..rows {
            x[r] = scratch[layer.x + r * layer.stride + k];
        }
        let weights = layer.weight + 4 * k * layer.outputs + column;
        #[unroll]
        for i in 0..4usize {
            #[unroll]
            for c in 0..width {
                let w = parameters[weights + i * layer.outputs + c];
                #[unroll]
                for r in 0..rows {
                    sums[r * width + c] += w * F4::new(x[r].extract(i));
                }
            }
        }
    }
    #[unroll]
    for r in 0..rows {
        #[unroll]
        for c in 0..width {
            let at = r * layer.stride + column + c;
            let sum = sums[r * width + c];
            if comptime!(is_activated) {
                let y = activate(sum, kind);
                scratch[layer.y + at] = y;
                scratch[layer.d + at] = slope(sum, y, kind);
            } else {
                scratch[layer.y + at] = sum;
            }
        }
    }
}

/// ∂X from ∂Y at `layer.d`: times the slopes that stand at `before` (with `has_slopes`), and in their place.
#[cube]
pub fn backward(
    parameters: &[F4],
    scratch: &mut [F4],
    layer: &Layer,
    before: usize,
    #[comptime] rows: usize,
    #[comptime] has_slopes: bool,
) {
    for column in 0..layer.inputs {
        let mut sums = Array::<f32>::new(comptime!(rows * 4));
        #[unroll]
        for i in 0..comptime!(rows * 4) {
            sums[i] = 0.0;
        }
        let mut d = Array::<F4>::new(rows);
        let weights = layer.weight + 4 * column * layer.outputs;
        for k in 0..layer.outputs {
            #[unroll]
            for r in 0..rows {
                d[r] = scratch[layer.d + r * layer.stride + k];
            }
            #[unroll]
            for i in 0..4usize {
                let w = parameters[weights + i * layer.outputs + k];
                #[unroll]
                for r in 0..rows {
                    sums[r * 4 + i] += w.dot(d[r]);
                }
            }
        }
        #[unroll]
        for r in 0..rows {
            let mut sum = F4::new(0.0);
            #[unroll]
            for i in 0..4usize {
                sum.insert(i, sums[r * 4 + i]);
            }
            let at = before + r * layer.stride + column;
            scratch[at] = if comptime!(has_slopes) { sum * scratch[at] } else { sum };
        }
    }
}
