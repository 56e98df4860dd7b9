//! The agent: policy and value, whoever computes them.
//!
//! **What.** One door to [`crate::kernels::ppo`] on the CPU and, to compare with, to the tensors of `cpu-plain`. What goes in
//! and comes out are plain numbers, and all rooms start from the same parameters.
//! **Shapes.** obs [B, O] → values [B, heads], flat; metrics of an update as
//! [`UPDATE_METRICS`](crate::kernels::ppo_loss::UPDATE_METRICS) names them.
//! **Where.** Asked by the trainer and by [`crate::imagination`]; learns from [`crate::samples`].

use crate::device::{Device, DeviceKind, Numbers};
use crate::error::Result;
#[cfg(feature = "webgpu")]
use crate::gpu::{Layout, Queue, rollout};
use crate::kernels::ppo_loss::{LEAST_WEIGHT, Minibatch, Settings};
use crate::kernels::{self, ppo};
use crate::nets::{HostActor, Shape};
use crate::rng::Stream;
use crate::samples::Samples;
#[cfg(feature = "tensors")]
use crate::tensors;

/// Adam's eps, as the custom is for PPO.
const EPS: f64 = 1e-5;

/// Policy and value with their optimiser.
#[derive(Debug, Clone)]
pub struct Agent {
    shape: Shape,
    room: Room,
}

#[derive(Debug, Clone)]
enum Room {
    ByHand {
        net: Box<ppo::ActorCritic>,
        batch: Minibatch,
    },
    #[cfg(feature = "tensors")]
    ByTensors {
        net: Box<tensors::ActorCritic>,
        device: Device,
    },
}

impl Agent {
    /// New networks of this shape.
    pub fn new(device: &Device, shape: Shape, learning_rate: f64, stream: &mut Stream) -> Self {
        let room = match device.kind() {
            DeviceKind::Cpu | DeviceKind::WebGpu => {
                let flat = shape.initial(stream);
                let adam = kernels::Adam::new(flat.len(), learning_rate, EPS);
                let net = ppo::ActorCritic::new(shape.by_hand(), shape.scaling.clone(), flat, adam);
                Room::ByHand { net: Box::new(net), batch: Minibatch::default() }
            }
            #[cfg(feature = "tensors")]
            DeviceKind::CpuPlain => {
                let net = tensors::ActorCritic::new(device, shape.clone(), learning_rate, stream);
                Room::ByTensors { net: Box::new(net), device: device.clone() }
            }
        };
        Self { shape, room }
    }

    /// What the networks are made of.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The step size now.
    pub fn learning_rate(&self) -> f64 {
        match &self.room {
            Room::ByHand { net, .. } => net.adam.learning_rate,
            #[cfg(feature = "tensors")]
            Room::ByTensors { net, .. } => net.adam.learning_rate,
        }
    }

    /// Another step size from the next update on.
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        match &mut self.room {
            Room::ByHand { net, .. } => net.adam.learning_rate = learning_rate,
            #[cfg(feature = "tensors")]
            Room::ByTensors { net, .. } => net.adam.learning_rate = learning_rate,
        }
    }

    /// Copies the policy, for acting in the real task.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn actor(&self) -> Result<HostActor> {
        match &self.room {
            Room::ByHand { net, .. } => Ok(HostActor::new(self.shape.clone(), net.flat.clone())),
            #[cfg(feature = "tensors")]
            Room::ByTensors { net, .. } => net.actor(),
        }
    }

    /// Values [B, heads] of observations [B, O]; `doing` says what for.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    #[cfg_attr(not(feature = "tensors"), allow(unused_variables))]
    pub async fn values(&mut self, obs: Vec<f32>, doing: &str) -> Result<Vec<f32>> {
        match &mut self.room {
            Room::ByHand { net, .. } => Ok(net.values(&obs).to_vec()),
            #[cfg(feature = "tensors")]
            Room::ByTensors { net, device } => {
                let rows = obs.len() / self.shape.obs_size;
                let obs = device.floats(obs, [rows, self.shape.obs_size]);
                tensors::read(net.values(&net.matrices(), obs), doing)
            }
        }
    }

    /// One step of PPO on these rows of `samples`; gives the seven numbers of the update.
    pub fn update(&mut self, samples: &Samples, indices: &[usize], settings: &Settings) -> Numbers {
        match &mut self.room {
            Room::ByHand { net, batch } => {
                batch.clear();
                let shape = *net.shape();
                indices.iter().for_each(|&index| batch.push(&shape, samples.row(index)));
                let weight: f32 = batch.weights.iter().sum();
                let losses = net.update(batch, settings, weight.max(LEAST_WEIGHT as f32));
                Numbers::Host(losses.metrics().to_vec())
            }
            #[cfg(feature = "tensors")]
            Room::ByTensors { net, device } => {
                let Shape { obs_size, action, heads, .. } = self.shape;
                let sizes = [obs_size, action.encoded_size(), heads];
                let batch = tensors::ppo::Minibatch::upload(device, samples.rows(indices), sizes);
                Numbers::Tensor(tensors::ppo::update(net, &batch, settings))
            }
        }
    }

    /// The networks on the graphics processor: where they learn there, as they are, otherwise a copy.
    #[cfg(feature = "webgpu")]
    pub(crate) fn on_device(&self, queue: &Queue) -> Option<rollout::Agent> {
        match &self.room {
            Room::ByHand { net, .. } => {
                let shape = *net.shape();
                let [policy, value] = ppo::networks(&shape);
                let layout = Layout::new(&[&policy, &value], ppo::log_std_size(&shape));
                let parameters = queue.floats(&layout.pack(&net.flat));
                Some(rollout::Agent { shape, scaling: net.scaling().clone(), layout, parameters })
            }
            #[cfg(feature = "tensors")]
            Room::ByTensors { .. } => None,
        }
    }

    /// The networks by hand, on the CPU.
    pub(crate) fn by_hand(&mut self) -> Option<&mut ppo::ActorCritic> {
        match &mut self.room {
            Room::ByHand { net, .. } => Some(net),
            #[cfg(feature = "tensors")]
            Room::ByTensors { .. } => None,
        }
    }

    /// The networks in tensors, to compare with.
    #[cfg(feature = "tensors")]
    pub(crate) fn by_tensors(&self) -> Option<&tensors::ActorCritic> {
        match &self.room {
            Room::ByHand { .. } => None,
            Room::ByTensors { net, .. } => Some(net),
        }
    }
}
