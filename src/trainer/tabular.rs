//! Dyna-Q in the trainer's ticks: the ancestor of learning by imagining, raced by the same rules.
//!
//! **What.** An iteration is `num_steps` steps of all environments, one a tick. Every real step is learned from and
//! stored, and `planning_steps` stored ones are learned from again.
//! **Where.** For tasks whose states can be numbered ([`Env::state_count`]); tables and formulas are in
//! [`crate::dyna_q`].
//! **Choices.** (1) All environments share the tables. (2) A planned step counts as an imagined one. (3) ε is
//! `exploration_final_eps` from the start. (4) α is `table_learning_rate`, up to 1: tables bear steps that would
//! wreck a network and its `learning_rate`. (5) `reward_scale` holds here too: Q is of scaled rewards, and the map
//! shows it unscaled. What the book does is a scale of 1. (6) A table stays finite: after a failure elsewhere it is
//! saved as it is.

use super::checkpoint::ImaginationFacts;
use super::context::Context;
use super::learner::{Learner, Progress};
use super::phase::Phase;
use crate::arrays::Arrays;
use crate::budget;
use crate::config::Config;
use crate::dyna_q::{DynaQ, DynaQSettings, TableStep};
use crate::env::{ActionSpace, Env};
use crate::error::{Error, Result};
use crate::part::{Pending, done};
use crate::snapshot::StateMap;

/// Of a step in the table, in multiply-adds: it is a few reads from memory.
const COST_OF_A_PLANNED_STEP: usize = 128;

pub(super) struct Tabular {
    table: DynaQ,
    /// The task, to number what it is seen as.
    task: Box<dyn Env>,
    /// Steps of the iteration so far; none before it begins.
    step: Option<usize>,
}

impl Tabular {
    /// # Errors
    /// [`Error::Config`] if a setting is not one that tables take.
    pub(super) fn new(context: &Context) -> Result<Self> {
        let (task, config) = (context.task.make()?, &context.config);
        let (Some(states), ActionSpace::Discrete(actions)) = (task.state_count(), context.spec.action) else {
            let allowed = format!("it needs a table of all states, and {} has too many", context.spec.id);
            let (field, value) = ("algorithm".into(), config.algorithm.word.into());
            return Err(Error::Config { field, value, allowed });
        };
        let settings = DynaQSettings {
            learning_rate: config.table_learning_rate as f32,
            gamma: config.gamma as f32,
            epsilon: config.exploration_final_eps as f32,
            bonus: config.planning_bonus as f32,
        };
        Ok(Self { table: DynaQ::new(states, actions, settings)?, task, step: None })
    }

    /// One step of all environments, and the planning after it.
    fn advance(&mut self, context: &mut Context) -> Result<Progress> {
        let Some(step) = self.step.take() else {
            self.step = Some(0);
            return Ok(Progress::Within);
        };
        let Self { table, task, .. } = self;
        let planning_steps = context.config.planning_steps;
        let (reward_scale, chance) = (context.config.reward_scale as f32, &mut context.streams.actions);
        let lanes = context.envs.obs().chunks_exact(context.spec.obs_size());
        let act = |obs: &[f32]| table.act(task.state_seen(obs), chance) as f32;
        let actions: Vec<f32> = lanes.map(act).collect();
        context.step(&actions, |_, transition, streams| {
            table.learn(TableStep {
                state: task.state_seen(transition.obs),
                action: transition.action[0] as usize,
                reward: reward_scale * transition.reward,
                next_state: task.state_seen(transition.next_obs),
                terminated: transition.terminated,
            });
            budget::add(planning_steps * COST_OF_A_PLANNED_STEP);
            table.plan(planning_steps, &mut streams.imagination);
        })?;
        context.record.imagined_steps += (planning_steps * context.config.num_envs) as u64;
        if step + 1 < context.config.num_steps {
            self.step = Some(step + 1);
            return Ok(Progress::Within);
        }
        Ok(Progress::Over)
    }
}

impl Learner for Tabular {
    fn tick<'a>(&'a mut self, context: &'a mut Context) -> Pending<'a, Progress> {
        Box::pin(async { self.advance(context) })
    }

    fn is_between_iterations(&self) -> bool {
        self.step.is_none()
    }

    fn phase(&self) -> Phase {
        Phase::Collect
    }

    fn phase_done(&self, config: &Config) -> f32 {
        self.step.unwrap_or(0) as f32 / config.num_steps as f32
    }

    fn narration(&self) -> String {
        "It acts in the real task, and after every step replays what it remembers.".into()
    }

    fn act_greedily(&mut self, obs: &[f32], action: &mut Vec<f32>) {
        action.push(self.table.greedy(self.task.state_seen(obs)) as f32);
    }

    fn maps_every_iteration(&self) -> bool {
        true
    }

    /// The best value at the centre of each cell.
    fn fill_map<'a>(
        &'a mut self,
        context: &'a Context,
        centres: &'a [f32],
        map: &'a mut StateMap,
    ) -> Pending<'a, bool> {
        let scale = context.config.reward_scale as f32;
        let highest = |values: &[f32]| values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let best = |obs: &[f32]| highest(self.table.values(self.task.state_seen(obs))) / scale;
        map.value = centres.chunks_exact(context.spec.obs_size()).map(best).collect();
        done(true)
    }

    fn keep_last_good(&mut self, _updates: u64) {}

    fn restore_last_good<'a>(&'a mut self, _context: &'a Context) -> Pending<'a, ()> {
        done(())
    }

    fn save<'a>(&'a self, _context: &'a Context, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        self.table.save(arrays);
        done(())
    }

    fn restore(&mut self, _context: &Context, _facts: ImaginationFacts, arrays: &mut Arrays) -> Result<()> {
        self.table.restore(arrays)
    }
}
