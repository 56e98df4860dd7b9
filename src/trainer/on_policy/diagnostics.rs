//! Diagnostics of a watched iteration: they look, and change nothing that is learned.
//!
//! **What.** The ghosts, futures from where environment 0 is now; the gap between the returns that imagination promises
//! and those that came; value and novelty on the map of states.

use super::OnPolicy;
use super::stage::Stage;
use crate::budget::{Tick, rows};
use crate::curiosity::Visit;
use crate::diagnostics::return_gap;
use crate::error::Result;
use crate::imagination::{Borders, Imagination};
use crate::snapshot::StateMap;
use crate::trainer::context::Context;

impl OnPolicy {
    /// The ghosts: futures from where environment 0 is now. They are for the eye and train nothing, so they may go
    /// where the model has never been: that they scatter there is what one should see.
    pub(super) async fn forecast(
        &mut self,
        context: &mut Context,
        mut imagination: Imagination,
    ) -> Result<Stage> {
        let Some(model) = &mut self.model else { return Ok(Stage::Begin) };
        if !imagination.is_complete() {
            let (policy, stream) = (self.policy.as_mut(), &mut context.streams.forecast);
            imagination.step(policy, model.as_mut(), None, stream).await?;
            return Ok(Stage::Forecast(imagination));
        }
        let borders = Borders { range: None, disagreement_max: None, ..self.trust.borders(context) };
        let imagined = imagination.finish(borders, 0.0);
        context.record.metric("imagination/disagreement", imagined.disagreement);
        context.record.forecast(&imagined.rollout, self.trust.confidence.unwrap_or(0.0));
        Ok(self.begin_return_gap(context))
    }

    /// Starts imagining from where this iteration's real windows began, with the policy that played them.
    fn begin_return_gap(&self, context: &Context) -> Stage {
        let windows = return_gap::windows(&self.lanes, context.config.horizon);
        let scope = self.scope(context, context.config.horizon, false);
        let steps = self.context_steps();
        let starts = return_gap::starts(&windows, &self.lanes, steps, context.spec.action);
        let imagination = Imagination::start(starts, scope);
        Stage::ReturnGap { windows, imagination }
    }

    /// One step of these futures; after the last, the gap between what was promised and what came.
    pub(super) async fn return_gap(
        &mut self,
        context: &mut Context,
        windows: Vec<return_gap::Window>,
        mut imagination: Imagination,
    ) -> Result<Stage> {
        let Some(model) = &mut self.model else { return Ok(Stage::Begin) };
        if !imagination.is_complete() {
            let (policy, stream) = (self.policy.as_mut(), &mut context.streams.diagnostics);
            imagination.step(policy, model.as_mut(), None, stream).await?;
            return Ok(Stage::ReturnGap { windows, imagination });
        }
        let borders = Borders { range: None, disagreement_max: None, ..self.trust.borders(context) };
        let imagined = imagination.finish(borders, 0.0);
        if let Some(gap) = return_gap::return_gap(&windows, &imagined.rollout) {
            context.record.metric("imagination/return_gap", gap.gap);
            context.record.recording.return_gap = Some(gap);
        }
        Ok(self.first_round(context))
    }

    /// Value and novelty at the centres of the map's cells, as many as a tick may; whether all are done.
    pub(super) async fn map_values(
        &mut self,
        context: &Context,
        centres: &[f32],
        map: &mut StateMap,
    ) -> Result<bool> {
        let (tick, size, heads) = (Tick::begin(), context.spec.obs_size(), context.config.value_heads());
        let cells = centres.len() / size;
        while map.value.len() < cells {
            if tick.is_over() {
                return Ok(false);
            }
            let from = map.value.len();
            let piece = from..from + rows(cells - from, self.policy.cost());
            let asked = &centres[piece.start * size..piece.end * size];
            let values = self.policy.values(asked, "reading the map").await?;
            let scale = context.config.reward_scale as f32;
            map.value.extend(values.into_iter().step_by(heads).map(|value| value / scale));
        }
        if let Some(curiosity) = &mut self.curiosity {
            // Nothing is done at the centre of a cell: what is asked is how new the state itself is.
            let (none, action_size) = (vec![0.0; cells], context.spec.action.encoded_size());
            let visit = Visit {
                rows: cells,
                obs: centres,
                action: &none.repeat(action_size),
                next_obs: centres,
                disagreement: &none,
            };
            map.novelty = curiosity.novelty(&visit).await?;
        }
        Ok(true)
    }
}
