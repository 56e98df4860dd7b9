//! Off-policy learning in the trainer's ticks: whatever learns from replay, on whatever device.
//!
//! **What.** An iteration is `train_freq` steps of all environments, one per tick, and then `gradient_steps` updates,
//! one per tick, each on a fresh minibatch from replay.
//! **Where.** What learns is an [`OffPolicy`](crate::off_policy::OffPolicy); how it acts until then is in [`explore`].
//! **Choices.** (1) As in Stable-Baselines3, actions are random until `learning_starts` real steps are over. (2) What
//! replay holds out concerns the world model only: here all is learned from.

mod explore;
mod updates;

use super::checkpoint::ImaginationFacts;
use super::context::Context;
use super::learner::{Learner, Progress};
use super::phase::Phase;
use crate::arrays::Arrays;
use crate::backend::backend;
use crate::budget::rows;
use crate::buffer::Replay;
use crate::config::Config;
use crate::env::ActionSpace;
use crate::error::Result;
use crate::nets::Shape;
use crate::off_policy::{Actor, OffPolicy};
use crate::part::{Pending, done};
use crate::scaling;
use crate::snapshot::StateMap;
use explore::{Exploration, epsilon};
use updates::Updates;
#[cfg(all(test, not(target_family = "wasm")))]
pub(super) use updates::real_rows;

pub(super) struct FromReplay {
    pub(super) learner: Box<dyn OffPolicy>,
    shape: Shape,
    exploration: Exploration,
    /// Copy on the host of what acts; renewed after the updates of an iteration.
    actor: Option<Box<dyn Actor>>,
    stage: Stage,
    /// What had been learned when all of it was last found finite, and updates up to there; none any more after a
    /// failure.
    last_good: Option<(Box<dyn OffPolicy>, u64)>,
}

/// What the next tick does.
enum Stage {
    /// Copy what acts to the host.
    Begin,
    /// One step of all environments.
    Act { step: usize },
    /// One update, or a piece of it.
    Update(Updates),
}

impl FromReplay {
    /// # Errors
    /// [`crate::Error::Config`] if the learner is none that learns from replay.
    pub(super) fn new(context: &Context) -> Result<Self> {
        let shape = context.shape();
        let stream = &mut context.seed.stream("weights.replay_learner");
        let learner = backend(&context.device).off_policy(shape.clone(), &context.config, stream)?;
        let (exploration, stage) = (Exploration::default(), Stage::Begin);
        Ok(Self { learner, shape, exploration, actor: None, stage, last_good: None })
    }

    fn begin(&mut self, context: &Context) -> Result<Stage> {
        self.learner.set_learning_rate(context.learning_rate());
        if self.actor.is_none() {
            self.actor = Some(self.learner.actor()?);
        }
        Ok(Stage::Act { step: 0 })
    }

    /// One step of all environments; the stage that follows, if the iteration goes on.
    fn act(&mut self, context: &mut Context, step: usize) -> Result<Option<Stage>> {
        let Some(actor) = &mut self.actor else { return Ok(Some(Stage::Begin)) };
        let actions = self.exploration.actions(context, actor.as_mut());
        let (before, size) = (context.record.real_steps, context.spec.action_size());
        context.step(&actions, |lane, transition, _| {
            if transition.finished.is_some() {
                self.exploration.reset(lane * size..(lane + 1) * size);
            }
        })?;
        self.learner.steps_taken(before, context.record.real_steps);
        if step + 1 < context.config.train_freq {
            return Ok(Some(Stage::Act { step: step + 1 }));
        }
        let learns = context.record.real_steps > context.config.learning_starts as u64;
        Ok(learns.then(|| Stage::Update(Updates::default())))
    }

    /// The iteration's last numbers.
    fn end(&self, context: &mut Context) {
        if let ActionSpace::Discrete(_) = context.spec.action {
            let epsilon = epsilon(&context.config, context.record.real_steps);
            context.record.metric("rollout/exploration_rate", epsilon);
        }
    }

    /// One unit of work; what was imagined lies beside replay.
    pub(super) fn advance(&mut self, context: &mut Context, imagined: Option<&Replay>) -> Result<Progress> {
        let next = match std::mem::replace(&mut self.stage, Stage::Begin) {
            Stage::Begin => Some(self.begin(context)?),
            Stage::Act { step } => self.act(context, step)?,
            Stage::Update(updates) => self.update(context, imagined, updates)?,
        };
        let Some(next) = next else {
            self.end(context);
            return Ok(Progress::Over);
        };
        self.stage = next;
        Ok(Progress::Within)
    }
}

impl Learner for FromReplay {
    fn tick<'a>(&'a mut self, context: &'a mut Context) -> Pending<'a, Progress> {
        Box::pin(async { self.advance(context, None) })
    }

    fn is_between_iterations(&self) -> bool {
        matches!(self.stage, Stage::Begin)
    }

    fn phase(&self) -> Phase {
        match self.stage {
            Stage::Begin | Stage::Act { .. } => Phase::Collect,
            Stage::Update(_) => Phase::Improve,
        }
    }

    fn phase_done(&self, config: &Config) -> f32 {
        match &self.stage {
            Stage::Begin => 0.0,
            Stage::Act { step } => *step as f32 / config.train_freq as f32,
            Stage::Update(updates) => updates.done as f32 / config.gradient_steps as f32,
        }
    }

    fn get_ready(&mut self) -> Pending<'_, ()> {
        Box::pin(async {
            if self.actor.is_none() {
                self.actor = Some(self.learner.actor()?);
            }
            Ok(())
        })
    }

    fn act_greedily(&mut self, obs: &[f32], action: &mut Vec<f32>) {
        if let Some(actor) = &mut self.actor {
            actor.act_greedily(obs, action);
        }
    }

    fn parameters(&self) -> Option<&[f32]> {
        self.actor.as_ref().map(|actor| actor.parameters())
    }

    /// The value of the greedy action at the centre of each cell, as many as a tick may.
    fn fill_map<'a>(
        &'a mut self,
        context: &'a Context,
        centres: &'a [f32],
        map: &'a mut StateMap,
    ) -> Pending<'a, bool> {
        let Some(actor) = &mut self.actor else { return done(true) };
        let (size, scale) = (context.spec.obs_size(), context.config.reward_scale as f32);
        let from = map.value.len();
        let left = &centres[from * size..];
        let count = rows(left.len() / size, actor.parameters().len());
        let values = left.chunks_exact(size).take(count).map(|obs| actor.value(obs) / scale);
        map.value.extend(values);
        done(from + count == centres.len() / size)
    }

    fn keep_last_good(&mut self, updates: u64) {
        // Nothing is copied again before there are more updates.
        let is_good = self.parameters().is_none_or(|all| all.iter().all(|parameter| parameter.is_finite()));
        if self.last_good.as_ref().is_none_or(|(_, kept)| *kept != updates && is_good) {
            self.last_good = Some((self.learner.clone(), updates));
        }
    }

    fn restore_last_good<'a>(&'a mut self, _context: &'a Context) -> Pending<'a, ()> {
        Box::pin(async {
            let Some((learner, _)) = self.last_good.take() else { return Ok(()) };
            self.learner = learner;
            self.actor = None;
            self.actor = Some(self.learner.actor()?);
            Ok(())
        })
    }

    fn save<'a>(&'a self, context: &'a Context, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        scaling::save(&self.shape.scaling, "obs_scaling", arrays);
        self.exploration.save(context, arrays);
        self.learner.save(arrays)
    }

    fn restore(&mut self, context: &Context, _facts: ImaginationFacts, arrays: &mut Arrays) -> Result<()> {
        scaling::require_saved(&self.shape.scaling, "obs_scaling", arrays)?;
        self.learner.restore(arrays)?;
        self.exploration.restore(context, arrays)?;
        self.last_good = None;
        Ok(())
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::config::preset;
    use crate::cpu::off_policy::dqn::Dqn;
    use crate::cpu::off_policy::passes::ByPasses;
    use crate::cpu::off_policy::td3::Td3;
    use crate::device::Device;
    use crate::rng::Seed;
    use crate::trainer::Trainer;
    use pollster::block_on;

    fn after_four_iterations(name: &str, task: &str) -> Trainer {
        let config = Config {
            learning_starts: 10,
            train_freq: 5,
            gradient_steps: 2,
            hidden_size: 8,
            ..preset(name, task).expect("a preset")
        };
        let mut trainer = Trainer::new(task, config, Seed(1), Device::cpu()).expect("a run");
        while trainer.snapshot().iteration < 4 {
            block_on(trainer.tick()).expect("a tick");
        }
        trainer
    }

    fn learner(trainer: &mut Trainer) -> &mut dyn std::any::Any {
        let any: &mut dyn std::any::Any = trainer.learner.as_mut();
        let from_replay: &mut FromReplay = any.downcast_mut().expect("from replay");
        from_replay.learner.as_mut()
    }

    /// Parameters of DQN's network, or of TD3's critics.
    fn parameters<'a>(trainer: &'a mut Trainer, name: &str) -> &'a mut Vec<f32> {
        match name {
            "dqn" => {
                let dqn: &mut ByPasses<Dqn> = learner(trainer).downcast_mut().expect("DQN on the CPU");
                &mut dqn.learner.net.q.flat
            }
            _ => {
                let td3: &mut ByPasses<Td3> = learner(trainer).downcast_mut().expect("TD3 on the CPU");
                &mut td3.learner.net.critics.flat
            }
        }
    }

    fn failure_of(trainer: &mut Trainer) -> String {
        loop {
            if let Err(failure) = block_on(trainer.tick()) {
                return failure.to_string();
            }
        }
    }

    #[test]
    fn nan_in_a_learner_stops_the_run_by_name_and_the_last_good_state_stays() {
        for (name, task, number) in [("dqn", "CartPole-v1", f32::NAN), ("td3", "Pendulum-v1", f32::INFINITY)]
        {
            let mut trainer = after_four_iterations(name, task);
            let good = trainer.policy_parameters().expect("a policy").to_vec();
            parameters(&mut trainer, name).fill(number);
            let first = failure_of(&mut trainer);
            assert!(first.contains("train/") && first.contains("phase improve"), "{first}");
            assert_eq!(failure_of(&mut trainer), first, "every later tick says the same");
            assert_eq!(trainer.policy_parameters().expect("a policy"), good);
        }
    }

    #[test]
    fn it_is_saved_as_it_last_was_good_and_goes_on() {
        let mut trainer = after_four_iterations("dqn", "CartPole-v1");
        let good = trainer.policy_parameters().expect("a policy").to_vec();
        parameters(&mut trainer, "dqn").fill(f32::NAN);
        failure_of(&mut trainer);
        let bytes = block_on(trainer.checkpoint()).expect("the last good state");
        let mut again = Trainer::resume(&bytes, Device::cpu()).expect("a checkpoint");
        assert_eq!(again.steps(), trainer.steps(), "experience is kept");
        block_on(again.tick()).expect("a tick");
        assert_eq!(again.policy_parameters().expect("a policy"), good);
        let last = again.snapshot().iteration + 2;
        while again.snapshot().iteration < last {
            block_on(again.tick()).expect("it goes on");
        }
    }
}
