//! A place of the ring, and how a row is written there.

/// A place of the ring.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) slot: usize,
    pub(super) capacity: usize,
}

impl Place {
    /// Writes a row here: over a stored one, or after the last. A table doubles its room when it is full, but never to
    /// more than the ring can hold.
    pub(super) fn write<T: Copy>(self, rows: &mut Vec<T>, row: &[T]) {
        let start = self.slot * row.len();
        if start < rows.len() {
            return rows[start..start + row.len()].copy_from_slice(row);
        }
        if rows.len() + row.len() > rows.capacity() {
            let most = self.capacity * row.len() - rows.len();
            rows.reserve_exact(rows.len().max(64 * row.len()).min(most));
        }
        rows.extend_from_slice(row);
    }
}
