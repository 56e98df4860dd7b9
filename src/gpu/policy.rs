//! Policy and value on WebGPU: they learn there, and their mirror on the host answers.
//!
//! **Choices.** An update is only queued; a settlement reads all of them back at once.

use super::{Layout, Mirror, Queue, ppo, rollout};
use crate::arrays::Arrays;
use crate::cpu;
use crate::error::Result;
use crate::kernels::ppo::{log_std_size, networks};
use crate::kernels::ppo_loss::{LEAST_WEIGHT, Losses, Settings};
use crate::minibatches::minibatches;
use crate::nets::{HostActor, Shape};
use crate::part::{Part, Pending};
use crate::policy::{Drawn, Policy, Sampler};
use crate::samples::Samples;

/// Policy and value that learn on the device.
#[derive(Debug, Clone)]
pub struct PpoPolicy(Mirror<cpu::PpoPolicy, ppo::ActorCritic>);

impl PpoPolicy {
    /// These networks, on this device.
    pub fn new(queue: &Queue, host: cpu::PpoPolicy) -> Self {
        Self(Mirror::new(queue, host))
    }

    fn both(&mut self) -> (&cpu::PpoPolicy, &mut ppo::ActorCritic) {
        self.0.both(|queue, host| ppo::ActorCritic::new(queue, &host.net))
    }

    /// The networks for a rollout: where they learn on the device, as they are there, otherwise a copy.
    pub(super) fn on_device(&self) -> rollout::Agent {
        let net = &self.0.host.net;
        let (shape, scaling) = (*net.shape(), net.scaling().clone());
        let (layout, parameters) = match self.0.device() {
            Some(device) => (device.learned().layout.clone(), device.learned().theta.clone()),
            None => {
                let layout = Layout::new(&networks(&shape), log_std_size(&shape));
                let parameters = self.0.queue().floats(&layout.pack(&net.flat));
                (layout, parameters)
            }
        };
        rollout::Agent { shape, scaling, layout, parameters }
    }
}

impl Part for PpoPolicy {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        self.0.host.save(arrays)
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.0.change().restore(arrays)
    }
}

impl Sampler for PpoPolicy {
    fn sample<'a>(&'a mut self, obs: &'a [f32], noise: &'a [f32], drawn: &'a mut Drawn) -> Pending<'a, ()> {
        self.0.host.sample(obs, noise, drawn)
    }
}

impl Policy for PpoPolicy {
    fn shape(&self) -> &Shape {
        self.0.host.shape()
    }

    fn cost(&self) -> usize {
        self.0.host.cost()
    }

    fn learning_rate(&self) -> f64 {
        self.0.host.learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.0.host.set_learning_rate(learning_rate);
    }

    fn actor(&self) -> Pending<'_, HostActor> {
        self.0.host.actor()
    }

    fn values<'a>(&'a mut self, obs: &'a [f32], doing: &'a str) -> Pending<'a, Vec<f32>> {
        self.0.host.values(obs, doing)
    }

    fn begin(&mut self, samples: &Samples) {
        let (host, device) = self.both();
        device.set_samples(&host.net, (0..samples.len()).map(|index| samples.row(index)));
    }

    fn begin_epoch(&mut self, samples: &Samples, order: &[usize], rows: usize, settings: &Settings) {
        let weight = |&index: &usize| samples.weight(index);
        let divisor = |batch: &[usize]| batch.iter().map(weight).sum::<f32>().max(LEAST_WEIGHT as f32);
        let cut = minibatches(order.len(), rows);
        let divisors: Vec<f32> = cut.map(|range| divisor(&order[range])).collect();
        let (host, device) = self.both();
        device.begin_epoch(&host.net.adam, order, rows, settings, &divisors);
    }

    fn update(&mut self, _samples: &Samples, _indices: &[usize], _settings: &Settings) -> bool {
        self.both().1.update();
        true
    }

    fn wait<'a>(&'a self, doing: &'a str) -> Pending<'a, ()> {
        Box::pin(self.0.queue().settle(doing))
    }

    fn settle<'a>(&'a mut self, doing: &'a str) -> Pending<'a, Losses> {
        Box::pin(async move {
            let losses = match self.0.pair() {
                Some((host, device)) => device.read(&mut host.net, doing).await?,
                None => Vec::new(),
            };
            Ok(Losses::mean(&losses))
        })
    }

    fn boxed(&self) -> Box<dyn Policy> {
        Box::new(self.clone())
    }
}
