//! Phase 5, improve: PPO on real and imagined samples alike.

use super::OnPolicy;
use super::stage::Stage;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kernels::ppo_loss::{Settings, UPDATE_METRICS};
use crate::minibatches::{self, minibatch};
use crate::samples::Samples;
use crate::trainer::context::Context;

/// PPO's epochs in progress.
pub(super) struct Improvement {
    pub(super) round: usize,
    samples: Samples,
    order: Vec<usize>,
    epoch: usize,
    batch: usize,
    /// Whether the epoch's order has been drawn.
    has_begun: bool,
    /// Updates whose metrics have not been told.
    updates: u64,
}

impl Improvement {
    /// Nothing has been learned from these samples yet.
    pub(super) fn begin(round: usize, samples: Samples) -> Self {
        let order = (0..samples.len()).collect();
        Self { round, samples, order, epoch: 0, batch: 0, has_begun: false, updates: 0 }
    }

    /// Most samples in one minibatch: for A2C all there are.
    fn batch_size(&self, config: &Config) -> usize {
        match config.algorithm.updates_once() {
            true => self.samples.len(),
            false => config.batch_size.min(self.samples.len()),
        }
    }

    fn batches(&self, config: &Config) -> usize {
        minibatches::count(self.samples.len(), self.batch_size(config))
    }

    pub(super) fn done(&self, config: &Config) -> f32 {
        let batches = self.batches(config);
        (self.epoch * batches + self.batch) as f32 / (epochs(config) * batches) as f32
    }
}

/// Times through the batch: for A2C one.
fn epochs(config: &Config) -> usize {
    if config.algorithm.updates_once() { 1 } else { config.n_epochs }
}

impl OnPolicy {
    pub(super) async fn improve(&mut self, context: &mut Context, mut now: Improvement) -> Result<Stage> {
        let (size, settings) = (now.batch_size(&context.config), settings(&context.config));
        if now.batch == 0 && !now.has_begun {
            now.has_begun = true;
            context.streams.minibatches.shuffle(&mut now.order);
            self.policy.begin_epoch(&now.samples, &now.order, size, &settings);
        }
        let indices = &now.order[minibatch(now.samples.len(), size, now.batch)];
        if !self.policy.update(&now.samples, indices, &settings) {
            return Ok(Stage::Improve(now));
        }
        now.updates += 1;
        now.batch += 1;
        if now.batch < now.batches(&context.config) {
            return Ok(Stage::Improve(now));
        }
        (now.batch, now.epoch, now.has_begun) = (0, now.epoch + 1, false);
        let is_last = now.epoch >= epochs(&context.config);
        if !is_last && context.config.target_kl == 0.0 {
            // A device computes behind the program's back: it may not fall behind by more than an epoch.
            self.policy.wait("improving the policy").await?;
            return Ok(Stage::Improve(now));
        }
        let approx_kl = self.note_updates(context, std::mem::take(&mut now.updates)).await?;
        let has_moved_enough =
            context.config.target_kl > 0.0 && f64::from(approx_kl) > 1.5 * context.config.target_kl;
        if !is_last && !has_moved_enough {
            return Ok(Stage::Improve(now));
        }
        self.after_improving(context, now.round).await
    }

    /// What follows a round of improving: the next round of imagining, or the end of the iteration.
    pub(super) async fn after_round(&mut self, context: &mut Context, round: usize) -> Result<Stage> {
        if let Some(left) = &mut context.relearning {
            *left = left.saturating_sub(1);
        }
        if round > 0 && round < self.rounds {
            return Ok(self.begin_round(context, round + 1));
        }
        self.actor = Some(self.policy.actor().await?);
        match context.relearning {
            Some(0) => Ok(self.begin_covering(context)),
            Some(_) => Ok(Stage::Adapt),
            None => Ok(Stage::LearnReal { batch: 0 }),
        }
    }

    /// Reads the metrics of these updates, notes their means, and gives the mean approx_kl.
    async fn note_updates(&mut self, context: &mut Context, updates: u64) -> Result<f32> {
        let means = self.policy.settle("reading the metrics of PPO").await?;
        for (name, mean) in UPDATE_METRICS.iter().zip(means.metrics()) {
            Error::unless_finite("improve", name, [&mean])?;
            context.record.metric(name, mean);
        }
        context.record.updates += updates;
        context.record.metric("train/n_updates", context.record.updates as f32);
        context.record.metric("train/learning_rate", self.policy.learning_rate() as f32);
        context.record.metric("train/clip_range", context.config.clip_range as f32);
        Ok(means.approx_kl)
    }
}

fn settings(config: &Config) -> Settings {
    Settings {
        clip_range: config.clip_range,
        clip_range_vf: config.clip_range_vf,
        ent_coef: config.ent_coef,
        vf_coef: config.vf_coef,
        max_grad_norm: config.max_grad_norm,
    }
}
