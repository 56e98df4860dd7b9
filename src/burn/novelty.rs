//! Curiosity's networks in tensors, as the rest of the program sees them.

use super::{Icm, Rnd, read};
use crate::arrays::Arrays;
use crate::burn::Device;
use crate::curiosity::{Novelty, Visit};
use crate::env::ActionSpace;
use crate::error::Result;
use crate::nets::{Networks, names};
use crate::part::{Part, Pending};
use crate::rng::Stream;
use crate::stats::RunningStats;
use burn::tensor::Tensor;

/// Rows of B steps as a tensor [B, ·].
fn block(device: &Device, numbers: &[f32], rows: usize) -> Tensor<2> {
    device.floats(numbers.to_vec(), [rows, numbers.len() / rows])
}

/// The number of a loss that was learned from, if one was.
fn number(loss: Option<Tensor<1>>, doing: &str) -> Result<Option<f32>> {
    loss.map(|loss| Ok(read(loss, doing)?[0])).transpose()
}

/// Random network distillation.
#[derive(Debug, Clone)]
pub struct RndNovelty {
    names: Networks,
    net: Rnd,
    loss: Option<Tensor<1>>,
}

impl RndNovelty {
    /// Two new networks for observations of this size.
    pub fn new(device: &Device, obs_size: usize, learning_rate: f64, stream: &mut Stream) -> Self {
        let net = Rnd::new(device, obs_size, learning_rate, stream);
        Self { names: names::rnd(obs_size), net, loss: None }
    }
}

impl Part for RndNovelty {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        Box::pin(async move {
            self.names.save(&self.net.weights()?, arrays);
            Ok(())
        })
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.net.set_weights(self.names.load(arrays)?);
        Ok(())
    }
}

impl Novelty for RndNovelty {
    fn set_normalization(&mut self, stats: &RunningStats) {
        self.net.set_normalization(stats);
    }

    fn errors<'a>(&'a mut self, visit: &'a Visit<'a>) -> Pending<'a, Vec<f32>> {
        Box::pin(async move {
            let states = block(self.net.device(), visit.next_obs, visit.rows);
            read(self.net.error(states), "reading novelty")
        })
    }

    fn update(&mut self, visit: &Visit<'_>) {
        let states = block(self.net.device(), visit.next_obs, visit.rows);
        self.loss = Some(self.net.update(states));
    }

    fn settle<'a>(&'a mut self, doing: &'a str) -> Pending<'a, Option<f32>> {
        Box::pin(async move { number(self.loss.take(), doing) })
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
    loss: Option<Tensor<1>>,
}

impl IcmNovelty {
    /// Three new networks for a task of this size.
    pub fn new(
        device: &Device,
        obs_size: usize,
        action: ActionSpace,
        learning_rate: f64,
        stream: &mut Stream,
    ) -> Self {
        let net = Icm::new(device, obs_size, action, learning_rate, stream);
        Self { names: names::icm(obs_size, action.encoded_size()), net, loss: None }
    }
}

/// obs, action and next obs as tensors.
fn blocks(device: &Device, visit: &Visit<'_>) -> [Tensor<2>; 3] {
    [visit.obs, visit.action, visit.next_obs].map(|numbers| block(device, numbers, visit.rows))
}

impl Part for IcmNovelty {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        Box::pin(async move {
            let weights = self.net.adam.weights(&self.net.flat, "reading the curiosity module")?;
            self.names.save(&weights, arrays);
            Ok(())
        })
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.net.flat = self.net.adam.take_over(self.names.load(arrays)?);
        Ok(())
    }
}

impl Novelty for IcmNovelty {
    fn set_normalization(&mut self, stats: &RunningStats) {
        self.net.set_normalization(stats);
    }

    fn errors<'a>(&'a mut self, visit: &'a Visit<'a>) -> Pending<'a, Vec<f32>> {
        Box::pin(async move {
            let [obs, action, next_obs] = blocks(self.net.device(), visit);
            read(self.net.error(obs, action, next_obs), "reading novelty")
        })
    }

    fn update(&mut self, visit: &Visit<'_>) {
        let [obs, action, next_obs] = blocks(self.net.device(), visit);
        self.loss = Some(self.net.update(obs, action, next_obs));
    }

    fn settle<'a>(&'a mut self, doing: &'a str) -> Pending<'a, Option<f32>> {
        Box::pin(async move { number(self.loss.take(), doing) })
    }

    fn boxed(&self) -> Box<dyn Novelty> {
        Box::new(self.clone())
    }
}
