//! Those who plan side by side: one seat a lane, with the rest of its last plan and the steps that led to now.
//!
//! **Shapes.** Of each lane: a search over plans, and the last L − 1 steps, [≤ L − 1, O + A].
//! **Choices.** They think one after another: what a decision needs is needed once, however many lanes there are.

use super::thought::{Decision, Thinker, Thought};
use crate::budget::Tick;
use crate::cem::noise::Coloured;
use crate::cem::{Cem, Settings};
use crate::config::Config;
use crate::dynamics;
use crate::env::ActionSpace;
use crate::error::Result;
use crate::trainer::learner::Asked;
use std::sync::Arc;

/// One who plans.
pub(super) struct Seat {
    pub(super) search: Cem,
    /// The last steps of the episode: obs, and action in the model's form.
    pub(super) before: Vec<f32>,
}

impl Seat {
    fn new(action: ActionSpace, config: &Config, noise: Arc<Coloured>) -> Self {
        let settings = Settings {
            elites: config.plan_elites,
            spread: config.plan_noise,
            momentum: config.plan_momentum,
        };
        Self { search: Cem::new(action, noise, settings), before: Vec::new() }
    }

    /// This moment for a model that wants to know L steps.
    fn moment(&self, obs: &[f32], steps: usize, width: usize) -> dynamics::Context {
        let mut moment = dynamics::Context::seen(obs.to_vec());
        if steps > 1 {
            let known = self.before.len() / width;
            moment.before = vec![0.0; (steps - 1 - known) * width];
            moment.before.extend_from_slice(&self.before);
            moment.known = vec![known];
        }
        moment
    }

    /// Remembers what was done on seeing this, as far as the model wants to know it.
    pub(super) fn remember(&mut self, obs: &[f32], done: &[f32], action: ActionSpace, steps: usize) {
        self.before.extend_from_slice(obs);
        action.encode(done, &mut self.before);
        let most = (steps - 1) * (obs.len() + action.encoded_size());
        let too_many = self.before.len().saturating_sub(most);
        self.before.drain(..too_many);
    }
}

/// All of them, and who is thinking.
pub(super) struct Seats {
    pub(super) seats: Vec<Seat>,
    /// What has been decided, lane after lane; of lanes that do not ask nothing.
    decided: Vec<Option<Decision>>,
    thought: Option<Thought>,
    /// Imagined steps of the decisions that are made so far.
    counted: u64,
}

impl Seats {
    pub(super) fn new(lanes: usize, action: ActionSpace, config: &Config) -> Self {
        let noise = Arc::new(Coloured::new(config.horizon, config.plan_noise_exponent));
        let seats = (0..lanes).map(|_| Seat::new(action, config, noise.clone())).collect();
        Self { seats, decided: Vec::new(), thought: None, counted: 0 }
    }

    /// All begin anew.
    pub(super) fn forget(&mut self) {
        self.seats.iter_mut().for_each(|seat| {
            seat.search.forget();
            seat.before.clear();
        });
        (self.thought, self.decided, self.counted) = (None, Vec::new(), 0);
    }

    /// Whether somebody is thinking.
    pub(super) fn is_thinking(&self) -> bool {
        self.thought.is_some() || !self.decided.is_empty()
    }

    /// As much thinking as a tick allows; what each lane does once all have decided.
    ///
    /// # Errors
    /// As from [`Thought::advance`].
    pub(super) async fn advance(
        &mut self,
        asked: &Asked<'_>,
        thinker: &mut Thinker<'_>,
        is_watched: bool,
    ) -> Result<Option<Decided>> {
        let (tick, size) = (Tick::begin(), asked.obs.len() / self.seats.len());
        while self.decided.len() < self.seats.len() {
            let lane = self.decided.len();
            if !asked.asks[lane] {
                self.decided.push(None);
                continue;
            }
            let (seat, obs) = (&mut self.seats[lane], &asked.obs[lane * size..][..size]);
            let mut thought = match self.thought.take() {
                Some(thought) => thought,
                None => {
                    match asked.begun[lane] {
                        true => (seat.search.forget(), seat.before.clear()),
                        false => (seat.search.shift(), ()),
                    };
                    let (steps, width) = (thinker.model.context(), size + thinker.action.encoded_size());
                    Thought::begin(seat.moment(obs, steps, width), is_watched && lane == 0)
                }
            };
            match thought.advance(thinker, &mut seat.search).await? {
                Some(decision) => {
                    self.counted += thought.counted;
                    seat.remember(obs, &decision.action, thinker.action, thinker.model.context());
                    self.decided.push(Some(decision));
                }
                None => self.thought = Some(thought),
            }
            if tick.is_over() && self.decided.len() < self.seats.len() {
                return Ok(None);
            }
        }
        let (decisions, counted) = (std::mem::take(&mut self.decided), std::mem::take(&mut self.counted));
        Ok(Some(Decided { decisions, stored: thinker.action.stored_size(), counted }))
    }
}

/// What has been decided by all.
pub(super) struct Decided {
    pub(super) decisions: Vec<Option<Decision>>,
    stored: usize,
    /// Imagined steps that they took.
    pub(super) counted: u64,
}

impl Decided {
    /// As they are stored, [N, stored]; zeros of those who did not ask.
    pub(super) fn actions(&self) -> Vec<f32> {
        let nothing = vec![0.0; self.stored];
        let action = |decision: &Option<Decision>| match decision {
            Some(decision) => decision.action.clone(),
            None => nothing.clone(),
        };
        self.decisions.iter().flat_map(action).collect()
    }
}
