//! What MBPO shows of its model: ghosts, and what came beside what the model had predicted.
//!
//! **Choices.** Both look, and change nothing that is learned: only a watched run does so.

use super::{Mbpo, Stage};
use crate::dynamics;
use crate::error::Result;
use crate::imagination::{Borders, Imagination};
use crate::policy::Sampler;
use crate::trainer::context::Context;
use crate::trainer::model::GHOSTS;
use crate::world_model::open_loop::{OpenLoop, Stretch};

/// Ghosts on their way.
pub(super) struct Futures {
    policy: Box<dyn Sampler>,
    imagination: Imagination,
}

impl Mbpo {
    /// Futures from where environment 0 is now, as long as the longest branch that there may be.
    pub(super) fn begin_forecast(&self, context: &Context) -> Result<Stage> {
        let here = context.envs.obs()[..context.spec.obs_size()].to_vec();
        let mut moments = dynamics::Context::default();
        let nothing = crate::buffer::Rollout::new(true, here.len(), context.spec.action.stored_size());
        for _ in 0..GHOSTS {
            moments.push_now(&here, &nothing, self.model.context(), context.spec.action);
        }
        let scope = self.scope(context, context.config.horizon, true);
        let imagination = Imagination::start(moments, scope);
        let policy = self.sampler(&context.config)?;
        Ok(Stage::Forecast(Box::new(Futures { policy, imagination })))
    }

    /// One step of the ghosts; after the last, the branches that count.
    pub(super) async fn forecast(&mut self, context: &mut Context, mut now: Box<Futures>) -> Result<Stage> {
        let Futures { policy, imagination } = now.as_mut();
        if !imagination.is_complete() {
            let stream = &mut context.streams.forecast;
            imagination.step(policy.as_mut(), self.model.as_mut(), None, stream).await?;
            return Ok(Stage::Forecast(now));
        }
        let borders = Borders { range: None, disagreement_max: None, ..self.trust.borders(context) };
        let imagined = imagination.finish(borders, 0.0);
        context.record.metric("imagination/disagreement", imagined.disagreement);
        context.record.forecast(&imagined.rollout, self.trust.confidence.unwrap_or(0.0));
        self.begin_branches(context)
    }

    /// Environment 0's longest stretch of this iteration, in which it took `steps` steps; the model, fitted before,
    /// predicts it from the first observation and the actions alone. None without a model, or unwatched.
    pub(super) fn begin_comparison(&self, context: &Context, steps: usize) -> Option<Stage> {
        if self.model.scales().is_none() || !context.is_watched {
            return None;
        }
        let (replay, lanes) = (&context.replay, context.config.num_envs);
        let began = replay.ids().end.saturating_sub(steps * lanes);
        let ids: Vec<usize> =
            (began..replay.ids().end).step_by(lanes).filter(|id| replay.ids().contains(id)).collect();
        let episode = |id: &usize| replay.get(*id).episode_id;
        let longest = ids.chunk_by(|a, b| episode(a) == episode(b)).max_by_key(|part| part.len())?;
        let first = *longest.first()?;
        let mut stretch = Stretch { obs: vec![replay.get(first).obs.to_vec()], actions: Vec::new() };
        for stored in longest.iter().map(|id| replay.get(*id)) {
            let mut encoded = Vec::new();
            context.spec.action.encode(stored.action, &mut encoded);
            stretch.actions.push(encoded);
            stretch.obs.push(stored.next_obs.to_vec());
        }
        let since = (replay.ids().end - first).div_ceil(lanes) as u64;
        let mut moment = dynamics::Context::default();
        moment.push_stored(replay, first, self.model.context(), context.spec.action);
        let open_loop = OpenLoop::new(vec![stretch], moment, context.config.ensemble_size);
        Some(Stage::Compare(Box::new(open_loop), context.record.steps_of_environment_0() - since))
    }

    /// Some steps of the prediction; none any more once it is recorded.
    pub(super) async fn compare(
        &mut self,
        context: &mut Context,
        mut now: Box<OpenLoop>,
        first_frame: u64,
    ) -> Result<Option<Stage>> {
        if !now.advance(self.model.as_mut()).await? {
            return Ok(Some(Stage::Compare(now, first_frame)));
        }
        if let Some(stretch) = now.stretches.first().cloned() {
            context.record.comparison(first_frame, stretch, now.predicted(), context.config.ensemble_size);
        }
        Ok(None)
    }
}
