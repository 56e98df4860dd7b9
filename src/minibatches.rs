//! How an epoch is split into minibatches: every row counts once.
//!
//! ```text
//! k = ⌈n / size⌉ minibatches of n rows;   minibatch i: rows ⌊i n / k⌋ to ⌊(i + 1) n / k⌋
//! ```
//! **Where.** PPO splits its shuffled samples this way, and curiosity the steps of an iteration, on every device.
//! **Choices.** Stable-Baselines3 fills every minibatch and lets a short one follow. Here the rows are spread evenly:
//! sizes differ by at most one row, and none is smaller than half of `size`, unless all rows together are. A last
//! minibatch of one or two rows would be a full step of Adam in a nearly random direction.

use std::ops::Range;

/// The minibatches of `rows` rows, `size` at most in each, as ranges one after another.
///
/// ```
/// let cut: Vec<_> = mbppo::minibatches::minibatches(10, 4).collect();
/// assert_eq!(cut, [0..3, 3..6, 6..10]);
/// ```
pub fn minibatches(rows: usize, size: usize) -> impl ExactSizeIterator<Item = Range<usize>> + Clone {
    let count = rows.div_ceil(size.max(1));
    (0..count).map(move |index| minibatch(rows, size, index))
}

/// Minibatch `index` of them.
pub fn minibatch(rows: usize, size: usize, index: usize) -> Range<usize> {
    let count = rows.div_ceil(size.max(1)).max(1) as u64;
    // In u64: the product does not fit into 32 bits, which is all that wasm has.
    let edge = |index: usize| (index as u64 * rows as u64 / count) as usize;
    edge(index)..edge(index + 1)
}

/// How many there are.
pub fn count(rows: usize, size: usize) -> usize {
    rows.div_ceil(size.max(1))
}

/// Rows of the largest.
pub fn largest(rows: usize, size: usize) -> usize {
    rows.div_ceil(count(rows, size).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_minibatch_and_sizes_differ_by_one_at_most() {
        for rows in 0..200 {
            for size in 1..70 {
                let cut: Vec<_> = minibatches(rows, size).collect();
                let all: Vec<usize> = cut.iter().cloned().flatten().collect();
                assert_eq!(all, (0..rows).collect::<Vec<_>>(), "{rows} rows by {size}");
                assert_eq!(cut.len(), count(rows, size));
                let sizes = || cut.iter().map(Range::len);
                let (least, most) = (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0));
                assert!(most <= size && most - least <= 1, "{rows} rows by {size}: {cut:?}");
                assert_eq!(most, largest(rows, size));
                assert!(2 * least >= size.min(rows), "{rows} rows by {size}: {cut:?}");
            }
        }
    }

    #[test]
    fn rows_times_minibatches_may_exceed_32_bits() {
        let last = minibatches(10_000_000, 8).last();
        assert_eq!(last, Some(9_999_992..10_000_000));
    }
}
