//! How a policy sees observations: each number on the scale of its usual range.
//!
//! ```text
//! x = (obs − centre) / half_range
//! ```
//! **Shapes.** obs and x [B, O].
//! **Where.** Used by policies and learners from replay. The world model has scales of its own, which follow what was
//! seen.

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

    /// Appends x [B, O] of obs [B, O].
    pub fn apply(&self, obs: &[f32], x: &mut Vec<f32>) {
        for row in obs.chunks_exact(self.centre.len()) {
            let scale = self.centre.iter().zip(&self.half_range);
            x.extend(row.iter().zip(scale).map(|(obs, (centre, half))| (obs - centre) / half));
        }
    }
}
