//! Policy and value on the processor, by [`crate::kernels::ppo`].

use super::ppo_step::Step;
use crate::arrays::Arrays;
use crate::error::Result;
use crate::kernels::adam::EPS_OF_PPO;
use crate::kernels::ppo::ActorCritic;
use crate::kernels::ppo_loss::{Losses, Minibatch, Settings};
use crate::kernels::{Adam, Weights};
use crate::nets::{HostActor, Shape, names};
use crate::part::{Part, Pending, done};
use crate::policy::{Drawn, Policy, Sampler};
use crate::rng::Stream;
use crate::samples::Samples;

/// Policy and value, and the step in progress.
#[derive(Debug, Clone)]
pub struct PpoPolicy {
    shape: Shape,
    /// The networks.
    pub net: ActorCritic,
    batch: Minibatch,
    step: Step,
    losses: Vec<Losses>,
}

impl PpoPolicy {
    /// New networks of this shape.
    pub fn new(shape: Shape, learning_rate: f64, stream: &mut Stream) -> Self {
        let flat = shape.initial(stream);
        let adam = Adam::new(flat.len(), learning_rate, EPS_OF_PPO);
        let net = ActorCritic::new(shape.for_kernels(), shape.scaling.clone(), flat, adam);
        Self::of(shape, net)
    }

    /// These networks, which are of this shape.
    pub fn of(shape: Shape, net: ActorCritic) -> Self {
        Self { shape, net, batch: Minibatch::default(), step: Step::default(), losses: Vec::new() }
    }
}

impl Part for PpoPolicy {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        let weights = Weights::of(&self.net.flat, &self.net.adam);
        names::actor_critic(self.net.shape()).save(&weights, arrays);
        done(())
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        let weights = names::actor_critic(self.net.shape()).load(arrays)?;
        self.net.flat = self.net.adam.take_over(weights);
        Ok(())
    }
}

impl Sampler for PpoPolicy {
    fn sample<'a>(&'a mut self, obs: &'a [f32], noise: &'a [f32], drawn: &'a mut Drawn) -> Pending<'a, ()> {
        let rows = obs.len() / self.shape.obs_size;
        drawn.actions.resize(rows * self.shape.action.encoded_size(), 0.0);
        drawn.log_probs.resize(rows, 0.0);
        self.net.sample(obs, noise, &mut drawn.actions, &mut drawn.log_probs);
        done(())
    }
}

impl Policy for PpoPolicy {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn cost(&self) -> usize {
        self.net.flat.len()
    }

    fn learning_rate(&self) -> f64 {
        self.net.adam.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.net.adam.learning_rate = learning_rate;
    }

    fn actor(&self) -> Pending<'_, HostActor> {
        done(HostActor::new(self.shape.clone(), self.net.flat.clone()))
    }

    fn values<'a>(&'a mut self, obs: &'a [f32], _doing: &'a str) -> Pending<'a, Vec<f32>> {
        done(self.net.values(obs).to_vec())
    }

    fn update(&mut self, samples: &Samples, indices: &[usize], settings: &Settings) -> bool {
        let losses = self.step.advance(&mut self.net, &mut self.batch, (samples, indices), settings);
        self.losses.extend(losses);
        losses.is_some()
    }

    fn settle<'a>(&'a mut self, _doing: &'a str) -> Pending<'a, Losses> {
        let mean = Losses::mean(&self.losses);
        self.losses.clear();
        done(mean)
    }

    fn boxed(&self) -> Box<dyn Policy> {
        Box::new(self.clone())
    }
}
