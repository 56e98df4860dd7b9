//! Whether what a relearned policy would do is like what was really seen ([`crate::diagnostics::coverage`]).
//!
//! **What.** From where real episodes began, the new policy acts in the model for as long as an episode lasts, and no
//! border keeps it where the model knows its way.

use super::OnPolicy;
use super::stage::Stage;
use crate::diagnostics::coverage::Seen;
use crate::dynamics;
use crate::error::Result;
use crate::imagination::{Borders, Imagination};
use crate::trainer::context::Context;
use std::collections::BTreeMap;

/// Imagined episodes.
const EPISODES: usize = 32;
/// Steps that one of them lasts at most.
const MOST_STEPS: usize = 200;

impl OnPolicy {
    /// Begins to imagine what the policy would do.
    pub(super) fn begin_covering(&self, context: &Context) -> Stage {
        let steps = self.context_steps();
        let mut starts = dynamics::Context::default();
        for id in first_steps(context) {
            starts.push_stored(&context.replay, id, steps, context.spec.action);
        }
        let scope = self.scope(context, context.spec.time_limit.min(MOST_STEPS), false);
        Stage::Cover(Imagination::start(starts, scope))
    }

    /// One step of it; after the last, the share that is like what was seen.
    pub(super) async fn cover(&mut self, context: &mut Context, mut now: Imagination) -> Result<Stage> {
        let Some(model) = &mut self.model else { return Ok(Stage::Begin) };
        if !now.is_complete() {
            let (policy, stream) = (self.policy.as_mut(), &mut context.streams.diagnostics);
            now.step(policy, model.as_mut(), None, stream).await?;
            return Ok(Stage::Cover(now));
        }
        let borders = Borders { range: None, disagreement_max: None, ..self.trust.borders(context) };
        let imagined = now.finish(borders, 0.0);
        let coverage = Seen::of(&context.replay).coverage(&imagined.rollout.next_obs);
        context.record.metric_or_none("imagination/coverage", coverage);
        Ok(Stage::Adapt)
    }
}

/// Where real episodes began, as far as that is remembered: some of them, evenly spread.
fn first_steps(context: &Context) -> Vec<usize> {
    let mut first = BTreeMap::new();
    for id in context.replay.ids() {
        first.entry(context.replay.get(id).episode_id).or_insert(id);
    }
    let all: Vec<usize> = first.into_values().collect();
    (0..EPISODES).map(|index| all[index * all.len() / EPISODES]).collect()
}
