//! Who takes part in a rollout on the device, and the plan that follows from them.

use super::plan::{Acts, Bend, Crew, Novelty, Plan, Says, Stage};
use crate::config::{Activation, ModelTarget};
use crate::env::ActionSpace;
use crate::gpu::{Buffer, Layout};
use crate::kernels::model_loss::Outputs;
use crate::kernels::ppo::{Scaling, Shape};
use crate::kernels::scales::Scales;

/// Policy and value.
#[derive(Debug, Clone, Copy)]
pub struct Agent<'a> {
    /// What they are made of.
    pub shape: &'a Shape,
    /// How they see observations.
    pub scaling: &'a Scaling,
    /// Policy, value, log σ.
    pub layout: &'a Layout,
    /// Their parameters.
    pub parameters: &'a Buffer,
}

/// The ensemble.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// Which outputs there are.
    pub outputs: &'a Outputs,
    /// The bend between its layers.
    pub activation: Activation,
    /// How it sees the world; none before the first fit, when nothing is known and nothing changes.
    pub scales: Option<&'a Scales>,
    /// All members.
    pub layout: &'a Layout,
    /// Their parameters.
    pub parameters: &'a Buffer,
}

/// Random network distillation: two networks of one layout, both tanh.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// Of either network.
    pub layout: &'a Layout,
    /// Outputs of either.
    pub features: usize,
    /// Parameters of the one that learns.
    pub guess: &'a Buffer,
    /// Parameters of the one that is fixed.
    pub fixed: &'a Buffer,
    /// Mean of observations, `[O]`.
    pub mean: &'a [f32],
    /// Their standard deviation, `[O]`.
    pub std: &'a [f32],
    /// What errors are divided by.
    pub scale: f32,
}

/// All of them.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// Policy and value.
    pub agent: Agent<'a>,
    /// The ensemble.
    pub world: World<'a>,
    /// Novelty, if it is asked for.
    pub judge: Option<Judge<'a>>,
}

impl Parts<'_> {
    /// What the kernel is to be built for.
    pub(super) fn plan(&self, space: ActionSpace, with_disagreement: bool, with_values: bool) -> Plan {
        let (agent, world) = (&self.agent, &self.world);
        let nets = agent.layout.networks();
        let bend = Bend::from(agent.shape.activation);
        let is_narrow = Plan::fit_beside(agent.shape.hidden_size);
        let ensemble = &world.layout.networks()[0];
        let learned = world.scales.is_some();
        let is_change = world.scales.is_none_or(|scales| scales.target == ModelTarget::Difference);
        Plan {
            obs: agent.shape.obs_size,
            acts: match space {
                ActionSpace::Discrete(_) => Acts::Choice(space.encoded_size()),
                ActionSpace::Box { .. } => Acts::Numbers(space.encoded_size()),
            },
            log_std: agent.layout.tail() / 4,
            heads: if with_values { agent.shape.heads } else { 0 },
            agent: Stage::chain(&nets[0], (with_values && is_narrow).then_some(&nets[1]), bend),
            value: (with_values && !is_narrow).then(|| Stage::chain(&nets[1], None, bend)),
            model: Stage::chain(ensemble, None, Bend::from(world.activation)),
            says: Says {
                members: ensemble.members,
                is_gaussian: learned && world.outputs.is_gaussian,
                learned_ends: learned && world.outputs.learned_ends,
                is_change,
                with_disagreement,
            },
            novelty: self.judge.map(|judge| Novelty {
                stages: Stage::chain(&judge.layout.networks()[0], None, Bend::Tanh),
                features: judge.features,
            }),
            crew: Crew { quads: 1, units: 1, in_place: false },
        }
    }
}
