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
use crate::device::read;
use crate::error::{Error, Result};
use crate::world_model::open_loop::{Stretch, foresee};

impl Trainer {
    pub(super) async fn begin_iteration(&mut self) -> Result<Work> {
        if self.actor.is_none() {
            self.actor = Some(self.net.actor().await?);
        }
        self.net.adam.learning_rate = self.learning_rate();
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
        let visit = self.real_visit();
        let Some(curiosity) = &mut self.curiosity else { return Ok(()) };
        curiosity.set_normalization(self.replay.obs_stats());
        let (envs, steps) = (self.config.num_envs, self.config.num_steps);
        let errors = read(curiosity.error(&visit), "reading novelty").await?; // [N · T], environment by environment
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

    /// All real steps of this iteration on the device, lane after lane, with the members' disagreement about them.
    pub(super) fn real_visit(&self) -> Visit {
        let rows = self.lanes.iter().map(Rollout::len).sum::<usize>();
        let size = self.spec.obs_size();
        let block = |of: fn(&Rollout) -> &Vec<f32>, width: usize| {
            let all: Vec<f32> = self.lanes.iter().flat_map(|lane| of(lane).iter().copied()).collect();
            self.device.floats(all, [rows, width])
        };
        let (obs, next_obs) = (block(|lane| &lane.obs, size), block(|lane| &lane.next_obs, size));
        let mut encoded = Vec::new();
        for lane in &self.lanes {
            (0..lane.len()).for_each(|step| self.spec.action.encode(lane.action_at(step), &mut encoded));
        }
        let action = self.device.floats(encoded, [rows, self.spec.action.encoded_size()]);
        let disagreement = match (&self.model, self.config.curiosity) {
            (Some(model), CuriosityKind::Disagreement) => model.disagreement(obs.clone(), action.clone()),
            _ => self.device.zeros([rows, 1]),
        };
        Visit { obs, action, next_obs, disagreement }
    }

    /// What the model, fitted before this collection, says of environment 0's longest stretch in it.
    async fn compare_with_reality(&mut self) -> Result<()> {
        let Some(model) = self.model.as_ref().filter(|model| model.scales().is_some()) else { return Ok(()) };
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
