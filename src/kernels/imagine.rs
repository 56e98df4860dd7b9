//! One step of imagination in B branches: the policy acts, the model predicts, curiosity scores novelty.
//!
//! ```text
//! a ~ π(· | s)    (ŝ', r̂, p̂_end) = ŵ_m(s, a)    novelty = error of ŝ'
//! ```
//! **Shapes.** obs and next obs [B, O], actions in the policy's form [B, A], all else `[B]`.
//! **Where.** The same step as that of [`crate::imagination`], which cuts the branches and makes a rollout of them.
//! **Choices.** (1) All random numbers come from the caller. (2) Nothing ends here: a finished branch keeps computing,
//! as on WebGPU, and the caller stops reading it.

use super::ppo::ActorCritic;
use super::rnd::Rnd;
use super::world::{Answer, Dynamics, Question};
use crate::env::ActionSpace;

/// Who takes part.
pub struct Parts<'a> {
    /// The policy.
    pub net: &'a mut ActorCritic,
    /// The world.
    pub world: &'a mut dyn Dynamics,
    /// Novelty, if it is asked for.
    pub rnd: Option<&'a mut Rnd>,
}

/// The chance of one step.
#[derive(Debug, Clone, Copy)]
pub struct Chance<'a> {
    /// One uniform number a branch for choices, A standard normals for vectors.
    pub actions: &'a [f32],
    /// The member that each branch follows, `[B]`.
    pub members: &'a [usize],
    /// Standard normals for Gaussian heads, [B, O + 1].
    pub noise: Option<&'a [f32]>,
}

/// B branches and what happened in their last step.
#[derive(Debug, Clone)]
pub struct Branches {
    space: ActionSpace,
    with_disagreement: bool,
    /// Where the last step began, [B, O].
    pub obs: Vec<f32>,
    /// In the policy's form, [B, A].
    pub actions: Vec<f32>,
    /// log π(action | obs), `[B]`
    pub log_probs: Vec<f32>,
    /// Where the branches are now, rewards, ends and disagreement.
    pub answer: Answer,
    /// Error of curiosity at the next obs, not scaled, `[B]`; 0 without curiosity.
    pub novelties: Vec<f32>,
    /// In the model's form, [B, A].
    pub of_model: Vec<f32>,
}

impl Branches {
    /// One branch from each of `starts` [B, O].
    pub fn new(starts: &[f32], obs_size: usize, space: ActionSpace, with_disagreement: bool) -> Self {
        let count = starts.len() / obs_size;
        Self {
            space,
            with_disagreement,
            obs: starts.to_vec(),
            actions: vec![0.0; count * space.encoded_size()],
            log_probs: vec![0.0; count],
            answer: Answer { next_obs: starts.to_vec(), ..Answer::default() },
            novelties: vec![0.0; count],
            of_model: Vec::new(),
        }
    }

    /// B
    pub fn len(&self) -> usize {
        self.log_probs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.log_probs.is_empty()
    }

    /// One step of all branches.
    pub fn step(&mut self, parts: Parts<'_>, chance: Chance<'_>) {
        std::mem::swap(&mut self.obs, &mut self.answer.next_obs);
        parts.net.sample(&self.obs, chance.actions, &mut self.actions, &mut self.log_probs);
        self.write_model_form();
        let question = Question {
            obs: &self.obs,
            actions: &self.of_model,
            members: chance.members,
            noise: chance.noise,
            with_disagreement: self.with_disagreement,
        };
        parts.world.predict(&question, &mut self.answer);
        if let Some(rnd) = parts.rnd {
            self.novelties.copy_from_slice(rnd.errors(&self.answer.next_obs));
        }
    }

    /// The model's form of the actions: numbers are clipped at the task's bound and divided by it.
    fn write_model_form(&mut self) {
        self.of_model.clear();
        match self.space {
            ActionSpace::Discrete(_) => self.of_model.extend_from_slice(&self.actions),
            ActionSpace::Box { bound, .. } => {
                self.of_model.extend(self.actions.iter().map(|a| a.clamp(-bound, bound) / bound));
            }
        }
    }
}
