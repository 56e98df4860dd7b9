//! Phase 6, curiosity: the module learns where the agent has been, really and, if asked, in imagination.
//!
//! **What.** At the end of the iteration it learns from the real steps, minibatch by minibatch and each once. With
//! `curiosity_on_imagined` it also learns, after each round of improving, from that round's imagined steps.
//! **Choices.** (1) Imagined steps are off by default: novelty is then what has not really been seen. On, a state that
//! was only imagined counts as familiar, too. (2) How states are normalised, and the scale of novelty, stay those of
//! real steps. (3) `curiosity/loss` stays that of real steps. (4) A minibatch has at most 2,730 steps, even if
//! `batch_size` is larger: that is a tick's work.

use super::OnPolicy;
use super::stage::Stage;
use crate::buffer::Rollout;
use crate::curiosity::{Curiosity, Visit};
use crate::error::{Error, Result};
use crate::minibatches::{self, minibatch};
use crate::trainer::context::Context;
use std::ops::Range;

/// Imagined steps that curiosity is learning from.
pub(super) struct ImaginedSteps {
    /// The round that they were imagined in.
    pub(super) round: usize,
    /// What is left of them; the last is learned from first.
    rollouts: Vec<Rollout>,
    /// The minibatch of it that is next.
    batch: usize,
}

impl OnPolicy {
    /// Keeps the imagined ones of a round's rollouts until curiosity has learned from them, if it does.
    pub(super) fn keep_imagined(&mut self, context: &Context, rollouts: Vec<Rollout>) {
        let learns = self.curiosity.as_ref().is_some_and(|curiosity| curiosity.module.learns());
        if context.config.curiosity_on_imagined && learns {
            self.imagined = rollouts.into_iter().filter(|of| !of.is_real && !of.is_empty()).collect();
        }
    }

    /// What follows the improving of a round: curiosity learns from what was kept of it, if anything was.
    pub(super) async fn after_improving(&mut self, context: &mut Context, round: usize) -> Result<Stage> {
        let rollouts = std::mem::take(&mut self.imagined);
        if rollouts.is_empty() {
            return self.after_round(context, round).await;
        }
        Ok(Stage::LearnImagined(ImaginedSteps { round, rollouts, batch: 0 }))
    }

    /// One minibatch of imagined steps.
    pub(super) async fn learn_imagined(
        &mut self,
        context: &mut Context,
        mut now: ImaginedSteps,
    ) -> Result<Stage> {
        let (Some(rollout), Some(curiosity)) = (now.rollouts.last(), &mut self.curiosity) else {
            return self.after_round(context, now.round).await;
        };
        let (rows, size, space) = (rollout.len(), context.config.curiosity_batch_size(), context.spec.action);
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
            return Ok(Stage::LearnImagined(now));
        }
        settled(curiosity).await?;
        now.rollouts.pop();
        now.batch = 0;
        Ok(Stage::LearnImagined(now))
    }

    /// One minibatch of this iteration's real steps.
    pub(super) async fn learn_real(&mut self, context: &mut Context, batch: usize) -> Result<Stage> {
        let (Some(curiosity), Some(steps)) = (&mut self.curiosity, &self.real) else {
            return Ok(Stage::Adapt);
        };
        let size = context.config.curiosity_batch_size();
        if batch == 0 {
            curiosity.module.begin(&steps.visit(0..steps.rows), size);
        }
        curiosity.module.update(&steps.visit(minibatch(steps.rows, size, batch)));
        if batch + 1 < minibatches::count(steps.rows, size) {
            return Ok(Stage::LearnReal { batch: batch + 1 });
        }
        if let Some(loss) = settled(curiosity).await? {
            context.record.metric("curiosity/loss", loss);
        }
        Ok(Stage::Adapt)
    }
}

/// Takes over what the updates have changed, and gives the loss before the newest, if anything is learned.
async fn settled(curiosity: &mut Curiosity) -> Result<Option<f32>> {
    let loss = curiosity.module.settle("reading the curiosity loss").await?;
    Error::unless_finite("curiosity", "curiosity/loss", loss.as_ref())?;
    Ok(loss)
}

/// These steps of a rollout, for curiosity.
fn visit<'a>(rollout: &'a Rollout, rows: Range<usize>, [action, disagreement]: [&'a [f32]; 2]) -> Visit<'a> {
    let states = rows.start * rollout.obs_size..rows.end * rollout.obs_size;
    let (obs, next_obs) = (&rollout.obs[states.clone()], &rollout.next_obs[states]);
    Visit { rows: rows.len(), obs, action, next_obs, disagreement }
}
