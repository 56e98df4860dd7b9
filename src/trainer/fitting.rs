//! A tick of fitting the world model, the same for every learner that has one.
//!
//! ```text
//! begin: lists ─▶ the fit ─▶ advance: minibatches, looks at what is held out ─▶ an open loop to measure ─▶ examined
//! ```
//! **Where.** [`super::on_policy`], [`super::policy_search`], [`super::pets`] and [`super::mbpo`], each of which keeps
//! the fit in a stage of its own. How a fit goes is the model's business ([`crate::world_model`]).
//! **Choices.** A model is not fitted until something is held out to test it on.

use super::checkpoint::ImaginationFacts;
use super::context::Context;
use super::model::{note_open_loop, note_validation};
use crate::error::Result;
use crate::world_model::bootstrap::Bootstraps;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::{OpenLoop, error_by_horizon};
use crate::world_model::{Validation, WorldModel, confidence};

/// Why a model is not fitted.
pub(super) const NOTHING_HELD_OUT: &str = "nothing is held out yet to test the model on";

/// What comes of the wish to fit.
pub(super) enum Begun {
    /// The members' lists are still behind replay: once more.
    Behind,
    /// Nothing, because of [`NOTHING_HELD_OUT`].
    NothingHeldOut,
    /// The fit, of which nothing is done.
    Fit(Box<Fit>),
}

/// Brings the members' lists up to date; once they are, the fit that follows.
pub(super) fn begin(model: &mut dyn WorldModel, bootstraps: &mut Bootstraps, context: &Context) -> Begun {
    let replay = &context.replay;
    if !bootstraps.catch_up(replay) {
        return Begun::Behind;
    }
    if !replay.has_both_parts() {
        return Begun::NothingHeldOut;
    }
    Begun::Fit(Box::new(Fit::start(model, replay, bootstraps, context.spec.action, &context.config)))
}

/// One minibatch, or one look at what is held out; after the last, the errors there and what is to be predicted.
///
/// # Errors
/// [`crate::Error::Device`], or [`crate::Error::Diverged`] if a loss is not finite.
pub(super) async fn advance(
    fit: &mut Fit,
    model: &mut dyn WorldModel,
    bootstraps: &Bootstraps,
    context: &mut Context,
) -> Result<Option<(Validation, OpenLoop)>> {
    let learned_from = (&context.replay, bootstraps);
    let stream = &mut context.streams.model_batches;
    let Some(validation) = fit.advance(model, learned_from, &context.config, stream).await? else {
        return Ok(None);
    };
    note_validation(&mut context.record, validation);
    let (horizon, action) = (context.config.horizon, context.spec.action);
    Ok(Some((validation, OpenLoop::held_out(model, &context.replay, bootstraps, action, horizon))))
}

/// Some steps of the open-loop predictions; after the last, how far ahead the model is right, told and shown. For
/// learners that imagine as much and as far as they are set to, whatever the error is.
///
/// # Errors
/// [`crate::Error::Device`] if the device cannot be read.
pub(super) async fn examine(
    now: &mut OpenLoop,
    model: &mut dyn WorldModel,
    context: &mut Context,
) -> Result<Option<ImaginationFacts>> {
    if !now.advance(model).await? {
        return Ok(None);
    }
    let config = &context.config;
    let curve = error_by_horizon(&now.stretches, now.predicted(), config.ensemble_size, config.horizon);
    let farthest = curve.model.last().copied();
    let facts = ImaginationFacts {
        confidence: farthest.map(|error| confidence::multi_step(f64::from(error)) as f32),
        branches: config.most_branches(),
        horizon: config.horizon,
        known_steps: curve.model.len(),
        skipped: None,
    };
    if context.is_watched {
        note_open_loop(context, model, now, curve);
    }
    Ok(Some(facts))
}
