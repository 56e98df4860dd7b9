//! Where each weight matrix lies in a network's flat parameter buffer.
//!
//! **What.** All numbers that a learner may change stand in one list; a table says which stretch of it is
//! which matrix. So saving, clipping by global norm, Adam and copying to the host are one operation each.
//!
//! **Shapes.** Every slot is [E, rows, columns], with E = 1 for a network that is not an ensemble.

use crate::burn::tensor::Tensor;

/// One matrix in the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Index of its first number.
    pub offset: usize,
    /// [E, rows, columns], row-major.
    pub shape: [usize; 3],
}

impl Slot {
    /// How many numbers it has.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The table of a network's matrices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    slots: Vec<Slot>,
    len: usize,
}

impl Layout {
    /// Adds a matrix at the end and gives its index.
    pub fn add(&mut self, shape: [usize; 3]) -> usize {
        let slot = Slot { offset: self.len, shape };
        self.len += slot.len();
        self.slots.push(slot);
        self.slots.len() - 1
    }

    /// How many numbers the buffer has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no matrix yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The matrices, in the order of the buffer.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The matrices as tensors, for looking and not for learning.
    pub fn matrices(&self, flat: &Tensor<1>) -> Vec<Tensor<3>> {
        let matrix = |slot: &Slot| flat.clone().narrow(0, slot.offset, slot.len()).reshape(slot.shape);
        self.slots.iter().map(matrix).collect()
    }

    /// The matrices as tensors that remember what is done with them, for learning.
    pub fn tracked(&self, flat: &Tensor<1>) -> Tracked {
        let track = |matrix: Tensor<3>| Tensor::from_inner(matrix).require_grad();
        Tracked { matrices: self.matrices(flat).into_iter().map(track).collect() }
    }
}

/// Matrices from which a loss is computed, so that its gradient can be asked for.
pub struct Tracked {
    /// The matrices, in the order of the buffer.
    pub matrices: Vec<Tensor<3>>,
}

impl Tracked {
    /// ∂loss/∂flat, `[parameters]`: zero where a matrix had no part in the loss.
    pub fn gradient(&self, loss: &Tensor<1>) -> Tensor<1> {
        let mut gradients = loss.backward();
        let flat = |matrix: &Tensor<3>| {
            let gradient = matrix.grad_remove(&mut gradients);
            gradient.unwrap_or_else(|| matrix.clone().inner().zeros_like()).reshape([-1])
        };
        Tensor::cat(self.matrices.iter().map(flat).collect(), 0)
    }
}
