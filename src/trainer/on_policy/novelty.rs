//! The end of phase 1: how novel each of the collected states was, piece by piece.
//!
//! **What.** An error of the curiosity module for every real step, and the scale on which these errors are measured.
//! Then a watched run compares what came with what the model had predicted ([`super::comparison`]).

use super::OnPolicy;
use super::stage::Stage;
use crate::budget::{PER_ROW, Tick, add, rows};
use crate::buffer::Rollout;
use crate::config::{Config, CuriosityKind};
use crate::curiosity::Visit;
use crate::dynamics;
use crate::env::ActionSpace;
use crate::error::{Error, Result};
use crate::trainer::context::Context;
use crate::world_model::disagreement;
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

impl OnPolicy {
    pub(super) fn begin_scoring(&self, context: &Context) -> Stage {
        // Where nobody is curious there is nothing to copy.
        let steps = if self.curiosity.is_some() { self.real_steps(context) } else { RealSteps::default() };
        Stage::ScoreNovelty(Scoring { steps, errors: Vec::new() })
    }

    /// reward_int of every real step, and the scale on which novelty is measured.
    pub(super) async fn score_novelty(&mut self, context: &mut Context, mut now: Scoring) -> Result<Stage> {
        let Some(curiosity) = &mut self.curiosity else { return Ok(self.begin_comparison(context)) };
        if now.errors.is_empty() {
            curiosity.module.set_normalization(context.replay.obs_stats());
        }
        let (tick, kind) = (Tick::begin(), context.config.curiosity);
        while now.errors.len() < now.steps.rows {
            if tick.is_over() {
                return Ok(Stage::ScoreNovelty(now));
            }
            let asked = self.model.as_mut().filter(|_| kind == CuriosityKind::Disagreement);
            let cost = asked.as_ref().map_or(0, |model| model.cost() * model.members());
            let from = now.errors.len();
            let piece = from..from + rows(now.steps.rows - from, cost.max(COST_OF_NOVELTY));
            let disagreement = match asked {
                Some(model) => {
                    let moments = moments(&self.lanes, piece.clone(), model.context(), context.spec.action);
                    let state = model.warm_up(moments).await?;
                    disagreement(model.as_mut(), &state, now.steps.actions(&piece), piece.len()).await?
                }
                None => vec![0.0; piece.len()],
            };
            add(piece.len() * PER_ROW);
            let visit = Visit { disagreement: &disagreement, ..now.steps.visit(piece) };
            now.errors.extend(curiosity.module.errors(&visit).await?);
        }
        self.note_novelty(context, &now.errors)?;
        self.real = Some(now.steps);
        Ok(self.begin_comparison(context))
    }

    /// Takes over the errors of all real steps, [N · T], environment by environment.
    fn note_novelty(&mut self, context: &mut Context, errors: &[f32]) -> Result<()> {
        let Some(curiosity) = &mut self.curiosity else { return Ok(()) };
        let (envs, steps) = (context.config.num_envs, context.config.num_steps);
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
        context.record.metric("curiosity/novelty_mean", mean);
        Ok(())
    }

    /// All real steps of this iteration, lane after lane, with what curiosity asks about them.
    fn real_steps(&self, context: &Context) -> RealSteps {
        let rows = self.lanes.iter().map(Rollout::len).sum::<usize>();
        add(rows * PER_ROW);
        let all = |of: fn(&Rollout) -> &Vec<f32>| -> Vec<f32> {
            self.lanes.iter().map(|lane| of(lane).as_slice()).collect::<Vec<_>>().concat()
        };
        let (obs, next_obs) = (all(|lane| &lane.obs), all(|lane| &lane.next_obs));
        let mut action = Vec::with_capacity(rows * context.spec.action.encoded_size());
        for lane in &self.lanes {
            (0..lane.len()).for_each(|step| context.spec.action.encode(lane.action_at(step), &mut action));
        }
        RealSteps { rows, obs, action, next_obs }
    }
}

/// Multiply-adds of a row of the costlier of the networks of curiosity.
pub(super) const COST_OF_NOVELTY: usize = 8192;

impl Config {
    /// Most steps in one minibatch of curiosity: `batch_size`, but no more than a tick can learn from. 2,730 are more
    /// than any preset has.
    pub(super) fn curiosity_batch_size(&self) -> usize {
        rows(self.batch_size, 3 * COST_OF_NOVELTY)
    }
}

/// Real steps of an iteration, [rows, ·] each.
#[derive(Default)]
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
fn moments(lanes: &[Rollout], rows: Range<usize>, steps: usize, action: ActionSpace) -> dynamics::Context {
    let (mut moments, mut before) = (dynamics::Context::default(), 0);
    for lane in lanes {
        for segment in &lane.segments {
            let asked = rows.start.max(before)..rows.end.min(before + segment.len());
            for row in asked {
                moments.push_lived(lane, segment, segment.start + row - before, steps, action);
            }
            before += segment.len();
        }
    }
    moments
}

/// These of so many rows.
fn part<'a>(numbers: &'a [f32], all: usize, rows: &Range<usize>) -> &'a [f32] {
    let width = numbers.len() / all.max(1);
    &numbers[rows.start * width..rows.end * width]
}
