//! A gradient in pieces: of a batch that is too large for one tick.
//!
//! ```text
//! ∂loss(batch) = Σ_pieces share · ∂loss(piece)        share: what the piece's loss counts in the batch's
//! ```
//! **Where.** Filled by learners whose `loss_and_gradient` takes a piece; the sum goes to [`super::Adam`].
//! **Choices.** A batch in one piece needs no sum, so that its rounding is that of the learner alone.

/// The sum so far.
#[derive(Debug, Clone, Default)]
pub struct GradientSum {
    sum: Vec<f32>,
}

impl GradientSum {
    /// Adds a piece's gradient, `[parameters]`.
    pub fn add(&mut self, gradient: &[f32], share: f32) {
        self.sum.resize(gradient.len(), 0.0);
        self.sum.iter_mut().zip(gradient).for_each(|(sum, d)| *sum += share * d);
    }

    /// The sum, `[parameters]`; the next one begins at 0.
    pub fn take(&mut self) -> Vec<f32> {
        std::mem::take(&mut self.sum)
    }
}
