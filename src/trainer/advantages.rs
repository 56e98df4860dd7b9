//! Phase 4, advantages: what every step, real or imagined, turned out better than expected, piece by piece.

use super::Trainer;
use super::improve::Improvement;
use super::work::Work;
use crate::budget::{PER_ROW, Tick, add, rows};
use crate::buffer::Rollout;
use crate::config::SegmentRule;
use crate::error::{Error, Result};
use crate::samples::{Discounting, Samples};
use std::ops::Range;

/// Steps that are being judged.
pub(super) struct Judging {
    pub(super) round: usize,
    rollouts: Vec<Rollout>,
    /// V of every obs, then V of what followed, as far as they are known: [2 n, heads].
    values: Vec<f32>,
    samples: Samples,
    /// Rollouts whose advantages are in the samples, and their steps.
    added: [usize; 2],
}

impl Judging {
    fn steps(&self) -> usize {
        self.rollouts.iter().map(Rollout::len).sum()
    }

    pub(super) fn done(&self) -> f32 {
        let known = self.samples.len() as f32 / self.steps().max(1) as f32;
        if self.values.is_empty() { 0.0 } else { known }
    }

    /// These rows of every obs, then of what followed it: next_obs, or after an end `anew`, if that is where a return
    /// that is not ended by it goes on.
    fn obs(&self, rows: Range<usize>, anew: Option<&[f32]>) -> Vec<f32> {
        let (mut found, mut from) = (Vec::new(), 0);
        for (rollout, is_next) in [false, true]
            .into_iter()
            .flat_map(|next| self.rollouts.iter().map(move |rollout| (rollout, next)))
        {
            let steps = rows.start.max(from)..rows.end.min(from + rollout.len());
            for step in steps.start.max(from) - from..steps.end.max(from) - from {
                found.extend_from_slice(match (is_next, anew) {
                    (false, _) => rollout.obs_at(step),
                    (true, Some(anew)) if rollout.terminated[step] => anew,
                    (true, _) => rollout.next_obs_at(step),
                });
            }
            from += rollout.len();
        }
        found
    }
}

impl Trainer {
    /// Values and advantages of these rollouts.
    pub(super) fn advantages_of(&self, round: usize, rollouts: Vec<Rollout>) -> Work {
        let samples = Samples::new(self.spec.obs_size(), self.spec.action, self.config.value_heads());
        Work::Advantages(Judging { round, rollouts, values: Vec::new(), samples, added: [0, 0] })
    }

    pub(super) async fn advantages(&mut self, mut now: Judging) -> Result<Work> {
        let (tick, heads, steps) = (Tick::begin(), self.config.value_heads(), now.steps());
        while now.values.len() < 2 * steps * heads {
            if tick.is_over() {
                return Ok(Work::Advantages(now));
            }
            let from = now.values.len() / heads;
            let piece = from..from + rows(2 * steps - from, self.agent.cost());
            add(piece.len() * PER_ROW);
            // What the task's own reward is worth after an end is not looked at.
            let anew = (!self.config.episodic_novelty).then(|| self.replay.newest_start());
            let values = self.agent.values(&now.obs(piece, anew), "reading values").await?;
            Error::unless_finite("advantages", "value", &values)?;
            now.values.extend(values);
        }
        while now.added[0] < now.rollouts.len() {
            if tick.is_over() {
                return Ok(Work::Advantages(now));
            }
            self.add_samples(&mut now, heads, steps);
        }
        let mut samples = now.samples;
        if now.rollouts.iter().any(|rollout| rollout.is_real) {
            self.record.metric_or_none("train/explained_variance", samples.explained_variance);
        }
        if self.config.normalize_advantage {
            samples.normalize_advantages();
        }
        Error::unless_finite("advantages", "advantage", samples.not_finite().as_ref())?;
        self.agent.begin(&samples);
        self.keep_imagined(now.rollouts);
        Ok(Work::Improve(Improvement::begin(now.round, samples)))
    }

    /// The next rollout's steps become samples.
    fn add_samples(&self, now: &mut Judging, heads: usize, steps: usize) {
        let discounting = Discounting {
            gamma: self.config.gamma as f32,
            lambda: self.config.gae_lambda as f32,
            beta: self.beta.beta,
            gamma_int: self.config.gamma_int as f32,
            reward_scale: self.config.reward_scale as f32,
            episodic_novelty: self.config.episodic_novelty,
        };
        let [index, from] = now.added;
        let rollout = &now.rollouts[index];
        add(rollout.len() * PER_ROW);
        let range = from * heads..(from + rollout.len()) * heads;
        let (first, next) = now.values.split_at(steps * heads);
        let rule = if rollout.is_real { SegmentRule::PerBranch } else { self.config.imagined_segments };
        let values = [&first[range.clone()], &next[range]];
        now.samples.add(rollout, self.spec.action, values, discounting, rule);
        now.added = [index + 1, from + rollout.len()];
    }
}
