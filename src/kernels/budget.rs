//! How much work one tick of the trainer may do, and how much it has done.
//!
//! **What.** Between two ticks the page draws, responds and can be stopped. So everything whose size depends on a
//! hyperparameter is split into pieces of about [`PER_TICK`] multiply-adds, and no piece may exceed [`MOST`].
//! **Choices.** (1) Work is counted, not timed: the same run has the same pieces on every machine, and a test can
//! enforce the bound. (2) Kernels count what they do; loops without networks count a row at its equivalent cost. (3) No
//! piece is a single last row: kernels process a single row differently, with different rounding.

use std::cell::Cell;

/// Multiply-adds after which a tick ends as soon as it can: some 10 ms on one core, and so much that no preset is cut.
pub const PER_TICK: u64 = 1 << 26;
/// What no tick exceeds: a piece cannot be cut below a few rows of the widest networks.
pub const MOST: u64 = 1 << 28;
/// What it costs to pass a row on, to count it or to draw it, in multiply-adds.
pub const PER_ROW: usize = 512;
/// Rows that inference takes at once: it needs no buffers for all rows.
pub const INFERENCE_ROWS: usize = 512;
/// Most branches that take a step in one tick, however small the networks are: they are cut in one tick too.
pub const MOST_BRANCHES: usize = 2048;
/// Fewer rows at a time are not worth the copies that kernels make of the weights.
const FEWEST_ROWS: u64 = 16;

thread_local! {
    static DONE: Cell<u64> = const { Cell::new(0) };
}

/// Counts work of this thread.
pub fn add(multiply_adds: usize) {
    DONE.set(DONE.get().wrapping_add(multiply_adds as u64));
}

/// All that this thread has counted.
pub fn done() -> u64 {
    DONE.get()
}

/// How many of the rows that are `left` make the next piece, if each costs so many multiply-adds.
///
/// ```
/// use mbppo_kernels::budget::{PER_TICK, rows};
/// assert_eq!(rows(100, 1000), 100);
/// assert_eq!(rows(1_000_000, PER_TICK as usize / 100), 100);
/// assert_eq!(rows(101, PER_TICK as usize / 100), 101, "a last row is not left alone");
/// ```
pub fn rows(left: usize, cost: usize) -> usize {
    let most = (PER_TICK / (cost.max(PER_ROW) as u64)).max(FEWEST_ROWS) as usize;
    if left <= most + 1 { left } else { most }
}

/// What is left of a tick.
#[derive(Debug)]
pub struct Tick {
    end: u64,
}

impl Tick {
    /// Begins now.
    pub fn begin() -> Self {
        Self { end: done().wrapping_add(PER_TICK) }
    }

    /// Whether its work is done.
    pub fn is_over(&self) -> bool {
        self.end.wrapping_sub(done()) as i64 <= 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_all_rows_and_leave_none_alone() {
        for all in [1, 2, 15, 16, 17, 33, 1000, 4097] {
            for cost in [1, 300_000, 5_000_000, 1 << 30] {
                let (mut left, mut last) = (all, all);
                while left > 0 {
                    last = rows(left, cost);
                    left -= last;
                }
                assert!(last > 1 || all == 1, "{all} rows of {cost}");
            }
        }
    }

    #[test]
    fn a_tick_is_over_once_its_work_is_counted() {
        let tick = Tick::begin();
        add(PER_TICK as usize - 1);
        assert!(!tick.is_over());
        add(1);
        assert!(tick.is_over());
    }
}
