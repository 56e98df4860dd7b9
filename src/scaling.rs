//! The scaling of a task's observations, and how it stands in a checkpoint.
//!
//! **Where.** Fixed by the task; used by policies and learners from replay. The world model has scales of its own,
//! which follow what was seen ([`Scales`](crate::world_model::Scales)).

use crate::arrays::{Arrays, refused};
use crate::env::ObsDimension;
use crate::error::Result;
pub use crate::kernels::scaling::Scaling;

/// The usual range of every dimension becomes −1 to 1.
pub fn of(dimensions: &[ObsDimension]) -> Scaling {
    Scaling {
        centre: dimensions.iter().map(|d| (d.low + d.high) / 2.0).collect(),
        half_range: dimensions.iter().map(|d| (d.high - d.low) / 2.0).collect(),
    }
}

/// Puts a scaling under this name into a checkpoint.
pub fn save(scaling: &Scaling, name: &str, arrays: &mut Arrays) {
    for (numbers, of) in [(&scaling.centre, "centre"), (&scaling.half_range, "half_range")] {
        arrays.put(&format!("{name}.{of}"), &[numbers.len()], numbers.iter().copied());
    }
}

/// Takes it out of a checkpoint: it is the task's, and networks that learned on another one are worth nothing here.
///
/// # Errors
/// [`crate::Error::Checkpoint`] if it is missing or another one.
pub fn require_saved(scaling: &Scaling, name: &str, arrays: &mut Arrays) -> Result<()> {
    for (numbers, of) in [(&scaling.centre, "centre"), (&scaling.half_range, "half_range")] {
        let name = format!("{name}.{of}");
        let saved: Vec<f32> = arrays.take(&name, &[numbers.len()])?;
        if saved != *numbers {
            return Err(refused(&name, format!("{saved:?}"), format!("for this task it is {numbers:?}")));
        }
    }
    Ok(())
}
