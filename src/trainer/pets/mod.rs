//! PETS: a world model and a planner, and no policy at all.
//!
//! **What.** Before every real step dozens of plans are tried in the learned model, the best are varied and tried
//! again, and the first action of the best plan is done. Then it plans anew. Every few steps the model is fitted to all
//! that has happened.
//! ```text
//! N · T times: plan in the model (iCEM, P plans, K particles, H steps) ─▶ do its first action     ─▶ fit ─▶ again
//! ```
//! **Shapes.** A plan is H actions; a decision follows P · K imagined branches ([`thought`]).
//! **Where.** The model and its fit are those of MB-PPO; the search over plans is [`crate::cem`]. Each lane has a
//! [seat](seats) with the rest of its last plan.
//! **Choices.** (1) Until `learning_starts` real steps are over, and until there is a model, actions are random.
//! (2) What acts is the planner, in an evaluation too, step by step in every episode: nothing is distilled from it, so
//! an evaluation costs as many decisions as its episodes have steps. (3) The search is iCEM's, not CEM's, which does
//! with far fewer plans. (4) Rewards and ends are learned, where the paper is given both. (5) There is no value: what
//! comes after H steps does not count, and a task that pays nothing within H steps looks alike everywhere.
//! **Paper.** Chua et al. 2018, "Deep Reinforcement Learning in a Handful of Trials using Probabilistic Dynamics
//! Models" (1805.12114); the planner is that of Pinneri et al. 2020 (2008.06389).

mod fit;
mod learned;
mod picture;
mod seats;
mod thought;

use super::checkpoint::ImaginationFacts;
use super::context::Context;
use super::imagined::Rules;
use super::learner::{Asked, Learner, Place, Progress};
use super::phase::Phase;
use crate::arrays::Arrays;
use crate::backend::{TaskShape, backend};
use crate::config::Config;
use crate::error::Result;
use crate::part::Pending;
use crate::rng::Stream;
use crate::world_model::WorldModel;
use crate::world_model::bootstrap::Bootstraps;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::OpenLoop;
use learned::Learned;
use seats::{Decided, Seats};
use std::ops::RangeInclusive;
use thought::Thinker;

pub(super) struct Pets {
    model: Box<dyn WorldModel>,
    bootstraps: Bootstraps,
    /// The least and the best reward that was seen before the latest fit.
    rewards: RangeInclusive<f32>,
    /// One a real environment.
    seats: Seats,
    /// One an episode of an evaluation, and its own chance.
    evaluation: Option<(Seats, Stream)>,
    facts: ImaginationFacts,
    stage: Stage,
    /// What had been learned at the end of the latest iteration; none any more after a failure.
    last_good: Option<Box<Learned>>,
}

/// What the next tick does.
enum Stage {
    /// Begin an iteration.
    Begin,
    /// Some steps of imagined branches, until every lane has decided.
    Plan { step: usize },
    /// One step of all environments; without a decision a random one.
    Collect { step: usize, decided: Option<Decided> },
    /// Bring the members' lists up to date.
    Index,
    /// One minibatch, or one look at what is held out.
    Fit(Box<Fit>),
    /// Some steps of open-loop predictions.
    Measure(Box<OpenLoop>),
}

impl Pets {
    /// # Errors
    /// [`crate::Error::Config`] with field `model` if this build has no such world model.
    pub(super) fn new(context: &Context) -> Result<Self> {
        let Context { config, spec, seed, device, .. } = context;
        let task = TaskShape { obs_size: spec.obs_size(), action: spec.action };
        Ok(Self {
            model: backend(device).world_model(task, config, &mut seed.stream("weights.model"))?,
            bootstraps: Bootstraps::new(config.ensemble_size),
            rewards: 0.0..=0.0,
            seats: Seats::new(config.num_envs, spec.action, config),
            evaluation: None,
            facts: ImaginationFacts::default(),
            stage: Stage::Begin,
            last_good: None,
        })
    }

    /// Before the next real step.
    fn next_step(&self, context: &Context, step: usize) -> Stage {
        let is_random = context.record.real_steps < context.config.learning_starts as u64;
        match is_random || self.model.scales().is_none() {
            true => Stage::Collect { step, decided: None },
            false => Stage::Plan { step },
        }
    }

    async fn plan(&mut self, context: &mut Context, step: usize) -> Result<Stage> {
        let lanes = context.config.num_envs;
        let (obs, asks) = (context.envs.obs().to_vec(), vec![true; lanes]);
        let begun: Vec<bool> = (0..lanes).map(|lane| context.envs.elapsed(lane) == 0).collect();
        let asked = Asked { place: Place::Played, obs: &obs, asks: &asks, begun: &begun };
        Ok(match self.think(context, asked).await? {
            Some(decided) => Stage::Collect { step, decided: Some(decided) },
            None => Stage::Plan { step },
        })
    }

    /// As much thinking as a tick allows; what was decided once it is over.
    async fn think(&mut self, context: &mut Context, asked: Asked<'_>) -> Result<Option<Decided>> {
        let mut stream = std::mem::replace(&mut context.streams.imagination, context.seed.stream("unused"));
        let (seats, drawn) = match (&mut self.evaluation, asked.place) {
            (Some((seats, drawn)), Place::Evaluation) => (seats, drawn),
            _ => (&mut self.seats, &mut stream),
        };
        let mut thinker = Thinker {
            model: self.model.as_mut(),
            config: &context.config,
            action: context.spec.action,
            rules: Rules::of(context),
            rewards: self.rewards.clone(),
            stream: drawn,
        };
        let is_watched = context.is_watched && asked.place == Place::Played;
        let decided = seats.advance(&asked, &mut thinker, is_watched).await;
        context.streams.imagination = stream;
        decided
    }

    /// One step of all environments.
    fn collect(&mut self, context: &mut Context, step: usize, decided: Option<Decided>) -> Result<Stage> {
        let actions = match &decided {
            Some(decided) => {
                self.note(context, decided);
                decided.actions()
            }
            None => {
                let action = context.spec.action;
                (0..context.config.num_envs)
                    .flat_map(|_| action.random(&mut context.streams.actions))
                    .collect()
            }
        };
        let before = decided.is_none().then(|| context.envs.obs().to_vec());
        context.step(&actions, |_, _, _| {})?;
        if let Some(obs) = before {
            self.remember(context, &obs, &actions);
        }
        let step = step + 1;
        Ok(if step < context.config.num_steps { self.next_step(context, step) } else { Stage::Index })
    }

    /// What was done at random led here too.
    fn remember(&mut self, context: &Context, obs: &[f32], actions: &[f32]) {
        let (steps, action) = (self.model.context(), context.spec.action);
        let rows = obs.chunks_exact(context.spec.obs_size()).zip(actions.chunks_exact(action.stored_size()));
        for (lane, (seat, (obs, done))) in self.seats.seats.iter_mut().zip(rows).enumerate() {
            seat.remember(obs, done, action, steps);
            if context.envs.elapsed(lane) == 0 {
                seat.before.clear();
            }
        }
    }

    /// Tells what was decided.
    fn note(&self, context: &mut Context, decided: &Decided) {
        context.record.imagined_steps += decided.counted;
        let Some(Some(first)) = decided.decisions.first() else { return };
        context.record.metric("plan/value", first.value);
        context.record.metric("plan/doubt", first.doubt);
        if let Some(paths) = &first.paths {
            let rollout = paths.rollout(context.spec.action_size());
            context.record.plans(&rollout, &paths.worth, self.facts.confidence.unwrap_or(0.0));
        }
    }

    async fn advance(&mut self, context: &mut Context) -> Result<Progress> {
        let next = match std::mem::replace(&mut self.stage, Stage::Begin) {
            Stage::Begin => Some(self.next_step(context, 0)),
            Stage::Plan { step } => Some(self.plan(context, step).await?),
            Stage::Collect { step, decided } => Some(self.collect(context, step, decided)?),
            Stage::Index => self.index(context),
            Stage::Fit(fit) => Some(self.fit(context, fit).await?),
            Stage::Measure(open_loop) => self.measure(context, open_loop).await?,
        };
        let Some(next) = next else { return Ok(Progress::Over) };
        self.stage = next;
        Ok(Progress::Within)
    }
}

impl Learner for Pets {
    fn tick<'a>(&'a mut self, context: &'a mut Context) -> Pending<'a, Progress> {
        Box::pin(self.advance(context))
    }

    fn is_between_iterations(&self) -> bool {
        matches!(self.stage, Stage::Begin)
    }

    fn phase(&self) -> Phase {
        match self.stage {
            Stage::Begin | Stage::Collect { .. } => Phase::Collect,
            Stage::Plan { .. } => Phase::Imagine,
            Stage::Index | Stage::Fit(_) | Stage::Measure(_) => Phase::Fit,
        }
    }

    fn phase_done(&self, config: &Config) -> f32 {
        match &self.stage {
            Stage::Begin | Stage::Index => 0.0,
            Stage::Plan { step } | Stage::Collect { step, .. } => *step as f32 / config.num_steps as f32,
            Stage::Fit(fit) => fit.updates as f32 / config.model_updates as f32,
            Stage::Measure(open_loop) => open_loop.done(),
        }
    }

    fn narration(&self) -> String {
        match self.phase() {
            Phase::Imagine => "It tries plans in its model, and will do the first action of the best.".into(),
            phase => phase.sentence().into(),
        }
    }

    fn begin_evaluation(&mut self, context: &Context, episodes: usize) {
        let name = format!("evaluation.{}.plans", context.record.evaluations.count);
        let seats = Seats::new(episodes, context.spec.action, &context.config);
        self.evaluation = Some((seats, context.seed.stream(&name)));
    }

    fn is_deciding(&self) -> bool {
        self.seats.is_thinking()
    }

    fn decide<'a>(&'a mut self, context: &'a mut Context, asked: Asked<'a>) -> Pending<'a, Option<Vec<f32>>> {
        Box::pin(async move {
            let Some(decided) = self.think(context, asked).await? else { return Ok(None) };
            if asked.place == Place::Played {
                self.note(context, &decided);
            }
            Ok(Some(decided.actions()))
        })
    }

    fn imagination(&self) -> ImaginationFacts {
        self.facts.clone()
    }

    fn keep_last_good(&mut self, _updates: u64) {
        self.last_good = Some(Box::new(Learned::of(self)));
    }

    fn restore_last_good<'a>(&'a mut self, context: &'a Context) -> Pending<'a, ()> {
        Box::pin(async { self.go_back(context) })
    }

    fn save<'a>(&'a self, _context: &'a Context, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        Box::pin(self.save_learned(arrays))
    }

    fn restore(&mut self, context: &Context, facts: ImaginationFacts, arrays: &mut Arrays) -> Result<()> {
        self.restore_learned(context, facts, arrays)
    }
}
