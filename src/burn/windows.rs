//! The windows of replay that lead to some transitions, on a device.
//!
//! **Shapes.** L steps of B windows: [groups, L · B, ·], step after step; groups are members with windows of their own,
//! or one that all share.
//! **Where.** What a recurrent model learns from: [`Gru`](super::Gru).

use super::WorldModel as Ensemble;
use crate::burn::tensor::Tensor;
use crate::config::RECURRENT_STEPS;
use crate::world_model::Data;
use crate::world_model::rows::Rows;

/// Windows on the model's scale; the last step of each is the one that is learned.
pub struct Windows {
    /// Obs and action, [groups, L · B, O + A]; anything where an episode is younger.
    pub input: Tensor<3>,
    /// 1 where there was a step, else 0: [groups, L · B, 1].
    pub known: Tensor<3>,
    /// Of the last steps, [groups, B, O + 2].
    pub target: Tensor<3>,
}

impl Windows {
    /// Those that lead to these transitions, [groups, B]; none before the first fit.
    pub fn of(net: &Ensemble, data: Data<'_>, ids: &[usize], groups: usize) -> Option<Self> {
        let own = ids.len() / groups;
        let (mut steps, mut known) = (Vec::new(), Vec::new());
        for ids in ids.chunks(own.max(1)) {
            let windows: Vec<_> = ids.iter().map(|&id| data.replay.window(id, RECURRENT_STEPS)).collect();
            for step in 0..RECURRENT_STEPS {
                for window in &windows {
                    let place = (step + window.len()).checked_sub(RECURRENT_STEPS);
                    steps.push(window[place.unwrap_or(0)]);
                    known.push(if place.is_some() { 1.0 } else { 0.0 });
                }
            }
        }
        let mut rows = Rows::default();
        rows.refill(data, net.scales()?, &steps);
        let upload = |numbers: Vec<f32>| {
            let width = numbers.len() / steps.len();
            net.device().floats(numbers, [groups, RECURRENT_STEPS * own, width])
        };
        let target = upload(rows.target).narrow(1, (RECURRENT_STEPS - 1) * own, own);
        Some(Self { input: upload(rows.input), known: upload(known), target })
    }
}
