//! What every run with a world model does with it, whoever the learner is: tells its errors, and brings it back.
//!
//! **Where.** [`super::on_policy`], [`super::policy_search`], [`super::pets`] and [`super::mbpo`] own a model; a tick
//! of fitting it is in [`super::fitting`].

use super::context::Context;
use super::record::Record;
use crate::arrays::Arrays;
use crate::diagnostics::calibration::calibration;
use crate::dynamics;
use crate::error::Result;
use crate::snapshot::ErrorByHorizon;
use crate::world_model::open_loop::OpenLoop;
use crate::world_model::{Scales, Validation, WorldModel};

/// Futures that are drawn as ghosts.
pub(super) const GHOSTS: usize = 16;

/// The errors on what is held out, as metrics.
pub(super) fn note_validation(record: &mut Record, validation: Validation) {
    record.metric("world_model/train_loss", validation.train_loss);
    record.metric("world_model/val_loss", validation.loss);
    record.metric("world_model/val_state_mse", validation.state_mse);
    record.metric("world_model/val_reward_mse", validation.reward_mse);
    record.metric("world_model/val_end_bce", validation.end_bce);
}

/// How far ahead the model is right, and how well it knows: for the display, which is drawn while somebody watches.
pub(super) fn note_open_loop(
    context: &mut Context,
    model: &dyn WorldModel,
    open_loop: &OpenLoop,
    curve: ErrorByHorizon,
) {
    context.record.recording.error_by_horizon = Some(curve);
    let change_std = model.scales().map_or(&[][..], |scales| &scales.change_std);
    let members = context.config.ensemble_size;
    if let Some(calibration) = calibration(&open_loop.stretches, open_loop.predicted(), members, change_std) {
        context.record.metric("world_model/calibration", calibration.rank_correlation);
        context.record.recording.calibration = Some(calibration);
    }
}

/// Where `branches` branches start, with the `steps` real steps that led there: at states of the newest part of replay,
/// or of all of it where nothing is learned but another reward.
pub(super) fn starts(context: &mut Context, branches: usize, steps: usize) -> dynamics::Context {
    let share = if context.relearning.is_some() { 1.0 } else { context.config.start_fraction as f32 };
    let newest = context.replay.newest(share);
    let mut starts = dynamics::Context::seen(Vec::with_capacity(branches * context.spec.obs_size()));
    for _ in 0..branches {
        let id = newest.start + context.streams.starts.below(newest.len());
        starts.push_stored(&context.replay, id, steps, context.spec.action);
    }
    starts
}

/// The model of a saved run.
///
/// # Errors
/// [`crate::Error::Checkpoint`] with the array that is missing, or that has another size or values.
pub(super) fn restore(model: &mut dyn WorldModel, context: &Context, arrays: &mut Arrays) -> Result<()> {
    model.restore(arrays)?;
    // The model is first fitted once there is something to examine it on.
    if context.replay.has_both_parts() && model.scales().is_none() {
        // One that only played has experience, and a model that was never fitted to it.
        model.set_scales(match context.only_plays {
            true => Scales::of(&context.replay, context.config.model_target),
            false => Scales::load(context.config.model_target, context.spec.obs_size(), arrays)?,
        });
    }
    Ok(())
}

/// A copy from before the first fit has no scales, and experience may have come since.
pub(super) fn go_back(model: &mut dyn WorldModel, context: &Context) {
    if model.scales().is_none() && !context.replay.is_empty() {
        model.set_scales(Scales::of(&context.replay, context.config.model_target));
    }
}
