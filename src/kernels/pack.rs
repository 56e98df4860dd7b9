//! Copies of matrices in the order in which tiles read them.
//!
//! **What.** A tile of [`super::tile`] reads a few numbers at every step k, from both sides. Here a matrix is copied so
//! that these stand together and the steps follow one another: `[k][C]`. What a matrix does not have is 0.
//! **Choices.** The buffer is kept and reused; it only grows.

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

/// Room for the copies of both sides.
#[derive(Debug, Clone, Default)]
pub struct Panels {
    pub(super) right: Vec<f32>,
    pub(super) left: Vec<f32>,
}

/// Room for `count` lines of C numbers.
#[inline(always)]
pub fn lines<const C: usize>(buffer: &mut Vec<f32>, count: usize) -> &mut [[f32; C]] {
    if buffer.len() < count * C {
        buffer.resize(count * C, 0.0);
    }
    buffer[..count * C].as_chunks_mut::<C>().0
}

/// C columns of a row-major matrix from column `from` on; k counts its rows.
#[inline(always)]
pub fn pack_columns<const C: usize>(matrix: &[f32], width: usize, from: usize, packed: &mut [[f32; C]]) {
    for (line, row) in packed.iter_mut().zip(matrix.chunks_exact(width)) {
        let row = &row[from..];
        if let Some(whole) = row.first_chunk::<C>() {
            *line = *whole;
        } else {
            *line = [0.0; C];
            line.iter_mut().zip(row).for_each(|(packed, x)| *packed = *x);
        }
    }
}

/// C rows of a row-major matrix from row `from` on; k counts its columns.
#[inline(always)]
pub fn pack_rows<const C: usize>(matrix: &[f32], from: usize, packed: &mut [[f32; C]]) {
    let width = packed.len();
    let matrix = &matrix[from * width..];
    if matrix.len() >= C * width {
        let rows: [&[f32]; C] = std::array::from_fn(|row| &matrix[row * width..][..width]);
        for (k, line) in packed.iter_mut().enumerate() {
            *line = std::array::from_fn(|row| rows[row][k]);
        }
    } else {
        packed.fill([0.0; C]);
        for (column, row) in matrix.chunks_exact(width).enumerate() {
            packed.iter_mut().zip(row).for_each(|(line, x)| line[column] = *x);
        }
    }
}
