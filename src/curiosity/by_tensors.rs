//! Curiosity on `cpu-plain`, for comparison: RND and ICM in tensors.

use super::{Curiosity, Module, Visit};
use crate::device::Device;
use crate::error::Result;
use crate::kernels::Weights;
use crate::stats::RunningStats;
use crate::tensors::{Icm, Rnd, read};
use burn::tensor::Tensor;

/// One of the two.
#[derive(Debug, Clone)]
pub enum Networks {
    /// Random network distillation.
    Rnd(Rnd),
    /// The intrinsic curiosity module.
    Icm(Icm),
}

/// A batch of steps in tensors.
#[derive(Debug, Clone)]
pub struct TensorVisit {
    /// [B, O]
    pub obs: Tensor<2>,
    /// In the model's form, [B, A].
    pub action: Tensor<2>,
    /// [B, O]
    pub next_obs: Tensor<2>,
    /// Of the world model's members, [B, 1].
    pub disagreement: Tensor<2>,
}

impl TensorVisit {
    fn upload(visit: &Visit<'_>) -> Self {
        let block = |numbers: &[f32]| {
            Device::cpu_plain().floats(numbers.to_vec(), [visit.rows, numbers.len() / visit.rows])
        };
        Self {
            obs: block(visit.obs),
            action: block(visit.action),
            next_obs: block(visit.next_obs),
            disagreement: block(visit.disagreement),
        }
    }
}

impl Networks {
    pub(super) fn set_normalization(&mut self, stats: &RunningStats) {
        match self {
            Self::Rnd(rnd) => rnd.set_normalization(stats),
            Self::Icm(icm) => icm.set_normalization(stats),
        }
    }

    /// Novelty before it is scaled, `[B]`.
    pub(super) fn errors(&self, visit: &Visit<'_>) -> Result<Vec<f32>> {
        read(self.error(TensorVisit::upload(visit)), "reading novelty")
    }

    /// Learns from these steps; gives the loss before, `[1]`.
    pub(super) fn update(&mut self, visit: &Visit<'_>) -> Tensor<1> {
        let TensorVisit { obs, action, next_obs, .. } = TensorVisit::upload(visit);
        match self {
            Self::Rnd(rnd) => rnd.update(next_obs),
            Self::Icm(icm) => icm.update(obs, action, next_obs),
        }
    }

    /// All that was learned.
    pub(super) fn weights(&self) -> Result<Weights> {
        match self {
            Self::Rnd(rnd) => rnd.weights(),
            Self::Icm(icm) => icm.adam.weights(&icm.flat, "reading the curiosity module"),
        }
    }

    /// Goes on from what was learned before.
    pub(super) fn set_weights(&mut self, weights: Weights) {
        match self {
            Self::Rnd(rnd) => rnd.set_weights(weights),
            Self::Icm(icm) => icm.flat = icm.adam.take_over(weights),
        }
    }

    fn error(&self, visit: TensorVisit) -> Tensor<2> {
        match self {
            Self::Rnd(rnd) => rnd.error(visit.next_obs),
            Self::Icm(icm) => icm.error(visit.obs, visit.action, visit.next_obs),
        }
    }
}

impl Curiosity {
    /// reward_int of each step, [B, 1], on the scale of this moment.
    pub fn novelty_of_tensors(&self, visit: TensorVisit) -> Tensor<2> {
        let errors = match &self.module {
            Module::ByTensors(networks) => networks.error(visit),
            Module::Disagreement => visit.disagreement,
            Module::Rnd(_) | Module::Icm(_) => unreachable!("a run has one device"),
        };
        errors / f64::from(self.scale)
    }
}
