//! One linear layer, forwards and backwards.
//!
//! ```text
//! Y = X W + b        ∂X = ∂Y Wᵀ        ∂W = Xᵀ ∂Y        ∂b = Σ_rows ∂Y
//! ```
//! **Shapes.** X [rows, inputs], W [inputs, outputs], Y [rows, outputs], all row-major; ∂ as what it belongs to.
//! **Where.** Called by [`super::mlp`] for every layer; the arithmetic is in [`super::tile`].
//! **Choices.** (1) The right-hand matrix is copied into panels, so that the tile reads it in one line: a copy is read
//! as often as there are rows. (2) The last columns are filled up with zeros. (3) One row alone is not worth a copy:
//! it goes through W row by row. (4) ∂W takes the rows in stretches that stay in the first cache.

use super::isa::{instantiate, madd};
use super::tile::{ROWS, add_columns, add_rows};

/// Rows that one stretch of ∂W takes.
const STRETCH: usize = 128;

/// Room for the copies; kept and reused.
#[derive(Debug, Clone, Default)]
pub struct Panels {
    right: Vec<f32>,
    left: Vec<f32>,
}

/// The sizes of one product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Rows of X and Y.
    pub rows: usize,
    /// Columns of X, rows of W.
    pub inputs: usize,
    /// Columns of W and Y.
    pub outputs: usize,
}

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
fn forward_with<const C: usize, const FMA: bool>(
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
    for from in (0..outputs).step_by(C) {
        let count = C.min(outputs - from);
        let panel = packed::<C>(&mut panels.right, inputs);
        for (packed, row) in panel.iter_mut().zip(weight.chunks_exact(outputs)) {
            packed[..count].copy_from_slice(&row[from..from + count]);
            packed[count..].fill(0.0);
        }
        let mut start = [0.0; C];
        start[..count].copy_from_slice(&bias[from..from + count]);
        times_panel::<C, FMA>([rows, inputs], x, panel, start, y, [outputs, from, count]);
    }
}

#[inline(always)]
fn d_input_with<const C: usize, const FMA: bool>(
    size: Size,
    d_y: &[f32],
    weight: &[f32],
    d_x: &mut [f32],
    panels: &mut Panels,
) {
    let Size { rows, inputs, outputs } = size;
    for from in (0..inputs).step_by(C) {
        let count = C.min(inputs - from);
        let panel = packed::<C>(&mut panels.right, outputs);
        if count < C {
            panel.as_flattened_mut().fill(0.0);
        }
        for column in 0..count {
            let row = &weight[(from + column) * outputs..][..outputs];
            panel.iter_mut().zip(row).for_each(|(packed, w)| packed[column] = *w);
        }
        times_panel::<C, FMA>([rows, outputs], d_y, panel, [0.0; C], d_x, [inputs, from, count]);
    }
}

/// `count` columns of y, which is `width` wide, starting with column `from`: those of x times the panel.
#[inline(always)]
fn times_panel<const C: usize, const FMA: bool>(
    [rows, depth]: [usize; 2],
    x: &[f32],
    panel: &[[f32; C]],
    start: [f32; C],
    y: &mut [f32],
    [width, from, count]: [usize; 3],
) {
    let mut row = 0;
    while row + ROWS <= rows {
        some_rows::<ROWS, C, FMA>([row, depth], x, panel, start, y, [width, from, count]);
        row += ROWS;
    }
    match rows - row {
        1 => some_rows::<1, C, FMA>([row, depth], x, panel, start, y, [width, from, count]),
        2 => some_rows::<2, C, FMA>([row, depth], x, panel, start, y, [width, from, count]),
        3 => some_rows::<3, C, FMA>([row, depth], x, panel, start, y, [width, from, count]),
        _ => {}
    }
}

#[inline(always)]
fn some_rows<const R: usize, const C: usize, const FMA: bool>(
    [first, depth]: [usize; 2],
    x: &[f32],
    panel: &[[f32; C]],
    start: [f32; C],
    y: &mut [f32],
    [width, from, count]: [usize; 3],
) {
    let rows: [&[f32]; R] = std::array::from_fn(|r| &x[(first + r) * depth..][..depth]);
    let sums = add_rows::<R, C, FMA>(rows, panel, [start; R]);
    for (r, sums) in sums.iter().enumerate() {
        let target = &mut y[(first + r) * width + from..];
        match target.first_chunk_mut::<C>() {
            Some(whole) if count == C => *whole = *sums,
            _ => target[..count].copy_from_slice(&sums[..count]),
        }
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
fn d_weight_with<const C: usize, const FMA: bool>(
    size: Size,
    x: &[f32],
    d_y: &[f32],
    d_weight: &mut [f32],
    d_bias: &mut [f32],
    panels: &mut Panels,
) {
    let Size { rows, inputs, outputs } = size;
    d_weight.fill(0.0);
    d_bias.fill(0.0);
    let blocks = outputs.div_ceil(C);
    for first in (0..rows).step_by(STRETCH) {
        let count = STRETCH.min(rows - first);
        let d_y = &d_y[first * outputs..][..count * outputs];
        let x = &x[first * inputs..][..count * inputs];
        let right = packed::<C>(&mut panels.right, blocks * count);
        for (block, panel) in right.chunks_exact_mut(count).enumerate() {
            pack_columns(d_y, outputs, block * C, panel);
            add_bias(panel, &mut d_bias[block * C..]);
        }
        let mut from = 0;
        while from + ROWS <= inputs {
            some_inputs::<ROWS, C, FMA>([inputs, outputs, from, count], x, right, d_weight, &mut panels.left);
            from += ROWS;
        }
        match inputs - from {
            1 => {
                some_inputs::<1, C, FMA>([inputs, outputs, from, count], x, right, d_weight, &mut panels.left)
            }
            2 => {
                some_inputs::<2, C, FMA>([inputs, outputs, from, count], x, right, d_weight, &mut panels.left)
            }
            3 => {
                some_inputs::<3, C, FMA>([inputs, outputs, from, count], x, right, d_weight, &mut panels.left)
            }
            _ => {}
        }
    }
}

/// R rows of ∂W from `from` on, all columns, over one stretch of `count` rows.
#[inline(always)]
fn some_inputs<const R: usize, const C: usize, const FMA: bool>(
    [inputs, outputs, from, count]: [usize; 4],
    x: &[f32],
    right: &[[f32; C]],
    d_weight: &mut [f32],
    left: &mut Vec<f32>,
) {
    let columns = packed::<R>(left, count);
    pack_columns(x, inputs, from, columns);
    for (block, panel) in right.chunks_exact(count).enumerate() {
        let width = C.min(outputs - block * C);
        let sums = add_columns::<R, C, FMA>(columns, panel, [[0.0; C]; R]);
        for (r, sums) in sums.iter().enumerate() {
            let target = &mut d_weight[(from + r) * outputs + block * C..];
            match target.first_chunk_mut::<C>() {
                Some(whole) if width == C => whole.iter_mut().zip(sums).for_each(|(d, sum)| *d += sum),
                _ => target[..width].iter_mut().zip(sums).for_each(|(d, sum)| *d += sum),
            }
        }
    }
}

/// Copies C columns of a row-major matrix from column `from` on; columns that it does not have are 0.
#[inline(always)]
fn pack_columns<const C: usize>(matrix: &[f32], width: usize, from: usize, panel: &mut [[f32; C]]) {
    for (packed, row) in panel.iter_mut().zip(matrix.chunks_exact(width)) {
        let row = &row[from..];
        if let Some(whole) = row.first_chunk::<C>() {
            *packed = *whole;
        } else {
            packed[..row.len()].copy_from_slice(row);
            packed[row.len()..].fill(0.0);
        }
    }
}

/// Adds the sums of a panel's columns.
#[inline(always)]
fn add_bias<const C: usize>(panel: &[[f32; C]], d_bias: &mut [f32]) {
    let mut sums = [0.0; C];
    for row in panel {
        sums.iter_mut().zip(row).for_each(|(sum, d)| *sum += d);
    }
    d_bias.iter_mut().zip(&sums).for_each(|(d, sum)| *d += sum);
}

/// Room for `count` lines of C numbers.
#[inline(always)]
fn packed<const C: usize>(room: &mut Vec<f32>, count: usize) -> &mut [[f32; C]] {
    if room.len() < count * C {
        room.resize(count * C, 0.0);
    }
    room[..count * C].as_chunks_mut::<C>().0
}
