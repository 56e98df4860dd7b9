//! Curiosity's networks on the processor, by [`crate::kernels`].

use crate::arrays::Arrays;
use crate::config::Activation;
use crate::curiosity::{Novelty, Visit};
use crate::env::ActionSpace;
use crate::error::Result;
use crate::kernels::adam::EPS;
use crate::kernels::icm::{self, Actions, Icm};
use crate::kernels::rnd::{self, Rnd};
use crate::kernels::{Adam, Mlp, Weights};
use crate::nets::{Networks, initial, names};
use crate::part::{Part, Pending, done};
use crate::rng::Stream;
use crate::stats::RunningStats;

/// Random network distillation.
#[derive(Debug, Clone)]
pub struct RndNovelty {
    names: Networks,
    /// Both networks.
    pub net: Rnd,
    loss: Option<f32>,
}

impl RndNovelty {
    /// A network that guesses and one to be guessed, for observations of this size.
    pub fn new(obs_size: usize, learning_rate: f64, stream: &mut Stream) -> Self {
        let sizes = rnd::layer_sizes(obs_size);
        let mut network = || initial(1, &sizes, rnd::FIRST_GAIN, stream);
        let (target, flat) = (network(), network());
        let adam = Adam::new(flat.len(), learning_rate, EPS);
        let net = Rnd::new(Mlp::new(0, 1, &sizes, Activation::Tanh), target, flat, adam);
        Self { names: names::rnd(obs_size), net, loss: None }
    }
}

impl Part for RndNovelty {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        self.names.save(&self.net.weights(), arrays);
        done(())
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.net.set_weights(self.names.load(arrays)?);
        Ok(())
    }
}

impl Novelty for RndNovelty {
    fn set_normalization(&mut self, stats: &RunningStats) {
        [self.net.mean, self.net.std] = moments(stats);
    }

    fn errors<'a>(&'a mut self, visit: &'a Visit<'a>) -> Pending<'a, Vec<f32>> {
        done(self.net.errors(visit.next_obs).to_vec())
    }

    fn update(&mut self, visit: &Visit<'_>) {
        self.loss = Some(self.net.update(visit.next_obs));
    }

    fn settle<'a>(&'a mut self, _doing: &'a str) -> Pending<'a, Option<f32>> {
        done(self.loss.take())
    }

    fn boxed(&self) -> Box<dyn Novelty> {
        Box::new(self.clone())
    }
}

/// The intrinsic curiosity module.
#[derive(Debug, Clone)]
pub struct IcmNovelty {
    names: Networks,
    net: Icm,
    loss: Option<f32>,
}

impl IcmNovelty {
    /// Features, inverse model and forward model for a task of this size.
    pub fn new(obs_size: usize, action: ActionSpace, learning_rate: f64, stream: &mut Stream) -> Self {
        let actions = match action {
            ActionSpace::Discrete(_) => Actions::Choices,
            ActionSpace::Box { .. } => Actions::Numbers,
        };
        let sizes = icm::layer_sizes(obs_size, action.encoded_size());
        let flat = sizes.iter().flat_map(|sizes| initial(1, sizes, icm::FIRST_GAIN, stream)).collect();
        let net = Icm::new(obs_size, action.encoded_size(), actions, flat, learning_rate);
        Self { names: names::icm(obs_size, action.encoded_size()), net, loss: None }
    }
}

impl Part for IcmNovelty {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        self.names.save(&Weights::of(&self.net.flat, &self.net.adam), arrays);
        done(())
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.net.flat = self.net.adam.take_over(self.names.load(arrays)?);
        Ok(())
    }
}

impl Novelty for IcmNovelty {
    fn set_normalization(&mut self, stats: &RunningStats) {
        [self.net.mean, self.net.std] = moments(stats);
    }

    fn errors<'a>(&'a mut self, visit: &'a Visit<'a>) -> Pending<'a, Vec<f32>> {
        done(self.net.errors(visit.obs, visit.action, visit.next_obs).to_vec())
    }

    fn update(&mut self, visit: &Visit<'_>) {
        self.loss = Some(self.net.update(visit.obs, visit.action, visit.next_obs));
    }

    fn settle<'a>(&'a mut self, _doing: &'a str) -> Pending<'a, Option<f32>> {
        done(self.loss.take())
    }

    fn boxed(&self) -> Box<dyn Novelty> {
        Box::new(self.clone())
    }
}

/// Means and standard deviations of states, `[O]` each.
fn moments(stats: &RunningStats) -> [Vec<f32>; 2] {
    let mean = stats.mean().iter().map(|&mean| mean as f32).collect();
    [mean, (0..stats.size()).map(|d| stats.std(d) as f32).collect()]
}
