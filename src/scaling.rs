//! How a policy sees observations: each number on the scale of its usual range.
//!
//! ```text
//! x = (obs − centre) / half_range
//! ```
//! **Shapes.** obs and x [B, O].
//! **Where.** Fixed by the task; used by policies and learners from replay. The world model has scales of its own,
//! which follow what was seen ([`Scales`](crate::kernels::scales::Scales)).

use crate::arrays::{Arrays, refused};
use crate::env::ObsDimension;
use crate::error::Result;

/// How observations are put on a scale: x = (obs − centre) / half_range.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaling {
    /// `[O]`
    pub centre: Vec<f32>,
    /// `[O]`
    pub half_range: Vec<f32>,
}

impl Scaling {
    /// Observations as they are.
    pub fn none(obs_size: usize) -> Self {
        Self { centre: vec![0.0; obs_size], half_range: vec![1.0; obs_size] }
    }

    /// The usual range of every dimension becomes −1 to 1.
    pub fn of(dimensions: &[ObsDimension]) -> Self {
        Self {
            centre: dimensions.iter().map(|d| (d.low + d.high) / 2.0).collect(),
            half_range: dimensions.iter().map(|d| (d.high - d.low) / 2.0).collect(),
        }
    }

    /// Puts it under this name into a checkpoint.
    pub fn save(&self, name: &str, arrays: &mut Arrays) {
        for (numbers, of) in [(&self.centre, "centre"), (&self.half_range, "half_range")] {
            arrays.put(&format!("{name}.{of}"), &[numbers.len()], numbers.iter().copied());
        }
    }

    /// Takes it out of a checkpoint: it is the task's, and networks that learned on another one are worth nothing here.
    ///
    /// # Errors
    /// [`crate::Error::Checkpoint`] if it is missing or another one.
    pub fn require_saved(&self, name: &str, arrays: &mut Arrays) -> Result<()> {
        for (numbers, of) in [(&self.centre, "centre"), (&self.half_range, "half_range")] {
            let name = format!("{name}.{of}");
            let saved: Vec<f32> = arrays.take(&name, &[numbers.len()])?;
            if saved != *numbers {
                return Err(refused(&name, format!("{saved:?}"), format!("for this task it is {numbers:?}")));
            }
        }
        Ok(())
    }

    /// Appends x [B, O] of obs [B, O].
    pub fn apply(&self, obs: &[f32], x: &mut Vec<f32>) {
        for row in obs.chunks_exact(self.centre.len()) {
            let scale = self.centre.iter().zip(&self.half_range);
            x.extend(row.iter().zip(scale).map(|(obs, (centre, half))| (obs - centre) / half));
        }
    }
}
