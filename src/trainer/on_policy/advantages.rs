//! Phase 4, advantages: how much better than expected every step turned out, real or imagined, piece by piece.

use super::OnPolicy;
use super::improve::Improvement;
use super::stage::Stage;
use crate::budget::{PER_ROW, Tick, add, rows};
use crate::buffer::Rollout;
use crate::config::SegmentRule;
use crate::error::{Error, Result};
use crate::samples::{Discounting, Samples};
use crate::trainer::context::Context;
use std::ops::Range;

/// Steps whose advantages are being estimated.
pub(super) struct Estimation {
    pub(super) round: usize,
    rollouts: Vec<Rollout>,
    /// V of every obs, then V of what followed, as far as they are known: [2 n, heads].
    values: Vec<f32>,
    samples: Samples,
    /// Rollouts whose advantages are in the samples, and their steps.
    added: [usize; 2],
}

impl Estimation {
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

impl OnPolicy {
    /// Values and advantages of these rollouts.
    pub(super) fn advantages_of(&self, context: &Context, round: usize, rollouts: Vec<Rollout>) -> Stage {
        let (spec, heads) = (&context.spec, context.config.value_heads());
        let steps: usize = rollouts.iter().map(Rollout::len).sum();
        let mut samples = Samples::new(spec.obs_size(), spec.action, heads);
        samples.reserve(steps);
        let values = Vec::with_capacity(2 * steps * heads);
        Stage::Advantages(Estimation { round, rollouts, values, samples, added: [0, 0] })
    }

    pub(super) async fn advantages(&mut self, context: &mut Context, mut now: Estimation) -> Result<Stage> {
        let (tick, heads, steps) = (Tick::begin(), context.config.value_heads(), now.steps());
        while now.values.len() < 2 * steps * heads {
            if tick.is_over() {
                return Ok(Stage::Advantages(now));
            }
            let from = now.values.len() / heads;
            let piece = from..from + rows(2 * steps - from, self.policy.cost());
            add(piece.len() * PER_ROW);
            // What the task's own reward is worth after an end is not looked at.
            let anew = (!context.config.episodic_novelty).then(|| context.replay.newest_start());
            let values = self.policy.values(&now.obs(piece, anew), "reading values").await?;
            Error::unless_finite("advantages", "value", &values)?;
            now.values.extend(values);
        }
        while now.added[0] < now.rollouts.len() {
            if tick.is_over() {
                return Ok(Stage::Advantages(now));
            }
            self.add_samples(context, &mut now, heads, steps);
        }
        let mut samples = now.samples;
        drop(now.values);
        if now.rollouts.iter().any(|rollout| rollout.is_real) {
            context.record.metric_or_none("train/explained_variance", samples.explained_variance);
        }
        if context.config.normalize_advantage {
            samples.normalize_advantages();
        }
        Error::unless_finite("advantages", "advantage", samples.not_finite().as_ref())?;
        self.policy.begin(&samples);
        self.keep_imagined(context, now.rollouts);
        Ok(Stage::Improve(Improvement::begin(now.round, samples)))
    }

    /// The next rollout's steps become samples.
    fn add_samples(&self, context: &Context, now: &mut Estimation, heads: usize, steps: usize) {
        let discounting = Discounting {
            gamma: context.config.gamma as f32,
            lambda: context.config.gae_lambda as f32,
            beta: if context.relearning.is_some() { 0.0 } else { self.beta.beta },
            gamma_int: context.config.gamma_int as f32,
            reward_scale: context.config.reward_scale as f32,
            episodic_novelty: context.config.episodic_novelty,
        };
        let [index, from] = now.added;
        let rollout = &now.rollouts[index];
        add(rollout.len() * PER_ROW);
        let range = from * heads..(from + rollout.len()) * heads;
        let (first, next) = now.values.split_at(steps * heads);
        let rule = if rollout.is_real { SegmentRule::PerBranch } else { context.config.imagined_segments };
        let values = [&first[range.clone()], &next[range]];
        now.samples.add(rollout, context.spec.action, values, discounting, rule);
        now.added = [index + 1, from + rollout.len()];
    }
}
