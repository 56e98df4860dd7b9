//! A whole network for a tile of rows, forwards and backwards, by one invocation.
//!
//! **Shapes.** In fours, a row in scratch memory is x `[inputs]` · h₁ … h_L `[hidden]` each · ∂h₁ … ∂h_L `[hidden]`
//! each · y `[outputs]` · whatever else the loss leaves there `[extra]`; L is the number of hidden layers. ∂loss/∂y
//! takes the place of y.
//! **Choices.** Sizes are numbers at run time; L, the number of rows of a tile and the activation are constants of a
//! kernel.

use super::activation::F4;
use super::dense::{self, Layer};
use crate::config::Activation;
use cubecl::prelude::*;

/// Sizes of a network, in fours, and where its parameters begin.
#[derive(CubeType, Clone, Copy)]
pub struct Sizes {
    /// Fours of an input row.
    pub inputs: usize,
    /// Fours of a hidden layer.
    pub hidden: usize,
    /// Fours of an output row.
    pub outputs: usize,
    /// Fours behind the outputs.
    pub extra: usize,
    /// Where W₁ begins.
    pub first: usize,
}

/// A tile of a batch's rows.
#[derive(CubeType, Clone, Copy)]
pub struct Tile {
    /// Where its first row begins in scratch memory.
    pub at: usize,
    /// The number of its first row in the batch.
    pub first_row: usize,
    /// Where the batch begins in the order of samples.
    pub batch: usize,
    /// Rows of the batch.
    pub rows: usize,
}

/// What a kernel knows of a network when it is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// L
    pub hidden_layers: usize,
    /// Rows of a tile.
    pub rows: usize,
    /// The activation.
    pub activation: Activation,
}

/// Fours of a row in scratch memory.
#[cube]
pub fn stride(sizes: &Sizes, #[comptime] hidden_layers: usize) -> usize {
    sizes.inputs + 2 * hidden_layers * sizes.hidden + sizes.outputs + sizes.extra
}

/// Where y begins in a row, and later ∂loss/∂y.
#[cube]
pub fn outputs(sizes: &Sizes, #[comptime] hidden_layers: usize) -> usize {
    sizes.inputs + 2 * hidden_layers * sizes.hidden
}

/// Layer `index` of the tile whose first row begins at `row`.
#[cube]
fn layer(sizes: &Sizes, row: usize, #[comptime] index: usize, #[comptime] hidden_layers: usize) -> Layer {
    let before = if comptime!(index == 0) { sizes.inputs } else { sizes.hidden };
    let after = if comptime!(index == hidden_layers) { sizes.outputs } else { sizes.hidden };
    let first_size = (4 * sizes.inputs + 1) * sizes.hidden;
    let hidden_size = (4 * sizes.hidden + 1) * sizes.hidden;
    let begin = if comptime!(index == 0) {
        sizes.first
    } else {
        sizes.first + first_size + comptime!(index.saturating_sub(1)) * hidden_size
    };
    let hidden = row + sizes.inputs;
    let x =
        if comptime!(index == 0) { row } else { hidden + comptime!(index.saturating_sub(1)) * sizes.hidden };
    let d = hidden + comptime!(hidden_layers + index) * sizes.hidden;
    let y = if comptime!(index == hidden_layers) { d } else { hidden + index * sizes.hidden };
    Layer {
        x,
        y,
        d,
        stride: stride(sizes, hidden_layers),
        weight: begin,
        bias: begin + 4 * before * after,
        inputs: before,
        outputs: after,
    }
}

/// Which sample row `row` of a batch of `rows` is; what only fills up a tile is the last one's once more.
#[cube]
pub fn sample(order: &[u32], batch: usize, row: usize, rows: usize) -> usize {
    order[batch + min(row, rows - 1)] as usize
}

/// Brings x of a tile's rows to scratch memory. Samples are `width` fours apart and begin with x.
#[cube]
pub fn fill(
    samples: &[F4],
    order: &[u32],
    scratch: &mut [F4],
    sizes: &Sizes,
    tile: &Tile,
    width: usize,
    #[comptime] form: Form,
) {
    let stride = stride(sizes, form.hidden_layers);
    #[unroll]
    for r in 0..form.rows {
        let from = sample(order, tile.batch, tile.first_row + r, tile.rows) * width;
        for k in 0..sizes.inputs {
            scratch[tile.at + r * stride + k] = samples[from + k];
        }
    }
}

/// y from x; leaves every h and every slope.
#[cube]
pub fn forward(parameters: &[F4], scratch: &mut [F4], sizes: &Sizes, row: usize, #[comptime] form: Form) {
    #[unroll]
    for index in 0..comptime!(form.hidden_layers + 1) {
        let layer = layer(sizes, row, index, form.hidden_layers);
        let is_activated = comptime!(index < form.hidden_layers);
        dense::forward(parameters, scratch, &layer, form.rows, is_activated, form.activation);
    }
}

/// ∂h of every hidden layer from ∂loss/∂y; with `to_input` also ∂x, in the place of x.
#[cube]
pub fn backward(
    parameters: &[F4],
    scratch: &mut [F4],
    sizes: &Sizes,
    row: usize,
    #[comptime] form: Form,
    #[comptime] to_input: bool,
) {
    #[unroll]
    for step in 0..form.hidden_layers {
        let index = comptime!(form.hidden_layers - step);
        let layer = layer(sizes, row, index, form.hidden_layers);
        let before = layer.d - sizes.hidden;
        dense::backward(parameters, scratch, &layer, before, form.rows, true);
    }
    if comptime!(to_input) {
        let layer = layer(sizes, row, 0usize, form.hidden_layers);
        dense::backward(parameters, scratch, &layer, row, form.rows, false);
    }
}
