//! The innermost loop: a few rows times a few columns of a product, held in registers.
//!
//! ```text
//! sums[r][c] += Σ_k a(r, k) · b(k, c)        r < R, c < C
//! ```
//! **What.** Each number of a and b that is loaded is used C or R times, so the loop is bound by arithmetic and not
//! by memory. The constant sizes let the compiler keep all sums in vector registers.
//! **Shapes.** With 128-bit SIMD 4 rows and 8 columns, with AVX2 6 rows and 16 columns. Both sides are packed
//! ([`super::pack`]): k after k, R or C numbers each.
//! **Choices.** Measured on an AMD EPYC (Zen 4; the peak is 60 GFLOP/s with 128 bits and no fused multiply-add, 118
//! with AVX2), 256 rows through 200 × 200: in wasm under V8 42 GFLOP/s, natively 103. Tried in wasm: 2 × 16 columns
//! (40), 3 × 8 (38), 3 × 12 (28), 6 × 8 (28), 8 × 4 (25), 5 × 8 (24): V8 has 15 registers, and spilling ruins it; four
//! steps k at once (33), which the compiler reorders into the same trouble; unpacked rows (28); addresses without
//! additions (36). Tried natively: 4 × 16 (97) and AVX-512 (97 for that tile, 47 for 4 × 32), since this processor
//! executes 512-bit operations in two halves.

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
