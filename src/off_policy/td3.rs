//! TD3 as a learner from replay: by hand on the CPU, and in tensors to compare with.
//!
//! **Where.** Formulas and gradients are in [`crate::kernels::td3`] and [`crate::tensors::td3`].
//! **Choices.** An update has a pass for the critics, and on every d-th one for the policy, after which the target
//! networks follow.

use super::by_passes::{ByPasses, Next, Passes};
use super::{Actor, OffPolicy, Task};
use crate::config::Config;
use crate::device::DeviceKind;
use crate::kernels::targeted::{FIRST_GAIN, Targeted};
use crate::kernels::td3::{self, ACTOR_GAIN, Settings, Updated};
use crate::nets::{HostActor, Shape};
use crate::rng::Stream;
use crate::transitions::Transitions;

/// TD3 on this device.
pub(super) fn learner(task: &Task<'_>, stream: &mut Stream) -> Box<dyn OffPolicy> {
    let settings = settings(task.config);
    match task.device.kind() {
        #[cfg(tensors)]
        DeviceKind::CpuPlain => Box::new(in_tensors::InTensors::new(task, settings, stream)),
        DeviceKind::Cpu | DeviceKind::WebGpu => Box::new(ByPasses::new(Td3::new(task, 2, settings, stream))),
    }
}

fn settings(config: &Config) -> Settings {
    Settings {
        gamma: config.gamma,
        tau: config.tau,
        policy_delay: config.policy_delay,
        target_policy_noise: config.target_policy_noise,
        target_noise_clip: config.target_noise_clip,
        max_grad_norm: config.max_grad_norm,
    }
}

fn metrics(updated: Updated) -> super::Metrics {
    let mut metrics = vec![
        ("train/critic_loss", updated.critic_loss),
        ("train/q_mean", updated.q_mean),
        ("train/grad_norm", updated.grad_norm),
    ];
    metrics.extend(updated.actor_loss.map(|loss| ("train/actor_loss", loss)));
    metrics
}

/// On the CPU.
#[derive(Clone)]
pub(crate) struct Td3 {
    pub(crate) net: td3::Td3,
    shape: Shape,
    settings: Settings,
    /// Sum of y, and rows, of the update in progress.
    targets: (f64, usize),
    /// What its critics' pass came to.
    critics: Option<Updated>,
}

impl Td3 {
    /// With this many critics.
    pub(super) fn new(task: &Task<'_>, critics: usize, settings: Settings, stream: &mut Stream) -> Self {
        let Shape { obs_size, action, hidden, .. } = *task.shape;
        let action_size = action.encoded_size();
        let actor = super::network(task, 1, &hidden.sizes(obs_size, action_size), ACTOR_GAIN, stream);
        let sizes = hidden.sizes(obs_size + action_size, 1);
        let critics = super::network(task, critics, &sizes, FIRST_GAIN, stream);
        let (net, shape) = (td3::Td3::new(actor, critics), task.shape.clone());
        Self { net, shape, settings, targets: (0.0, 0), critics: None }
    }
}

impl Passes for Td3 {
    const NAMES: &'static [[&'static str; 2]] = &[["actor", "mu"], ["critic", "qf"]];

    fn networks(&self) -> Vec<&Targeted> {
        vec![&self.net.actor, &self.net.critics]
    }

    fn networks_mut(&mut self) -> Vec<&mut Targeted> {
        vec![&mut self.net.actor, &mut self.net.critics]
    }

    fn actor(&self) -> Box<dyn Actor> {
        let td3::Td3 { actor, critics, .. } = &self.net;
        let flat = [actor.flat.as_slice(), &critics.flat].concat();
        Box::new(HostActor::deterministic(actor.mlp().clone(), self.shape.clone(), flat))
    }

    fn cost(&self) -> usize {
        4 * (self.net.actor.flat.len() + self.net.critics.flat.len())
    }

    fn max_grad_norm(&self) -> f64 {
        self.settings.max_grad_norm
    }

    fn loss(&mut self, pass: usize, batch: &Transitions, stream: &mut Stream) -> f32 {
        if pass == POLICY {
            return self.net.actor_loss(batch);
        }
        let noise = self.net.noise(batch.actions.len(), &self.settings, stream);
        let targets = self.net.set_targets(batch, &noise, self.settings.gamma);
        self.targets.0 += targets.iter().map(|&y| f64::from(y)).sum::<f64>();
        self.targets.1 += targets.len();
        self.net.keep_noise(noise);
        self.net.critic_loss(batch)
    }

    fn network(&mut self, pass: usize) -> &mut Targeted {
        if pass == POLICY { &mut self.net.actor } else { &mut self.net.critics }
    }

    fn end_pass(&mut self, pass: usize, loss: f32, grad_norm: f32) -> Next {
        if pass == POLICY {
            self.net.actor.follow(self.settings.tau);
            self.net.critics.follow(self.settings.tau);
            let updated = self.critics.take().map(|critics| Updated { actor_loss: Some(loss), ..critics });
            return Next::Done(updated.map(metrics).unwrap_or_default());
        }
        let (sum, rows) = std::mem::take(&mut self.targets);
        let q_mean = (sum / rows as f64) as f32;
        let updated = Updated { critic_loss: loss, actor_loss: None, q_mean, grad_norm };
        if self.net.policy_is_due(&self.settings) {
            self.critics = Some(updated);
            return Next::Pass;
        }
        Next::Done(metrics(updated))
    }
}

/// The policy's pass; that of the critics is before it.
const POLICY: usize = 1;

#[cfg(tensors)]
mod in_tensors {
    use super::*;
    use crate::device::Device;
    use crate::error::Result;
    use crate::kernels::{Mlp, Networks, Weights};
    use crate::off_policy::{Metrics, Minibatch, READING, names};
    use crate::tensors::{self, read};

    /// In tensors.
    #[derive(Clone)]
    pub(super) struct InTensors {
        net: tensors::td3::Td3,
        shape: Shape,
        settings: Settings,
    }

    impl InTensors {
        pub(super) fn new(task: &Task<'_>, settings: Settings, stream: &mut Stream) -> Self {
            let Task { device, shape, config } = task;
            let sizes = [shape.obs_size, shape.action.encoded_size()];
            let learner = (shape.hidden, shape.activation, config.learning_rate);
            let net = tensors::td3::Td3::new(device, sizes, learner, stream);
            Self { net, shape: (*shape).clone(), settings }
        }
    }

    impl OffPolicy for InTensors {
        fn update(&mut self, minibatch: &mut Minibatch<'_>, stream: &mut Stream) -> Result<Option<Metrics>> {
            let batch = tensors::Transitions::upload(&Device::cpu_plain(), minibatch.all());
            self.net.update(&batch, &self.settings, stream).map(metrics).map(Some)
        }

        fn set_learning_rate(&mut self, learning_rate: f64) {
            self.net.actor.adam.learning_rate = learning_rate;
            self.net.critics.adam.learning_rate = learning_rate;
        }

        fn actor(&self) -> Result<Box<dyn Actor>> {
            let nets = [&self.net.actor, &self.net.critics];
            let [actor, critics] = nets.map(|net| read(net.flat.clone(), READING));
            let flat = [actor?, critics?].concat();
            Ok(Box::new(HostActor::deterministic(self.net.actor.on_host(), self.shape.clone(), flat)))
        }

        fn names(&self) -> Vec<Networks> {
            let Shape { obs_size, action, hidden, activation, .. } = self.shape;
            let sizes = hidden.sizes(obs_size + action.encoded_size(), 1);
            let critics = Mlp::new(0, 2, &sizes, activation);
            vec![names("actor", "mu", &self.net.actor.on_host()), names("critic", "qf", &critics)]
        }

        fn weights(&self) -> Result<Vec<Weights>> {
            Ok(vec![self.net.actor.weights(READING)?, self.net.critics.weights(READING)?])
        }

        fn set_weights(&mut self, weights: Vec<Weights>) {
            let networks = [&mut self.net.actor, &mut self.net.critics];
            networks.into_iter().zip(weights).for_each(|(net, weights)| net.set_weights(weights));
        }

        fn copy(&self) -> Box<dyn OffPolicy> {
            Box::new(self.clone())
        }

        #[cfg(all(test, not(target_family = "wasm")))]
        fn as_any(&mut self) -> &mut dyn std::any::Any {
            self
        }
    }
}
