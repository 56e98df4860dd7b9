//! Phase 1, collect: the policy acts in the real task.
//!
//! **What.** T steps in N environments. Only these are real steps; they go to replay, to the iteration's rollouts and
//! to the record that pictures are drawn from. Afterwards they are reviewed: how novel each state was, and how well
//! the model, which has not seen them, foresees them.

use super::Trainer;
use super::work::Work;
use crate::buffer::{Rollout, Step};
use crate::config::CuriosityKind;
use crate::curiosity::Visit;
use crate::error::{Error, Result};
use crate::world_model::open_loop::{Stretch, foresee};
use std::ops::Range;

impl Trainer {
    pub(super) async fn begin_iteration(&mut self) -> Result<Work> {
        if self.actor.is_none() {
            self.actor = Some(self.agent.actor().await?);
        }
        self.agent.set_learning_rate(self.learning_rate());
        let (obs_size, action_size) = (self.spec.obs_size(), self.spec.action_size());
        self.lanes = vec![Rollout::new(true, obs_size, action_size); self.config.num_envs];
        Ok(Work::Collect { step: 0 })
    }

    pub(super) fn collect(&mut self, step: usize) -> Result<Work> {
        let Some(actor) = &mut self.actor else { return Ok(Work::Begin) };
        let size = self.spec.action_size();
        let mut actions = Vec::with_capacity(self.config.num_envs * size);
        let mut log_probs = Vec::with_capacity(self.config.num_envs);
        for obs in self.envs.obs().chunks_exact(self.spec.obs_size()) {
            log_probs.push(actor.act(obs, &mut self.streams.actions, &mut actions));
        }
        Error::unless_finite("collect", "action", &actions)?;
        let mut clipped = actions.clone();
        self.spec.action.clip(&mut clipped);
        self.record.real_steps += self.config.num_envs as u64;
        for (lane, transition) in self.envs.step(&clipped)?.enumerate() {
            self.replay.push(transition);
            self.lanes[lane].push(Step {
                obs: transition.obs,
                action: &actions[lane * size..(lane + 1) * size],
                log_prob: log_probs[lane],
                reward_ext: transition.reward,
                reward_int: 0.0,
                next_obs: transition.next_obs,
                terminated: transition.terminated,
                truncated: transition.truncated,
                weight: 1.0,
            });
            if transition.finished.is_some() {
                self.lanes[lane].end_segment();
            }
            if lane == 0 {
                self.record.frame(&transition);
            }
            if let Some(end) = transition.finished {
                self.record.episode(end);
            }
        }
        if step + 1 < self.config.num_steps {
            return Ok(Work::Collect { step: step + 1 });
        }
        self.lanes.iter_mut().for_each(Rollout::end_segment);
        Ok(Work::Review)
    }

    pub(super) async fn review(&mut self) -> Result<Work> {
        self.score_novelty().await?;
        self.compare_with_reality().await?;
        Ok(self.begin_fit())
    }

    /// All real experience of this iteration as one rollout.
    pub(super) fn real_rollout(&self) -> Rollout {
        let mut all = Rollout::new(true, self.spec.obs_size(), self.spec.action_size());
        self.lanes.iter().for_each(|lane| all.append(lane));
        all
    }

    /// reward_int of every real step, and the scale on which novelty is measured.
    async fn score_novelty(&mut self) -> Result<()> {
        let steps = self.real_steps().await?;
        let Some(curiosity) = &mut self.curiosity else { return Ok(()) };
        curiosity.set_normalization(self.replay.obs_stats());
        let errors = curiosity.errors(&steps.visit(0..steps.rows)).await?; // [N · T], environment by environment
        let (envs, steps) = (self.config.num_envs, self.config.num_steps);
        Error::unless_finite("collect", "curiosity/novelty_mean", &errors)?;
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
    pub(super) async fn real_steps(&mut self) -> Result<RealSteps> {
        let rows = self.lanes.iter().map(Rollout::len).sum::<usize>();
        let all = |of: fn(&Rollout) -> &Vec<f32>| -> Vec<f32> {
            self.lanes.iter().flat_map(|lane| of(lane).iter().copied()).collect()
        };
        let (obs, next_obs) = (all(|lane| &lane.obs), all(|lane| &lane.next_obs));
        let mut action = Vec::with_capacity(rows * self.spec.action.encoded_size());
        for lane in &self.lanes {
            (0..lane.len()).for_each(|step| self.spec.action.encode(lane.action_at(step), &mut action));
        }
        let disagreement = match (&mut self.model, self.config.curiosity) {
            (Some(model), CuriosityKind::Disagreement) => model.disagreement(&obs, &action).await?,
            _ => vec![0.0; rows],
        };
        Ok(RealSteps { rows, obs, action, next_obs, disagreement })
    }

    /// What the model, fitted before this collection, says of environment 0's longest stretch in it.
    async fn compare_with_reality(&mut self) -> Result<()> {
        let Some(model) = self.model.as_mut().filter(|model| model.scales().is_some()) else { return Ok(()) };
        let lane = &self.lanes[0];
        let Some(segment) = lane.segments.iter().max_by_key(|segment| segment.len()) else { return Ok(()) };
        let mut stretch = Stretch { obs: vec![lane.obs_at(segment.start).to_vec()], actions: Vec::new() };
        for step in segment.clone() {
            let mut encoded = Vec::new();
            self.spec.action.encode(lane.action_at(step), &mut encoded);
            stretch.actions.push(encoded);
            stretch.obs.push(lane.next_obs_at(step).to_vec());
        }
        let first_frame = self.record.steps_of_environment_0() - (lane.len() - segment.start) as u64;
        let foreseen = foresee(model, std::slice::from_ref(&stretch), "comparing with reality").await?;
        self.record.comparison(first_frame, stretch, &foreseen, self.config.ensemble_size);
        Ok(())
    }
}

/// Real steps of an iteration, [rows, ·] each.
pub(super) struct RealSteps {
    pub(super) rows: usize,
    obs: Vec<f32>,
    action: Vec<f32>,
    next_obs: Vec<f32>,
    disagreement: Vec<f32>,
}

impl RealSteps {
    /// These of them, for curiosity.
    pub(super) fn visit(&self, rows: Range<usize>) -> Visit<'_> {
        let part = |all: &'_ [f32]| {
            let width = all.len() / self.rows;
            rows.start * width..rows.end * width
        };
        Visit {
            rows: rows.len(),
            obs: &self.obs[part(&self.obs)],
            action: &self.action[part(&self.action)],
            next_obs: &self.next_obs[part(&self.next_obs)],
            disagreement: &self.disagreement[part(&self.disagreement)],
        }
    }
}
