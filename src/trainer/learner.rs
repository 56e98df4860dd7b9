//! What a learner is to a run: a small state machine of ticks that saves and restores itself.
//!
//! **What.** One tick is one bounded unit of work ([`crate::budget`]). Ticks make up iterations; between two of them a
//! run can be saved, evaluated and drawn, which [`super::Trainer`] does for every learner alike.
//! **Where.** Kinds of learners: [`super::on_policy`], [`super::off_policy`], [`super::tabular`]. Which one a run has
//! is decided in [`super::factory`].
//! **Choices.** (1) A tick can wait for a device, so it is [`Pending`].
//! (2) What a learner has no part in (values on a map, imagination, a last good state) has a default here.

use super::checkpoint::ImaginationFacts;
use super::context::Context;
use super::phase::Phase;
use crate::arrays::Arrays;
use crate::config::Config;
use crate::error::Result;
use crate::part::{Pending, done};
use crate::snapshot::StateMap;
use std::any::Any;

/// Where a tick has left the iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// In the middle.
    Within,
    /// At its end; all that was learned in it is finite.
    Over,
}

/// N lanes that ask what to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Whose they are.
    pub(super) place: Place,
    /// What they see, [N, O].
    pub(super) obs: &'a [f32],
    /// Who asks, `[N]`: not those whose episode is over.
    pub(super) asks: &'a [bool],
    /// Whose episode begins now, `[N]`.
    pub(super) begun: &'a [bool],
}

/// Where somebody acts without exploring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the run's own environments, where it only plays.
    Played,
    /// In an evaluation.
    Evaluation,
}

pub(super) trait Learner: Any {
    /// One bounded unit of work.
    fn tick<'a>(&'a mut self, context: &'a mut Context) -> Pending<'a, Progress>;

    /// Whether the next tick begins an iteration.
    fn is_between_iterations(&self) -> bool;

    /// The phase that the next tick works on.
    fn phase(&self) -> Phase;

    /// How much of the phase is done, in [0, 1].
    fn phase_done(&self, config: &Config) -> f32;

    /// The round of imagining and improving, from 1; 0 outside of them.
    fn round(&self) -> usize {
        0
    }

    /// What is going on, as a sentence for a newcomer.
    fn narration(&self) -> String {
        self.phase().sentence().into()
    }

    /// Gets ready to act, if it has never acted.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn get_ready(&mut self) -> Pending<'_, ()> {
        done(())
    }

    /// Appends the greedy action for one observation, as it is stored. Asked by [`Learner::decide`] alone: whoever
    /// decides otherwise needs none.
    fn act_greedily(&mut self, _obs: &[f32], _action: &mut Vec<f32>) {}

    /// So many episodes begin that teach nothing: an evaluation.
    fn begin_evaluation(&mut self, _context: &Context, _episodes: usize) {}

    /// Whether [`Learner::decide`] has begun and not come to its end.
    fn is_deciding(&self) -> bool {
        false
    }

    /// What lanes do without exploring, [N, stored], and 0 of those that do not ask; nothing as long as that takes
    /// another tick.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    fn decide<'a>(&'a mut self, context: &'a mut Context, asked: Asked<'a>) -> Pending<'a, Option<Vec<f32>>> {
        let (size, mut actions) = (context.spec.action_size(), Vec::new());
        for (obs, asks) in asked.obs.chunks_exact(context.spec.obs_size()).zip(asked.asks) {
            match asks {
                false => actions.extend(std::iter::repeat_n(0.0, size)),
                true => self.act_greedily(obs, &mut actions),
            }
        }
        done(Some(actions))
    }

    /// All learned parameters as they were last copied to the host; none before the first tick, or of a table.
    fn parameters(&self) -> Option<&[f32]> {
        None
    }

    /// How far a model is trusted, as the page shows it.
    fn imagination(&self) -> ImaginationFacts {
        ImaginationFacts::default()
    }

    /// Weight of the intrinsic reward.
    fn beta(&self) -> f32 {
        0.0
    }

    /// Whether every watched iteration ends with a map, in ticks that count. Elsewhere an iteration may be one step:
    /// maps are drawn now and then, and their ticks are not counted.
    fn maps_every_iteration(&self) -> bool {
        false
    }

    /// Fills in value and novelty, where it has them, at the centres [cells, O] of the map's cells, as many as a tick
    /// may; whether all are done.
    fn fill_map<'a>(
        &'a mut self,
        _context: &'a Context,
        _centres: &'a [f32],
        _map: &'a mut StateMap,
    ) -> Pending<'a, bool> {
        done(true)
    }

    /// Copies what has been learned so far: all of it has just been found finite.
    fn keep_last_good(&mut self, updates: u64);

    /// Puts the last copy back after a failure.
    fn restore_last_good<'a>(&'a mut self, context: &'a Context) -> Pending<'a, ()>;

    /// Puts all that it has learned into a checkpoint.
    fn save<'a>(&'a self, context: &'a Context, arrays: &'a mut Arrays) -> Pending<'a, ()>;

    /// Goes on from what was saved; `context` has been restored already.
    ///
    /// # Errors
    /// [`crate::Error::Checkpoint`] with what is missing or cannot be.
    fn restore(&mut self, context: &Context, facts: ImaginationFacts, arrays: &mut Arrays) -> Result<()>;
}
