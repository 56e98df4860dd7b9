//! Which learner from replay a run has, and what it is asked by the ticks of [`super::off_policy`].

use super::replay_update::{Rows, Update};
#[cfg(tensors)]
use crate::burn as tensors;
use crate::config::{Algorithm, Config};
use crate::device::{Device, DeviceKind};
use crate::env::ActionSpace;
use crate::error::Result;
use crate::kernels::dqn::{self, Dqn};
use crate::kernels::targeted::{self, Targeted};
use crate::kernels::td3::{self, Td3};
use crate::kernels::{Mlp, Networks, Part, Weights};
use crate::nets::{HostActor, Shape, initial};
use crate::rng::Stream;

/// What a failure to read a learner's parameters says it was doing.
#[cfg(tensors)]
const READING: &str = "reading the policy";

/// What learns from replay.
#[derive(Clone)]
pub(super) enum ReplayLearner {
    Dqn(Box<Dqn>),
    Td3(Box<Td3>),
    #[cfg(tensors)]
    DqnByTensors(Box<tensors::Targeted>),
    #[cfg(tensors)]
    Td3ByTensors(Box<tensors::td3::Td3>),
}

impl ReplayLearner {
    /// The learner that `config` asks for, if it is one that learns from replay.
    pub(super) fn new(device: &Device, shape: &Shape, config: &Config, stream: &mut Stream) -> Option<Self> {
        let (size, outputs, hidden) = (shape.obs_size, shape.action.encoded_size(), shape.hidden);
        let (activation, rate) = (shape.activation, config.learning_rate);
        let of_state = hidden.sizes(size, outputs);
        let mut network = |members: usize, sizes: &[usize], gain: f32| {
            let flat = initial(members, sizes, gain, stream);
            Targeted::new(Mlp::new(0, members, sizes, activation), flat, rate)
        };
        match (config.algorithm, device.kind()) {
            (Algorithm::Ppo | Algorithm::A2c | Algorithm::DynaQ, _) => None,
            (Algorithm::Dqn, DeviceKind::Cpu | DeviceKind::WebGpu) => {
                Some(Self::Dqn(Box::new(Dqn::new(network(1, &of_state, targeted::FIRST_GAIN)))))
            }
            (Algorithm::Td3, DeviceKind::Cpu | DeviceKind::WebGpu) => {
                let actor = network(1, &of_state, td3::ACTOR_GAIN);
                let critics = network(2, &hidden.sizes(size + outputs, 1), targeted::FIRST_GAIN);
                Some(Self::Td3(Box::new(Td3::new(actor, critics))))
            }
            #[cfg(tensors)]
            (Algorithm::Dqn, DeviceKind::CpuPlain) => {
                let q = tensors::Targeted::new(
                    &tensors::Device::cpu(),
                    1,
                    &of_state,
                    activation,
                    targeted::FIRST_GAIN,
                    rate,
                    stream,
                );
                Some(Self::DqnByTensors(Box::new(q)))
            }
            #[cfg(tensors)]
            (Algorithm::Td3, DeviceKind::CpuPlain) => {
                let learner = (hidden, activation, rate);
                let td3 = tensors::td3::Td3::new(&tensors::Device::cpu(), [size, outputs], learner, stream);
                Some(Self::Td3ByTensors(Box::new(td3)))
            }
        }
    }

    pub(super) fn set_learning_rate(&mut self, rate: f64) {
        match self {
            Self::Dqn(dqn) => dqn.q.adam.learning_rate = rate,
            Self::Td3(td3) => {
                td3.actor.adam.learning_rate = rate;
                td3.critics.adam.learning_rate = rate;
            }
            #[cfg(tensors)]
            Self::DqnByTensors(q) => q.adam.learning_rate = rate,
            #[cfg(tensors)]
            Self::Td3ByTensors(td3) => {
                td3.actor.adam.learning_rate = rate;
                td3.critics.adam.learning_rate = rate;
            }
        }
    }

    /// Copies what acts, and with it everything that learns, to the host.
    pub(super) fn actor(&self, shape: Shape) -> Result<HostActor> {
        let (acts, flat): (Mlp, Vec<f32>) = match self {
            Self::Dqn(dqn) => (dqn.q.mlp().clone(), dqn.q.flat.clone()),
            Self::Td3(td3) => {
                (td3.actor.mlp().clone(), [td3.actor.flat.as_slice(), &td3.critics.flat].concat())
            }
            #[cfg(tensors)]
            Self::DqnByTensors(q) => (q.on_host(), tensors::read(q.flat.clone(), READING)?),
            #[cfg(tensors)]
            Self::Td3ByTensors(td3) => {
                let nets = [&td3.actor, &td3.critics];
                let [actor, critics] = nets.map(|net| tensors::read(net.flat.clone(), READING));
                (td3.actor.on_host(), [actor?, critics?].concat())
            }
        };
        Ok(HostActor::deterministic(acts, shape, flat))
    }

    /// DQN's slow copy goes the share `tau` of its way; TD3's move with its updates.
    pub(super) fn follow(&mut self, tau: f64) {
        match self {
            Self::Dqn(dqn) => dqn.q.follow(tau),
            #[cfg(tensors)]
            Self::DqnByTensors(q) => q.follow(tau),
            _ => {}
        }
    }

    /// The names of its networks in a checkpoint: those of DQN where actions are choices, else those of TD3.
    pub(super) fn names(shape: &Shape) -> Vec<Networks> {
        let (inputs, outputs, hidden) = (shape.obs_size, shape.action.encoded_size(), shape.hidden);
        let names = |learner, network, members, [inputs, outputs]: [usize; 2]| {
            let mlp = Mlp::new(0, members, &hidden.sizes(inputs, outputs), shape.activation);
            Networks { learner, parts: Part::of(network, &mlp), has_target: true }
        };
        match shape.action {
            ActionSpace::Discrete(_) => vec![names("dqn", "q_net", 1, [inputs, outputs])],
            ActionSpace::Box { .. } => vec![
                names("actor", "mu", 1, [inputs, outputs]),
                names("critic", "qf", 2, [inputs + outputs, 1]),
            ],
        }
    }

    /// All that was learned, network by network.
    pub(super) async fn weights(&self) -> Result<Vec<Weights>> {
        match self {
            Self::Dqn(dqn) => Ok(vec![dqn.q.weights()]),
            Self::Td3(td3) => Ok(vec![td3.actor.weights(), td3.critics.weights()]),
            #[cfg(tensors)]
            Self::DqnByTensors(q) => Ok(vec![q.weights(READING)?]),
            #[cfg(tensors)]
            Self::Td3ByTensors(td3) => Ok(vec![td3.actor.weights(READING)?, td3.critics.weights(READING)?]),
        }
    }

    /// Goes on from what was learned before, by networks of this shape.
    pub(super) fn set_weights(&mut self, weights: Vec<Weights>) {
        let mut weights = weights.into_iter();
        let mut next = || weights.next().unwrap_or_default();
        match self {
            Self::Dqn(dqn) => dqn.q.set_weights(next()),
            Self::Td3(td3) => {
                td3.actor.set_weights(next());
                td3.critics.set_weights(next());
                td3.updates = td3.critics.adam.updates as usize;
            }
            #[cfg(tensors)]
            Self::DqnByTensors(q) => q.set_weights(next()),
            #[cfg(tensors)]
            Self::Td3ByTensors(td3) => {
                td3.actor.set_weights(next());
                td3.critics.set_weights(next());
                td3.updates = td3.critics.adam.updates as usize;
            }
        }
    }

    /// As much as a tick may do of one update on the transitions `ids` of replay; gives its numbers by the name of
    /// their metric once it is done.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the numbers cannot be read.
    pub(super) fn update(
        &mut self,
        rows: &mut Rows<'_>,
        update: &mut Update,
        config: &Config,
        stream: &mut Stream,
    ) -> Result<Option<Vec<(&'static str, f32)>>> {
        match self {
            Self::Dqn(dqn) => Ok(update.dqn(dqn, rows, &dqn_settings(config)).map(named)),
            Self::Td3(td3) => Ok(update.td3(td3, rows, &td3_settings(config), stream).map(metrics)),
            #[cfg(tensors)]
            Self::DqnByTensors(q) => {
                let batch = tensors::Transitions::upload(&tensors::Device::cpu(), rows.all());
                tensors::dqn::update(q, &batch, &dqn_settings(config)).map(named).map(Some)
            }
            #[cfg(tensors)]
            Self::Td3ByTensors(td3) => {
                let batch = tensors::Transitions::upload(&tensors::Device::cpu(), rows.all());
                td3.update(&batch, &td3_settings(config), stream).map(metrics).map(Some)
            }
        }
    }
}

fn named(numbers: [f32; 3]) -> Vec<(&'static str, f32)> {
    dqn::UPDATE_METRICS.into_iter().zip(numbers).collect()
}

fn metrics(updated: td3::Updated) -> Vec<(&'static str, f32)> {
    let mut metrics = vec![
        ("train/critic_loss", updated.critic_loss),
        ("train/q_mean", updated.q_mean),
        ("train/grad_norm", updated.grad_norm),
    ];
    metrics.extend(updated.actor_loss.map(|loss| ("train/actor_loss", loss)));
    metrics
}

fn dqn_settings(config: &Config) -> dqn::Settings {
    dqn::Settings { gamma: config.gamma, double_q: config.double_q, max_grad_norm: config.max_grad_norm }
}

fn td3_settings(config: &Config) -> td3::Settings {
    td3::Settings {
        gamma: config.gamma,
        tau: config.tau,
        policy_delay: config.policy_delay,
        target_policy_noise: config.target_policy_noise,
        target_noise_clip: config.target_noise_clip,
        max_grad_norm: config.max_grad_norm,
    }
}
