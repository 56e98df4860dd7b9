//! Diagnostics of an iteration: they look, and change nothing that is learned.

use super::Trainer;
use super::work::Work;
use crate::budget::{PER_ROW, Tick, add, rows};
use crate::curiosity::Visit;
use crate::diagnostics::{return_gap, state_map};
use crate::error::Result;
use crate::imagination::{Borders, Imagination};
use crate::snapshot::StateMap;

impl Trainer {
    /// Starts imagining from where this iteration's real windows began, with the policy that played them.
    pub(super) fn begin_return_gap(&mut self) -> Work {
        let windows = return_gap::windows(&self.lanes, self.config.horizon);
        let scope = self.scope(self.config.horizon, false);
        let steps = self.model.as_ref().map_or(1, |model| model.context());
        let starts = return_gap::starts(&windows, &self.lanes, steps, self.spec.action);
        let imagination = Imagination::start(starts, scope);
        Work::ReturnGap { windows, imagination }
    }

    /// One step of these futures; after the last, the gap between what was promised and what came.
    pub(super) async fn return_gap(
        &mut self,
        windows: Vec<return_gap::Window>,
        mut imagination: Imagination,
    ) -> Result<Work> {
        let Some(model) = &mut self.model else { return Ok(Work::Begin) };
        if !imagination.is_complete() {
            let (policy, stream) = (self.agent.as_mut(), &mut self.streams.diagnostics);
            imagination.step(policy, model.as_mut(), None, stream).await?;
            return Ok(Work::ReturnGap { windows, imagination });
        }
        let borders = Borders { range: None, disagreement_max: None, ..self.borders() };
        let imagined = imagination.finish(borders, 0.0);
        if let Some(gap) = return_gap::return_gap(&windows, &imagined.rollout) {
            self.record.metric("imagination/return_gap", gap.gap);
            self.record.recording.return_gap = Some(gap);
        }
        Ok(self.first_round())
    }

    pub(super) fn begin_map(&self) -> Mapping {
        Mapping { map: state_map::unvisited(self.spec), next: self.replay.first_id() }
    }

    /// Visits, value and novelty over the task's map; then the iteration is over.
    pub(super) async fn map(&mut self, mut now: Mapping) -> Result<Work> {
        let end = self.replay.ids().end;
        let ids = now.next..now.next + rows(end - now.next, PER_ROW);
        add(ids.len() * PER_ROW);
        now.next = ids.end;
        state_map::count_visits(self.spec, &self.replay, ids, &mut now.map);
        if now.next < end {
            return Ok(Work::Map(now));
        }
        let map = match &self.table {
            Some(_) => StateMap { value: self.values_in_the_table(), ..now.map },
            None => match self.judge(now).await? {
                Judged::All(map) => map,
                Judged::Some(now) => return Ok(Work::Map(now)),
            },
        };
        self.record.recording.state_map = Some(map);
        self.end_iteration()
    }

    /// Asks policy's value and curiosity about the cells' centres, as many as a tick may.
    async fn judge(&mut self, mut now: Mapping) -> Result<Judged> {
        let (tick, size, heads) = (Tick::begin(), self.spec.obs_size(), self.config.value_heads());
        let centres = state_map::centres(self.spec, &self.replay);
        let cells = centres.len() / size;
        while now.map.value.len() < cells {
            if tick.is_over() {
                return Ok(Judged::Some(now));
            }
            let from = now.map.value.len();
            let piece = from..from + rows(cells - from, self.agent.cost());
            let asked = &centres[piece.start * size..piece.end * size];
            let values = self.agent.values(asked, "reading the map").await?;
            let scale = self.config.reward_scale as f32;
            now.map.value.extend(values.into_iter().step_by(heads).map(|value| value / scale));
        }
        if let Some(curiosity) = &mut self.curiosity {
            // Nothing is done at the centre of a cell: what is asked is how new the state itself is.
            let (none, action_size) = (vec![0.0; cells], self.spec.action.encoded_size());
            let visit = Visit {
                rows: cells,
                obs: &centres,
                action: &none.repeat(action_size),
                next_obs: &centres,
                disagreement: &none,
            };
            now.map.novelty = curiosity.novelty(&visit).await?;
        }
        Ok(Judged::All(now.map))
    }
}

/// How far a map has come.
enum Judged {
    All(StateMap),
    Some(Mapping),
}

/// A map that is being drawn.
pub(super) struct Mapping {
    map: StateMap,
    /// The transition that is counted next.
    next: usize,
}
