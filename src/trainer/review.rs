//! The end of phase 1: the collected steps are reviewed, piece by piece.
//!
//! **What.** How novel each state was, and, in a watched run, how well the model, which has not seen it, predicts it.
//! Then the index of what each member of the model learns from is updated.

use super::Trainer;
use super::work::Work;
use crate::budget::{PER_ROW, Tick, add, rows};
use crate::buffer::Rollout;
use crate::config::CuriosityKind;
use crate::curiosity::Visit;
use crate::dynamics::Context;
use crate::env::ActionSpace;
use crate::error::{Error, Result};
use crate::world_model::disagreement;
use crate::world_model::fit::Fit;
use crate::world_model::open_loop::{OpenLoop, Stretch};
use std::ops::Range;

/// Novelty that is being scored.
pub(super) struct Scoring {
    steps: RealSteps,
    /// Of the steps that are done.
    errors: Vec<f32>,
}

impl Scoring {
    pub(super) fn done(&self) -> f32 {
        self.errors.len() as f32 / self.steps.rows.max(1) as f32
    }
}

impl Trainer {
    pub(super) fn begin_review(&mut self) -> Work {
        Work::Score(Scoring { steps: self.real_steps(), errors: Vec::new() })
    }

    /// reward_int of every real step, and the scale on which novelty is measured.
    pub(super) async fn score(&mut self, mut now: Scoring) -> Result<Work> {
        let Some(curiosity) = &mut self.curiosity else { return Ok(self.begin_comparison()) };
        if now.errors.is_empty() {
            curiosity.module.set_normalization(self.replay.obs_stats());
        }
        let (tick, kind) = (Tick::begin(), self.config.curiosity);
        while now.errors.len() < now.steps.rows {
            if tick.is_over() {
                return Ok(Work::Score(now));
            }
            let asked = self.model.as_mut().filter(|_| kind == CuriosityKind::Disagreement);
            let cost = asked.as_ref().map_or(0, |model| model.cost() * model.members());
            let from = now.errors.len();
            let piece = from..from + rows(now.steps.rows - from, cost.max(COST_OF_NOVELTY));
            let disagreement = match asked {
                Some(model) => {
                    let moments = moments(&self.lanes, piece.clone(), model.context(), self.spec.action);
                    let state = model.warm_up(moments).await?;
                    disagreement(model.as_mut(), &state, now.steps.actions(&piece), piece.len()).await?
                }
                None => vec![0.0; piece.len()],
            };
            add(piece.len() * PER_ROW);
            let visit = Visit { disagreement: &disagreement, ..now.steps.visit(piece) };
            now.errors.extend(curiosity.module.errors(&visit).await?);
        }
        self.note_novelty(&now.errors)?;
        self.reviewed = Some(now.steps);
        Ok(self.begin_comparison())
    }

    /// Takes over the errors of all real steps, [N · T], environment by environment.
    fn note_novelty(&mut self, errors: &[f32]) -> Result<()> {
        let Some(curiosity) = &mut self.curiosity else { return Ok(()) };
        let (envs, steps) = (self.config.num_envs, self.config.num_steps);
        Error::unless_finite("collect", "curiosity/novelty_mean", errors)?;
        for step in 0..steps {
            let of_step: Vec<f32> = (0..envs).map(|lane| errors[lane * steps + step]).collect();
            self.novelty_scale.update(&of_step);
        }
        curiosity.scale = self.novelty_scale.std().max(1e-8);
        for (lane, rollout) in self.lanes.iter_mut().enumerate() {
            for (step, reward) in rollout.rewards_int.iter_mut().enumerate() {
                *reward = errors[lane * steps + step] / curiosity.scale;
            }
        }
        let mean = errors.iter().sum::<f32>() / errors.len() as f32 / curiosity.scale;
        self.record.metric("curiosity/novelty_mean", mean);
        Ok(())
    }

    /// All real steps of this iteration, lane after lane, with what curiosity asks about them.
    pub(super) fn real_steps(&self) -> RealSteps {
        let rows = self.lanes.iter().map(Rollout::len).sum::<usize>();
        add(rows * PER_ROW);
        let all = |of: fn(&Rollout) -> &Vec<f32>| -> Vec<f32> {
            self.lanes.iter().flat_map(|lane| of(lane).iter().copied()).collect()
        };
        let (obs, next_obs) = (all(|lane| &lane.obs), all(|lane| &lane.next_obs));
        let mut action = Vec::with_capacity(rows * self.spec.action.encoded_size());
        for lane in &self.lanes {
            (0..lane.len()).for_each(|step| self.spec.action.encode(lane.action_at(step), &mut action));
        }
        RealSteps { rows, obs, action, next_obs }
    }

    /// What the model, fitted before this collection, says of environment 0's longest stretch in it: for people only.
    fn begin_comparison(&mut self) -> Work {
        let model = self.model.as_ref().filter(|model| model.scales().is_some() && self.is_watched);
        let longest = self.lanes.first().and_then(|lane| lane.segments.iter().max_by_key(|part| part.len()));
        let (Some(model), Some(segment)) = (model, longest) else { return self.after_review() };
        let lane = &self.lanes[0];
        let mut stretch = Stretch { obs: vec![lane.obs_at(segment.start).to_vec()], actions: Vec::new() };
        for step in segment.clone() {
            let mut encoded = Vec::new();
            self.spec.action.encode(lane.action_at(step), &mut encoded);
            stretch.actions.push(encoded);
            stretch.obs.push(lane.next_obs_at(step).to_vec());
        }
        let first_frame = self.record.steps_of_environment_0() - (lane.len() - segment.start) as u64;
        let mut context = Context::default();
        context.push_lived(lane, segment, segment.start, model.context(), self.spec.action);
        Work::Compare(OpenLoop::new(vec![stretch], context, self.config.ensemble_size), first_frame)
    }

    pub(super) async fn compare(&mut self, mut now: OpenLoop, first_frame: u64) -> Result<Work> {
        let Some(model) = &mut self.model else { return Ok(Work::Begin) };
        if !now.advance(model.as_mut()).await? {
            return Ok(Work::Compare(now, first_frame));
        }
        if let Some(stretch) = now.stretches.first().cloned() {
            self.record.comparison(first_frame, stretch, now.predicted(), self.config.ensemble_size);
        }
        Ok(self.after_review())
    }

    /// The model is fitted, if there is one.
    fn after_review(&self) -> Work {
        match self.model {
            Some(_) => Work::Remember,
            None => self.advantages_of(0, vec![self.real_rollout()]),
        }
    }

    /// Brings the model's lists of transitions up to date, for the fit that follows.
    pub(super) fn remember(&mut self) -> Work {
        let Some(model) = &mut self.model else { return Work::Begin };
        if !self.bootstraps.catch_up(&self.replay) {
            return Work::Remember;
        }
        if !self.replay.has_both_parts() {
            self.distrust("nothing is held out yet to test the model on");
            return self.advantages_of(0, vec![self.real_rollout()]);
        }
        Work::Fit(Box::new(Fit::start(
            model.as_mut(),
            &self.replay,
            &self.bootstraps,
            self.spec.action,
            &self.config,
        )))
    }
}

/// Multiply-adds of a row of the costlier of the networks of curiosity.
pub(super) const COST_OF_NOVELTY: usize = 8192;

/// Real steps of an iteration, [rows, ·] each.
pub(super) struct RealSteps {
    pub(super) rows: usize,
    obs: Vec<f32>,
    action: Vec<f32>,
    next_obs: Vec<f32>,
}

impl RealSteps {
    /// These of them, for curiosity; the members' disagreement about them is not known here.
    pub(super) fn visit(&self, rows: Range<usize>) -> Visit<'_> {
        Visit {
            rows: rows.len(),
            obs: part(&self.obs, self.rows, &rows),
            action: part(&self.action, self.rows, &rows),
            next_obs: part(&self.next_obs, self.rows, &rows),
            disagreement: &[],
        }
    }

    fn actions(&self, rows: &Range<usize>) -> &[f32] {
        part(&self.action, self.rows, rows)
    }
}

/// These moments of what was collected, lane after lane, each with the `steps` that led to it.
fn moments(lanes: &[Rollout], rows: Range<usize>, steps: usize, action: ActionSpace) -> Context {
    let (mut context, mut before) = (Context::default(), 0);
    for lane in lanes {
        for segment in &lane.segments {
            let asked = rows.start.max(before)..rows.end.min(before + segment.len());
            for row in asked {
                context.push_lived(lane, segment, segment.start + row - before, steps, action);
            }
            before += segment.len();
        }
    }
    context
}

/// These of so many rows.
fn part<'a>(numbers: &'a [f32], all: usize, rows: &Range<usize>) -> &'a [f32] {
    let width = numbers.len() / all.max(1);
    &numbers[rows.start * width..rows.end * width]
}
