//! What PETS has learned, and the plans that are under way: kept as the last good state, saved and restored.

use super::{Pets, Stage};
use crate::arrays::{Arrays, refused};
use crate::cem::most_kept;
use crate::error::Result;
use crate::trainer::checkpoint::ImaginationFacts;
use crate::trainer::context::Context;
use crate::trainer::model;
use crate::world_model::WorldModel;
use std::ops::RangeInclusive;

/// What a reward, or a number of a plan, can be in a file.
const LARGEST: RangeInclusive<f32> = -1e30..=1e30;

/// The model, what was paid, and how far that was trusted.
pub(super) struct Learned {
    model: Box<dyn WorldModel>,
    rewards: RangeInclusive<f32>,
    facts: ImaginationFacts,
}

impl Learned {
    pub(super) fn of(learner: &Pets) -> Self {
        let Pets { model, rewards, facts, .. } = learner;
        Self { model: model.clone(), rewards: rewards.clone(), facts: facts.clone() }
    }
}

impl Pets {
    /// Puts the last good state back after a failure; plans that were under way are forgotten.
    pub(super) fn go_back(&mut self, context: &Context) -> Result<()> {
        let Some(last_good) = self.last_good.take() else { return Ok(()) };
        let Learned { model, rewards, facts } = *last_good;
        (self.model, self.rewards, self.facts, self.stage) = (model, rewards, facts, Stage::Begin);
        self.seats.forget();
        model::go_back(self.model.as_mut(), context);
        Ok(())
    }

    pub(super) async fn save_learned(&self, arrays: &mut Arrays) -> Result<()> {
        arrays.put("pets.rewards", &[2], [*self.rewards.start(), *self.rewards.end()]);
        let searches: Vec<_> = self.seats.seats.iter().map(|seat| &seat.search).collect();
        let centres = searches.iter().flat_map(|search| search.centre.iter().copied());
        arrays.put("pets.centres", &[searches.len(), searches[0].centre.len()], centres);
        // Plans are kept after the first decision, by all lanes as many.
        let kept: Vec<f32> =
            searches.iter().flat_map(|search| search.kept.iter().flatten().copied()).collect();
        let width = searches[0].plan_size();
        arrays.put("pets.kept", &[kept.len() / width, width], kept);
        self.model.save(arrays).await
    }

    pub(super) fn restore_learned(
        &mut self,
        context: &Context,
        facts: ImaginationFacts,
        arrays: &mut Arrays,
    ) -> Result<()> {
        let rewards: Vec<f32> = arrays.take_within("pets.rewards", &[2], LARGEST)?;
        self.rewards = rewards[0].min(rewards[1])..=rewards[1];
        self.restore_plans(context, arrays)?;
        model::restore(self.model.as_mut(), context, arrays)?;
        self.facts = facts;
        self.remember_stored(context);
        while !self.bootstraps.catch_up(&context.replay) {}
        Ok(())
    }

    fn restore_plans(&mut self, context: &Context, arrays: &mut Arrays) -> Result<()> {
        let (lanes, config) = (self.seats.seats.len(), &context.config);
        let first = &self.seats.seats[0].search;
        let (size, width) = (first.centre.len(), first.plan_size());
        let centres: Vec<f64> = arrays.take_within("pets.centres", &[lanes, size], -1e30..=1e30)?;
        let most = lanes * most_kept(config.plan_elites.min(config.plan_candidates));
        let kept: Vec<f32> = arrays.take_rows("pets.kept", &[width])?;
        let rows = kept.len() / width;
        if rows > most || !rows.is_multiple_of(lanes) {
            let allowed = format!("it must be a multiple of {lanes}, and {most} at most");
            return Err(refused("pets.kept", format!("{rows} plans"), allowed));
        }
        if let Some(wrong) = kept.iter().find(|number| !context.spec.action.allows(**number)) {
            let allowed = format!("{} has no such action", context.spec.id);
            return Err(refused("pets.kept", wrong.to_string(), allowed));
        }
        let of_lane = kept.len() / lanes;
        for (lane, seat) in self.seats.seats.iter_mut().enumerate() {
            seat.search.centre.copy_from_slice(&centres[lane * size..][..size]);
            let own = &kept[lane * of_lane..][..of_lane];
            seat.search.kept = own.chunks_exact(width).map(<[f32]>::to_vec).collect();
        }
        Ok(())
    }

    /// The steps that led to now, from replay.
    fn remember_stored(&mut self, context: &Context) {
        let (steps, lanes) = (self.model.context(), self.seats.seats.len());
        if steps == 1 || context.replay.len() < lanes {
            return;
        }
        for (lane, seat) in self.seats.seats.iter_mut().enumerate() {
            if context.envs.elapsed(lane) == 0 {
                continue;
            }
            for id in context.replay.window(context.replay.ids().end - lanes + lane, steps - 1) {
                let stored = context.replay.get(id);
                seat.remember(stored.obs, stored.action, context.spec.action, steps);
            }
        }
    }
}
