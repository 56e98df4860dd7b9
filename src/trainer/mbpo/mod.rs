//! MBPO: soft actor-critic that learns mostly from short imagined branches, which begin at states that really occurred.
//!
//! **What.** Every T real steps the model is fitted to all of them; then the policy acts in it, from M replayed states,
//! for k steps each. Until the next fit every real step is followed by many updates of SAC, whose minibatches have few
//! real rows and many imagined ones. Short branches are the point: a model's error grows with every step of its own.
//! ```text
//! fit ─▶ M branches of k steps ─▶ model buffer D̂ ─▶ T times: act, then G updates on minibatches of D and D̂
//! rows of a minibatch: ⌊B · real_ratio⌋ from D, the rest from D̂
//! k = ⌊min(max(x + (y − x) (t − t₀) / s, x), y)⌋
//!     t real steps, t₀ learning_starts, x horizon_first, y horizon, s horizon_steps
//! ```
//! **Shapes.** The model buffer has at most M · k rows as in replay: obs [O], action [A], reward, next obs [O], end.
//! **Where.** SAC and its ticks are [`FromReplay`]'s; the fit is that of [`crate::world_model`], imagining that of
//! [`crate::imagination`]; how far the model is trusted is decided by [`Trust`], in the same words as for PPO.
//! **Choices.** (1) The model buffer lasts for one iteration: the newest model and a recent policy made all of it, and
//! no file has to hold it. (2) With `adaptive_depth` the length goes by doubt and not by the schedule: as many steps as
//! the model predicts well on what is held out, and a branch ends where its members disagree. (3) Until a model is
//! trusted, minibatches are real: the run is plain SAC with G updates. (4) Actions are random until `learning_starts`.
//! **Left out.** The paper's ensemble has 7 networks, of which the 5 best imagine, with Gaussian outputs: here all
//! members do, and outputs are as `model_heads` says. It is given when episodes end; here that is learned, unless
//! `termination = known`. It keeps the branches of several fits in D̂; here (1).
//! **Paper.** Janner, Fu, Zhang and Levine 2019, When to Trust Your Model: Model-Based Policy Optimization, NeurIPS
//! (1906.08253). The length by doubt: Pan et al. 2020 (2010.04893).

mod branches;
mod fit;
mod learned;
mod watch;

use super::checkpoint::ImaginationFacts;
use super::context::Context;
use super::learner::{Learner, Progress};
use super::off_policy::FromReplay;
use super::phase::Phase;
use super::trust::Trust;
use crate::arrays::Arrays;
use crate::backend::{TaskShape, backend};
use crate::buffer::Replay;
use crate::config::Config;
use crate::error::Result;
use crate::part::Pending;
use crate::snapshot::StateMap;
use crate::world_model::bootstrap::Bootstraps;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::OpenLoop;
use crate::world_model::{Validation, WorldModel};
use branches::Round;
use learned::Learned;
use watch::Futures;

pub(super) struct Mbpo {
    /// SAC: acts, and learns from replay and what is beside it.
    sac: FromReplay,
    model: Box<dyn WorldModel>,
    bootstraps: Bootstraps,
    trust: Trust,
    /// D̂ of this iteration; none where nothing is imagined.
    imagined: Option<Replay>,
    stage: Stage,
    /// The model at the end of the latest iteration; none any more after a failure.
    last_good: Option<Box<Learned>>,
}

/// What the next tick does.
enum Stage {
    /// Begin an iteration.
    Begin,
    /// Bring the members' lists up to date.
    Index,
    /// One minibatch of the model, or one look at what is held out.
    Fit(Box<Fit>),
    /// Some steps of open-loop predictions.
    Measure(Validation, Box<OpenLoop>),
    /// One step of what is imagined for the display.
    Forecast(Box<Futures>),
    /// One step of some branches.
    Imagine(Box<Round>),
    /// One tick of SAC; so many real steps each environment has taken.
    Learn { steps: usize },
    /// Some steps of the prediction of what has come, from this frame on.
    Compare(Box<OpenLoop>, u64),
}

impl Mbpo {
    /// # Errors
    /// [`crate::Error::Config`] with field `model` if this build has no such world model.
    pub(super) fn new(context: &Context) -> Result<Self> {
        let Context { config, spec, seed, device, .. } = context;
        let task = TaskShape { obs_size: spec.obs_size(), action: spec.action };
        let model = backend(device).world_model(task, config, &mut seed.stream("weights.model"))?;
        Ok(Self {
            sac: FromReplay::new(context)?,
            model,
            bootstraps: Bootstraps::new(config.ensemble_size),
            trust: Trust::default(),
            imagined: None,
            stage: Stage::Begin,
            last_good: None,
        })
    }

    /// The fit comes first, once there is something to learn from.
    fn begin(&self, context: &Context) -> Stage {
        let has_begun = context.record.real_steps >= context.config.learning_starts as u64;
        if has_begun && !context.replay.is_empty() { Stage::Index } else { Stage::Learn { steps: 0 } }
    }

    /// One tick of SAC; after the last one the iteration is over, but for who watches.
    fn learn(&mut self, context: &mut Context, steps: usize) -> Result<Option<Stage>> {
        if self.sac.advance(context, self.imagined.as_ref())? == Progress::Within {
            return Ok(Some(Stage::Learn { steps }));
        }
        let steps = steps + context.config.train_freq;
        if steps < context.config.num_steps {
            return Ok(Some(Stage::Learn { steps }));
        }
        self.imagined = None;
        Ok(self.begin_comparison(context, steps))
    }

    async fn advance(&mut self, context: &mut Context) -> Result<Progress> {
        let next = match std::mem::replace(&mut self.stage, Stage::Begin) {
            Stage::Begin => Some(self.begin(context)),
            Stage::Index => Some(self.index(context)),
            Stage::Fit(fit) => Some(self.fit(context, fit).await?),
            Stage::Measure(validation, open_loop) => {
                Some(self.measure(context, validation, open_loop).await?)
            }
            Stage::Forecast(futures) => Some(self.forecast(context, futures).await?),
            Stage::Imagine(round) => Some(self.imagine(context, round).await?),
            Stage::Learn { steps } => self.learn(context, steps)?,
            Stage::Compare(open_loop, first_frame) => self.compare(context, open_loop, first_frame).await?,
        };
        let Some(next) = next else { return Ok(Progress::Over) };
        self.stage = next;
        Ok(Progress::Within)
    }
}

impl Learner for Mbpo {
    fn tick<'a>(&'a mut self, context: &'a mut Context) -> Pending<'a, Progress> {
        Box::pin(self.advance(context))
    }

    fn is_between_iterations(&self) -> bool {
        matches!(self.stage, Stage::Begin)
    }

    fn phase(&self) -> Phase {
        match self.stage {
            Stage::Begin | Stage::Compare(..) => Phase::Collect,
            Stage::Index | Stage::Fit(_) | Stage::Measure(..) => Phase::Fit,
            Stage::Forecast(_) | Stage::Imagine(_) => Phase::Imagine,
            Stage::Learn { .. } => self.sac.phase(),
        }
    }

    fn phase_done(&self, config: &Config) -> f32 {
        match &self.stage {
            Stage::Begin | Stage::Index => 0.0,
            Stage::Fit(fit) => fit.updates as f32 / config.model_updates as f32,
            Stage::Measure(_, open_loop) | Stage::Compare(open_loop, _) => open_loop.done(),
            Stage::Forecast(_) => 0.0,
            Stage::Imagine(round) => round.done(),
            Stage::Learn { steps } => (*steps as f32 / config.num_steps as f32).min(1.0),
        }
    }

    fn narration(&self) -> String {
        match self.phase() {
            Phase::Imagine => "It imagines short futures from where it has been.".into(),
            Phase::Improve if self.imagined.is_some() => {
                "It improves from what it imagined, and a little from what really happened.".into()
            }
            phase => phase.sentence().into(),
        }
    }

    fn get_ready(&mut self) -> Pending<'_, ()> {
        self.sac.get_ready()
    }

    fn act_greedily(&mut self, obs: &[f32], action: &mut Vec<f32>) {
        self.sac.act_greedily(obs, action);
    }

    fn parameters(&self) -> Option<&[f32]> {
        self.sac.parameters()
    }

    fn imagination(&self) -> ImaginationFacts {
        self.trust.facts()
    }

    fn fill_map<'a>(
        &'a mut self,
        context: &'a Context,
        centres: &'a [f32],
        map: &'a mut StateMap,
    ) -> Pending<'a, bool> {
        self.sac.fill_map(context, centres, map)
    }

    fn keep_last_good(&mut self, updates: u64) {
        self.sac.keep_last_good(updates);
        self.last_good = Some(Box::new(Learned::of(self)));
    }

    fn restore_last_good<'a>(&'a mut self, context: &'a Context) -> Pending<'a, ()> {
        Box::pin(self.go_back(context))
    }

    fn save<'a>(&'a self, context: &'a Context, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        Box::pin(self.save_learned(context, arrays))
    }

    fn restore(&mut self, context: &Context, facts: ImaginationFacts, arrays: &mut Arrays) -> Result<()> {
        self.restore_learned(context, facts, arrays)
    }
}
