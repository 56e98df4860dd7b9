//! Curiosity on imagined steps: with `curiosity_on_imagined`, what was imagined becomes familiar too.
//!
//! **What.** After each round of improving, the curiosity module learns from that round's imagined steps, minibatch by
//! minibatch and each once, as it learns from the real ones at the end of the iteration.
//! **Choices.** (1) Off by default: novelty is then what has not really been seen. On, a state that was only imagined
//! counts as familiar, too. (2) How states are normalised, and the scale of novelty, stay those of real steps.
//! (3) `curiosity/loss` stays that of real steps.

use super::Trainer;
use super::work::Work;
use crate::buffer::Rollout;
use crate::curiosity::Visit;
use crate::error::{Error, Result};
use crate::minibatches::{self, minibatch};
use std::ops::Range;

/// Imagined steps that curiosity is learning from.
pub(super) struct Rehearsal {
    /// The round that they were imagined in.
    pub(super) round: usize,
    /// What is left of them; the last is learned from first.
    rollouts: Vec<Rollout>,
    /// The minibatch of it that is next.
    batch: usize,
}

impl Trainer {
    /// Keeps the imagined ones of a round's rollouts until curiosity has learned from them, if it does.
    pub(super) fn keep_imagined(&mut self, rollouts: Vec<Rollout>) {
        let learns = self.curiosity.as_ref().is_some_and(|curiosity| curiosity.module.learns());
        if self.config.curiosity_on_imagined && learns {
            self.imagined = rollouts.into_iter().filter(|of| !of.is_real && !of.is_empty()).collect();
        }
    }

    /// What follows the improving of a round: curiosity learns from what was kept of it, if anything was.
    pub(super) async fn after_improving(&mut self, round: usize) -> Result<Work> {
        let rollouts = std::mem::take(&mut self.imagined);
        if rollouts.is_empty() {
            return self.after_round(round).await;
        }
        Ok(Work::Rehearse(Rehearsal { round, rollouts, batch: 0 }))
    }

    /// One minibatch of the curiosity module on imagined steps.
    pub(super) async fn rehearse(&mut self, mut now: Rehearsal) -> Result<Work> {
        let (Some(rollout), Some(curiosity)) = (now.rollouts.last(), &mut self.curiosity) else {
            return self.after_round(now.round).await;
        };
        let (rows, size, space) = (rollout.len(), self.config.batch_size, self.spec.action);
        if now.batch == 0 {
            // All that is uploaded beforehand are states.
            curiosity.module.begin(&visit(rollout, 0..rows, [&[], &[]]), size);
        }
        let range = minibatch(rows, size, now.batch);
        let (mut action, none) = (Vec::new(), vec![0.0; range.len()]);
        range.clone().for_each(|step| space.encode(rollout.action_at(step), &mut action));
        curiosity.module.update(&visit(rollout, range, [&action, &none]));
        now.batch += 1;
        if now.batch < minibatches::count(rows, size) {
            return Ok(Work::Rehearse(now));
        }
        let loss = curiosity.module.settle("reading the curiosity loss").await?;
        Error::unless_finite("curiosity", "curiosity/loss", loss.as_ref())?;
        now.rollouts.pop();
        now.batch = 0;
        Ok(Work::Rehearse(now))
    }
}

/// These steps of a rollout, for curiosity.
fn visit<'a>(rollout: &'a Rollout, rows: Range<usize>, [action, disagreement]: [&'a [f32]; 2]) -> Visit<'a> {
    let states = rows.start * rollout.obs_size..rows.end * rollout.obs_size;
    let (obs, next_obs) = (&rollout.obs[states.clone()], &rollout.next_obs[states]);
    Visit { rows: rows.len(), obs, action, next_obs, disagreement }
}
