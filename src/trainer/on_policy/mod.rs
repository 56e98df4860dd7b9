//! On-policy learning: PPO and A2C, with a world model to imagine in or without.
//!
//! **What.** An iteration collects real steps, fits the model to all there are, and then, K times, imagines from where
//! the policy has just been and improves the policy from that.
//! ```text
//!  policy π ─▶ collect ─▶ replay ─▶ fit ─▶ imagine ─▶ advantages ─▶ improve ─▶ curiosity ─▶ adapt β ─┐
//!     ▲       [T, N]               model   [H, B]     GAE           PPO        RND                  │
//!     │                                      └──────── K rounds ──────┘                             │
//!     └──────────────────────────────────── next iteration ─────────────────────────────────────────┘
//! ```
//! **Where.** Each phase is a file in this folder; `stage` is the work in progress, and a phase's end says what is
//! next.
//! **Choices.** Without a model (`imagination_rounds = 0`) fit and imagine are left out, and what is left is plain PPO;
//! A2C takes a single step down the same loss.

mod adapt;
mod advantages;
mod collect;
mod comparison;
mod coverage;
mod curiosity;
mod diagnostics;
pub(super) mod fit;
mod imagine;
mod improve;
mod learned;
mod novelty;
mod relearn;
mod stage;
mod trust;

use super::checkpoint::ImaginationFacts;
use super::context::Context;
use super::learner::{Learner, Progress};
use super::phase::Phase;
use super::trust::Trust;
use crate::arrays::Arrays;
use crate::backend::{TaskShape, backend};
use crate::buffer::Rollout;
use crate::config::Config;
use crate::curiosity::{AdaptiveBeta, Curiosity};
use crate::error::Result;
use crate::nets::HostActor;
use crate::part::Pending;
use crate::policy::Policy;
use crate::snapshot::StateMap;
use crate::stats::DiscountedReturnStd;
use crate::world_model::WorldModel;
use crate::world_model::bootstrap::Bootstraps;
use learned::Learned;
use novelty::RealSteps;
use stage::Stage;

pub(super) struct OnPolicy {
    /// Policy and value.
    policy: Box<dyn Policy>,
    /// Copy of the policy on the host; renewed after each improvement.
    actor: Option<HostActor>,
    /// Real experience of this iteration, one rollout per environment.
    lanes: Vec<Rollout>,
    /// The same for curiosity, from its scoring to its learning.
    real: Option<RealSteps>,
    /// Imagined steps of this round that curiosity has yet to learn from.
    imagined: Vec<Rollout>,
    model: Option<Box<dyn WorldModel>>,
    /// Which transitions of replay each member of the model learns from.
    bootstraps: Bootstraps,
    trust: Trust,
    /// Rounds of imagining and improving in this iteration.
    rounds: usize,
    curiosity: Option<Curiosity>,
    novelty_scale: DiscountedReturnStd,
    beta: AdaptiveBeta,
    stage: Stage,
    /// What had been learned at the end of the latest iteration; none any more after a failure.
    last_good: Option<Box<Learned>>,
}

impl OnPolicy {
    /// # Errors
    /// [`crate::Error::Config`] with field `model` if this build has no such world model.
    pub(super) fn new(context: &Context) -> Result<Self> {
        let Context { config, spec, seed, device, .. } = context;
        let (backend, task) = (backend(device), TaskShape { obs_size: spec.obs_size(), action: spec.action });
        let policy = backend.policy(context.shape(), config, &mut seed.stream("weights.policy"));
        let model = (config.imagination_rounds > 0)
            .then(|| backend.world_model(task, config, &mut seed.stream("weights.model")))
            .transpose()?;
        let novelty = backend.novelty(task, config, &mut seed.stream("weights.curiosity"));
        let curiosity = novelty.map(Curiosity::new);
        Ok(Self {
            policy,
            actor: None,
            lanes: Vec::new(),
            real: None,
            imagined: Vec::new(),
            model,
            bootstraps: Bootstraps::new(config.ensemble_size),
            trust: Trust::default(),
            rounds: 0,
            novelty_scale: DiscountedReturnStd::new(config.num_envs, config.gamma_int as f32),
            beta: AdaptiveBeta::new(if curiosity.is_some() { config.beta as f32 } else { 0.0 }),
            curiosity,
            stage: Stage::Begin,
            last_good: None,
        })
    }

    /// Real steps that the model's state is made of, where there is a model.
    fn context_steps(&self) -> usize {
        self.model.as_ref().map_or(1, |model| model.context())
    }

    async fn advance(&mut self, context: &mut Context, stage: Stage) -> Result<Stage> {
        match stage {
            Stage::Begin | Stage::End => match context.relearning {
                Some(rounds) if rounds > 0 => self.begin_relearning(context, rounds).await,
                _ => self.begin_iteration(context).await,
            },
            Stage::Collect { step } => self.collect(context, step),
            Stage::ScoreNovelty(scoring) => self.score_novelty(context, scoring).await,
            Stage::Compare(open_loop, first_frame) => self.compare(context, open_loop, first_frame).await,
            Stage::Index => Ok(self.index(context)),
            Stage::Fit(fit) => self.fit(context, fit).await,
            Stage::Measure(validation, open_loop) => self.measure(context, validation, open_loop).await,
            Stage::Forecast(imagination) => self.forecast(context, imagination).await,
            Stage::ReturnGap { windows, imagination } => self.return_gap(context, windows, imagination).await,
            Stage::Imagine(round) => self.imagine(context, round).await,
            Stage::Cover(imagination) => self.cover(context, imagination).await,
            Stage::Advantages(estimation) => self.advantages(context, estimation).await,
            Stage::Improve(improvement) => self.improve(context, improvement).await,
            Stage::LearnImagined(steps) => self.learn_imagined(context, steps).await,
            Stage::LearnReal { batch } => self.learn_real(context, batch).await,
            Stage::Adapt => Ok(self.adapt(context)),
        }
    }
}

impl Learner for OnPolicy {
    fn tick<'a>(&'a mut self, context: &'a mut Context) -> Pending<'a, Progress> {
        Box::pin(async {
            let stage = std::mem::replace(&mut self.stage, Stage::Begin);
            self.stage = self.advance(context, stage).await?;
            Ok(if matches!(self.stage, Stage::End) { Progress::Over } else { Progress::Within })
        })
    }

    fn is_between_iterations(&self) -> bool {
        matches!(self.stage, Stage::Begin | Stage::End)
    }

    fn phase(&self) -> Phase {
        match self.stage.phase() {
            Phase::Curiosity | Phase::Adapt if self.curiosity.is_none() => Phase::Improve,
            phase => phase,
        }
    }

    fn phase_done(&self, config: &Config) -> f32 {
        self.stage.done(config)
    }

    fn round(&self) -> usize {
        self.stage.round()
    }

    fn narration(&self) -> String {
        let (overflowed, round) = (self.trust.overflowed, self.round());
        match self.phase() {
            Phase::Imagine if round > 0 => "It imagines futures from where it has just been.".into(),
            Phase::Advantages | Phase::Improve if overflowed > 0 && round > 0 => {
                let futures =
                    if overflowed == 1 { "one future".into() } else { format!("{overflowed} futures") };
                format!("In {futures} the model's numbers grew out of all bounds; they are cut off there.")
            }
            Phase::Improve if round > 0 => "It improves from what it imagined.".into(),
            phase => phase.sentence().into(),
        }
    }

    fn get_ready(&mut self) -> Pending<'_, ()> {
        Box::pin(async {
            if self.actor.is_none() {
                self.actor = Some(self.policy.actor().await?);
            }
            Ok(())
        })
    }

    fn act_greedily(&mut self, obs: &[f32], action: &mut Vec<f32>) {
        if let Some(actor) = &mut self.actor {
            actor.act_greedily(obs, action);
        }
    }

    fn parameters(&self) -> Option<&[f32]> {
        self.actor.as_ref().map(|actor| actor.flat.as_slice())
    }

    fn imagination(&self) -> ImaginationFacts {
        self.trust.facts()
    }

    fn beta(&self) -> f32 {
        self.beta.beta
    }

    fn maps_every_iteration(&self) -> bool {
        true
    }

    fn fill_map<'a>(
        &'a mut self,
        context: &'a Context,
        centres: &'a [f32],
        map: &'a mut StateMap,
    ) -> Pending<'a, bool> {
        Box::pin(self.map_values(context, centres, map))
    }

    fn begin_anew(&mut self, context: &Context) {
        self.begin_policy_anew(context);
    }

    fn has_measured_model(&self) -> bool {
        self.trust.known_steps > 0 && self.model.as_ref().is_some_and(|model| model.scales().is_some())
    }

    fn keep_last_good(&mut self, _updates: u64) {
        let is_good = self.actor.as_ref().is_none_or(HostActor::can_go_on);
        if is_good || self.last_good.is_none() {
            // What was kept before goes first: nothing between here and the next line can fail.
            self.last_good = None;
            self.last_good = Some(Box::new(Learned::of(self)));
        }
    }

    fn restore_last_good<'a>(&'a mut self, context: &'a Context) -> Pending<'a, ()> {
        Box::pin(self.go_back(context))
    }

    fn save<'a>(&'a self, _context: &'a Context, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        Box::pin(self.save_learned(arrays))
    }

    fn restore(&mut self, context: &Context, facts: ImaginationFacts, arrays: &mut Arrays) -> Result<()> {
        self.restore_learned(context, facts, arrays)
    }
}
