//! The rows of [`LEARNERS`](super::LEARNERS), by kind: each with its presets.

pub(super) mod off_policy;
pub(super) mod on_policy;
pub(super) mod planning;
pub(super) mod search;
pub(super) mod tabular;
