//! Curiosity: novelty as a reward of its own, and how much it counts.
//!
//! Three ideas of what is novel, behind one door: where a random network cannot be predicted ([`Rnd`]), where the
//! next step cannot be predicted ([`Icm`]), and where the members of the world model disagree.

mod beta;
mod icm;
mod rnd;

pub use beta::AdaptiveBeta;
pub use icm::Icm;
pub use rnd::Rnd;

use crate::config::{Config, CuriosityKind};
use crate::device::Device;
use crate::env::EnvSpec;
use crate::rng::Stream;
use crate::stats::RunningStats;
use burn::tensor::Tensor;

/// A batch of steps whose novelty is asked for.
#[derive(Debug, Clone)]
pub struct Visit {
    /// [B, O]
    pub obs: Tensor<2>,
    /// In the model's form, [B, A].
    pub action: Tensor<2>,
    /// [B, O]
    pub next_obs: Tensor<2>,
    /// Of the world model's members, [B, 1].
    pub disagreement: Tensor<2>,
}

/// One of the three, with the scale on which its novelty is measured.
#[derive(Debug, Clone)]
pub struct Curiosity {
    module: Module,
    /// What errors are divided by: the running std of their discounted sum.
    pub scale: f32,
}

#[derive(Debug, Clone)]
enum Module {
    Rnd(Rnd),
    Icm(Icm),
    Disagreement,
}

impl Curiosity {
    /// The kind that the configuration names; none if it names none.
    pub fn new(device: &Device, spec: &EnvSpec, config: &Config, stream: &mut Stream) -> Option<Self> {
        let rate = config.curiosity_learning_rate;
        let module = match config.curiosity {
            CuriosityKind::None => return None,
            CuriosityKind::Rnd => Module::Rnd(Rnd::new(device, spec.obs_size(), rate, stream)),
            CuriosityKind::Icm => Module::Icm(Icm::new(device, spec.obs_size(), spec.action, rate, stream)),
            CuriosityKind::Disagreement => Module::Disagreement,
        };
        Some(Self { module, scale: 1.0 })
    }

    /// Takes over how states are normalised.
    pub fn set_normalization(&mut self, stats: &RunningStats) {
        match &mut self.module {
            Module::Rnd(rnd) => rnd.set_normalization(stats),
            Module::Icm(icm) => icm.set_normalization(stats),
            Module::Disagreement => {}
        }
    }

    /// reward_int of each step, [B, 1], on the scale of this moment.
    pub fn novelty(&self, visit: &Visit) -> Tensor<2> {
        self.error(visit) / f64::from(self.scale)
    }

    /// Novelty before it is scaled, [B, 1].
    pub fn error(&self, visit: &Visit) -> Tensor<2> {
        match &self.module {
            Module::Rnd(rnd) => rnd.error(visit.next_obs.clone()),
            Module::Icm(icm) => icm.error(visit.obs.clone(), visit.action.clone(), visit.next_obs.clone()),
            Module::Disagreement => visit.disagreement.clone(),
        }
    }

    /// Learns from these steps; gives the loss before, `[1]`, unread. Disagreement has nothing to learn of its own.
    pub fn update(&mut self, visit: &Visit) -> Option<Tensor<1>> {
        match &mut self.module {
            Module::Rnd(rnd) => Some(rnd.update(visit.next_obs.clone())),
            Module::Icm(icm) => {
                Some(icm.update(visit.obs.clone(), visit.action.clone(), visit.next_obs.clone()))
            }
            Module::Disagreement => None,
        }
    }
}
