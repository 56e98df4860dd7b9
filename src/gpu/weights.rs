//! Weight gradients: what every weight of every network has done to the loss, summed over the rows.
//!
//! ```text
//! ∂W = Σ_rows hᵀ ∂(h W + b)        ∂b = Σ_rows ∂(h W + b)
//! ```
//! **Shapes.** In fours; an invocation sums a tile of up to 8 × 8 weights over a stretch of the rows.
//! Gradients [stretches, parameters]: whoever reads them adds up the stretches.
//! **Where.** The second of an update's four dispatches; reads what `network` left in scratch memory.
//! **Choices.** (1) Which tiles there are stands in a table: one dispatch serves all layers of all networks. (2) With
//! few weights and many rows the rows are cut into stretches, so that there is work for every core.

use super::activation::F4;
use super::layout::Network;
use cubecl::prelude::*;

/// Numbers of a tile in the table.
const WORDS: usize = 8;
/// A tile is two fours of inputs high.
const TALL: u32 = 1;
/// It is two fours of outputs wide.
const WIDE: u32 = 2;
/// It writes ∂b.
const BIAS: u32 = 4;
/// It writes ∂W.
const WEIGHT: u32 = 8;

/// Which tiles there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tiles {
    words: Vec<u32>,
}

/// Where the rows of a network's member lie in scratch memory, in fours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// Where the first row begins.
    pub begin: usize,
    /// From one row to the next.
    pub stride: usize,
}

impl Tiles {
    /// How many tiles there are.
    pub fn len(&self) -> usize {
        self.words.len() / WORDS
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The table.
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// All layers of one member of a network.
    pub fn add_network(&mut self, network: &Network, member: usize, rows: Rows) {
        let first = network.first + member * network.stride;
        let hidden_layers = network.layers.len() - 1;
        let hidden = network.layers[0].outputs / 4;
        let (mut h, mut d) = (0, network.layers[0].inputs / 4 + hidden_layers * hidden);
        for layer in &network.layers {
            let (inputs, outputs) = (layer.inputs / 4, layer.outputs / 4);
            for input in (0..inputs).step_by(2) {
                for output in (0..outputs).step_by(2) {
                    let tall = if input + 1 < inputs { TALL } else { 0 };
                    let wide = if output + 1 < outputs { WIDE } else { 0 };
                    let bias = if input == 0 { BIAS } else { 0 };
                    self.add(
                        tall | wide | bias | WEIGHT,
                        rows,
                        [h + input, d + output],
                        [(first + layer.weight) / 4 + 4 * input * outputs + output, outputs],
                        (first + layer.bias) / 4 + output,
                    );
                }
            }
            (h, d) = (if h == 0 { inputs } else { h + inputs }, d + outputs);
        }
    }

    /// Numbers whose gradient is a plain sum over rows: fours from `d` on, to `to` in the parameters.
    pub fn add_sums(&mut self, rows: Rows, d: usize, to: usize, fours: usize) {
        (0..fours).for_each(|four| self.add(BIAS, rows, [0, d + four], [0, 0], to + four));
    }

    fn add(
        &mut self,
        flags: u32,
        rows: Rows,
        [h, d]: [usize; 2],
        [weight, outputs]: [usize; 2],
        bias: usize,
    ) {
        let places = [rows.begin + h, rows.begin + d, rows.stride, weight, outputs, bias];
        self.words.push(flags);
        self.words.extend(places.map(|place| place as u32));
        self.words.push(0);
    }
}

/// Sums all tiles over all rows.
#[cube(launch_unchecked)]
pub fn weight_gradients(
    scratch: &[F4],
    tiles: &[u32],
    gradients: &mut [F4],
    rows: u32,
    rows_per_stretch: u32,
    tile_count: u32,
    parameters: u32,
) {
    let tile = ABSOLUTE_POS_X;
    if tile < tile_count {
        let stretch = CUBE_POS_Y;
        let begin = stretch * rows_per_stretch;
        let end = min(begin + rows_per_stretch, rows);
        let words = (tile * comptime!(WORDS as u32)) as usize;
        let flags = tiles[words];
        let to = (stretch * parameters) as usize;
        if flags & comptime!(TALL | WIDE) == comptime!(TALL | WIDE) {
            sum_tile(scratch, tiles, gradients, words, begin, end, to, 2usize, 2usize);
        } else if flags & TALL == TALL {
            sum_tile(scratch, tiles, gradients, words, begin, end, to, 2usize, 1usize);
        } else if flags & WIDE == WIDE {
            sum_tile(scratch, tiles, gradients, words, begin, end, to, 1usize, 2usize);
        } else {
            sum_tile(scratch, tiles, gradients, words, begin, end, to, 1usize, 1usize);
        }
    }
}

#[cube]
#[allow(clippy::too_many_arguments)]
fn sum_tile(
    scratch: &[F4],
    tiles: &[u32],
    gradients: &mut [F4],
    words: usize,
    begin: u32,
    end: u32,
    to: usize,
    #[comptime] high: usize,
    #[comptime] wide: usize,
) {
    let flags = tiles[words];
    let stride = tiles[words + 3] as usize;
    let mut h_at = tiles[words + 1] as usize + begin as usize * stride;
    let mut d_at = tiles[words + 2] as usize + begin as usize * stride;
    let mut sums = Array::<F4>::new(comptime!(4 * high * wide));
    let mut sums_d = Array::<F4>::new(wide);
    #[unroll]
    for i in 0..comptime!(4 * high * wide) {
        sums[i] = F4::new(0.0);
    }
    #[unroll]
    for i in 0..wide {
        sums_d[i] = F4::new(0.0);
    }
    let mut d = Array::<F4>::new(wide);
    for _row in begin..end {
        #[unroll]
        for c in 0..wide {
            d[c] = scratch[d_at + c];
            sums_d[c] += d[c];
        }
        #[unroll]
        for i in 0..high {
            let h = scratch[h_at + i];
            #[unroll]
            for j in 0..4usize {
                #[unroll]
                for c in 0..wide {
                    sums[(4 * i + j) * wide + c] += d[c] * F4::new(h.extract(j));
                }
            }
        }
        h_at += stride;
        d_at += stride;
    }
    if flags & WEIGHT == WEIGHT {
        let weight = to + tiles[words + 4] as usize;
        let outputs = tiles[words + 5] as usize;
        #[unroll]
        for i in 0..comptime!(4 * high) {
            #[unroll]
            for c in 0..wide {
                gradients[weight + i * outputs + c] = sums[i * wide + c];
            }
        }
    }
    if flags & BIAS == BIAS {
        let bias = to + tiles[words + 6] as usize;
        #[unroll]
        for c in 0..wide {
            gradients[bias + c] = sums_d[c];
        }
    }
}
