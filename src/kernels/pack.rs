//! Copies of matrices in the order in which tiles read them.
//!
//! **What.** A tile of [`super::tile`] reads a few numbers at every step k, from both sides. Here a matrix is copied so
//! that these stand together and the steps follow one another: `[k][C]`. What a matrix does not have is 0.
//! **Choices.** The room is kept and reused; it only grows.

/// Room for the copies of both sides.
#[derive(Debug, Clone, Default)]
pub struct Panels {
    pub(super) right: Vec<f32>,
    pub(super) left: Vec<f32>,
}

/// Room for `count` lines of C numbers.
#[inline(always)]
pub fn room<const C: usize>(room: &mut Vec<f32>, count: usize) -> &mut [[f32; C]] {
    if room.len() < count * C {
        room.resize(count * C, 0.0);
    }
    room[..count * C].as_chunks_mut::<C>().0
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
pub fn pack_transposed<const C: usize>(matrix: &[f32], width: usize, from: usize, packed: &mut [[f32; C]]) {
    let rows = &matrix[from * width..];
    if rows.len() < C * width {
        packed.fill([0.0; C]);
    }
    for (column, row) in rows.chunks_exact(width).take(C).enumerate() {
        packed.iter_mut().zip(row).for_each(|(line, x)| line[column] = *x);
    }
}

/// The first four rows of a row-major matrix that has as many columns as there are lines; k counts its columns.
#[inline(always)]
pub fn pack_rows(matrix: &[f32], packed: &mut [[f32; 4]]) {
    let width = packed.len();
    if matrix.len() < 4 * width {
        return pack_transposed(matrix, width, 0, packed);
    }
    let [a, b, c, d] = std::array::from_fn(|row| &matrix[row * width..][..width]);
    for ((((line, a), b), c), d) in packed.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *line = [*a, *b, *c, *d];
    }
}
