//! The innermost loop: a few rows times a few columns of a product, held in registers.
//!
//! ```text
//! sums[r][c] += Σ_k a(r, k) · b(k, c)        r < R, c < C
//! ```
//! **What.** Each number of a and b that is loaded is used C or R times, so the loop is bound by arithmetic and not
//! by memory. The constant sizes let the compiler keep all sums in vector registers.
//! **Shapes.** R = 4 rows; C = 8 columns for 128-bit SIMD, 16 for AVX2. b is packed: k after k, C numbers each.

use super::isa::madd;

/// One tile: `sums` and what the steps add to them.
#[inline(always)]
pub fn add<const R: usize, const C: usize, const FMA: bool>(
    a: &[[f32; R]],
    b: &[[f32; C]],
    sums: [[f32; C]; R],
) -> [[f32; C]; R] {
    let mut sums = sums;
    for (a, b) in a.iter().zip(b) {
        for (factor, sums) in a.iter().zip(&mut sums) {
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = madd::<FMA>(*factor, *b, *sum);
            }
        }
    }
    sums
}
