//! A perceptron for all rows of a workgroup, layer by layer.
//!
//! ```text
//! hₗ = f(hₗ₋₁ Wₗ + bₗ)
//! ```
//! **Shapes.** Rows lie side by side in vectors of four: what a layer reads is [inputs, R / 4] vectors, what it writes
//! [outputs, R / 4]. W is [inputs, outputs / 4] vectors of four outputs, b [outputs / 4].
//! **Where.** All networks of the kernel go this way; [`super::plan`] says which.
//! **Choices.** (1) A unit computes four outputs of all R rows: a load of four weights serves R rows and a load of four
//! rows serves four outputs, and what loads bring is what limits small networks. (2) All layers of a network are one
//! loop: a kernel with a copy of the code for each of them took seconds to compile.

use super::Four;
use super::chain::MOST_LAYERS;
use super::memory::Path;
use super::plan::Workgroup;
use crate::config::Activation;
use crate::gpu::activation::activate;
use cubecl::prelude::*;

/// Where one unit's four outputs come from and go to, in vectors.
#[derive(CubeType, Clone, Copy)]
struct Tile {
    pairs: usize,
    weight: usize,
    /// From one input's weights to the next one's.
    row: usize,
    bias: usize,
    from: usize,
    to: usize,
}

/// All layers of a network, or of two side by side; waits before each. `member` is whose parameters they are, `shift`
/// how far behind its place the last layer is written.
#[cube]
pub(super) fn network(
    parameters: &[Four],
    memory: &mut [Four],
    member: usize,
    shift: usize,
    #[comptime] path: Path,
    #[comptime] workgroup: Workgroup,
) {
    let unit = UNIT_POS as usize;
    let units = comptime!(workgroup.units);
    for layer in 0..comptime!(path.count) {
        let blocks = pick(layer, comptime!(path.layers.map(|of| of.blocks)));
        let is_last = layer == comptime!(path.count - 1);
        let shift = select(is_last, shift, 0usize.runtime());
        sync_cube();
        if comptime!(workgroup.in_place) {
            let tile = tile(layer, unit, member, shift, path, workgroup);
            let mut sums = Array::<Four>::new(comptime!(4 * workgroup.quads));
            if unit < blocks {
                add_up(&mut sums, parameters, &*memory, &tile, workgroup);
            }
            sync_cube();
            if unit < blocks {
                write(&sums, memory, &tile, is_last, comptime!(path.activation), workgroup);
            }
        } else {
            for block in range_stepped(unit, blocks, units) {
                let tile = tile(layer, block, member, shift, path, workgroup);
                let mut sums = Array::<Four>::new(comptime!(4 * workgroup.quads));
                add_up(&mut sums, parameters, &*memory, &tile, workgroup);
                write(&sums, memory, &tile, is_last, comptime!(path.activation), workgroup);
            }
        }
    }
}

/// The number of this layer.
#[cube]
fn pick(layer: usize, #[comptime] of: [usize; MOST_LAYERS]) -> usize {
    let [first, second, third, fourth] = comptime!(of);
    if comptime!(first == second && second == third && third == fourth) {
        first.runtime()
    } else if comptime!(third == fourth) {
        select(layer == 0, first.runtime(), select(layer == 1, second.runtime(), third.runtime()))
    } else {
        let later = select(layer == 2, third.runtime(), fourth.runtime());
        select(layer == 0, first.runtime(), select(layer == 1, second.runtime(), later))
    }
}

/// The number of this layer, of its first or its second network.
#[cube]
fn pick_of(layer: usize, is_second: bool, #[comptime] of: [[usize; 2]; MOST_LAYERS]) -> usize {
    let first = pick(layer, comptime!(of.map(|of| of[0])));
    if comptime!(of.iter().all(|of| of[0] == of[1])) {
        first
    } else {
        select(is_second, pick(layer, comptime!(of.map(|of| of[1]))), first)
    }
}

#[cube]
fn tile(
    layer: usize,
    block: usize,
    member: usize,
    shift: usize,
    #[comptime] path: Path,
    #[comptime] workgroup: Workgroup,
) -> Tile {
    let layers = comptime!(path.layers);
    let is_second = block >= pick(layer, comptime!(layers.map(|of| of.split)));
    let begin = member * comptime!(layers[0].stride) + block;
    Tile {
        pairs: pick(layer, comptime!(layers.map(|of| of.pairs))),
        weight: pick_of(layer, is_second, comptime!(layers.map(|of| of.weight))) + begin,
        row: pick_of(layer, is_second, comptime!(layers.map(|of| of.row))),
        bias: pick_of(layer, is_second, comptime!(layers.map(|of| of.bias))) + begin,
        from: pick_of(layer, is_second, comptime!(layers.map(|of| of.from))),
        to: pick(layer, comptime!(layers.map(|of| of.to))) + shift + block * comptime!(4 * workgroup.quads),
    }
}

/// Four outputs of all rows, [4, R / 4], before the activation.
#[cube]
fn add_up(
    sums: &mut Array<Four>,
    parameters: &[Four],
    memory: &[Four],
    tile: &Tile,
    #[comptime] workgroup: Workgroup,
) {
    let quads = comptime!(workgroup.quads);
    let bias = parameters[tile.bias];
    #[unroll]
    for output in 0..4usize {
        #[unroll]
        for quad in 0..quads {
            sums[output * quads + quad] = Four::new(bias.extract(output));
        }
    }
    // Two inputs at a time: a sum is loaded and stored half as often.
    for pair in 0..tile.pairs {
        let weight = tile.weight + 2 * pair * tile.row;
        let from = tile.from + 2 * pair * quads;
        let w = parameters[weight];
        let v = parameters[weight + tile.row];
        #[unroll]
        for quad in 0..quads {
            let x = memory[from + quad];
            let y = memory[from + quads + quad];
            #[unroll]
            for output in 0..4usize {
                let more = x * Four::new(w.extract(output)) + y * Four::new(v.extract(output));
                sums[output * quads + quad] += more;
            }
        }
    }
}

#[cube]
fn write(
    sums: &Array<Four>,
    memory: &mut [Four],
    tile: &Tile,
    is_last: bool,
    #[comptime] activation: Activation,
    #[comptime] workgroup: Workgroup,
) {
    #[unroll]
    for i in 0..comptime!(4 * workgroup.quads) {
        memory[tile.to + i] = sums[i];
    }
    // Activated where it is written and not before: its code stands once and not for every sum.
    if !is_last {
        for i in 0..comptime!(4 * workgroup.quads) {
            memory[tile.to + i] = activate(memory[tile.to + i], activation);
        }
    }
}
