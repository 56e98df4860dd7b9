//! DQN as a learner from replay: by hand on the CPU, and in tensors to compare with.
//!
//! **Where.** Formulas and gradients are in [`crate::kernels::dqn`] and [`crate::tensors::dqn`].
//! **Choices.** The slow copy is counted in real steps, as in Stable-Baselines3, not in updates.

use super::by_passes::{ByPasses, Next, Passes};
use super::{Actor, OffPolicy, Task};
use crate::config::Config;
use crate::device::DeviceKind;
use crate::kernels::dqn::{self, Settings, UPDATE_METRICS};
use crate::kernels::targeted::{FIRST_GAIN, Targeted};
use crate::nets::{HostActor, Shape};
use crate::rng::Stream;
use crate::transitions::Transitions;

/// DQN on this device.
pub(super) fn learner(task: &Task<'_>, stream: &mut Stream) -> Box<dyn OffPolicy> {
    match task.device.kind() {
        #[cfg(tensors)]
        DeviceKind::CpuPlain => Box::new(in_tensors::InTensors::new(task, stream)),
        DeviceKind::Cpu | DeviceKind::WebGpu => Box::new(ByPasses::new(Dqn::new(task, stream))),
    }
}

fn settings(config: &Config) -> Settings {
    Settings { gamma: config.gamma, double_q: config.double_q, max_grad_norm: config.max_grad_norm }
}

/// When the slow copy moves, and how far.
#[derive(Debug, Clone, Copy)]
struct Following {
    /// Real steps between two moves.
    interval: u64,
    /// τ
    tau: f64,
}

impl Following {
    fn of(config: &Config) -> Self {
        Self { interval: config.target_update_interval as u64, tau: config.tau }
    }

    fn is_due(self, before: u64, now: u64) -> bool {
        now / self.interval > before / self.interval
    }
}

/// On the CPU.
#[derive(Clone)]
pub(crate) struct Dqn {
    pub(crate) net: dqn::Dqn,
    shape: Shape,
    settings: Settings,
    following: Following,
    /// Sum of y, and rows, of the update in progress.
    targets: (f64, usize),
}

impl Dqn {
    fn new(task: &Task<'_>, stream: &mut Stream) -> Self {
        let Task { shape, config, .. } = task;
        let sizes = shape.hidden.sizes(shape.obs_size, shape.action.encoded_size());
        let q = super::network(task, 1, &sizes, FIRST_GAIN, stream);
        let (settings, following) = (settings(config), Following::of(config));
        Self { net: dqn::Dqn::new(q), shape: (*shape).clone(), settings, following, targets: (0.0, 0) }
    }
}

impl Passes for Dqn {
    const NAMES: &'static [[&'static str; 2]] = &[["dqn", "q_net"]];

    fn networks(&self) -> Vec<&Targeted> {
        vec![&self.net.q]
    }

    fn networks_mut(&mut self) -> Vec<&mut Targeted> {
        vec![&mut self.net.q]
    }

    fn actor(&self) -> Box<dyn Actor> {
        let q = &self.net.q;
        Box::new(HostActor::deterministic(q.mlp().clone(), self.shape.clone(), q.flat.clone()))
    }

    fn cost(&self) -> usize {
        5 * self.net.q.flat.len()
    }

    fn max_grad_norm(&self) -> f64 {
        self.settings.max_grad_norm
    }

    fn loss(&mut self, _pass: usize, batch: &Transitions, _stream: &mut Stream) -> f32 {
        let targets = self.net.set_targets(batch, &self.settings);
        self.targets.0 += targets.iter().map(|&y| f64::from(y)).sum::<f64>();
        self.targets.1 += targets.len();
        self.net.loss_and_gradient(batch)
    }

    fn network(&mut self, _pass: usize) -> &mut Targeted {
        &mut self.net.q
    }

    fn end_pass(&mut self, _pass: usize, loss: f32, grad_norm: f32) -> Next {
        let (sum, rows) = std::mem::take(&mut self.targets);
        let numbers = [loss, (sum / rows as f64) as f32, grad_norm];
        Next::Done(UPDATE_METRICS.into_iter().zip(numbers).collect())
    }

    fn steps_taken(&mut self, before: u64, now: u64) {
        if self.following.is_due(before, now) {
            self.net.q.follow(self.following.tau);
        }
    }
}

#[cfg(tensors)]
mod in_tensors {
    use super::*;
    use crate::device::Device;
    use crate::error::Result;
    use crate::kernels::{Mlp, Networks, Weights};
    use crate::off_policy::{Metrics, Minibatch, READING, names};
    use crate::tensors::{self, dqn::update, read};

    /// In tensors.
    #[derive(Clone)]
    pub(super) struct InTensors {
        q: tensors::Targeted,
        shape: Shape,
        settings: Settings,
        following: Following,
    }

    impl InTensors {
        pub(super) fn new(task: &Task<'_>, stream: &mut Stream) -> Self {
            let Task { device, shape, config } = task;
            let sizes = shape.hidden.sizes(shape.obs_size, shape.action.encoded_size());
            let (activation, rate) = (shape.activation, config.learning_rate);
            let q = tensors::Targeted::new(device, 1, &sizes, activation, FIRST_GAIN, rate, stream);
            let (settings, following) = (settings(config), Following::of(config));
            Self { q, shape: (*shape).clone(), settings, following }
        }
    }

    impl OffPolicy for InTensors {
        fn update(&mut self, minibatch: &mut Minibatch<'_>, _stream: &mut Stream) -> Result<Option<Metrics>> {
            let batch = tensors::Transitions::upload(&Device::cpu_plain(), minibatch.all());
            let numbers = update(&mut self.q, &batch, &self.settings)?;
            Ok(Some(UPDATE_METRICS.into_iter().zip(numbers).collect()))
        }

        fn steps_taken(&mut self, before: u64, now: u64) {
            if self.following.is_due(before, now) {
                self.q.follow(self.following.tau);
            }
        }

        fn set_learning_rate(&mut self, learning_rate: f64) {
            self.q.adam.learning_rate = learning_rate;
        }

        fn actor(&self) -> Result<Box<dyn Actor>> {
            let flat = read(self.q.flat.clone(), READING)?;
            Ok(Box::new(HostActor::deterministic(self.q.on_host(), self.shape.clone(), flat)))
        }

        fn names(&self) -> Vec<Networks> {
            let mlp: Mlp = self.q.on_host();
            vec![names("dqn", "q_net", &mlp)]
        }

        fn weights(&self) -> Result<Vec<Weights>> {
            Ok(vec![self.q.weights(READING)?])
        }

        fn set_weights(&mut self, weights: Vec<Weights>) {
            weights.into_iter().for_each(|weights| self.q.set_weights(weights));
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
