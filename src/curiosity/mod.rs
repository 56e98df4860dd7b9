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
use crate::device::{Device, Numbers, read};
use crate::env::EnvSpec;
use crate::error::Result;
use crate::kernels;
use crate::rng::Stream;
use crate::stats::RunningStats;
use burn::tensor::Tensor;

/// A batch of steps whose novelty is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// B
    pub rows: usize,
    /// [B, O]
    pub obs: &'a [f32],
    /// In the model's form, [B, A].
    pub action: &'a [f32],
    /// [B, O]
    pub next_obs: &'a [f32],
    /// Of the world model's members, `[B]`; asked for by that kind of curiosity only.
    pub disagreement: &'a [f32],
}

/// The same on a device.
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

/// One of the three, with the scale on which its novelty is measured.
#[derive(Debug, Clone)]
pub struct Curiosity {
    device: Device,
    module: Module,
    /// What errors are divided by: the running std of their discounted sum.
    pub scale: f32,
}

#[derive(Debug, Clone)]
enum Module {
    RndByHand(Box<kernels::rnd::Rnd>),
    Rnd(Box<Rnd>),
    /// In tensors on every device.
    Icm(Box<Icm>),
    Disagreement,
}

impl Curiosity {
    /// The kind that the configuration names; none if it names none.
    pub fn new(device: &Device, spec: &EnvSpec, config: &Config, stream: &mut Stream) -> Option<Self> {
        let (obs_size, rate) = (spec.obs_size(), config.curiosity_learning_rate);
        let module = match config.curiosity {
            CuriosityKind::None => return None,
            CuriosityKind::Rnd if device.has_kernels() => {
                Module::RndByHand(Box::new(rnd::by_hand(obs_size, rate, stream)))
            }
            CuriosityKind::Rnd => Module::Rnd(Box::new(Rnd::new(device, obs_size, rate, stream))),
            CuriosityKind::Icm => {
                Module::Icm(Box::new(Icm::new(device, obs_size, spec.action, rate, stream)))
            }
            CuriosityKind::Disagreement => Module::Disagreement,
        };
        Some(Self { device: device.clone(), module, scale: 1.0 })
    }

    /// Takes over how states are normalised.
    pub fn set_normalization(&mut self, stats: &RunningStats) {
        match &mut self.module {
            Module::RndByHand(rnd) => {
                rnd.mean = stats.mean().iter().map(|&mean| mean as f32).collect();
                rnd.std = (0..stats.size()).map(|d| stats.std(d) as f32).collect();
            }
            Module::Rnd(rnd) => rnd.set_normalization(stats),
            Module::Icm(icm) => icm.set_normalization(stats),
            Module::Disagreement => {}
        }
    }

    /// reward_int of each step, `[B]`, on the scale of this moment.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn novelty(&mut self, visit: &Visit<'_>) -> Result<Vec<f32>> {
        let mut novelty = self.errors(visit).await?;
        novelty.iter_mut().for_each(|error| *error /= self.scale);
        Ok(novelty)
    }

    /// Novelty before it is scaled, `[B]`.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn errors(&mut self, visit: &Visit<'_>) -> Result<Vec<f32>> {
        let upload = |numbers: &[f32]| upload(&self.device, visit, numbers);
        let errors = match &mut self.module {
            Module::RndByHand(rnd) => return Ok(rnd.errors(visit.next_obs).to_vec()),
            Module::Disagreement => return Ok(visit.disagreement.to_vec()),
            Module::Rnd(rnd) => rnd.error(upload(visit.next_obs)),
            Module::Icm(icm) => icm.error(upload(visit.obs), upload(visit.action), upload(visit.next_obs)),
        };
        read(errors, "reading novelty").await
    }

    /// reward_int of each step, [B, 1], on the scale of this moment.
    pub fn novelty_of_tensors(&self, visit: TensorVisit) -> Tensor<2> {
        let errors = match &self.module {
            Module::RndByHand(_) => unreachable!("a run has one device"),
            Module::Rnd(rnd) => rnd.error(visit.next_obs),
            Module::Icm(icm) => icm.error(visit.obs, visit.action, visit.next_obs),
            Module::Disagreement => visit.disagreement,
        };
        errors / f64::from(self.scale)
    }

    /// Learns from these steps; gives the loss before. Disagreement has nothing to learn of its own.
    pub fn update(&mut self, visit: &Visit<'_>) -> Option<Numbers> {
        let upload = |numbers: &[f32]| upload(&self.device, visit, numbers);
        match &mut self.module {
            Module::RndByHand(rnd) => Some(Numbers::Host(vec![rnd.update(visit.next_obs)])),
            Module::Rnd(rnd) => Some(Numbers::Device(rnd.update(upload(visit.next_obs)))),
            Module::Icm(icm) => {
                let loss = icm.update(upload(visit.obs), upload(visit.action), upload(visit.next_obs));
                Some(Numbers::Device(loss))
            }
            Module::Disagreement => None,
        }
    }
}

/// A part of this visit on the device, [B, ·].
fn upload(device: &Device, visit: &Visit<'_>, numbers: &[f32]) -> Tensor<2> {
    device.floats(numbers.to_vec(), [visit.rows, numbers.len() / visit.rows])
}
