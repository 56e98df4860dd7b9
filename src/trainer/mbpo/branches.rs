//! MBPO's branches: the policy of the moment acts in the model, from replayed states, and fills the model buffer.
//!
//! **Choices.** Branches are cut as PPO's are ([`crate::imagination`]): a cut branch bootstraps, a terminated one does
//! not. Every branch is an episode of its own in the buffer.

use super::{Mbpo, Stage};
use crate::budget::{PER_ROW, add};
use crate::buffer::{Replay, Rollout};
use crate::config::Config;
use crate::env::Transition;
use crate::error::{Error, Result};
use crate::imagination::{Imagination, Scope};
use crate::policy::Sampler;
use crate::trainer::context::Context;
use crate::trainer::model;
use crate::trainer::trust::scope;

/// Branches on their way.
pub(super) struct Round {
    policy: Box<dyn Sampler>,
    imagination: Imagination,
    /// What has been cut so far.
    buffer: Replay,
    /// Branches of it.
    branches: usize,
    /// Sum of its rewards.
    reward: f32,
    /// Branches that were cut because the model's numbers overflowed.
    overflowed: usize,
}

impl Round {
    /// How much is done, in [0, 1].
    pub(super) fn done(&self) -> f32 {
        self.imagination.steps() as f32 / self.imagination.horizon().max(1) as f32
    }

    /// Takes over some branches.
    fn store(&mut self, rollout: &Rollout) {
        add(rollout.len() * PER_ROW);
        for segment in &rollout.segments {
            for step in segment.clone() {
                self.buffer.push(Transition {
                    obs: rollout.obs_at(step),
                    action: rollout.action_at(step),
                    reward: rollout.rewards_ext[step],
                    next_obs: rollout.next_obs_at(step),
                    terminated: rollout.terminated[step],
                    truncated: rollout.truncated[step],
                    episode_id: self.branches as u64,
                    episode_step: step - segment.start,
                    finished: None,
                });
            }
            self.branches += 1;
        }
        self.reward = rollout.rewards_ext.iter().fold(self.reward, |sum, reward| sum + reward);
    }
}

impl Mbpo {
    /// The policy of the moment.
    ///
    /// # Errors
    /// [`Error::Config`] with field `algorithm` if it has no chance of its own.
    pub(super) fn sampler(&self, config: &Config) -> Result<Box<dyn Sampler>> {
        self.sac.learner.sampler().ok_or_else(|| Error::Config {
            field: "algorithm".into(),
            value: config.algorithm.word.into(),
            allowed: "its policy has no chance of its own to imagine with".into(),
        })
    }

    /// What is imagined for so many steps.
    pub(super) fn scope(&self, context: &Context, horizon: usize, with_disagreement: bool) -> Scope {
        let cost = self.parameters_of_policy();
        scope(context, Some(self.model.as_ref()), cost, horizon, with_disagreement)
    }

    fn parameters_of_policy(&self) -> usize {
        self.sac.learner.cost()
    }

    /// The branches of this iteration; SAC is next where there are none.
    pub(super) fn begin_branches(&self, context: &mut Context) -> Result<Stage> {
        self.trust.depth.note(&mut context.record);
        if self.trust.branches == 0 {
            return Ok(Stage::Learn { steps: 0 });
        }
        let starts = model::starts(context, self.trust.branches, self.model.context());
        let scope = self.scope(context, self.trust.horizon, context.config.adaptive_depth);
        let (most, action) = (self.trust.branches * self.trust.horizon, context.spec.action);
        Ok(Stage::Imagine(Box::new(Round {
            policy: self.sampler(&context.config)?,
            imagination: Imagination::start(starts, scope),
            buffer: Replay::new(most, context.spec.obs_size(), action.stored_size()),
            branches: 0,
            reward: 0.0,
            overflowed: 0,
        })))
    }

    /// One step of some branches; after the last, some branches cut to what counts of them.
    pub(super) async fn imagine(&mut self, context: &mut Context, mut now: Box<Round>) -> Result<Stage> {
        if !now.imagination.is_complete() {
            let stream = &mut context.streams.imagination;
            now.imagination.step(now.policy.as_mut(), self.model.as_mut(), None, stream).await?;
            return Ok(Stage::Imagine(now));
        }
        if let Some(imagined) = now.imagination.cut(self.trust.borders(context), 1.0) {
            self.trust.count(context, &imagined);
            now.overflowed += imagined.overflowed;
            now.store(&imagined.rollout);
            return Ok(Stage::Imagine(now));
        }
        let Round { imagination, buffer, reward, overflowed, .. } = *now;
        self.trust.overflowed = overflowed;
        let record = &mut context.record;
        record.metric("imagination/overflowed", overflowed as f32 / imagination.branches().max(1) as f32);
        record.metric("imagination/reward_mean", reward / buffer.len().max(1) as f32);
        record.imagined_steps += buffer.len() as u64;
        self.imagined = (!buffer.is_empty()).then_some(buffer);
        Ok(Stage::Learn { steps: 0 })
    }
}

/// k: how long branches are meant to be after so many real steps.
pub(super) fn scheduled_length(config: &Config, real_steps: u64) -> usize {
    let (first, last) = (config.horizon_first as f64, config.horizon as f64);
    if config.adaptive_depth || config.horizon_steps == 0 {
        return config.horizon;
    }
    let share = (real_steps as f64 - config.learning_starts as f64) / config.horizon_steps as f64;
    let length = (first + share * (last - first)).max(first).min(last);
    length as usize
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::trainer::off_policy::real_rows;

    #[derive(serde::Deserialize)]
    struct Golden {
        lengths: Vec<Lengths>,
        mixtures: Vec<Mixture>,
    }

    #[derive(serde::Deserialize)]
    struct Lengths {
        starts: usize,
        steps: usize,
        first: usize,
        last: usize,
        at: Vec<(u64, usize)>,
    }

    #[derive(serde::Deserialize)]
    struct Mixture {
        rows: usize,
        ratio: f64,
        real: usize,
    }

    fn golden() -> Golden {
        let text = include_str!("../../../tests/fixtures/golden/numerics/mbpo.json");
        serde_json::from_str(text).expect("the fixture")
    }

    #[test]
    fn branches_grow_as_an_independent_implementation_has_them() {
        let cases = golden().lengths;
        assert_eq!(cases.len(), 5);
        for Lengths { starts, steps, first, last, at } in cases {
            let config = Config {
                learning_starts: starts,
                horizon_steps: steps,
                horizon_first: first,
                horizon: last,
                ..Config::default()
            };
            for (real_steps, length) in at {
                assert_eq!(
                    scheduled_length(&config, real_steps),
                    length,
                    "{first} to {last} at {real_steps}"
                );
            }
            let by_doubt = Config { adaptive_depth: true, ..config };
            assert_eq!(scheduled_length(&by_doubt, 0), last, "doubt alone shortens it");
        }
    }

    #[test]
    fn minibatches_are_mixed_as_an_independent_implementation_has_them() {
        for Mixture { rows, ratio, real } in golden().mixtures {
            assert_eq!(real_rows(rows, ratio), real, "{ratio} of {rows}");
        }
    }
}
