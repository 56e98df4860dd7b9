//! The ensemble of perceptrons in tensors: [`WorldModel`](super::WorldModel) as the rest of the program sees it.

use super::model_step::{update, validate};
use super::{Asked, FitProgress, WorldModel as Ensemble};
use crate::arrays::Arrays;
use crate::burn::Device;
use crate::config::{Config, ModelTarget};
use crate::dynamics::{Answer, Question};
use crate::error::Result;
use crate::imagination::Dynamics;
use crate::nets::{Networks, names};
use crate::part::{Part, Pending};
use crate::rng::Stream;
use crate::world_model::Scales;
use crate::world_model::rows::Rows;
use crate::world_model::{Data, Validation, WorldModel};

/// The ensemble, and what a fit needs to know of it.
#[derive(Debug, Clone)]
pub struct Perceptrons {
    names: Networks,
    target: ModelTarget,
    net: Ensemble,
    rows: Rows,
    fit: FitProgress,
}

impl Perceptrons {
    /// An ensemble that knows nothing yet.
    pub fn new(
        device: &Device,
        obs_size: usize,
        action_size: usize,
        config: &Config,
        stream: &mut Stream,
    ) -> Self {
        Self {
            names: names::world_model(obs_size, action_size, config),
            target: config.model_target,
            net: Ensemble::new(device, obs_size, action_size, config, stream),
            rows: Rows::default(),
            fit: FitProgress::default(),
        }
    }

    fn fill(&mut self, data: Data<'_>, ids: &[usize]) {
        if let Some(scales) = self.net.scales() {
            self.rows.refill(data, scales, ids);
        }
    }

    fn predict(&self, question: &Question<'_>, answer: &mut Answer) -> Result<()> {
        let Asked { obs, actions, choice, noise } =
            Asked::of(self.net.device(), question, self.net.members());
        self.net.predict(obs, actions, choice, noise).answer(question.with_disagreement, answer)
    }
}

impl Part for Perceptrons {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        Box::pin(async move {
            let weights = self.net.adam.weights(&self.net.flat, "reading the world model")?;
            self.names.save(&weights, arrays);
            self.net.scales().into_iter().for_each(|scales| scales.save(arrays));
            Ok(())
        })
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.net.flat = self.net.adam.take_over(self.names.load(arrays)?);
        if let Some(scales) = Scales::load_any(self.target, self.net.obs_size(), arrays)? {
            self.net.set_scales(scales);
        }
        Ok(())
    }
}

impl Dynamics for Perceptrons {
    fn step<'a>(&'a mut self, question: Question<'a>, answer: &'a mut Answer) -> Pending<'a, ()> {
        Box::pin(async move { self.predict(&question, answer) })
    }
}

impl WorldModel for Perceptrons {
    fn members(&self) -> usize {
        self.net.members()
    }

    fn cost(&self) -> usize {
        0
    }

    fn noise_size(&self) -> usize {
        self.net.noise_size()
    }

    fn scales(&self) -> Option<&Scales> {
        self.net.scales()
    }

    fn set_scales(&mut self, scales: Scales) {
        self.net.set_scales(scales);
    }

    fn update(&mut self, data: Data<'_>, rows: &[usize], eps: f32) -> bool {
        self.fill(data, rows);
        self.fit.push(update(&mut self.net, &self.rows, eps));
        true
    }

    fn settle(&mut self) -> Pending<'_, f32> {
        Box::pin(async move { self.fit.settle() })
    }

    fn validate<'a>(&'a mut self, data: Data<'a>, rows: &'a [usize]) -> Pending<'a, Option<Validation>> {
        Box::pin(async move {
            self.fill(data, rows);
            validate(&self.net, &self.rows).map(Some)
        })
    }

    fn keep_best(&mut self) {
        self.fit.keep(&self.net.flat);
    }

    fn restore_best(&mut self) {
        if let Some(best) = self.fit.take_best() {
            self.net.flat = best;
        }
    }

    fn boxed(&self) -> Box<dyn WorldModel> {
        Box::new(self.clone())
    }
}
