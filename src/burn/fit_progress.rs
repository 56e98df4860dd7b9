//! What a fit in tensors remembers between two settlements.

use super::read;
use crate::burn::tensor::Tensor;
use crate::error::Result;

/// The losses since the last settlement, and the parameters with the lowest held-out loss.
#[derive(Debug, Clone, Default)]
pub struct FitProgress {
    losses: Vec<Tensor<1>>,
    best: Option<Tensor<1>>,
}

impl FitProgress {
    /// A step with this loss, `[1]`, is done.
    pub fn push(&mut self, loss: Tensor<1>) {
        self.losses.push(loss);
    }

    /// The mean of the losses since the last time.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if they cannot be read.
    pub fn settle(&mut self) -> Result<f32> {
        let (count, mut mean) = (self.losses.len() as f32, 0.0);
        for loss in self.losses.drain(..) {
            mean += read(loss, "reading the world model")?[0] / count;
        }
        Ok(mean)
    }

    /// These parameters are the best so far.
    pub fn keep(&mut self, flat: &Tensor<1>) {
        self.best = Some(flat.clone());
    }

    /// The best of this fit, which is over.
    pub fn take_best(&mut self) -> Option<Tensor<1>> {
        self.best.take()
    }
}
