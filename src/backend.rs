//! Which device computes which part: the one place that knows.
//!
//! **What.** A [`Backend`] makes the parts of a learner, each a trait: kernels by hand on the processor, on WebGPU what
//! has kernels there and the processor's otherwise, and tensors on `cpu-plain`.
//! **Choices.** All backends draw a part's first parameters from the stream in the same order, so that every device
//! starts from the same numbers.

#[cfg(tensors)]
use crate::burn;
use crate::config::{Config, CuriosityKind, ModelKind};
use crate::cpu;
use crate::curiosity::{Disagreement, Novelty};
use crate::device::{Device, DeviceKind};
use crate::env::ActionSpace;
use crate::error::Result;
#[cfg(webgpu)]
use crate::gpu;
use crate::nets::Shape;
use crate::off_policy::OffPolicy;
use crate::policy::Policy;
use crate::rng::Stream;
use crate::world_model::WorldModel;

/// What a task looks like to the parts.
#[derive(Debug, Clone, Copy)]
pub struct TaskShape {
    /// O
    pub obs_size: usize,
    /// What is acted in.
    pub action: ActionSpace,
}

/// A maker of parts.
pub trait Backend {
    /// New policy and value networks.
    fn policy(&self, shape: Shape, config: &Config, stream: &mut Stream) -> Box<dyn Policy>;

    /// An ensemble of perceptrons that knows nothing yet.
    fn perceptrons(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Box<dyn WorldModel>;

    /// The world model that the configuration names. It knows nothing yet.
    ///
    /// # Errors
    /// [`crate::Error::Config`] with field `model` if this build has none of that name.
    fn world_model(
        &self,
        task: TaskShape,
        config: &Config,
        stream: &mut Stream,
    ) -> Result<Box<dyn WorldModel>> {
        match config.model {
            ModelKind::Perceptrons => Ok(self.perceptrons(task, config, stream)),
            // In burn's tensors on the processor, whatever the device of the other parts.
            #[cfg(tensors)]
            ModelKind::Gru => Ok(Box::new(burn::Gru::new(
                &burn::Device::cpu(),
                task.obs_size,
                task.action.encoded_size(),
                config,
                stream,
            ))),
            #[cfg(not(tensors))]
            _ => Err(not_here(config)),
        }
    }

    /// Random network distillation that has learned nothing yet.
    fn rnd(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Box<dyn Novelty>;

    /// An intrinsic curiosity module that has learned nothing yet.
    fn icm(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Box<dyn Novelty>;

    /// The learner from replay that the configuration names. It knows nothing yet.
    ///
    /// # Errors
    /// [`crate::Error::Config`] with field `algorithm` if this backend has none of that name.
    fn off_policy(&self, shape: Shape, config: &Config, stream: &mut Stream) -> Result<Box<dyn OffPolicy>> {
        cpu::off_policy::learner(shape, config, stream)
    }

    /// The novelty that the configuration names; none if it names none.
    fn novelty(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Option<Box<dyn Novelty>> {
        match config.curiosity {
            CuriosityKind::None => None,
            CuriosityKind::Rnd => Some(self.rnd(task, config, stream)),
            CuriosityKind::Icm => Some(self.icm(task, config, stream)),
            CuriosityKind::Disagreement => Some(Box::new(Disagreement)),
        }
    }
}

/// What a program without tensors says of a world model that is written in them (its word is marked `in tensors`).
#[cfg(not(tensors))]
fn not_here(config: &Config) -> crate::Error {
    crate::Error::Config {
        field: "model".into(),
        value: config.get("model").unwrap_or_default(),
        allowed: "it is written in burn's tensors, which this program does not contain: take perceptrons"
            .into(),
    }
}

/// The backend of this device.
pub fn backend(device: &Device) -> Box<dyn Backend> {
    #[cfg(webgpu)]
    if let Some(queue) = device.queue() {
        return Box::new(WebGpu(queue.clone()));
    }
    match device.kind() {
        DeviceKind::Cpu | DeviceKind::WebGpu => Box::new(Cpu),
        #[cfg(tensors)]
        DeviceKind::CpuPlain => Box::new(CpuPlain(burn::Device::cpu())),
    }
}

struct Cpu;

impl Cpu {
    fn policy(shape: Shape, config: &Config, stream: &mut Stream) -> cpu::PpoPolicy {
        cpu::PpoPolicy::new(shape, config.learning_rate, stream)
    }

    fn perceptrons(task: TaskShape, config: &Config, stream: &mut Stream) -> cpu::Perceptrons {
        cpu::Perceptrons::new(task.obs_size, task.action.encoded_size(), config, stream)
    }

    fn rnd(task: TaskShape, config: &Config, stream: &mut Stream) -> cpu::RndNovelty {
        cpu::RndNovelty::new(task.obs_size, config.curiosity_learning_rate, stream)
    }
}

impl Backend for Cpu {
    fn policy(&self, shape: Shape, config: &Config, stream: &mut Stream) -> Box<dyn Policy> {
        Box::new(Self::policy(shape, config, stream))
    }

    fn perceptrons(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Box<dyn WorldModel> {
        Box::new(Self::perceptrons(task, config, stream))
    }

    fn rnd(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Box<dyn Novelty> {
        Box::new(Self::rnd(task, config, stream))
    }

    fn icm(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Box<dyn Novelty> {
        let rate = config.curiosity_learning_rate;
        Box::new(cpu::IcmNovelty::new(task.obs_size, task.action, rate, stream))
    }
}

#[cfg(webgpu)]
struct WebGpu(gpu::Queue);

#[cfg(webgpu)]
impl Backend for WebGpu {
    fn policy(&self, shape: Shape, config: &Config, stream: &mut Stream) -> Box<dyn Policy> {
        Box::new(gpu::PpoPolicy::new(&self.0, Cpu::policy(shape, config, stream)))
    }

    fn perceptrons(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Box<dyn WorldModel> {
        Box::new(gpu::Perceptrons::new(&self.0, Cpu::perceptrons(task, config, stream)))
    }

    fn rnd(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Box<dyn Novelty> {
        Box::new(gpu::RndNovelty::new(&self.0, Cpu::rnd(task, config, stream)))
    }

    fn icm(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Box<dyn Novelty> {
        Cpu.icm(task, config, stream)
    }
}

#[cfg(tensors)]
struct CpuPlain(burn::Device);

#[cfg(tensors)]
impl Backend for CpuPlain {
    fn policy(&self, shape: Shape, config: &Config, stream: &mut Stream) -> Box<dyn Policy> {
        Box::new(burn::PpoPolicy::new(&self.0, shape, config.learning_rate, stream))
    }

    fn off_policy(&self, shape: Shape, config: &Config, stream: &mut Stream) -> Result<Box<dyn OffPolicy>> {
        burn::off_policy::learner(&self.0, shape, config, stream)
    }

    fn perceptrons(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Box<dyn WorldModel> {
        let action_size = task.action.encoded_size();
        Box::new(burn::Perceptrons::new(&self.0, task.obs_size, action_size, config, stream))
    }

    fn rnd(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Box<dyn Novelty> {
        let rate = config.curiosity_learning_rate;
        Box::new(burn::RndNovelty::new(&self.0, task.obs_size, rate, stream))
    }

    fn icm(&self, task: TaskShape, config: &Config, stream: &mut Stream) -> Box<dyn Novelty> {
        let rate = config.curiosity_learning_rate;
        Box::new(burn::IcmNovelty::new(&self.0, task.obs_size, task.action, rate, stream))
    }
}
