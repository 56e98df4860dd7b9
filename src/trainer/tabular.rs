//! Dyna-Q in the trainer's ticks: the ancestor of learning by imagining, raced by the same rules.
//!
//! **What.** An iteration is `num_steps` steps of all environments, one a tick. Every real step is learned from and
//! remembered, and `planning_steps` remembered ones are learned from again.
//! **Where.** For tasks whose states can be numbered ([`Env::state_count`]); tables and formulas are in
//! [`crate::dyna_q`].
//! **Choices.** (1) All environments share the tables. (2) A remembered step counts as an imagined one. (3) ε is
//! `exploration_final_eps` from the start. (4) α is `table_learning_rate`, up to 1: tables bear steps that would
//! wreck a network and its `learning_rate`. (5) `reward_scale` holds here too: Q is of scaled rewards, and the map
//! shows it unscaled. What the book does is a scale of 1.

use super::Trainer;
use super::work::Work;
use crate::budget;
use crate::config::{Algorithm, Config};
use crate::dyna_q::{DynaQ, DynaQSettings, TableStep};
use crate::env::{ActionSpace, Env};
use crate::error::Result;

/// The tables for this task, if `config` asks for them.
///
/// # Errors
/// [`crate::Error::Config`] if a setting is not one that tables take.
pub(super) fn learner(env: &dyn Env, config: &Config) -> Result<Option<DynaQ>> {
    let (Algorithm::DynaQ, Some(states), ActionSpace::Discrete(actions)) =
        (config.algorithm, env.state_count(), env.spec().action)
    else {
        return Ok(None);
    };
    let settings = DynaQSettings {
        learning_rate: config.table_learning_rate as f32,
        gamma: config.gamma as f32,
        epsilon: config.exploration_final_eps as f32,
        bonus: config.planning_bonus as f32,
    };
    DynaQ::new(states, actions, settings).map(Some)
}

/// Of a step in the table, in multiply-adds: it is a few reads from memory.
const COST_OF_A_PLANNED_STEP: usize = 128;

impl Trainer {
    /// One step of all environments, and the planning after it.
    pub(super) fn walk(&mut self, step: usize) -> Result<Work> {
        let (planning_steps, reward_scale) = (self.config.planning_steps, self.config.reward_scale as f32);
        let judge = self.task.make()?;
        let Some(table) = &mut self.table else { return Ok(Work::Begin) };
        let lanes = self.envs.obs().chunks_exact(self.spec.obs_size());
        let act = |obs: &[f32]| table.act(judge.state_seen(obs), &mut self.streams.actions) as f32;
        let actions: Vec<f32> = lanes.map(act).collect();
        let transitions = self.envs.step(&actions)?;
        self.record.real_steps += self.config.num_envs as u64;
        for (lane, transition) in transitions.enumerate() {
            self.replay.push(transition);
            table.learn(TableStep {
                state: judge.state_seen(transition.obs),
                action: transition.action[0] as usize,
                reward: reward_scale * transition.reward,
                next_state: judge.state_seen(transition.next_obs),
                terminated: transition.terminated,
            });
            budget::add(planning_steps * COST_OF_A_PLANNED_STEP);
            table.plan(planning_steps, &mut self.streams.imagination);
            self.record.imagined_steps += planning_steps as u64;
            if lane == 0 {
                self.record.frame(&transition);
            }
            if let Some(end) = transition.finished {
                self.record.episode(end);
            }
        }
        if step + 1 < self.config.num_steps {
            return Ok(Work::Walk { step: step + 1 });
        }
        self.map_or_end()
    }

    /// The best value at the centre of each cell of the task's map.
    pub(super) fn values_in_the_table(&self) -> Vec<f32> {
        let Some(table) = &self.table else { return Vec::new() };
        let centres = crate::diagnostics::state_map::centres(&self.spec, &self.replay);
        let env = self.envs.env(0);
        let scale = self.config.reward_scale as f32;
        let highest = |values: &[f32]| values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let best = |obs: &[f32]| highest(table.values(env.state_seen(obs))) / scale;
        centres.chunks_exact(self.spec.obs_size()).map(best).collect()
    }
}
