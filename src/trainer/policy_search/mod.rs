//! Policy search in the model: a small policy is improved in the learned model alone, until nothing better is found.
//!
//! **What.** Between a few real steps the model is fitted to all of them, and a search without gradients tries whole
//! policies in it: dozens of candidates, each in several imagined episodes, generation after generation. Only the last
//! mean acts for real.
//! ```text
//! collect N · T real steps with W ─▶ fit ─▶ G generations: P candidates ~ CMA-ES, R(W) in the model ─▶ W ← mean
//! ```
//! **Shapes.** W `[n]` ([`policy`]); a generation is P rows, each tried in E imagined episodes of H steps ([`trials`]).
//! **Where.** The model and its fit are those of MB-PPO; the search distribution is [`crate::cma_es`].
//! **Choices.** (1) Until `learning_starts` real steps are over, actions are random. (2) After that the policy acts
//! without noise: its mistakes in the real task are what the model learns from. (3) A third of the imagined episodes
//! starts where real ones did, the others anywhere in replay, so that the policy is right beyond its usual path.
//! (4) Every search begins at the policy that has just acted, with the first step size. (5) The papers' models are
//! Gaussian processes, with rewards that are given; here an ensemble of networks learns the reward and the ends too.
//! (6) There is no value: what comes after H steps does not count.
//! **Paper.** Chatzilygeroudis et al. 2017 (1703.07261), Black-DROPS, whose scheme this is; Deisenroth and Rasmussen
//! 2011, PILCO.

mod fit;
mod ghosts;
mod learned;
mod policy;
mod starts;
mod trials;

use super::checkpoint::ImaginationFacts;
use super::context::Context;
use super::imagined::Rules;
use super::learner::{Learner, Progress};
use super::phase::Phase;
use crate::arrays::Arrays;
use crate::backend::{TaskShape, backend};
use crate::cma_es::CmaEs;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::part::Pending;
use crate::world_model::WorldModel;
use crate::world_model::bootstrap::Bootstraps;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::OpenLoop;
use ghosts::Ghosts;
use learned::Learned;
use policy::SearchedPolicy;
use starts::Starts;
use std::ops::RangeInclusive;
use trials::Trials;

pub(super) struct PolicySearch {
    policy: SearchedPolicy,
    /// W
    weights: Vec<f32>,
    model: Box<dyn WorldModel>,
    bootstraps: Bootstraps,
    starts: Starts,
    facts: ImaginationFacts,
    stage: Stage,
    /// What had been learned at the end of the latest iteration; none any more after a failure.
    last_good: Option<Box<Learned>>,
}

/// What the next tick does.
enum Stage {
    /// Begin an iteration.
    Begin,
    /// One step of all environments.
    Collect { step: usize },
    /// Bring the members' lists up to date.
    Index,
    /// One minibatch, or one look at what is held out.
    Fit(Box<Fit>),
    /// Some steps of open-loop predictions.
    Measure(Box<OpenLoop>),
    /// One step of some candidates.
    Search(Box<Search>),
    /// One step of what is imagined for the display.
    Forecast(Box<Ghosts>),
}

/// A search in progress.
struct Search {
    distribution: CmaEs,
    /// Generations that are over.
    generation: usize,
    /// The least and the best reward that was seen.
    rewards: RangeInclusive<f32>,
    trials: Trials,
}

impl PolicySearch {
    /// # Errors
    /// [`Error::Config`] with field `model` if this build has no such world model.
    pub(super) fn new(context: &Context) -> Result<Self> {
        let Context { config, spec, seed, device, .. } = context;
        let task = TaskShape { obs_size: spec.obs_size(), action: spec.action };
        let model = backend(device).world_model(task, config, &mut seed.stream("weights.model"))?;
        let policy = SearchedPolicy::new(context.shape(), config.search_hidden_size);
        Ok(Self {
            weights: vec![0.0; policy.size()],
            policy,
            model,
            bootstraps: Bootstraps::new(config.ensemble_size),
            starts: Starts::default(),
            facts: ImaginationFacts::default(),
            stage: Stage::Begin,
            last_good: None,
        })
    }

    /// One step of all environments.
    fn collect(&mut self, context: &mut Context, step: usize) -> Result<Stage> {
        let is_random = context.record.real_steps < context.config.learning_starts as u64;
        let mut actions = Vec::with_capacity(context.config.num_envs * context.spec.action_size());
        for obs in context.envs.obs().chunks_exact(context.spec.obs_size()) {
            match is_random {
                true => actions.extend(context.spec.action.random(&mut context.streams.actions)),
                false => self.policy.act(&self.weights, obs, &mut actions),
            }
        }
        context.step(&actions, |_, _, _| {})?;
        Ok(if step + 1 < context.config.num_steps { Stage::Collect { step: step + 1 } } else { Stage::Index })
    }

    /// The next generation, from fresh starts.
    fn generation(
        &self,
        context: &mut Context,
        mut distribution: CmaEs,
        rewards: RangeInclusive<f32>,
        generation: usize,
    ) -> Search {
        let Config { search_population: candidates, search_episodes: episodes, .. } = context.config;
        let wanted = (self.model.context(), context.spec.action);
        let streams = &mut context.streams;
        let starts = self.starts.draw(&context.replay, (candidates, episodes), wanted, &mut streams.starts);
        let asked = distribution.ask(candidates, &mut streams.imagination);
        let trials = Trials::start(asked, episodes, starts, rewards.clone());
        Search { distribution, generation, rewards, trials }
    }

    /// One step of some candidates; after the last, the next generation. None once the search is over.
    async fn search(&mut self, context: &mut Context, mut now: Box<Search>) -> Result<Option<Stage>> {
        let rules = Rules::of(context);
        let (members, cost) = (self.model.members(), self.model.cost());
        if !now.trials.advance((self.model.as_mut(), members, cost), &mut self.policy, &rules).await? {
            return Ok(Some(Stage::Search(now)));
        }
        let Search { mut distribution, generation, rewards, trials } = *now;
        let returns = trials.returns();
        Error::unless_finite("improve", "imagined return", &returns)?;
        context.record.imagined_steps += trials.counted;
        distribution.tell(&returns);
        if generation + 1 < context.config.search_generations {
            let next = self.generation(context, distribution, rewards, generation + 1);
            return Ok(Some(Stage::Search(Box::new(next))));
        }
        context.record.metric("search/return_mean", returns.iter().sum::<f32>() / returns.len() as f32);
        context.record.metric("search/step_size", distribution.step_size as f32);
        self.weights = distribution.mean.iter().map(|weight| *weight as f32).collect();
        Error::unless_finite("improve", "policy", &self.weights)?;
        context.record.updates += context.config.search_generations as u64;
        let (members, steps) = (self.model.members(), self.model.context());
        Ok(context.is_watched.then(|| Stage::Forecast(Box::new(Ghosts::start(context, members, steps)))))
    }

    /// One step of the ghosts; none once they have come to their end.
    async fn forecast(&mut self, context: &mut Context, mut ghosts: Box<Ghosts>) -> Result<Option<Stage>> {
        let acting = (&mut self.policy, self.weights.as_slice());
        if !ghosts.advance(self.model.as_mut(), acting, &Rules::of(context)).await? {
            return Ok(Some(Stage::Forecast(ghosts)));
        }
        if let Some(rollout) = ghosts.rollout() {
            context.record.forecast(&rollout, self.facts.confidence.unwrap_or(0.0));
        }
        Ok(None)
    }

    async fn advance(&mut self, context: &mut Context) -> Result<Progress> {
        let next = match std::mem::replace(&mut self.stage, Stage::Begin) {
            Stage::Begin => Some(Stage::Collect { step: 0 }),
            Stage::Collect { step } => Some(self.collect(context, step)?),
            Stage::Index => self.index(context),
            Stage::Fit(fit) => Some(self.fit(context, fit).await?),
            Stage::Measure(open_loop) => Some(self.measure(context, open_loop).await?),
            Stage::Search(search) => self.search(context, search).await?,
            Stage::Forecast(ghosts) => self.forecast(context, ghosts).await?,
        };
        let Some(next) = next else { return Ok(Progress::Over) };
        self.stage = next;
        Ok(Progress::Within)
    }
}

impl Learner for PolicySearch {
    fn tick<'a>(&'a mut self, context: &'a mut Context) -> Pending<'a, Progress> {
        Box::pin(self.advance(context))
    }

    fn is_between_iterations(&self) -> bool {
        matches!(self.stage, Stage::Begin)
    }

    fn phase(&self) -> Phase {
        match self.stage {
            Stage::Begin | Stage::Collect { .. } => Phase::Collect,
            Stage::Index | Stage::Fit(_) | Stage::Measure(_) => Phase::Fit,
            Stage::Search(_) | Stage::Forecast(_) => Phase::Imagine,
        }
    }

    fn phase_done(&self, config: &Config) -> f32 {
        match &self.stage {
            Stage::Begin | Stage::Index => 0.0,
            Stage::Collect { step } => *step as f32 / config.num_steps as f32,
            Stage::Fit(fit) => fit.updates as f32 / config.model_updates as f32,
            Stage::Measure(open_loop) => open_loop.done(),
            Stage::Forecast(_) => 1.0,
            Stage::Search(search) => {
                let within = search.trials.steps as f32 / config.horizon as f32;
                (search.generation as f32 + within) / config.search_generations as f32
            }
        }
    }

    fn narration(&self) -> String {
        match self.phase() {
            Phase::Imagine => {
                "It tries many small changes of its policy in the model, and follows the best.".into()
            }
            phase => phase.sentence().into(),
        }
    }

    fn act_greedily(&mut self, obs: &[f32], action: &mut Vec<f32>) {
        self.policy.act(&self.weights, obs, action);
    }

    fn parameters(&self) -> Option<&[f32]> {
        Some(&self.weights)
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
