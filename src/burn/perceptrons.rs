//! The ensemble of perceptrons in tensors: [`WorldModel`](super::WorldModel) as the rest of the program sees it.

use super::model_step::{update, validate};
use super::{WorldModel as Ensemble, read};
use crate::arrays::Arrays;
use crate::burn::Device;
use crate::config::{Config, ModelTarget};
use crate::dynamics::{Answer, Question};
use crate::error::Result;
use crate::imagination::Dynamics;
use crate::kernels::scales::Scales;
use crate::kernels::world_model::names;
use crate::kernels::{Networks, Weights};
use crate::part::{Part, Pending};
use crate::rng::Stream;
use crate::world_model::rows::Rows;
use crate::world_model::{Data, Validation, WorldModel};
use burn::tensor::Tensor;

/// The ensemble, and what a fit needs to know of it.
#[derive(Debug, Clone)]
pub struct Perceptrons {
    names: Networks,
    target: ModelTarget,
    net: Ensemble,
    rows: Rows,
    losses: Vec<Tensor<1>>,
    best: Option<Tensor<1>>,
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
            names: names(obs_size, action_size, config),
            target: config.model_target,
            net: Ensemble::new(device, obs_size, action_size, config, stream),
            rows: Rows::default(),
            losses: Vec::new(),
            best: None,
        }
    }

    fn fill(&mut self, data: Data<'_>, ids: &[usize]) {
        if let Some(scales) = self.net.scales() {
            self.rows.refill(data, scales, ids);
        }
    }

    fn predict(&self, question: &Question<'_>, answer: &mut Answer) -> Result<()> {
        let (rows, members) = (question.members.len(), self.net.members());
        let upload =
            |numbers: &[f32]| self.net.device().floats(numbers.to_vec(), [rows, numbers.len() / rows]);
        let one_hot = |&own: &usize| (0..members).map(move |member| if member == own { 1.0 } else { 0.0 });
        let choice: Vec<f32> = question.members.iter().flat_map(one_hot).collect();
        let (obs, actions) = (upload(&question.state.obs), upload(question.actions));
        let found = self.net.predict(obs, actions, upload(&choice), question.noise.map(upload));
        let numbers = |tensor: Tensor<2>| read(tensor, "reading a step of the world model");
        answer.state.obs = numbers(found.next_obs)?;
        answer.rewards = numbers(found.reward)?;
        answer.end_probabilities = numbers(found.end_probability)?;
        answer.disagreements =
            if question.with_disagreement { numbers(found.disagreement)? } else { vec![0.0; rows] };
        Ok(())
    }
}

impl Part for Perceptrons {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        Box::pin(async move {
            self.net.adam.weights(&self.net.flat, "reading the world model")?.save(&self.names, arrays);
            self.net.scales().into_iter().for_each(|scales| scales.save(arrays));
            Ok(())
        })
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        self.net.flat = self.net.adam.take_over(Weights::load(&self.names, arrays)?);
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
        self.losses.push(update(&mut self.net, &self.rows, eps));
        true
    }

    fn settle(&mut self) -> Pending<'_, f32> {
        Box::pin(async move {
            let (count, mut mean) = (self.losses.len() as f32, 0.0);
            for loss in self.losses.drain(..) {
                mean += read(loss, "reading the world model")?[0] / count;
            }
            Ok(mean)
        })
    }

    fn validate<'a>(&'a mut self, data: Data<'a>, rows: &'a [usize]) -> Pending<'a, Option<Validation>> {
        Box::pin(async move {
            self.fill(data, rows);
            validate(&self.net, &self.rows).map(Some)
        })
    }

    fn keep_best(&mut self) {
        self.best = Some(self.net.flat.clone());
    }

    fn restore_best(&mut self) {
        if let Some(best) = self.best.take() {
            self.net.flat = best;
        }
    }

    fn boxed(&self) -> Box<dyn WorldModel> {
        Box::new(self.clone())
    }
}
