//! Off-policy learning from replay: DQN and TD3 in the trainer's ticks.
//!
//! **What.** An iteration is `train_freq` steps of all environments, one per tick, and then `gradient_steps` updates,
//! one per tick, each on a fresh minibatch from replay.
//! ```text
//! ε = first + (last − first) · min(1, real steps / exploration_steps)              DQN's share of random actions
//! a = clip(μ(s) + n, ±1) · bound,   n ← ρ n + √(1 − ρ²) σ N(0, 1)                  TD3's noise; 0 at every reset
//! ```
//! **Choices.** (1) As in Stable-Baselines3, actions are drawn by pure chance until `learning_starts` real steps are
//! over, and DQN's slow copy is counted in real steps. (2) The noise is an Ornstein–Uhlenbeck process with its final
//! spread σ from the start; ρ = 0 is white noise. (3) The
//! what replay holds out concerns the world model only: here all are learned from.

use super::Trainer;
use super::replay_update::{Rows, Update};
use super::work::Work;
use crate::config::{Algorithm, Config};
use crate::env::ActionSpace;
use crate::error::{Error, Result};
use crate::rng::Stream;
use crate::transitions::{Form, Transitions};
use std::collections::BTreeMap;

/// Updates in progress.
#[derive(Default)]
pub(super) struct Training {
    pub(super) updates: usize,
    /// Numbers of the updates so far by the name of their metric.
    metrics: BTreeMap<&'static str, Vec<f32>>,
    /// The minibatch of the moment, in replay; empty before it is drawn.
    ids: Vec<usize>,
    batch: Transitions,
    /// What is done with it.
    update: Update,
}

impl Trainer {
    pub(super) fn begin_acting(&mut self) -> Result<Work> {
        let rate = self.learning_rate();
        let Some(learner) = &mut self.replay_learner else { return Ok(Work::Begin) };
        learner.set_learning_rate(rate);
        if self.actor.is_none() {
            self.actor = Some(learner.actor(self.agent.shape().clone())?);
        }
        Ok(Work::Act { step: 0 })
    }

    /// One step of all environments.
    pub(super) fn act(&mut self, step: usize) -> Result<Work> {
        let actions = self.explore();
        Error::unless_finite("collect", "action", &actions)?;
        let size = self.spec.action_size();
        let transitions = self.envs.step(&actions)?;
        self.record.real_steps += self.config.num_envs as u64;
        for (lane, transition) in transitions.enumerate() {
            self.replay.push(transition);
            if lane == 0 {
                self.record.frame(&transition);
            }
            if let Some(end) = transition.finished {
                self.record.episode(end);
                if let Some(noise) = self.action_noise.get_mut(lane * size..(lane + 1) * size) {
                    noise.fill(0.0);
                }
            }
        }
        self.move_slow_copy();
        if step + 1 < self.config.train_freq {
            return Ok(Work::Act { step: step + 1 });
        }
        if self.record.real_steps > self.config.learning_starts as u64 {
            return Ok(Work::Learn(Training::default()));
        }
        self.end_acting()
    }

    /// One action a lane, by chance at first and then with ε or noise, within the task's bound.
    fn explore(&mut self) -> Vec<f32> {
        let by_chance = self.record.real_steps < self.config.learning_starts as u64;
        let epsilon = if by_chance { 1.0 } else { self.epsilon() };
        let size = self.spec.action_size();
        self.action_noise.resize(self.config.num_envs * size, 0.0);
        let Some(actor) = &mut self.actor else { return Vec::new() };
        let chance = &mut self.streams.actions;
        let mut actions = Vec::with_capacity(self.action_noise.len());
        let lanes = self.envs.obs().chunks_exact(self.spec.obs_size());
        for (obs, noise) in lanes.zip(self.action_noise.chunks_exact_mut(size)) {
            match self.spec.action {
                ActionSpace::Discrete(choices) if chance.uniform() < epsilon => {
                    actions.push(chance.below(choices) as f32);
                }
                ActionSpace::Discrete(_) => actor.act_greedily(obs, &mut actions),
                ActionSpace::Box { bound, .. } if by_chance => {
                    actions.extend((0..size).map(|_| bound * (2.0 * chance.uniform() - 1.0)));
                }
                ActionSpace::Box { bound, .. } => {
                    let from = actions.len();
                    actor.act_greedily(obs, &mut actions);
                    shake(noise, &self.config, chance);
                    actions[from..]
                        .iter_mut()
                        .zip(noise)
                        .for_each(|(action, noise)| *action += bound * *noise);
                }
            }
        }
        self.spec.action.clip(&mut actions);
        actions
    }

    /// ε
    fn epsilon(&self) -> f32 {
        let (first, last) = (self.config.exploration_initial_eps, self.config.exploration_final_eps);
        let share = (self.record.real_steps as f64 / self.config.exploration_steps as f64).min(1.0);
        (first + (last - first) * share) as f32
    }

    /// DQN's slow copy moves whenever another `target_update_interval` real steps are over.
    fn move_slow_copy(&mut self) {
        let Some(learner) = &mut self.replay_learner else { return };
        let interval = self.config.target_update_interval as u64;
        let now = self.record.real_steps;
        if now / interval > (now - self.config.num_envs as u64) / interval {
            learner.follow(self.config.tau);
        }
    }

    /// One update, or a piece of it.
    pub(super) fn learn(&mut self, mut now: Training) -> Result<Work> {
        let Some(learner) = &mut self.replay_learner else { return Ok(Work::Begin) };
        if now.ids.is_empty() {
            now.ids = self.replay.sample(self.config.batch_size, &mut self.streams.minibatches);
        }
        let form = Form {
            action: self.spec.action,
            scaling: &self.agent.shape().scaling,
            reward_scale: self.config.reward_scale as f32,
        };
        let mut rows = Rows { replay: &self.replay, ids: &now.ids, form, batch: &mut now.batch };
        let stream = &mut self.streams.minibatches;
        let Some(numbers) = learner.update(&mut rows, &mut now.update, &self.config, stream)? else {
            return Ok(Work::Learn(now));
        };
        now.ids.clear();
        for (name, number) in numbers {
            now.metrics.entry(name).or_default().push(number);
        }
        now.updates += 1;
        if now.updates < self.config.gradient_steps {
            return Ok(Work::Learn(now));
        }
        self.note_training(now)?;
        if let Some(learner) = &self.replay_learner {
            self.actor = Some(learner.actor(self.agent.shape().clone())?);
        }
        self.end_acting()
    }

    /// Notes the means of these updates' numbers.
    fn note_training(&mut self, training: Training) -> Result<()> {
        for (name, numbers) in &training.metrics {
            let mean = numbers.iter().sum::<f32>() / numbers.len() as f32;
            Error::unless_finite("improve", name, [&mean])?;
            self.record.metric(name, mean);
        }
        self.record.updates += training.updates as u64;
        self.record.metric("train/n_updates", self.record.updates as f32);
        Ok(())
    }

    pub(super) fn end_acting(&mut self) -> Result<Work> {
        if self.config.algorithm == Algorithm::Dqn {
            self.record.metric("rollout/exploration_rate", self.epsilon());
        }
        self.end_iteration()
    }
}

/// n, one step on.
fn shake(noise: &mut [f32], config: &Config, chance: &mut Stream) {
    let correlation = config.action_noise_correlation as f32;
    let fresh = config.action_noise_std as f32 * (1.0 - correlation * correlation).sqrt();
    noise.iter_mut().for_each(|n| *n = correlation * *n + fresh * chance.normal());
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::super::replay_learner::ReplayLearner;
    use super::*;
    use crate::config::preset;
    use crate::device::Device;
    use crate::rng::Seed;
    use pollster::block_on;

    #[test]
    fn noise_has_its_spread_and_as_much_of_the_step_before_as_it_is_told() {
        for correlation in [0.0, 0.9] {
            let config =
                Config { action_noise_std: 0.5, action_noise_correlation: correlation, ..Config::default() };
            let (mut chance, mut noise) = (Seed(1).stream("noise"), [0.0]);
            let mut path = Vec::new();
            for _ in 0..50_000 {
                shake(&mut noise, &config, &mut chance);
                path.push(f64::from(noise[0]));
            }
            let variance = path.iter().map(|n| n * n).sum::<f64>() / path.len() as f64;
            let lagged = path.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / path.len() as f64;
            assert!((variance.sqrt() - 0.5).abs() < 0.02, "{}", variance.sqrt());
            assert!((lagged / variance - correlation).abs() < 0.02, "{}", lagged / variance);
        }
    }

    #[test]
    fn nan_in_a_learner_stops_the_run_by_name_and_the_last_good_state_stays() {
        for (name, task) in [("dqn", "CartPole-v1"), ("td3", "Pendulum-v1")] {
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
            let good = trainer.policy_parameters().expect("a policy").to_vec();
            match trainer.replay_learner.as_mut().expect("a learner") {
                ReplayLearner::Dqn(dqn) => dqn.q.flat.fill(f32::NAN),
                ReplayLearner::Td3(td3) => td3.critics.flat.fill(f32::INFINITY),
                #[cfg(tensors)]
                _ => unreachable!("it runs on the CPU by hand"),
            }
            let mut failure = || {
                loop {
                    if let Err(failure) = block_on(trainer.tick()) {
                        return failure.to_string();
                    }
                }
            };
            let first = failure();
            assert!(first.contains("train/") && first.contains("phase improve"), "{first}");
            assert_eq!(failure(), first, "every later tick says the same");
            assert_eq!(trainer.policy_parameters().expect("a policy"), good);
        }
    }
}
