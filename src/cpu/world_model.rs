//! The ensemble of perceptrons on the processor, by [`super::world`]; its steps are those of `model_step`.

use super::model_step::{Look, Step, update, validate};
use super::world::World;
use crate::arrays::Arrays;
use crate::config::{Config, ModelHeads, ModelTarget, Termination};
use crate::dynamics::{Answer, Question};
use crate::error::Result;
use crate::imagination::Dynamics;
use crate::kernels::adam::EPS;
use crate::kernels::model_loss::Outputs;
use crate::kernels::world_model::{FIRST_GAIN, WorldModel as Ensemble};
use crate::kernels::{Adam, Mlp, Weights};
use crate::nets::{Networks, initial, names};
use crate::part::{Part, Pending, done};
use crate::rng::Stream;
use crate::world_model::rows::Rows;
use crate::world_model::{Data, Scales, Validation, WorldModel, layer_sizes};

/// E perceptrons with their optimiser and their scales, and the step in progress.
#[derive(Debug, Clone)]
pub struct Perceptrons {
    names: Networks,
    target: ModelTarget,
    /// The networks on their scales.
    pub world: World,
    rows: Rows,
    step: Step,
    look: Look,
    losses: Vec<f32>,
    /// Parameters with the lowest held-out loss of the fit in progress.
    best: Option<Vec<f32>>,
}

impl Perceptrons {
    /// An ensemble that knows nothing yet.
    pub fn new(obs_size: usize, action_size: usize, config: &Config, stream: &mut Stream) -> Self {
        let (members, sizes) = (config.ensemble_size, layer_sizes(obs_size, action_size, config));
        let flat = initial(members, &sizes, FIRST_GAIN, stream);
        let adam = Adam::new(flat.len(), config.model_learning_rate, EPS);
        let outputs = Outputs {
            obs_size,
            is_gaussian: config.model_heads == ModelHeads::Gaussian,
            learned_ends: config.termination == Termination::Learned,
            end_coef: config.end_coef,
        };
        let mlp = Mlp::new(0, members, &sizes, config.model_activation);
        Self {
            names: names::world_model(obs_size, action_size, config),
            target: config.model_target,
            world: World::new(Ensemble::new(mlp, outputs, flat, adam), None),
            rows: Rows::default(),
            step: Step::default(),
            look: Look::default(),
            losses: Vec::new(),
            best: None,
        }
    }

    /// Takes these transitions as the rows to compute with, if it has scales.
    fn fill(&mut self, data: Data<'_>, ids: &[usize]) {
        if let Some(scales) = &self.world.scales {
            self.rows.refill(data, scales, ids);
        }
    }
}

impl Part for Perceptrons {
    fn save<'a>(&'a self, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        let weights = Weights::of(&self.world.model.flat, &self.world.model.adam);
        self.names.save(&weights, arrays);
        self.world.scales.iter().for_each(|scales| scales.save(arrays));
        done(())
    }

    fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        let model = &mut self.world.model;
        model.flat = model.adam.take_over(self.names.load(arrays)?);
        self.world.scales = Scales::load_any(self.target, model.outputs().obs_size, arrays)?;
        Ok(())
    }
}

impl Dynamics for World {
    fn step<'a>(&'a mut self, question: Question<'a>, answer: &'a mut Answer) -> Pending<'a, ()> {
        self.predict(&question, answer);
        done(())
    }
}

impl Dynamics for Perceptrons {
    fn step<'a>(&'a mut self, question: Question<'a>, answer: &'a mut Answer) -> Pending<'a, ()> {
        self.world.step(question, answer)
    }
}

impl WorldModel for Perceptrons {
    fn members(&self) -> usize {
        self.world.model.mlp().members()
    }

    fn cost(&self) -> usize {
        self.world.model.mlp().weights()
    }

    fn noise_size(&self) -> usize {
        self.world.model.outputs().noise_size()
    }

    fn scales(&self) -> Option<&Scales> {
        self.world.scales.as_ref()
    }

    fn set_scales(&mut self, scales: Scales) {
        self.world.scales = Some(scales);
    }

    fn update(&mut self, data: Data<'_>, rows: &[usize], eps: f32) -> bool {
        if self.step.is_fresh() {
            self.fill(data, rows);
        }
        let loss = update(&mut self.world, &mut self.rows, eps, &mut self.step);
        self.losses.extend(loss);
        loss.is_some()
    }

    fn settle(&mut self) -> Pending<'_, f32> {
        let count = self.losses.len() as f32;
        done(self.losses.drain(..).fold(0.0, |mean, loss| mean + loss / count))
    }

    fn validate<'a>(&'a mut self, data: Data<'a>, rows: &'a [usize]) -> Pending<'a, Option<Validation>> {
        if self.look.is_fresh() {
            self.fill(data, rows);
        }
        done(validate(&mut self.world, &self.rows, &mut self.look))
    }

    fn keep_best(&mut self) {
        self.best = Some(self.world.model.flat.clone());
    }

    fn restore_best(&mut self) {
        if let Some(best) = self.best.take() {
            self.world.model.flat = best;
        }
    }

    fn boxed(&self) -> Box<dyn WorldModel> {
        Box::new(self.clone())
    }
}
