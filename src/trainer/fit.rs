//! Phase 2, fit: the world model learns from replay, and then comes the decision how far to trust it.
//!
//! **Choices.** (1) A model is trusted only as far as it was measured. It is not fitted until something is held out,
//! and not used until its held-out error is known; then branches last as long as that error is known, even if `horizon`
//! is longer. Only the textbook's rule, `one_step`, follows a model beyond what was measured. (2) A model that explains
//! less than `model_r2_min` of the held-out one-step change is not used in this iteration. Whenever it is not used, the
//! iteration is plain PPO.

use super::depth::Depth;
use super::review::COST_OF_NOVELTY;
use super::work::Work;
use super::{Trainer, Trust};
use crate::config::{ConfidenceRule, Termination};
use crate::diagnostics::calibration::calibration;
use crate::dynamics::Context;
use crate::error::Result;
use crate::imagination::{Imagination, KnownRange, Scope};
use crate::snapshot::ErrorByHorizon;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::{FEWEST_STRETCHES, OpenLoop, error_by_horizon};
use crate::world_model::{Validation, confidence};

/// Futures that are drawn as ghosts.
const GHOSTS: usize = 16;
/// Branches may go this many standard deviations away from the mean of what was seen.
const RANGE_STD: f64 = 5.0;

impl Trainer {
    /// No trust in a model of whose error nothing is known.
    pub(super) fn distrust(&mut self, why: &str) {
        self.trust = Trust { horizon: self.config.horizon, skipped: Some(why.into()), ..Trust::default() };
        self.record.metric("imagination/branches", 0.0);
    }

    pub(super) async fn fit(&mut self, mut fit: Box<Fit>) -> Result<Work> {
        let Some(model) = &mut self.model else { return Ok(Work::Begin) };
        let learned_from = (&self.replay, &self.bootstraps);
        let stream = &mut self.streams.model_batches;
        match fit.advance(model.as_mut(), learned_from, &self.config, stream).await? {
            None => Ok(Work::Fit(fit)),
            Some(validation) => {
                let (horizon, action) = (self.config.horizon, self.spec.action);
                let (replay, bootstraps) = (&self.replay, &self.bootstraps);
                let open_loop = OpenLoop::held_out(model.as_ref(), replay, bootstraps, action, horizon);
                self.note_validation(validation);
                Ok(Work::Foresee(validation, open_loop))
            }
        }
    }

    fn note_validation(&mut self, validation: Validation) {
        self.record.metric("world_model/train_loss", validation.train_loss);
        self.record.metric("world_model/val_loss", validation.loss);
        self.record.metric("world_model/val_state_mse", validation.state_mse);
        self.record.metric("world_model/val_reward_mse", validation.reward_mse);
        self.record.metric("world_model/val_end_bce", validation.end_bce);
    }

    pub(super) async fn foresee(&mut self, validation: Validation, mut now: OpenLoop) -> Result<Work> {
        let Some(model) = &mut self.model else { return Ok(Work::Begin) };
        if !now.advance(model.as_mut()).await? {
            return Ok(Work::Foresee(validation, now));
        }
        let members = self.config.ensemble_size;
        let curve = error_by_horizon(&now.stretches, now.predicted(), members, self.config.horizon);
        self.decide_trust(validation, &curve);
        if !self.is_watched {
            return Ok(self.first_round());
        }
        self.record.recording.error_by_horizon = Some(curve);
        let scales = self.model.as_ref().and_then(|model| model.scales());
        let change_std = scales.map_or(&[][..], |scales| &scales.change_std);
        if let Some(calibration) = calibration(&now.stretches, now.predicted(), members, change_std) {
            self.record.metric("world_model/calibration", calibration.rank_correlation);
            self.record.recording.calibration = Some(calibration);
        }
        let scope = self.scope(self.config.horizon, true);
        Ok(Work::Forecast(Imagination::start(self.ghosts_begin(), scope)))
    }

    /// Confidence, horizon and branches from the newest errors.
    fn decide_trust(&mut self, validation: Validation, curve: &ErrorByHorizon) {
        let Some(&farthest) = curve.model.last() else {
            let why = format!("fewer than {FEWEST_STRETCHES} held-out steps to test the model on so far");
            return self.distrust(&why);
        };
        let (config, known_steps) = (&self.config, curve.model.len());
        let horizon = match (config.adaptive_depth, config.confidence_rule) {
            (true, _) => confidence::depth(&curve.model, config.depth_error_max, config.horizon),
            (false, ConfidenceRule::MultiStep) => config.horizon.min(known_steps),
            (false, ConfidenceRule::OneStep) => config.horizon,
        };
        let open_loop = curve.model.get(horizon - 1).copied().unwrap_or(farthest);
        let one_step = confidence::one_step(f64::from(validation.squared));
        let multi_step = confidence::multi_step(f64::from(open_loop));
        let confidence = match config.confidence_rule {
            ConfidenceRule::MultiStep => multi_step,
            ConfidenceRule::OneStep => one_step,
        };
        let branches = if config.adaptive_breadth {
            confidence::branches(confidence, config.confidence_min, config.branches_min, config.branches_max)
        } else {
            config.branches_max
        };
        let unexplained = validation.state_mse;
        let is_good_enough =
            f64::from(1.0 - unexplained) >= config.model_r2_min || config.model_r2_min == 0.0;
        self.trust = Trust {
            confidence: Some(confidence as f32),
            branches: if is_good_enough { branches } else { 0 },
            horizon,
            known_steps,
            rounds: self.rounds(),
            range: (config.termination != Termination::Ignored).then(|| self.known_range()),
            skipped: (!is_good_enough).then(|| {
                format!(
                    "the model explains only {:.0} % of one step's change; {:.0} % is needed",
                    100.0 * (1.0 - unexplained).max(0.0),
                    100.0 * config.model_r2_min
                )
            }),
            overflowed: 0,
            depth: Depth::default(),
        };
        self.record.metric("world_model/val_open_loop", open_loop);
        self.record.metric("world_model/confidence_one_step", one_step as f32);
        self.record.metric("world_model/confidence_multi_step", multi_step as f32);
        self.record.metric("world_model/confidence", confidence as f32);
        self.record.metric("imagination/branches", self.trust.branches as f32);
        self.record.metric("imagination/horizon", horizon as f32);
    }

    /// Rounds of imagining in this iteration: all, or with a hybrid schedule fewer the more real steps there are.
    fn rounds(&self) -> usize {
        let all = self.config.imagination_rounds;
        if self.config.hybrid_steps == 0 {
            return all;
        }
        let left = 1.0 - self.record.real_steps as f64 / self.config.hybrid_steps as f64;
        (all as f64 * left.max(0.0)).round() as usize
    }

    pub(super) fn scope(&self, horizon: usize, with_disagreement: bool) -> Scope {
        let asked = if with_disagreement { self.config.ensemble_size } else { 1 };
        let of_model = self.model.as_ref().map_or(0, |model| model.cost() * asked);
        Scope {
            action: self.spec.action,
            obs_size: self.spec.obs_size(),
            horizon,
            members: self.config.ensemble_size,
            noise_size: self.model.as_ref().map_or(0, |model| model.noise_size()),
            with_disagreement,
            cost: self.agent.cost() + of_model + COST_OF_NOVELTY,
        }
    }

    /// Where environment 0 is now, once for every ghost, with what led there.
    fn ghosts_begin(&self) -> Context {
        let steps = self.model.as_ref().map_or(1, |model| model.context());
        let mut context = Context::default();
        let here = &self.envs.obs()[..self.spec.obs_size()];
        for lane in self.lanes.iter().take(1).cycle().take(GHOSTS) {
            context.push_now(here, lane, steps, self.spec.action);
        }
        context
    }

    fn known_range(&self) -> KnownRange {
        let stats = self.replay.obs_stats();
        let edge = |side: f64| {
            let of = |d: usize| (stats.mean()[d] + side * RANGE_STD * stats.std(d)) as f32;
            (0..stats.size()).map(of).collect()
        };
        KnownRange { low: edge(-1.0), high: edge(1.0) }
    }
}
