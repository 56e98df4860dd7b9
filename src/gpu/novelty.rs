//! Random network distillation on WebGPU: it learns there, and its mirror on the host answers.

use super::{Layout, Mirror, Queue, rnd, rollout};
use crate::arrays::Arrays;
use crate::cpu;
use crate::curiosity::{Novelty, Visit};
use crate::error::Result;
use crate::part::{Part, Pending};
use crate::stats::RunningStats;

/// Random network distillation that learns on the device.
#[derive(Debug, Clone)]
pub struct RndNovelty(Mirror<cpu::RndNovelty, rnd::Rnd>);

impl RndNovelty {
    /// These networks, on this device.
    pub fn new(queue: &Queue, host: cpu::RndNovelty) -> Self {
        Self(Mirror::new(queue, host))
    }

    fn both(&mut self) -> (&cpu::RndNovelty, &mut rnd::Rnd) {
        self.0.both(|queue, host| rnd::Rnd::new(queue, &host.net))
    }

    /// Both networks for a rollout: where they learn on the device, as they are there, otherwise copies.
    pub(super) fn on_device(&self, scale: f32) -> rollout::RndNetworks {
        let net = &self.0.host.net;
        let layout = Layout::new([net.mlp()], 0);
        let upload = |flat: &[f32]| self.0.queue().floats(&layout.pack(flat));
        let [guess, fixed] = match self.0.device() {
            Some(device) => [device.learned().theta.clone(), device.target().clone()],
            None => [upload(&net.flat), upload(net.target())],
        };
        let (features, mean, std) = (net.mlp().outputs(), net.mean.clone(), net.std.clone());
        rollout::RndNetworks { features, guess, fixed, mean, std, scale, layout }
    }
}

impl Part for RndNovelty {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        self.0.host.save(arrays)
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.0.change().restore(arrays)
    }
}

impl Novelty for RndNovelty {
    fn set_normalization(&mut self, stats: &RunningStats) {
        self.0.host.set_normalization(stats);
    }

    fn errors<'a>(&'a mut self, visit: &'a Visit<'a>) -> Pending<'a, Vec<f32>> {
        self.0.host.errors(visit)
    }

    fn begin(&mut self, all: &Visit<'_>, rows: usize) {
        let (host, device) = self.both();
        device.begin(&host.net, all.next_obs, rows);
    }

    fn update(&mut self, _visit: &Visit<'_>) {
        self.both().1.update();
    }

    fn settle<'a>(&'a mut self, doing: &'a str) -> Pending<'a, Option<f32>> {
        Box::pin(async move {
            let Some((host, device)) = self.0.pair() else { return Ok(None) };
            Ok(device.read(&mut host.net, doing).await?.last().copied())
        })
    }

    fn boxed(&self) -> Box<dyn Novelty> {
        Box::new(self.clone())
    }
}
