//! What a recurrent world model remembers, declared once: the model is made from it, and the bound on memory counts it.

use super::ModelKind;

/// H, numbers that each member of a recurrent world model remembers.
pub const RECURRENT_UNITS: usize = 16;

/// L, steps of the window from which a recurrent world model learns one of them: the last one.
pub const RECURRENT_STEPS: usize = 8;

/// The cell before a member's perceptron.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrence {
    /// H
    pub units: usize,
    /// Blocks of H outputs that the cell is computed from, each with weights for what is seen and what is remembered.
    pub gates: usize,
    /// L
    pub steps: usize,
}

impl Recurrence {
    /// Reset gate, update gate and candidate.
    pub const GRU: Self = Self { units: RECURRENT_UNITS, gates: 3, steps: RECURRENT_STEPS };
}

impl ModelKind {
    /// The cell of a model of this kind; none if a state says everything.
    pub const fn recurrence(self) -> Option<Recurrence> {
        match self {
            Self::Perceptrons => None,
            Self::Gru => Some(Recurrence::GRU),
        }
    }
}
