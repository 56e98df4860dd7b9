//! Policy and value in tensors, as the rest of the program sees them.

use super::ppo::{Minibatch, update};
use super::{ActorCritic, read};
use crate::arrays::Arrays;
use crate::burn::Device;
use crate::burn::tensor::Tensor;
use crate::error::{Error, Result};
use crate::kernels::ppo_loss::{Losses, Settings};
use crate::nets::{HostActor, Shape, names, noise_size};
use crate::part::{Part, Pending};
use crate::policy::{Drawn, Policy, Sampler};
use crate::rng::Stream;
use crate::samples::Samples;

/// Policy and value, and the losses of their updates.
#[derive(Debug, Clone)]
pub struct PpoPolicy {
    device: Device,
    net: ActorCritic,
    losses: Vec<Tensor<1>>,
}

impl PpoPolicy {
    /// New networks of this shape.
    pub fn new(device: &Device, shape: Shape, learning_rate: f64, stream: &mut Stream) -> Self {
        let net = ActorCritic::new(device, shape, learning_rate, stream);
        Self { device: device.clone(), net, losses: Vec::new() }
    }

    fn block(&self, numbers: &[f32], width: usize) -> Tensor<2> {
        self.device.floats(numbers.to_vec(), [numbers.len() / width, width])
    }
}

impl Part for PpoPolicy {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        Box::pin(async move {
            let weights = self.net.adam.weights(&self.net.flat, "reading the policy")?;
            names::actor_critic(&self.shape().for_kernels()).save(&weights, arrays);
            Ok(())
        })
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        let weights = names::actor_critic(&self.shape().for_kernels()).load(arrays)?;
        self.net.flat = self.net.adam.take_over(weights);
        Ok(())
    }
}

impl Sampler for PpoPolicy {
    fn sample<'a>(&'a mut self, obs: &'a [f32], noise: &'a [f32], drawn: &'a mut Drawn) -> Pending<'a, ()> {
        Box::pin(async move {
            let shape = self.net.shape();
            let policy = self.net.policy(&self.net.matrices(), self.block(obs, shape.obs_size));
            let actions = policy.sample(self.block(noise, noise_size(shape.action)));
            let log_probs = policy.log_prob(actions.clone());
            drawn.actions = read(actions, "reading actions")?;
            drawn.log_probs = read(log_probs, "reading actions")?;
            Ok(())
        })
    }
}

impl Policy for PpoPolicy {
    fn shape(&self) -> &Shape {
        self.net.shape()
    }

    fn cost(&self) -> usize {
        0
    }

    fn learning_rate(&self) -> f64 {
        self.net.adam.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.net.adam.learning_rate = learning_rate;
    }

    fn actor(&self) -> Pending<'_, HostActor> {
        Box::pin(async move { self.net.actor() })
    }

    fn values<'a>(&'a mut self, obs: &'a [f32], doing: &'a str) -> Pending<'a, Vec<f32>> {
        Box::pin(async move {
            let obs = self.block(obs, self.shape().obs_size);
            read(self.net.values(&self.net.matrices(), obs), doing)
        })
    }

    fn update(&mut self, samples: &Samples, indices: &[usize], settings: &Settings) -> bool {
        let shape = self.net.shape();
        let sizes = [shape.obs_size, shape.action.encoded_size(), shape.heads];
        let batch = Minibatch::upload(&self.device, samples.rows(indices), sizes);
        self.losses.push(update(&mut self.net, &batch, settings));
        true
    }

    fn settle<'a>(&'a mut self, doing: &'a str) -> Pending<'a, Losses> {
        Box::pin(async move {
            let mut all = Vec::with_capacity(self.losses.len());
            for losses in self.losses.drain(..) {
                let numbers = read(losses, doing)?;
                let numbers = numbers.try_into().map_err(|numbers: Vec<f32>| Error::Device {
                    doing: doing.into(),
                    reason: format!("{} numbers instead of 7", numbers.len()),
                })?;
                all.push(Losses::of_metrics(numbers));
            }
            Ok(Losses::mean(&all))
        })
    }

    fn boxed(&self) -> Box<dyn Policy> {
        Box::new(self.clone())
    }
}
