//! Which learner from replay a run has, and what it is asked by the ticks of [`super::off_policy`].

use crate::config::{Algorithm, Config};
use crate::device::{Device, read};
use crate::dqn;
use crate::env::{ActionSpace, EnvSpec};
use crate::error::{Error, Result};
use crate::nets::{HostActor, Shape, Targeted};
use crate::rng::Stream;
use crate::td3::{self, Td3};
use crate::transitions::Transitions;
use burn::tensor::Tensor;

/// What learns from replay.
#[derive(Clone)]
pub(super) enum ReplayLearner {
    Dqn(Box<Targeted>),
    Td3(Box<Td3>),
}

impl ReplayLearner {
    /// The learner that `config` asks for, if it is one that learns from replay.
    pub(super) fn new(device: &Device, shape: &Shape, config: &Config, stream: &mut Stream) -> Option<Self> {
        let (outputs, hidden) = (shape.action.encoded_size(), shape.hidden_size);
        match config.algorithm {
            Algorithm::Ppo | Algorithm::A2c | Algorithm::DynaQ => None,
            Algorithm::Dqn => {
                let sizes = [shape.obs_size, hidden, hidden, outputs];
                let (activation, rate) = (shape.activation, config.learning_rate);
                Some(Self::Dqn(Box::new(Targeted::new(device, 1, &sizes, activation, 1.0, rate, stream))))
            }
            Algorithm::Td3 => {
                let learner = (shape.activation, config.learning_rate);
                Some(Self::Td3(Box::new(Td3::new(
                    device,
                    [shape.obs_size, outputs, hidden],
                    learner,
                    stream,
                ))))
            }
        }
    }

    pub(super) fn set_learning_rate(&mut self, rate: f64) {
        match self {
            Self::Dqn(q) => q.adam.learning_rate = rate,
            Self::Td3(td3) => {
                td3.actor.adam.learning_rate = rate;
                td3.critics.adam.learning_rate = rate;
            }
        }
    }

    /// Copies what acts, and with it everything that learns, to the host.
    pub(super) async fn actor(&self, shape: Shape) -> Result<HostActor> {
        let (acts, flat) = match self {
            Self::Dqn(q) => (&**q, q.flat.clone()),
            Self::Td3(td3) => {
                (&td3.actor, Tensor::cat(vec![td3.actor.flat.clone(), td3.critics.flat.clone()], 0))
            }
        };
        let flat = read(flat, "reading the policy").await?;
        Ok(HostActor::deterministic(acts.on_host(), shape, flat))
    }

    /// One update; gives its numbers by the name of their metric.
    pub(super) fn update(
        &mut self,
        batch: &Transitions,
        config: &Config,
        stream: &mut Stream,
    ) -> Vec<(&'static str, Tensor<1>)> {
        match self {
            Self::Dqn(q) => {
                let settings = dqn::Settings {
                    gamma: config.gamma,
                    double_q: config.double_q,
                    max_grad_norm: config.max_grad_norm,
                };
                dqn::UPDATE_METRICS.into_iter().zip(dqn::update(q, batch, &settings)).collect()
            }
            Self::Td3(td3) => {
                let settings = td3::Settings {
                    gamma: config.gamma,
                    tau: config.tau,
                    policy_delay: config.policy_delay,
                    target_policy_noise: config.target_policy_noise,
                    target_noise_clip: config.target_noise_clip,
                    max_grad_norm: config.max_grad_norm,
                };
                let updated = td3.update(batch, &settings, stream);
                let mut metrics = vec![
                    ("train/critic_loss", updated.critic_loss),
                    ("train/q_mean", updated.q_mean),
                    ("train/grad_norm", updated.grad_norm),
                ];
                metrics.extend(updated.actor_loss.map(|loss| ("train/actor_loss", loss)));
                metrics
            }
        }
    }
}

/// DQN needs choices and TD3 needs numbers.
pub(super) fn require_matching_actions(spec: &EnvSpec, algorithm: Algorithm) -> Result<()> {
    let refuse = |value: &str, allowed: String| {
        Err(Error::Config { field: "algorithm".into(), value: value.into(), allowed })
    };
    match (algorithm, spec.action) {
        (Algorithm::Dqn, ActionSpace::Box { .. }) => refuse(
            "dqn",
            format!("it compares choices, and {} takes numbers: take td3, ppo or a2c there", spec.id),
        ),
        (Algorithm::Td3, ActionSpace::Discrete(choices)) => refuse(
            "td3",
            format!("it acts in numbers, and {} has {choices} choices: take dqn, ppo or a2c there", spec.id),
        ),
        _ => Ok(()),
    }
}
