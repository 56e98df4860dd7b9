//! A pass over many rows in blocks: inference needs no buffers for all rows at once.

use std::ops::Range;

/// Rows of one stretch: so many that copying the weights for each costs nothing beside the arithmetic.
const ROWS: usize = super::budget::INFERENCE_ROWS;

/// The stretches of so many rows. None is a single row unless there is only one: the kernels compute a row by itself in
/// another order, and what a row is told must not depend on how many others there are.
///
/// ```
/// use mbppo_kernels::stretch::stretches;
/// assert_eq!(stretches(1030).collect::<Vec<_>>(), [0..512, 512..1024, 1024..1030]);
/// assert_eq!(stretches(513).collect::<Vec<_>>(), [0..513]);
/// ```
pub fn stretches(rows: usize) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let left = rows - from;
        let count = if left <= ROWS + 1 { left } else { ROWS };
        from += count;
        (count > 0).then_some(from - count..from)
    })
}
