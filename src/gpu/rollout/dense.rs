//! One layer of a perceptron, or of two, for all rows of a workgroup.
//!
//! ```text
//! hₗ = f(hₗ₋₁ Wₗ + bₗ)
//! ```
//! **Shapes.** Rows lie side by side in vectors of four: what a layer reads is [inputs, R / 4] vectors, what it writes
//! [outputs, R / 4]. W is [inputs, outputs / 4] vectors of four outputs, b [outputs / 4].
//! **Where.** Called by all networks of the kernel.
//! **Choices.** A unit computes four outputs of all R rows: a load of four weights serves R rows and a load of four rows
//! serves four outputs, and what loads bring is what limits small networks.

use super::Four;
use super::plan::{Bend, Crew, Stage};
use cubecl::prelude::*;

/// Where one unit's four outputs come from and go to, in vectors.
#[derive(CubeType, Clone, Copy)]
struct Tile {
    weight: usize,
    /// From one input's weights to the next one's.
    row: usize,
    bias: usize,
    from: usize,
    to: usize,
}

/// All outputs of a stage, written from `to` on. `member` is whose parameters they are.
#[cube]
pub(super) fn layer(
    parameters: &[Four],
    input: &[Four],
    output: &mut [Four],
    member: usize,
    to: usize,
    #[comptime] stage: Stage,
    #[comptime] crew: Crew,
) {
    let unit = UNIT_POS as usize;
    let blocks = comptime!(stage.blocks());
    if comptime!(crew.in_place) {
        let is_busy = unit < blocks;
        let tile = tile(unit, member, to, stage, crew);
        let mut sums = Array::<Four>::new(comptime!(4 * crew.quads));
        if is_busy {
            add_up(&mut sums, parameters, input, &tile, comptime!(stage.layer.inputs), crew);
        }
        sync_cube();
        if is_busy {
            write(&sums, output, &tile, stage, crew);
        }
    } else {
        let units = comptime!(crew.units);
        for block in range_stepped(unit, blocks, units) {
            let tile = tile(block, member, to, stage, crew);
            let mut sums = Array::<Four>::new(comptime!(4 * crew.quads));
            add_up(&mut sums, parameters, input, &tile, comptime!(stage.layer.inputs), crew);
            write(&sums, output, &tile, stage, crew);
        }
    }
}

#[cube]
fn tile(block: usize, member: usize, to: usize, #[comptime] stage: Stage, #[comptime] crew: Crew) -> Tile {
    let layer = comptime!(stage.layer);
    let to = to + block * comptime!(4 * crew.quads);
    if comptime!(stage.beside.is_some()) {
        let beside = comptime!(stage.beside.unwrap_or(stage.layer));
        let behind = comptime!(if stage.own_inputs { layer.inputs.next_multiple_of(4) * crew.quads } else { 0 });
        let is_beside = block >= comptime!(layer.blocks);
        // A block of the second network counts on from the first one's last.
        let weight = comptime!(beside.weight - layer.blocks);
        let bias = comptime!(beside.bias - layer.blocks);
        Tile {
            weight: block + select(is_beside, weight, comptime!(layer.weight).runtime()),
            row: select(is_beside, comptime!(beside.blocks).runtime(), comptime!(layer.blocks).runtime()),
            bias: block + select(is_beside, bias.runtime(), comptime!(layer.bias).runtime()),
            from: select(is_beside, behind.runtime(), 0usize.runtime()),
            to,
        }
    } else {
        Tile {
            weight: comptime!(layer.weight) + member * comptime!(layer.weight_stride) + block,
            row: comptime!(layer.blocks).runtime(),
            bias: comptime!(layer.bias) + member * comptime!(layer.blocks) + block,
            from: 0usize.runtime(),
            to,
        }
    }
}

/// Four outputs of all rows, [4, R / 4], before the bend.
#[cube]
fn add_up(
    sums: &mut Array<Four>,
    parameters: &[Four],
    input: &[Four],
    tile: &Tile,
    #[comptime] inputs: usize,
    #[comptime] crew: Crew,
) {
    let quads = comptime!(crew.quads);
    let bias = parameters[tile.bias];
    #[unroll]
    for output in 0..4usize {
        #[unroll]
        for quad in 0..quads {
            sums[output * quads + quad] = Four::new(bias.extract(output));
        }
    }
    // Two inputs at a time: a sum is loaded and stored half as often.
    for pair in 0..comptime!(inputs / 2) {
        let weight = tile.weight + 2 * pair * tile.row;
        let from = tile.from + 2 * pair * quads;
        let w = parameters[weight];
        let v = parameters[weight + tile.row];
        #[unroll]
        for quad in 0..quads {
            let x = input[from + quad];
            let y = input[from + quads + quad];
            #[unroll]
            for output in 0..4usize {
                let more = x * Four::new(w.extract(output)) + y * Four::new(v.extract(output));
                sums[output * quads + quad] += more;
            }
        }
    }
    if comptime!(inputs % 2 == 1) {
        let last = comptime!(inputs - 1);
        let w = parameters[tile.weight + last * tile.row];
        #[unroll]
        for quad in 0..quads {
            let x = input[tile.from + last * quads + quad];
            #[unroll]
            for output in 0..4usize {
                sums[output * quads + quad] += x * Four::new(w.extract(output));
            }
        }
    }
}

#[cube]
fn write(
    sums: &Array<Four>,
    output: &mut [Four],
    tile: &Tile,
    #[comptime] stage: Stage,
    #[comptime] crew: Crew,
) {
    #[unroll]
    for i in 0..comptime!(4 * crew.quads) {
        output[tile.to + i] = bent(sums[i], comptime!(stage.bend));
    }
}

/// f of four numbers; the formulas of [`crate::kernels::activation`].
#[cube]
fn bent(x: Four, #[comptime] bend: Bend) -> Four {
    match comptime!(bend) {
        Bend::None => x,
        Bend::Relu => max(x, Four::new(0.0)),
        Bend::Tanh => tanh(x),
        Bend::Silu => x * (Four::new(0.5) + Four::new(0.5) * tanh(Four::new(0.5) * x)),
    }
}

#[cube]
#[allow(clippy::excessive_precision)] // the coefficients as they were published
fn tanh(x: Four) -> Four {
    let x = max(min(x, Four::new(7.905_311)), Four::new(-7.905_311));
    let s = x * x;
    let p = s * Four::new(-2.760_768_5e-16) + Four::new(2.000_187_9e-13);
    let p = s * p + Four::new(-8.604_671_5e-11);
    let p = s * p + Four::new(5.122_297e-8);
    let p = s * p + Four::new(1.485_722_4e-5);
    let p = s * p + Four::new(6.372_619_3e-4);
    let p = x * (s * p + Four::new(4.893_524_6e-3));
    let q = s * Four::new(1.198_258_4e-6) + Four::new(1.185_347_06e-4);
    let q = s * q + Four::new(2.268_434_6e-3);
    let q = s * q + Four::new(4.893_525_2e-3);
    p / q
}
