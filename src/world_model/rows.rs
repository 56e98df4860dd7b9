//! Transitions of replay as rows on a model's scales.
//!
//! **Shapes.** input [rows, O + A]: obs, then the action in the model's form; target [rows, O + 2]: state, reward, end.
//! **Where.** Filled by the models that learn from single transitions, on every device.

use super::model::Data;
use crate::budget::{PER_ROW, add};
use crate::world_model::Scales;

/// Rows of transitions; kept and refilled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// [rows, O + A]
    pub input: Vec<f32>,
    /// [rows, O + 2]
    pub target: Vec<f32>,
}

impl Rows {
    /// Takes these transitions in place of those it had.
    pub fn refill(&mut self, data: Data<'_>, scales: &Scales, ids: &[usize]) {
        let Self { input, target } = self;
        input.clear();
        target.clear();
        add(ids.len() * PER_ROW);
        for &id in ids {
            let stored = data.replay.get(id);
            input.extend(scales.obs(stored.obs));
            data.action.encode(stored.action, input);
            scales.encode_target(stored.obs, stored.next_obs, stored.reward_ext, target);
            target.push(if stored.terminated { 1.0 } else { 0.0 });
        }
    }
}
