//! The model: the ensemble, on any device.
//!
//! **What.** One interface to [`crate::kernels::world`] on the CPU ([`by_hand`]), to `crate::gpu::world_model` on
//! WebGPU and, for comparison, to the tensors of `cpu-plain` (`by_tensors`). Inputs and outputs are plain numbers, and
//! all backends start from the same parameters.
//! **Shapes.** As in [`World`]; everything flat, row-major.
//! **Choices.** On WebGPU a step is only queued; a validation ([`Model::validate`], every 25 steps) reads everything
//! back at once, and the copy on the host answers all queries.
//! **Where.** Trained by [`super::fit`], queried by [`super::open_loop`], [`crate::imagination`] and curiosity.

use super::by_hand::{self, Look, Step};
#[cfg(tensors)]
use super::by_tensors;
use crate::config::{Config, ModelHeads};
use crate::device::{Device, DeviceKind, Numbers, read_mean};
use crate::error::Result;
#[cfg(webgpu)]
use crate::gpu::{self, Layout, Queue, Twin, rollout};
use crate::kernels::scales::Scales;
use crate::kernels::world::World;
use crate::kernels::world_model::names;
use crate::kernels::{Networks, Weights};
use crate::rng::Stream;
#[cfg(tensors)]
use crate::tensors::WorldModel;

/// Transitions on the model's scales.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// [E, B, O + A], or [B, O + A] for all members alike.
    pub input: Vec<f32>,
    /// [E, B, O + 2], or [B, O + 2]: state, reward, end.
    pub target: Vec<f32>,
}

/// Held-out errors after a fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Validation {
    /// Loss on what was learned from, over the last updates.
    pub train_loss: f32,
    /// One-step loss on the model's own scale, as it is minimised.
    pub loss: f32,
    /// Squared errors of state and reward and cross-entropy of the end, each counted fully.
    pub squared: f32,
    /// Squared state error over the variance of the change: 1 is as bad as predicting the mean.
    pub state_mse: f32,
    /// Squared reward error on the model's scale.
    pub reward_mse: f32,
    /// Cross-entropy of the end, in nats.
    pub end_bce: f32,
}

impl Validation {
    /// The first number that is not finite, if any.
    pub fn not_finite(&self) -> Option<f32> {
        let Self { train_loss, loss, squared, state_mse, reward_mse, end_bce } = *self;
        [train_loss, loss, squared, state_mse, reward_mse, end_bce].into_iter().find(|x| !x.is_finite())
    }
}

/// E networks with their optimiser and their scales.
#[derive(Debug, Clone)]
pub struct Model {
    members: usize,
    obs_size: usize,
    heads: ModelHeads,
    names: Networks,
    room: Room,
}

#[derive(Debug, Clone)]
enum Room {
    ByHand(Box<World>),
    #[cfg(webgpu)]
    ByGpu(Box<Twin<World, gpu::world_model::WorldModel>>),
    #[cfg(tensors)]
    ByTensors(Box<WorldModel>),
}

impl Model {
    /// A model that knows nothing yet.
    pub fn new(
        device: &Device,
        obs_size: usize,
        action_size: usize,
        config: &Config,
        stream: &mut Stream,
    ) -> Self {
        let room = match device.kind() {
            DeviceKind::Cpu | DeviceKind::WebGpu => {
                room_for(device, by_hand::world(obs_size, action_size, config, stream))
            }
            #[cfg(tensors)]
            DeviceKind::CpuPlain => {
                Room::ByTensors(Box::new(WorldModel::new(device, obs_size, action_size, config, stream)))
            }
        };
        let names = names(obs_size, action_size, config);
        Self { members: config.ensemble_size, obs_size, heads: config.model_heads, names, room }
    }

    /// Puts the model on new scales, at the start of a fit.
    pub fn set_scales(&mut self, scales: Scales) {
        match &mut self.room {
            Room::ByHand(world) => world.scales = Some(scales),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => twin.host.scales = Some(scales),
            #[cfg(tensors)]
            Room::ByTensors(model) => model.set_scales(scales),
        }
    }

    /// The scales in use; none before the first fit.
    pub fn scales(&self) -> Option<&Scales> {
        match &self.room {
            Room::ByHand(world) => world.scales.as_ref(),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => twin.host.scales.as_ref(),
            #[cfg(tensors)]
            Room::ByTensors(model) => model.scales(),
        }
    }

    /// E
    pub fn members(&self) -> usize {
        self.members
    }

    /// Numbers of chance that one step takes: O + 1 with Gaussian heads, else none.
    pub fn noise_size(&self) -> usize {
        if self.heads == ModelHeads::Gaussian { self.obs_size + 1 } else { 0 }
    }

    /// Whether transitions and the rows of coming steps have to be given beforehand.
    pub fn learns_ahead(&self) -> bool {
        match &self.room {
            #[cfg(webgpu)]
            Room::ByGpu(_) => true,
            _ => false,
        }
    }

    /// Takes over all transitions that a fit learns from, on the model's scales.
    #[cfg_attr(not(webgpu), allow(unused_variables))]
    pub fn set_transitions(&mut self, all: &Batch) {
        #[cfg(webgpu)]
        if let Room::ByGpu(twin) = &mut self.room {
            twin.both(upload).1.set_transitions(&all.input, &all.target);
        }
    }

    /// Takes over which of the transitions the next `steps` steps take, [steps, E, B], and how far they are pushed.
    #[cfg_attr(not(webgpu), allow(unused_variables))]
    pub fn begin(&mut self, rows: &[usize], steps: usize, eps: f32) {
        #[cfg(webgpu)]
        if let Room::ByGpu(twin) = &mut self.room {
            let (world, gpu) = twin.both(upload);
            gpu.begin(&world.model.adam, rows, steps, eps);
        }
    }

    /// All parameters, as they were at the last look.
    pub fn parameters(&self) -> Numbers {
        match &self.room {
            Room::ByHand(world) => Numbers::Host(world.model.flat.clone()),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => Numbers::Host(twin.host.model.flat.clone()),
            #[cfg(tensors)]
            Room::ByTensors(model) => Numbers::Tensor(model.flat.clone()),
        }
    }

    /// Puts parameters back that were [`Model::parameters`] before.
    pub fn set_parameters(&mut self, parameters: Numbers) {
        match (&mut self.room, parameters) {
            (Room::ByHand(world), Numbers::Host(flat)) => world.model.flat = flat,
            #[cfg(webgpu)]
            (Room::ByGpu(twin), Numbers::Host(flat)) => {
                if let Some((_, gpu)) = twin.pair() {
                    gpu.set_parameters(&flat);
                }
                twin.host.model.flat = flat;
            }
            #[cfg(tensors)]
            (Room::ByTensors(model), Numbers::Tensor(flat)) => model.flat = flat,
            #[cfg(any(tensors, webgpu))]
            _ => unreachable!("parameters stay in the room they come from"),
        }
    }

    /// All that was learned.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn weights(&self) -> Result<Weights> {
        match &self.room {
            Room::ByHand(world) => Ok(Weights::of(&world.model.flat, &world.model.adam)),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => Ok(Weights::of(&twin.host.model.flat, &twin.host.model.adam)),
            #[cfg(tensors)]
            Room::ByTensors(model) => model.adam.weights(&model.flat, "reading the world model"),
        }
    }

    /// Goes on from what was learned before, by networks of this shape.
    pub fn set_weights(&mut self, weights: Weights) {
        match &mut self.room {
            Room::ByHand(world) => world.model.flat = world.model.adam.take_over(weights),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => {
                let model = &mut twin.change().model;
                model.flat = model.adam.take_over(weights);
            }
            #[cfg(tensors)]
            Room::ByTensors(model) => model.flat = model.adam.take_over(weights),
        }
    }

    /// The names of its networks in a checkpoint.
    pub fn names(&self) -> &Networks {
        &self.names
    }

    /// One step of all members, each on rows of its own, which are pushed by `eps` standard deviations to where they
    /// are worst first; gives the loss before the step once it is done, and nothing as long as the tick ends before it.
    /// Where it learns ahead, its rows are those that were given.
    pub fn update(&mut self, batch: &mut Batch, eps: f32, step: &mut Step) -> Option<Numbers> {
        match &mut self.room {
            Room::ByHand(world) => {
                by_hand::update(world, batch, eps, step).map(|loss| Numbers::Host(vec![loss]))
            }
            #[cfg(webgpu)]
            Room::ByGpu(twin) => {
                twin.both(upload).1.update();
                Some(Numbers::Later(twin.promise()))
            }
            #[cfg(tensors)]
            Room::ByTensors(model) => Some(Numbers::Tensor(by_tensors::update(model, batch, eps))),
        }
    }

    /// The mean of the training losses since the last look; whatever was learned on a device is on the host then.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn settle(&mut self, train_losses: Vec<Numbers>) -> Result<f32> {
        let doing = "reading the world model";
        #[cfg(webgpu)]
        if let Room::ByGpu(twin) = &mut self.room
            && let Some((world, gpu)) = twin.pair()
        {
            let all = gpu.read(&mut world.model, doing).await?;
            twin.keep_promises(all.iter().map(|losses| vec![losses.total]));
        }
        Ok(read_mean(train_losses, doing).await?.first().copied().unwrap_or(0.0))
    }

    /// The errors of all members on the same rows, without the training loss; nothing as long as the tick ends before.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub fn validate(&mut self, batch: &Batch, look: &mut Look) -> Result<Option<Validation>> {
        match &mut self.room {
            Room::ByHand(world) => Ok(by_hand::validate(world, batch, look)),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => Ok(by_hand::validate(&mut twin.host, batch, look)),
            #[cfg(tensors)]
            Room::ByTensors(model) => by_tensors::validate(model, batch).map(Some),
        }
    }

    /// Appends where one member goes from obs [W, O] with actions [W, A]: next obs [W, O].
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read; `doing` says what for.
    #[cfg_attr(not(tensors), allow(unused_variables))]
    pub fn follow(
        &mut self,
        member: usize,
        obs: &[f32],
        actions: &[f32],
        next_obs: &mut Vec<f32>,
        doing: &str,
    ) -> Result<()> {
        match &mut self.room {
            Room::ByHand(world) => world.step_member(member, obs, actions, next_obs),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => twin.host.step_member(member, obs, actions, next_obs),
            #[cfg(tensors)]
            Room::ByTensors(model) => {
                next_obs.extend(by_tensors::follow(model, member, obs, actions, doing)?);
            }
        }
        Ok(())
    }

    /// Multiply-adds of one row of one member.
    pub fn cost(&self) -> usize {
        match &self.room {
            Room::ByHand(world) => world.model.mlp().weights(),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => twin.host.model.mlp().weights(),
            #[cfg(tensors)]
            Room::ByTensors(_) => 0,
        }
    }

    /// How far the members are apart about obs [B, O] with actions [B, A], `[B]`.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn disagreement(&mut self, obs: &[f32], actions: &[f32]) -> Result<Vec<f32>> {
        match &mut self.room {
            Room::ByHand(world) => Ok(world.disagreement(obs, actions)),
            #[cfg(webgpu)]
            Room::ByGpu(twin) => Ok(twin.host.disagreement(obs, actions)),
            #[cfg(tensors)]
            Room::ByTensors(model) => by_tensors::disagreement(model, obs, actions),
        }
    }

    /// The ensemble on the graphics processor: where it learns there, as it is, otherwise a copy.
    #[cfg(webgpu)]
    pub(crate) fn on_device(&self, queue: &Queue) -> Option<rollout::World> {
        let Room::ByGpu(twin) = &self.room else { return None };
        let world = &twin.host;
        let (layout, parameters) = match twin.device() {
            Some(gpu) => (gpu.learned().layout.clone(), gpu.learned().theta.clone()),
            None => {
                let layout = Layout::new([world.model.mlp()], 0);
                let parameters = queue.floats(&layout.pack(&world.model.flat));
                (layout, parameters)
            }
        };
        let (outputs, activation) = (*world.model.outputs(), world.model.mlp().activation());
        Some(rollout::World { outputs, activation, scales: world.scales.clone(), parameters, layout })
    }

    /// The ensemble by hand, on the CPU.
    pub(crate) fn by_hand(&mut self) -> Option<&mut World> {
        match &mut self.room {
            Room::ByHand(world) => Some(world),
            #[cfg(any(tensors, webgpu))]
            _ => None,
        }
    }

    /// The ensemble in tensors, to compare with.
    #[cfg(tensors)]
    pub(crate) fn by_tensors(&self) -> Option<&WorldModel> {
        match &self.room {
            Room::ByTensors(model) => Some(model),
            _ => None,
        }
    }
}

/// The room of this device for an ensemble by hand.
#[cfg_attr(not(webgpu), allow(unused_variables))]
fn room_for(device: &Device, world: World) -> Room {
    #[cfg(webgpu)]
    if let Some(queue) = device.queue() {
        return Room::ByGpu(Box::new(Twin::new(queue, world)));
    }
    Room::ByHand(Box::new(world))
}

#[cfg(webgpu)]
fn upload(queue: &Queue, world: &World) -> gpu::world_model::WorldModel {
    gpu::world_model::WorldModel::new(queue, &world.model)
}
