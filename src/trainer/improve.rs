//! Phases 4 and 5, advantages and improve: PPO on real and imagined samples alike.

use super::Trainer;
use super::work::Work;
use crate::buffer::Rollout;
use crate::config::{Algorithm, Config, SegmentRule};
use crate::device::{Numbers, read_mean};
use crate::error::{Error, Result};
use crate::kernels::ppo_loss::{Losses, Settings, UPDATE_METRICS};
use crate::minibatches::{self, minibatch};
use crate::samples::{Discounting, Samples};

/// PPO's epochs in progress.
pub(super) struct Improvement {
    pub(super) round: usize,
    samples: Samples,
    order: Vec<usize>,
    epoch: usize,
    batch: usize,
    /// Metrics of the updates so far, seven each, perhaps unread.
    metrics: Vec<Numbers>,
}

impl Improvement {
    /// Most samples in one minibatch: for A2C all there are.
    fn batch_size(&self, config: &Config) -> usize {
        match config.algorithm {
            Algorithm::A2c => self.samples.len(),
            _ => config.batch_size.min(self.samples.len()),
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
    if config.algorithm == Algorithm::A2c { 1 } else { config.n_epochs }
}

impl Trainer {
    pub(super) async fn advantages(&mut self, round: usize, rollouts: Vec<Rollout>) -> Result<Work> {
        let values = self.values(&rollouts).await?;
        Error::unless_finite("advantages", "value", &values)?;
        let heads = self.config.value_heads();
        let mut samples = Samples::new(self.spec.obs_size(), self.spec.action, heads);
        let discounting = Discounting {
            gamma: self.config.gamma as f32,
            lambda: self.config.gae_lambda as f32,
            beta: self.beta.beta,
            gamma_int: self.config.gamma_int as f32,
            reward_scale: self.config.reward_scale as f32,
            episodic_novelty: self.config.episodic_novelty,
        };
        let (now, next) = values.split_at(values.len() / 2);
        let mut from = 0;
        for rollout in &rollouts {
            let range = from..from + rollout.len() * heads;
            from = range.end;
            let rule = if rollout.is_real { SegmentRule::PerBranch } else { self.config.imagined_segments };
            let values = [&now[range.clone()], &next[range]];
            samples.add(rollout, self.spec.action, values, discounting, rule);
        }
        if rollouts.iter().any(|rollout| rollout.is_real) {
            self.record.metric_or_none("train/explained_variance", samples.explained_variance);
        }
        if self.config.normalize_advantage {
            samples.normalize_advantages();
        }
        Error::unless_finite("advantages", "advantage", samples.not_finite().as_ref())?;
        let order = (0..samples.len()).collect();
        self.agent.begin(&samples);
        self.keep_imagined(rollouts);
        Ok(Work::Improve(Improvement { round, samples, order, epoch: 0, batch: 0, metrics: Vec::new() }))
    }

    /// V of every obs, then V of what followed, [2 n, heads] flat.
    async fn values(&mut self, rollouts: &[Rollout]) -> Result<Vec<f32>> {
        let mut obs: Vec<f32> = rollouts.iter().flat_map(|rollout| rollout.obs.iter().copied()).collect();
        for rollout in rollouts {
            let ended = rollout.terminated.iter();
            for (next, &ended) in rollout.next_obs.chunks_exact(self.spec.obs_size()).zip(ended) {
                // What the task's own reward is worth after an end is not looked at.
                let begins_anew = ended && !self.config.episodic_novelty;
                obs.extend_from_slice(if begins_anew { self.replay.newest_start() } else { next });
            }
        }
        self.agent.values(obs, "reading values").await
    }

    pub(super) async fn improve(&mut self, mut now: Improvement) -> Result<Work> {
        let (size, settings) = (now.batch_size(&self.config), self.settings());
        if now.batch == 0 {
            self.streams.minibatches.shuffle(&mut now.order);
            self.agent.begin_epoch(&now.samples, &now.order, size, &settings);
        }
        let range = minibatch(now.samples.len(), size, now.batch);
        now.metrics.push(self.agent.update(&now.samples, &now.order[range], &settings));
        now.batch += 1;
        if now.batch < now.batches(&self.config) {
            return Ok(Work::Improve(now));
        }
        (now.batch, now.epoch) = (0, now.epoch + 1);
        let is_last = now.epoch >= epochs(&self.config);
        if !is_last && self.config.target_kl == 0.0 {
            // A device computes behind the program's back: it may not fall behind by more than an epoch.
            self.agent.wait("improving the policy").await?;
            return Ok(Work::Improve(now));
        }
        let approx_kl = self.note_updates(std::mem::take(&mut now.metrics)).await?;
        let has_moved_enough =
            self.config.target_kl > 0.0 && f64::from(approx_kl) > 1.5 * self.config.target_kl;
        if !is_last && !has_moved_enough {
            return Ok(Work::Improve(now));
        }
        self.after_improving(now.round).await
    }

    /// What follows a round of improving: the next round of imagining, or the end of the iteration.
    pub(super) async fn end_round(&mut self, round: usize) -> Result<Work> {
        if round > 0 && round < self.trust.rounds {
            return Ok(self.begin_round(round + 1));
        }
        self.actor = Some(self.agent.actor().await?);
        Ok(Work::Curiosity { batch: 0 })
    }

    /// Reads the metrics of these updates, notes their means, and gives the mean approx_kl.
    async fn note_updates(&mut self, metrics: Vec<Numbers>) -> Result<f32> {
        let updates = metrics.len();
        let doing = "reading the metrics of PPO";
        self.agent.settle(doing).await?;
        let means = Losses::of_metrics(&read_mean(metrics, doing).await?);
        for (name, mean) in UPDATE_METRICS.iter().zip(means.metrics()) {
            Error::unless_finite("improve", name, [&mean])?;
            self.record.metric(name, mean);
        }
        self.record.updates += updates as u64;
        self.record.metric("train/n_updates", self.record.updates as f32);
        self.record.metric("train/learning_rate", self.agent.learning_rate() as f32);
        self.record.metric("train/clip_range", self.config.clip_range as f32);
        Ok(means.approx_kl)
    }

    fn settings(&self) -> Settings {
        Settings {
            clip_range: self.config.clip_range,
            clip_range_vf: self.config.clip_range_vf,
            ent_coef: self.config.ent_coef,
            vf_coef: self.config.vf_coef,
            max_grad_norm: self.config.max_grad_norm,
        }
    }
}
