//! One linear layer, forwards and backwards.
//!
//! ```text
//! Y = X W + b        ∂X = ∂Y Wᵀ        ∂W = Xᵀ ∂Y        ∂b = Σ_rows ∂Y
//! ```
//! **Shapes.** X [rows, inputs], W [inputs, outputs], Y [rows, outputs], all row-major; ∂ as what it belongs to.
//! **Where.** Called by [`super::mlp`] for every layer; the copies are made in [`super::pack`], the arithmetic is in
//! [`super::tile`].
//! **Choices.** (1) All three products are the same loop over tiles of two packed copies, which each tile reads
//! sequentially; a copy is read once per tile of the other side. (2) Rows and columns that do not fill a tile are
//! padded with zeros. (3) A single row is not worth packing: it goes through W row by row. (4) ∂W processes the rows in
//! blocks, so that the copies stay small.

use super::isa::{instantiate, madd};
use super::narrow;
pub use super::pack::Size;
use super::pack::{Panels, lines, pack_columns, pack_rows};
use super::tile::add;

/// Numbers of X that are read for one panel after another: half of the first cache.
const BLOCK: usize = 4096;
/// So few outputs get a tile of their own width.
const NARROW: usize = 4;
/// Rows that one stretch of ∂W takes.
const STRETCH: usize = 128;

instantiate! {
    /// Y = X W + b.
    pub fn forward(size: Size, x: &[f32], weight: &[f32], bias: &[f32], y: &mut [f32], panels: &mut Panels) =
        forward_with
}

instantiate! {
    /// ∂X = ∂Y Wᵀ.
    pub fn d_input(size: Size, d_y: &[f32], weight: &[f32], d_x: &mut [f32], panels: &mut Panels) = d_input_with
}

instantiate! {
    /// ∂W = Xᵀ ∂Y and ∂b = Σ_rows ∂Y.
    pub fn d_weight(
        size: Size, x: &[f32], d_y: &[f32], d_weight: &mut [f32], d_bias: &mut [f32], panels: &mut Panels,
    ) = d_weight_with
}

#[inline(always)]
fn forward_with<const R: usize, const C: usize, const FMA: bool>(
    size: Size,
    x: &[f32],
    weight: &[f32],
    bias: &[f32],
    y: &mut [f32],
    panels: &mut Panels,
) {
    let Size { rows, inputs, outputs } = size;
    if rows == 1 {
        return row_times_matrix::<C, FMA>(x, weight, bias, y);
    }
    if outputs <= narrow::MOST_OUTPUTS {
        // A vector holds half of a tile's columns.
        return match C {
            16 => narrow::forward::<8, FMA>(size, x, weight, bias, y, panels),
            _ => narrow::forward::<4, FMA>(size, x, weight, bias, y, panels),
        };
    }
    let right = lines::<C>(&mut panels.right, outputs.div_ceil(C) * (inputs + 1));
    for (block, panel) in right.chunks_exact_mut(inputs + 1).enumerate() {
        pack_columns(bias, outputs, block * C, &mut panel[..1]);
        pack_columns(weight, outputs, block * C, &mut panel[1..]);
    }
    rows_times_panels::<R, C, FMA>([rows, inputs, outputs], x, right, y, &mut panels.left);
}

#[inline(always)]
fn d_input_with<const R: usize, const C: usize, const FMA: bool>(
    size: Size,
    d_y: &[f32],
    weight: &[f32],
    d_x: &mut [f32],
    panels: &mut Panels,
) {
    let Size { rows, inputs, outputs } = size;
    let right = lines::<C>(&mut panels.right, inputs.div_ceil(C) * (outputs + 1));
    for (block, panel) in right.chunks_exact_mut(outputs + 1).enumerate() {
        panel[0] = [0.0; C];
        pack_rows(weight, block * C, &mut panel[1..]);
    }
    rows_times_panels::<R, C, FMA>([rows, outputs, inputs], d_y, right, d_x, &mut panels.left);
}

/// y [rows, width] = x [rows, depth] times the panels, whose first lines are what the sums start from.
#[inline(always)]
fn rows_times_panels<const R: usize, const C: usize, const FMA: bool>(
    [rows, depth, width]: [usize; 3],
    x: &[f32],
    right: &[[f32; C]],
    y: &mut [f32],
    left: &mut Vec<f32>,
) {
    let block = (BLOCK / depth).max(1).next_multiple_of(R);
    for from in (0..rows).step_by(block) {
        let rows = block.min(rows - from);
        let left = lines::<R>(left, rows.div_ceil(R) * depth);
        for (index, tile) in left.chunks_exact_mut(depth).enumerate() {
            pack_rows(&x[from * depth..][..rows * depth], index * R, tile);
        }
        let y = &mut y[from * width..][..rows * width];
        for (index, panel) in right.chunks_exact(depth + 1).enumerate() {
            let (start, panel) = (panel[0], &panel[1..]);
            for (tile, y) in left.chunks_exact(depth).zip(y.chunks_mut(R * width)) {
                let sums = add::<R, C, FMA>(tile, panel, [start; R]);
                for (y, sums) in y.chunks_exact_mut(width).zip(&sums) {
                    write(&mut y[index * C..], sums);
                }
            }
        }
    }
}

/// Writes C columns, or those that there are.
#[inline(always)]
fn write<const C: usize>(columns: &mut [f32], sums: &[f32; C]) {
    match columns.first_chunk_mut::<C>() {
        Some(whole) => *whole = *sums,
        None => columns.iter_mut().zip(sums).for_each(|(column, sum)| *column = *sum),
    }
}

/// y = x W + b for one row; W is read once, four of its rows at a time.
#[inline(always)]
fn row_times_matrix<const C: usize, const FMA: bool>(x: &[f32], weight: &[f32], bias: &[f32], y: &mut [f32]) {
    let outputs = bias.len();
    y.copy_from_slice(bias);
    let (quads, rest) = x.as_chunks::<4>();
    for (factors, rows) in quads.iter().zip(weight.chunks_exact(4 * outputs)) {
        let (a, rows) = rows.split_at(outputs);
        let (b, rows) = rows.split_at(outputs);
        let (c, d) = rows.split_at(outputs);
        for ((((y, a), b), c), d) in y.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            let two = madd::<FMA>(factors[1], *b, madd::<FMA>(factors[0], *a, *y));
            *y = madd::<FMA>(factors[3], *d, madd::<FMA>(factors[2], *c, two));
        }
    }
    let done = 4 * quads.len() * outputs;
    for (factor, row) in rest.iter().zip(weight[done..].chunks_exact(outputs)) {
        y.iter_mut().zip(row).for_each(|(y, w)| *y = madd::<FMA>(*factor, *w, *y));
    }
}

#[inline(always)]
fn d_weight_with<const R: usize, const C: usize, const FMA: bool>(
    size: Size,
    x: &[f32],
    d_y: &[f32],
    d_weight: &mut [f32],
    d_bias: &mut [f32],
    panels: &mut Panels,
) {
    let Size { rows, inputs, outputs } = size;
    if outputs <= NARROW && C > NARROW {
        return d_weight_with::<R, NARROW, FMA>(size, x, d_y, d_weight, d_bias, panels);
    }
    d_weight.fill(0.0);
    d_bias.fill(0.0);
    for first in (0..rows).step_by(STRETCH) {
        let count = STRETCH.min(rows - first);
        let d_y = &d_y[first * outputs..][..count * outputs];
        let x = &x[first * inputs..][..count * inputs];
        let left = lines::<R>(&mut panels.left, inputs.div_ceil(R) * count);
        for (index, tile) in left.chunks_exact_mut(count).enumerate() {
            pack_columns(x, inputs, index * R, tile);
        }
        let panel = lines::<C>(&mut panels.right, count);
        for from in (0..outputs).step_by(C) {
            pack_columns(d_y, outputs, from, panel);
            add_columns(panel, &mut d_bias[from..]);
            for (tile, d_weight) in left.chunks_exact(count).zip(d_weight.chunks_mut(R * outputs)) {
                let sums = add::<R, C, FMA>(tile, panel, [[0.0; C]; R]);
                for (d_weight, sums) in d_weight.chunks_exact_mut(outputs).zip(&sums) {
                    add_to(&mut d_weight[from..], sums);
                }
            }
        }
    }
}

/// Adds C columns, or those that there are.
#[inline(always)]
fn add_to<const C: usize>(columns: &mut [f32], sums: &[f32; C]) {
    match columns.first_chunk_mut::<C>() {
        Some(whole) => whole.iter_mut().zip(sums).for_each(|(column, sum)| *column += sum),
        None => columns.iter_mut().zip(sums).for_each(|(column, sum)| *column += sum),
    }
}

/// Adds the sums of a panel's columns.
#[inline(always)]
fn add_columns<const C: usize>(panel: &[[f32; C]], d_bias: &mut [f32]) {
    let mut sums = [0.0; C];
    for row in panel {
        sums.iter_mut().zip(row).for_each(|(sum, d)| *sum += d);
    }
    d_bias.iter_mut().zip(&sums).for_each(|(d, sum)| *d += sum);
}
