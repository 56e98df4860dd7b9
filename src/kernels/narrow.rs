//! A layer with few outputs: for each row a dot product with every column of the weights.
//!
//! ```text
//! lanes[r][o][l] = Σ_j x[r][L j + l] · W[L j + l][o]        y[r][o] = b[o] + Σ_l lanes[r][o][l]        l < L
//! ```
//! **What.** A tile of [`super::tile`] needs its rows packed, which pays off if each number is used by many columns.
//! Here there are at most [`MOST_OUTPUTS`], so x is read in place, L numbers at a time, and only W is packed.
//! **Where.** The last layers of policies, values and models; called by [`super::dense`].
//! **Choices.** (1) Four rows and two columns at once, so that no sum has to wait for the previous one; an odd last
//! column is paired with zeros. (2) The lanes go through memory before they are summed: if the compiler sees both loops
//! at once, it rearranges the first to make the second easy, and runs four times as slowly. (3) Compared with tiles,
//! 1000 rows in wasm under V8: 64 numbers with 2 outputs take 17 µs instead of 38, 200 with 6 outputs 73 instead of
//! 133.

use super::isa::madd;
use super::pack::Size;
use super::pack::{Panels, lines};

/// More outputs are better served by tiles.
pub const MOST_OUTPUTS: usize = 6;

/// Rows at a time.
const ROWS: usize = 4;
/// Rows whose lanes are kept before they are added up.
const BLOCK: usize = 32;

/// L inputs of two columns of W, or lanes of two outputs.
type Pair<const L: usize> = [[f32; L]; 2];

/// y [rows, outputs] = x [rows, inputs] W + b.
#[inline(always)]
pub fn forward<const L: usize, const FMA: bool>(
    size: Size,
    x: &[f32],
    weight: &[f32],
    bias: &[f32],
    y: &mut [f32],
    panels: &mut Panels,
) {
    let Size { inputs, outputs, .. } = size;
    let (steps, pairs) = (inputs.div_ceil(L), outputs.div_ceil(2));
    let columns = pairs_in::<L>(&mut panels.right, pairs * steps);
    pack(outputs, steps, weight, columns);
    let lanes = pairs_in::<L>(&mut panels.left, pairs * BLOCK);
    for (x, y) in x.chunks(BLOCK * inputs).zip(y.chunks_mut(BLOCK * outputs)) {
        let mut groups = x.chunks_exact(ROWS * inputs);
        let mut places = lanes.chunks_exact_mut(ROWS * pairs);
        for (x, lanes) in groups.by_ref().zip(places.by_ref()) {
            some_rows::<ROWS, L, FMA>(inputs, x, columns, lanes);
        }
        let rest = groups.remainder().chunks_exact(inputs);
        for (x, lanes) in rest.zip(places.next().unwrap_or_default().chunks_exact_mut(pairs)) {
            some_rows::<1, L, FMA>(inputs, x, columns, lanes);
        }
        for (y, lanes) in y.chunks_exact_mut(outputs).zip(lanes.chunks_exact(pairs)) {
            let sums = lanes.as_flattened().iter().map(|lanes| lanes.iter().sum::<f32>());
            y.iter_mut().zip(bias).zip(sums).for_each(|((y, bias), sum)| *y = bias + sum);
        }
    }
}

#[inline(always)]
fn pairs_in<const L: usize>(place: &mut Vec<f32>, count: usize) -> &mut [Pair<L>] {
    lines::<L>(place, 2 * count).as_chunks_mut::<2>().0
}

/// W [inputs, outputs] as [pair of columns, step of L inputs]; what W does not have is 0.
#[inline(always)]
fn pack<const L: usize>(outputs: usize, steps: usize, weight: &[f32], pairs: &mut [Pair<L>]) {
    pairs.fill([[0.0; L]; 2]);
    for (k, row) in weight.chunks_exact(outputs).enumerate() {
        for (o, w) in row.iter().enumerate() {
            pairs[o / 2 * steps + k / L][o % 2][k % L] = *w;
        }
    }
}

/// The lanes [Q, pairs] of Q rows.
#[inline(always)]
fn some_rows<const Q: usize, const L: usize, const FMA: bool>(
    inputs: usize,
    x: &[f32],
    columns: &[Pair<L>],
    lanes: &mut [Pair<L>],
) {
    let rows: [(&[[f32; L]], &[f32]); Q] =
        std::array::from_fn(|row| x[row * inputs..][..inputs].as_chunks::<L>());
    let whole = rows.map(|(whole, _)| &whole[..inputs / L]);
    let ends = rows.map(|(_, end)| {
        let mut filled = [0.0; L];
        filled[..end.len()].copy_from_slice(end);
        filled
    });
    let pairs = lanes.len() / Q;
    for (index, column) in columns.chunks_exact(inputs.div_ceil(L)).enumerate() {
        let mut sums = [[[0.0; L]; 2]; Q];
        let (steps, end) = column.split_at(inputs / L);
        for (at, w) in steps.iter().enumerate() {
            add::<Q, L, FMA>(whole.map(|row| &row[at]), w, &mut sums);
        }
        if let Some(w) = end.first() {
            add::<Q, L, FMA>(ends.each_ref(), w, &mut sums);
        }
        for (lanes, sums) in lanes.chunks_exact_mut(pairs).zip(sums) {
            lanes[index] = sums;
        }
    }
}

/// Adds the products of one step, lane by lane.
#[inline(always)]
fn add<const Q: usize, const L: usize, const FMA: bool>(
    x: [&[f32; L]; Q],
    pair: &Pair<L>,
    sums: &mut [[[f32; L]; 2]; Q],
) {
    for (sums, x) in sums.iter_mut().zip(x) {
        for (sums, w) in sums.iter_mut().zip(pair) {
            for ((sum, x), w) in sums.iter_mut().zip(x).zip(w) {
                *sum = madd::<FMA>(*x, *w, *sum);
            }
        }
    }
}
