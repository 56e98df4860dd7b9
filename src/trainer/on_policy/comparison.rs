//! What came against what the model had predicted, along a stretch of real steps: for people only.
//!
//! **What.** The model, fitted before this collection, predicts environment 0's longest stretch in it from the first
//! observation and the actions alone.
//! **Choices.** Only a watched run does so; what is learned is the same.

use super::OnPolicy;
use super::stage::Stage;
use crate::dynamics;
use crate::error::Result;
use crate::trainer::context::Context;
use crate::world_model::open_loop::{OpenLoop, Stretch};

impl OnPolicy {
    /// Begins with that stretch; without a fitted model, or unwatched, the fit is next.
    pub(super) fn begin_comparison(&self, context: &Context) -> Stage {
        let model = self.model.as_ref().filter(|model| model.scales().is_some() && context.is_watched);
        let longest = self.lanes.first().and_then(|lane| lane.segments.iter().max_by_key(|part| part.len()));
        let (Some(model), Some(segment)) = (model, longest) else { return self.after_comparison(context) };
        let lane = &self.lanes[0];
        let mut stretch = Stretch { obs: vec![lane.obs_at(segment.start).to_vec()], actions: Vec::new() };
        for step in segment.clone() {
            let mut encoded = Vec::new();
            context.spec.action.encode(lane.action_at(step), &mut encoded);
            stretch.actions.push(encoded);
            stretch.obs.push(lane.next_obs_at(step).to_vec());
        }
        let first_frame = context.record.steps_of_environment_0() - (lane.len() - segment.start) as u64;
        let mut moment = dynamics::Context::default();
        moment.push_lived(lane, segment, segment.start, model.context(), context.spec.action);
        Stage::Compare(OpenLoop::new(vec![stretch], moment, context.config.ensemble_size), first_frame)
    }

    /// Some steps of the prediction; recorded once it is complete.
    pub(super) async fn compare(
        &mut self,
        context: &mut Context,
        mut now: OpenLoop,
        first_frame: u64,
    ) -> Result<Stage> {
        let Some(model) = &mut self.model else { return Ok(Stage::Begin) };
        if !now.advance(model.as_mut()).await? {
            return Ok(Stage::Compare(now, first_frame));
        }
        if let Some(stretch) = now.stretches.first().cloned() {
            context.record.comparison(first_frame, stretch, now.predicted(), context.config.ensemble_size);
        }
        Ok(self.after_comparison(context))
    }

    /// The model is fitted, if there is one.
    fn after_comparison(&self, context: &Context) -> Stage {
        match self.model {
            Some(_) => Stage::Index,
            None => self.advantages_of(context, 0, vec![self.real_rollout(context)]),
        }
    }
}
