//! Who takes part in a rollout on the device, and the plan that follows from them.

use super::chain::Chain;
use super::plan::{Acts, Novelty, Outputs, Plan, Workgroup};
use crate::config::{Activation, ModelTarget};
use crate::env::ActionSpace;
use crate::gpu::{Buffer, Layout};
use crate::kernels::model_loss;
use crate::kernels::ppo::{Scaling, Shape};
use crate::world_model::Scales;

/// Policy and value.
#[derive(Debug, Clone)]
pub struct Agent {
    /// What they are made of.
    pub shape: Shape,
    /// How they see observations.
    pub scaling: Scaling,
    /// Policy and value, or the network that both share, and log σ.
    pub layout: Layout,
    /// Their parameters.
    pub parameters: Buffer,
}

/// The ensemble.
#[derive(Debug, Clone)]
pub struct World {
    /// Which outputs there are.
    pub outputs: model_loss::Outputs,
    /// The activation between its layers.
    pub activation: Activation,
    /// How it sees the world; none before the first fit, when nothing is known and nothing changes.
    pub scales: Option<Scales>,
    /// All members.
    pub layout: Layout,
    /// Their parameters.
    pub parameters: Buffer,
}

/// Random network distillation: two networks of one layout, both tanh.
#[derive(Debug, Clone)]
pub struct RndNetworks {
    /// Of either network.
    pub layout: Layout,
    /// Outputs of either.
    pub features: usize,
    /// Parameters of the one that learns.
    pub guess: Buffer,
    /// Parameters of the one that is fixed.
    pub fixed: Buffer,
    /// Mean of observations, `[O]`.
    pub mean: Vec<f32>,
    /// Their standard deviation, `[O]`.
    pub std: Vec<f32>,
    /// What errors are divided by.
    pub scale: f32,
}

/// All of them.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Policy and value.
    pub agent: Agent,
    /// The ensemble.
    pub world: World,
    /// Novelty, if it is asked for.
    pub novelty: Option<RndNetworks>,
}

impl Parts {
    /// What the kernel is to be built for.
    pub(super) fn plan(&self, space: ActionSpace, with_disagreement: bool, with_values: bool) -> Plan {
        let (agent, world) = (&self.agent, &self.world);
        let nets = agent.layout.networks();
        let activation = agent.shape.activation;
        let is_shared = agent.shape.shared_trunk;
        let is_narrow = Plan::fit_beside(agent.shape.hidden.width);
        let value = nets.get(1).filter(|_| with_values);
        let ensemble = &world.layout.networks()[0];
        let learned = world.scales.is_some();
        let is_change = world.scales.as_ref().is_none_or(|scales| scales.target == ModelTarget::Difference);
        Plan {
            obs: agent.shape.obs_size,
            acts: match space {
                ActionSpace::Discrete(_) => Acts::Choice(space.encoded_size()),
                ActionSpace::Box { .. } => Acts::Numbers(space.encoded_size()),
            },
            log_std: agent.layout.tail() / 4,
            heads: if with_values { agent.shape.heads } else { 0 },
            agent: Chain::new(&nets[0], value.filter(|_| is_narrow), activation),
            is_shared,
            value: value.filter(|_| !is_narrow).map(|value| Chain::new(value, None, activation)),
            model: Chain::new(ensemble, None, world.activation),
            outputs: Outputs {
                members: ensemble.members,
                is_gaussian: learned && world.outputs.is_gaussian,
                learned_ends: learned && world.outputs.learned_ends,
                is_change,
                with_disagreement,
            },
            novelty: self.novelty.as_ref().map(|novelty| Novelty {
                chain: Chain::new(&novelty.layout.networks()[0], None, Activation::Tanh),
                features: novelty.features,
            }),
            workgroup: Workgroup { quads: 1, units: 1, in_place: false },
        }
    }
}
