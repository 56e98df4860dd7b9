//! Curiosity: novelty as an intrinsic reward, and how much it counts.
//!
//! Three definitions of novelty behind one interface: a random network's output is hard to predict ([`rnd`]), the next
//! step is hard to predict ([`icm`]), or the members of the world model disagree. The kernels compute it on the host;
//! on `cpu-plain` tensors do, for comparison. ICM runs on the host on WebGPU too: novelty decides nothing within a
//! rollout, so it can be computed once the rollout is complete.

mod beta;
mod by_hand;
#[cfg(tensors)]
mod by_tensors;

pub use beta::AdaptiveBeta;
#[cfg(tensors)]
pub use by_tensors::TensorVisit;

use crate::config::{Config, CuriosityKind};
use crate::device::{Device, DeviceKind, Numbers};
use crate::env::EnvSpec;
use crate::error::Result;
#[cfg(webgpu)]
use crate::gpu::{self, Layout, Queue, Twin, rollout};
use crate::kernels::icm::{self, Icm};
use crate::kernels::rnd::{self, Rnd};
use crate::kernels::{Networks, Weights};
use crate::rng::Stream;
use crate::stats::RunningStats;
#[cfg(tensors)]
use crate::tensors;

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

/// One of the three, with the scale on which its novelty is measured.
#[derive(Debug, Clone)]
pub struct Curiosity {
    /// The names of its networks in a checkpoint; disagreement has none.
    names: Option<Networks>,
    module: Module,
    /// What errors are divided by: the running std of their discounted sum.
    pub scale: f32,
}

#[derive(Debug, Clone)]
enum Module {
    Rnd(Box<Rnd>),
    #[cfg(webgpu)]
    RndByGpu(Box<Twin<Rnd, gpu::rnd::Rnd>>),
    Icm(Box<Icm>),
    #[cfg(tensors)]
    ByTensors(Box<by_tensors::Networks>),
    Disagreement,
}

impl Curiosity {
    /// The kind that the configuration names; none if it names none.
    pub fn new(device: &Device, spec: &EnvSpec, config: &Config, stream: &mut Stream) -> Option<Self> {
        let (obs_size, action, rate) = (spec.obs_size(), spec.action, config.curiosity_learning_rate);
        let module = match (config.curiosity, device.kind()) {
            (CuriosityKind::None, _) => return None,
            (CuriosityKind::Disagreement, _) => Module::Disagreement,
            (CuriosityKind::Rnd, DeviceKind::Cpu | DeviceKind::WebGpu) => {
                module_for(device, by_hand::rnd(obs_size, rate, stream))
            }
            (CuriosityKind::Icm, DeviceKind::Cpu | DeviceKind::WebGpu) => {
                Module::Icm(Box::new(by_hand::icm(obs_size, action, rate, stream)))
            }
            #[cfg(tensors)]
            (CuriosityKind::Rnd, DeviceKind::CpuPlain) => {
                let rnd = tensors::Rnd::new(device, obs_size, rate, stream);
                Module::ByTensors(Box::new(by_tensors::Networks::Rnd(rnd)))
            }
            #[cfg(tensors)]
            (CuriosityKind::Icm, DeviceKind::CpuPlain) => {
                let icm = tensors::Icm::new(device, obs_size, action, rate, stream);
                Module::ByTensors(Box::new(by_tensors::Networks::Icm(icm)))
            }
        };
        let names = match config.curiosity {
            CuriosityKind::Rnd => Some(rnd::names(obs_size)),
            CuriosityKind::Icm => Some(icm::names(obs_size, action.encoded_size())),
            CuriosityKind::Disagreement | CuriosityKind::None => None,
        };
        Some(Self { names, module, scale: 1.0 })
    }

    /// Takes over how states are normalised.
    pub fn set_normalization(&mut self, stats: &RunningStats) {
        let (means, stds) = match &mut self.module {
            Module::Rnd(rnd) => (&mut rnd.mean, &mut rnd.std),
            #[cfg(webgpu)]
            Module::RndByGpu(twin) => (&mut twin.host.mean, &mut twin.host.std),
            Module::Icm(icm) => (&mut icm.mean, &mut icm.std),
            #[cfg(tensors)]
            Module::ByTensors(networks) => return networks.set_normalization(stats),
            Module::Disagreement => return,
        };
        *means = stats.mean().iter().map(|&mean| mean as f32).collect();
        *stds = (0..stats.size()).map(|d| stats.std(d) as f32).collect();
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
        match &mut self.module {
            Module::Rnd(rnd) => Ok(rnd.errors(visit.next_obs).to_vec()),
            #[cfg(webgpu)]
            Module::RndByGpu(twin) => Ok(twin.host.errors(visit.next_obs).to_vec()),
            Module::Icm(icm) => Ok(icm.errors(visit.obs, visit.action, visit.next_obs).to_vec()),
            #[cfg(tensors)]
            Module::ByTensors(networks) => networks.errors(visit),
            Module::Disagreement => Ok(visit.disagreement.to_vec()),
        }
    }

    /// Random network distillation on the graphics processor: where it learns there, as it is, otherwise a copy.
    /// None of the other kinds.
    #[cfg(webgpu)]
    pub(crate) fn on_device(&self, queue: &Queue) -> Option<rollout::Judge> {
        let Module::RndByGpu(twin) = &self.module else { return None };
        let rnd = &twin.host;
        let layout = Layout::new([rnd.mlp()], 0);
        let upload = |flat: &[f32]| queue.floats(&layout.pack(flat));
        let [guess, fixed] = match twin.device() {
            Some(gpu) => [gpu.learned().theta.clone(), gpu.target().clone()],
            None => [upload(&rnd.flat), upload(rnd.target())],
        };
        let (features, mean, std) = (rnd.mlp().outputs(), rnd.mean.clone(), rnd.std.clone());
        Some(rollout::Judge { features, guess, fixed, mean, std, scale: self.scale, layout })
    }

    /// The names of its networks in a checkpoint; none for disagreement.
    pub fn names(&self) -> Option<&Networks> {
        self.names.as_ref()
    }

    /// All that was learned: nothing for disagreement.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn weights(&self) -> Result<Weights> {
        match &self.module {
            Module::Rnd(rnd) => Ok(rnd.weights()),
            #[cfg(webgpu)]
            Module::RndByGpu(twin) => Ok(twin.host.weights()),
            Module::Icm(icm) => Ok(Weights::of(&icm.flat, &icm.adam)),
            #[cfg(tensors)]
            Module::ByTensors(networks) => networks.weights(),
            Module::Disagreement => Ok(Weights::default()),
        }
    }

    /// Goes on from what was learned before, by networks of this shape.
    pub fn set_weights(&mut self, weights: Weights) {
        match &mut self.module {
            Module::Rnd(rnd) => rnd.set_weights(weights),
            #[cfg(webgpu)]
            Module::RndByGpu(twin) => twin.change().set_weights(weights),
            Module::Icm(icm) => icm.flat = icm.adam.take_over(weights),
            #[cfg(tensors)]
            Module::ByTensors(networks) => networks.set_weights(weights),
            Module::Disagreement => {}
        }
    }

    /// Takes over what the next updates learn from, in [minibatches](mod@crate::minibatches) of at most `rows`
    /// steps. Only WebGPU has to be told beforehand.
    #[cfg_attr(not(webgpu), allow(unused_variables))]
    pub fn begin(&mut self, all: &Visit<'_>, rows: usize) {
        #[cfg(webgpu)]
        if let Module::RndByGpu(twin) = &mut self.module {
            let (rnd, gpu) = twin.both(gpu::rnd::Rnd::new);
            gpu.begin(rnd, all.next_obs, rows);
        }
    }

    /// Reads what the updates since the last time have changed and said, all at once.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    #[cfg_attr(not(webgpu), allow(unused_variables))]
    pub async fn settle(&mut self, doing: &str) -> Result<()> {
        #[cfg(webgpu)]
        if let Module::RndByGpu(twin) = &mut self.module {
            let Some((rnd, gpu)) = twin.pair() else { return Ok(()) };
            let losses = gpu.read(rnd, doing).await?;
            twin.keep_promises(losses.into_iter().map(|loss| vec![loss]));
        }
        Ok(())
    }

    /// Learns from these steps, which are the next of those begun with; gives the loss before. Disagreement has
    /// nothing to learn of its own.
    pub fn update(&mut self, visit: &Visit<'_>) -> Option<Numbers> {
        match &mut self.module {
            Module::Rnd(rnd) => Some(Numbers::Host(vec![rnd.update(visit.next_obs)])),
            #[cfg(webgpu)]
            Module::RndByGpu(twin) => {
                twin.both(gpu::rnd::Rnd::new).1.update();
                Some(Numbers::Later(twin.promise()))
            }
            Module::Icm(icm) => {
                Some(Numbers::Host(vec![icm.update(visit.obs, visit.action, visit.next_obs)]))
            }
            #[cfg(tensors)]
            Module::ByTensors(networks) => Some(Numbers::Tensor(networks.update(visit))),
            Module::Disagreement => None,
        }
    }
}

/// The room of this device for random network distillation.
#[cfg_attr(not(webgpu), allow(unused_variables))]
fn module_for(device: &Device, rnd: Rnd) -> Module {
    #[cfg(webgpu)]
    if let Some(queue) = device.queue() {
        return Module::RndByGpu(Box::new(Twin::new(queue, rnd)));
    }
    Module::Rnd(Box::new(rnd))
}
