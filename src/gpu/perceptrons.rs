//! The ensemble of perceptrons on WebGPU: it learns there, and its mirror on the host answers.
//!
//! **Choices.** (1) A step is only queued; a settlement reads everything back at once. (2) Of replay all that a fit
//! learns from is uploaded at its beginning, or, of a larger one, the rows of the coming steps.

use super::imagine::GpuRollout;
use super::policy::PpoPolicy;
use super::{Layout, Mirror, Queue, rollout, world_model as ensemble};
use crate::arrays::Arrays;
use crate::cpu;
use crate::dynamics::{Answer, Question, State};
use crate::error::Result;
use crate::imagination::{Dynamics, Rollout, Scope};
use crate::part::{Part, Pending};
use crate::policy::Sampler;
use crate::rng::Stream;
use crate::world_model::Scales;
use crate::world_model::fit::ROWS_AHEAD;
use crate::world_model::rows::Rows;
use crate::world_model::{Data, Validation, WorldModel};
use std::any::Any;

/// An ensemble that learns on the device.
#[derive(Debug, Clone)]
pub struct Perceptrons {
    mirror: Mirror<cpu::Perceptrons, ensemble::WorldModel>,
    /// Whether all of replay has been uploaded for this fit; of a larger one the rows that come are.
    has_all: bool,
}

impl Perceptrons {
    /// This ensemble, on this device.
    pub fn new(queue: &Queue, host: cpu::Perceptrons) -> Self {
        Self { mirror: Mirror::new(queue, host), has_all: false }
    }

    fn both(&mut self) -> (&cpu::Perceptrons, &mut ensemble::WorldModel) {
        self.mirror.both(|queue, host| ensemble::WorldModel::new(queue, &host.world.model))
    }

    fn upload(&mut self, data: Data<'_>, ids: &[usize]) {
        let (host, device) = self.both();
        if let Some(scales) = host.scales() {
            let mut rows = Rows::default();
            rows.refill(data, scales, ids);
            device.set_transitions(&rows.input, &rows.target);
        }
    }

    /// The ensemble for a rollout: where it learns on the device, as it is there, otherwise a copy.
    pub(super) fn on_device(&self) -> rollout::World {
        let world = &self.mirror.host.world;
        let (layout, parameters) = match self.mirror.device() {
            Some(device) => (device.learned().layout.clone(), device.learned().theta.clone()),
            None => {
                let layout = Layout::new([world.model.mlp()], 0);
                let parameters = self.mirror.queue().floats(&layout.pack(&world.model.flat));
                (layout, parameters)
            }
        };
        let (outputs, activation) = (*world.model.outputs(), world.model.mlp().activation());
        rollout::World { outputs, activation, scales: world.scales.clone(), parameters, layout }
    }
}

impl Part for Perceptrons {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        self.mirror.host.save(arrays)
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.mirror.change().restore(arrays)
    }
}

impl Dynamics for Perceptrons {
    fn step<'a>(&'a mut self, question: Question<'a>, answer: &'a mut Answer) -> Pending<'a, ()> {
        self.mirror.host.step(question, answer)
    }

    fn rollout(
        &self,
        policy: &dyn Sampler,
        starts: &State,
        scope: Scope,
        stream: &mut Stream,
    ) -> Option<Box<dyn Rollout>> {
        let policy: &dyn Any = policy;
        let parts = (policy.downcast_ref::<PpoPolicy>()?.on_device(), self.on_device());
        Some(Box::new(GpuRollout::start(self.mirror.queue(), parts, starts, scope, stream)))
    }
}

impl WorldModel for Perceptrons {
    fn members(&self) -> usize {
        self.mirror.host.members()
    }

    fn cost(&self) -> usize {
        self.mirror.host.cost()
    }

    fn noise_size(&self) -> usize {
        self.mirror.host.noise_size()
    }

    fn scales(&self) -> Option<&Scales> {
        self.mirror.host.scales()
    }

    fn set_scales(&mut self, scales: Scales) {
        self.mirror.host.set_scales(scales);
    }

    fn begin_fit(&mut self, data: Data<'_>) {
        self.has_all = data.replay.len() <= ROWS_AHEAD;
        if self.has_all {
            self.upload(data, &data.replay.ids().collect::<Vec<usize>>());
        }
    }

    fn begin_steps(&mut self, data: Data<'_>, rows: &[usize], steps: usize, eps: f32) {
        let places: Vec<usize> = if self.has_all {
            let first = data.replay.ids().start;
            rows.iter().map(|id| id - first).collect()
        } else {
            self.upload(data, rows);
            (0..rows.len()).collect()
        };
        let (host, device) = self.both();
        device.begin(&host.world.model.adam, &places, steps, eps);
    }

    fn update(&mut self, _data: Data<'_>, _rows: &[usize], _eps: f32) -> bool {
        self.both().1.update();
        true
    }

    fn settle(&mut self) -> Pending<'_, f32> {
        Box::pin(async move {
            let Some((host, device)) = self.mirror.pair() else { return Ok(0.0) };
            let losses = device.read(&mut host.world.model, "reading the world model").await?;
            let count = losses.len() as f32;
            Ok(losses.iter().fold(0.0, |mean, loss| mean + loss.total / count))
        })
    }

    fn validate<'a>(&'a mut self, data: Data<'a>, rows: &'a [usize]) -> Pending<'a, Option<Validation>> {
        self.mirror.host.validate(data, rows)
    }

    fn keep_best(&mut self) {
        self.mirror.host.keep_best();
    }

    fn restore_best(&mut self) {
        self.mirror.host.restore_best();
        if let Some((host, device)) = self.mirror.pair() {
            device.set_parameters(&host.world.model.flat);
        }
    }

    fn boxed(&self) -> Box<dyn WorldModel> {
        Box::new(self.clone())
    }
}
