//! The agent: policy and value networks, on any device.
//!
//! **What.** One interface to [`crate::kernels::ppo`] on the CPU, to `crate::gpu::ppo` on WebGPU and, for comparison,
//! to the tensors of `cpu-plain`. Inputs and outputs are plain numbers, and all backends start from the same
//! parameters.
//! **Shapes.** obs [B, O] → values [B, heads], flat; the metrics of an update are named by
//! [`UPDATE_METRICS`](crate::kernels::ppo_loss::UPDATE_METRICS).
//! **Where.** Used by the trainer and by [`crate::imagination`]; learns from [`crate::samples`].
//! **Choices.** On WebGPU an update is only queued. [`Agent::settle`] reads everything back at once; until then the
//! copy on the host, which acts and estimates values, is unchanged.

mod step;

pub use step::Step;

use crate::device::{Device, DeviceKind, Numbers};
use crate::error::Result;
#[cfg(webgpu)]
use crate::gpu::{self, Layout, Queue, Twin, rollout};
#[cfg(webgpu)]
use crate::kernels::ppo_loss::LEAST_WEIGHT;
use crate::kernels::ppo_loss::{Minibatch, Settings};
use crate::kernels::{self, Networks, Weights, ppo};
#[cfg(webgpu)]
use crate::minibatches::minibatches;
use crate::nets::{HostActor, Shape};
use crate::rng::Stream;
use crate::samples::Samples;
#[cfg(tensors)]
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
    #[cfg(webgpu)]
    ByGpu(Box<Twin<ppo::ActorCritic, gpu::ppo::ActorCritic>>),
    #[cfg(tensors)]
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
                #[cfg(webgpu)]
                if let Some(queue) = device.queue() {
                    return Self { shape, room: Room::ByGpu(Box::new(Twin::new(queue, net))) };
                }
                Room::ByHand { net: Box::new(net), batch: Minibatch::default() }
            }
            #[cfg(tensors)]
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
            #[cfg(webgpu)]
            Room::ByGpu(twin) => twin.host.adam.learning_rate,
            #[cfg(tensors)]
            Room::ByTensors { net, .. } => net.adam.learning_rate,
        }
    }

    /// Another step size from the next update on.
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        match &mut self.room {
            Room::ByHand { net, .. } => net.adam.learning_rate = learning_rate,
            #[cfg(webgpu)]
            Room::ByGpu(twin) => twin.host.adam.learning_rate = learning_rate,
            #[cfg(tensors)]
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
            #[cfg(webgpu)]
            Room::ByGpu(twin) => Ok(HostActor::new(self.shape.clone(), twin.host.flat.clone())),
            #[cfg(tensors)]
            Room::ByTensors { net, .. } => net.actor(),
        }
    }

    /// Values [B, heads] of observations [B, O]; `doing` says what for.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    #[cfg_attr(not(tensors), allow(unused_variables))]
    pub async fn values(&mut self, obs: &[f32], doing: &str) -> Result<Vec<f32>> {
        match &mut self.room {
            Room::ByHand { net, .. } => Ok(net.values(obs).to_vec()),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => Ok(twin.host.values(obs).to_vec()),
            #[cfg(tensors)]
            Room::ByTensors { net, device } => {
                let rows = obs.len() / self.shape.obs_size;
                let obs = device.floats(obs.to_vec(), [rows, self.shape.obs_size]);
                tensors::read(net.values(&net.matrices(), obs), doing)
            }
        }
    }

    /// Takes over what the next epochs learn from. Only WebGPU has to be told beforehand.
    #[cfg_attr(not(webgpu), allow(unused_variables))]
    pub fn begin(&mut self, samples: &Samples) {
        #[cfg(webgpu)]
        if let Room::ByGpu(twin) = &mut self.room {
            let (net, gpu) = twin.both(gpu::ppo::ActorCritic::new);
            gpu.set_samples(net, (0..samples.len()).map(|index| samples.row(index)));
        }
    }

    /// Begins an epoch that takes the samples in this order, in [minibatches](mod@crate::minibatches) of at most
    /// `rows`.
    #[cfg_attr(not(webgpu), allow(unused_variables))]
    pub fn begin_epoch(&mut self, samples: &Samples, order: &[usize], rows: usize, settings: &Settings) {
        #[cfg(webgpu)]
        if let Room::ByGpu(twin) = &mut self.room {
            let weight = |&index: &usize| samples.weight(index);
            let divisor = |batch: &[usize]| batch.iter().map(weight).sum::<f32>().max(LEAST_WEIGHT as f32);
            let cut = minibatches(order.len(), rows);
            let divisors: Vec<f32> = cut.map(|range| divisor(&order[range])).collect();
            let (net, gpu) = twin.both(gpu::ppo::ActorCritic::new);
            gpu.begin_epoch(&net.adam, order, rows, settings, &divisors);
        }
    }

    /// Waits until what was queued is computed; reads nothing. Elsewhere than on WebGPU there is nothing to wait for.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device has failed.
    #[cfg_attr(not(webgpu), allow(unused_variables))]
    pub async fn wait(&self, doing: &str) -> Result<()> {
        match &self.room {
            #[cfg(webgpu)]
            Room::ByGpu(twin) => twin.queue().settle(doing).await,
            _ => Ok(()),
        }
    }

    /// Reads what the updates since the last time have changed and said, all at once.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    #[cfg_attr(not(webgpu), allow(unused_variables))]
    pub async fn settle(&mut self, doing: &str) -> Result<()> {
        #[cfg(webgpu)]
        if let Room::ByGpu(twin) = &mut self.room {
            let Some((net, gpu)) = twin.pair() else { return Ok(()) };
            let all = gpu.read(net, doing).await?;
            twin.keep_promises(all.iter().map(|losses| losses.metrics().to_vec()));
        }
        Ok(())
    }

    /// As much as a tick may do of one step of PPO on these rows of `samples`, which are the epoch's next; gives the
    /// seven numbers of the update once it is done.
    pub fn update(
        &mut self,
        samples: &Samples,
        indices: &[usize],
        settings: &Settings,
        step: &mut Step,
    ) -> Option<Numbers> {
        match &mut self.room {
            Room::ByHand { net, batch } => {
                let losses = step.go_on(net, batch, (samples, indices), settings)?;
                Some(Numbers::Host(losses.metrics().to_vec()))
            }
            #[cfg(webgpu)]
            Room::ByGpu(twin) => {
                let (_, gpu) = twin.both(gpu::ppo::ActorCritic::new);
                gpu.update();
                Some(Numbers::Later(twin.promise()))
            }
            #[cfg(tensors)]
            Room::ByTensors { net, device } => {
                let Shape { obs_size, action, heads, .. } = self.shape;
                let sizes = [obs_size, action.encoded_size(), heads];
                let batch = tensors::ppo::Minibatch::upload(device, samples.rows(indices), sizes);
                Some(Numbers::Tensor(tensors::ppo::update(net, &batch, settings)))
            }
        }
    }

    /// Parameters of policy and value: multiply-adds of asking both about one row.
    pub fn cost(&self) -> usize {
        match &self.room {
            Room::ByHand { net, .. } => net.flat.len(),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => twin.host.flat.len(),
            #[cfg(tensors)]
            Room::ByTensors { .. } => 0,
        }
    }

    /// The networks on the graphics processor: where they learn there, as they are, otherwise a copy.
    #[cfg(webgpu)]
    pub(crate) fn on_device(&self, queue: &Queue) -> Option<rollout::Agent> {
        let Room::ByGpu(twin) = &self.room else { return None };
        let (shape, scaling) = (*twin.host.shape(), twin.host.scaling().clone());
        if let Some(gpu) = twin.device() {
            let gpu::step::Learned { layout, theta, .. } = gpu.learned();
            return Some(rollout::Agent {
                shape,
                scaling,
                layout: layout.clone(),
                parameters: theta.clone(),
            });
        }
        let layout = Layout::new(&ppo::networks(&shape), ppo::log_std_size(&shape));
        let parameters = queue.floats(&layout.pack(&twin.host.flat));
        Some(rollout::Agent { shape, scaling, layout, parameters })
    }

    /// All that was learned.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn weights(&self) -> Result<Weights> {
        match &self.room {
            Room::ByHand { net, .. } => Ok(Weights::of(&net.flat, &net.adam)),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => Ok(Weights::of(&twin.host.flat, &twin.host.adam)),
            #[cfg(tensors)]
            Room::ByTensors { net, .. } => net.adam.weights(&net.flat, "reading the policy"),
        }
    }

    /// Goes on from what was learned before, by networks of this shape.
    pub fn set_weights(&mut self, weights: Weights) {
        match &mut self.room {
            Room::ByHand { net, .. } => net.flat = net.adam.take_over(weights),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => {
                let net = twin.change();
                net.flat = net.adam.take_over(weights);
            }
            #[cfg(tensors)]
            Room::ByTensors { net, .. } => net.flat = net.adam.take_over(weights),
        }
    }

    /// The names of its networks in a checkpoint.
    pub fn names(&self) -> Networks {
        ppo::names(&self.shape.by_hand())
    }

    /// The networks by hand, on the CPU.
    pub(crate) fn by_hand(&mut self) -> Option<&mut ppo::ActorCritic> {
        match &mut self.room {
            Room::ByHand { net, .. } => Some(net),
            #[cfg(any(tensors, webgpu))]
            _ => None,
        }
    }

    /// The networks in tensors, to compare with.
    #[cfg(tensors)]
    pub(crate) fn by_tensors(&self) -> Option<&tensors::ActorCritic> {
        match &self.room {
            Room::ByTensors { net, .. } => Some(net),
            _ => None,
        }
    }
}
