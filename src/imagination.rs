//! Imagining: the policy acts in the learned model instead of the task.
//!
//! **What.** Branches start from states that were really visited and follow the model, each step with one member
//! of the ensemble drawn by lot. What comes out is a [`Rollout`] like a real one.
//! ```text
//! a ~ π(· | s)    e ~ lot    ŝ', r̂, p̂_end = ŵ_e(s, a)     until the end is predicted, a border is crossed, or H steps
//! ```
//! **Shapes.** B branches: everything on the device is [B, ·]; the record of one step is [B, O + A + 5].
//! **Where.** Starts come from the newest part of replay; the rollout goes to [`crate::samples`].
//! **Choices.** (1) Branches that have ended go on computing and are cut off on the host: shapes stay constant, and
//! there is one readback a round. (2) `terminated` only where the task would end, by the model's word or the task's own
//! rule; a branch that crosses a [`Borders`] or reaches the horizon is truncated and bootstraps. (3) All chance comes
//! from the host.
//! **Paper.** Janner et al. 2019 (1906.08253); Chua et al. 2018 (1805.12114), TS1 propagation.

use crate::buffer::{Rollout, Step};
use crate::curiosity::{Curiosity, Visit};
use crate::device::{Device, read};
use crate::dynamics::Dynamics;
use crate::env::{ActionSpace, Env};
use crate::error::Result;
use crate::nets::{ActorCritic, chance_size, draw_chance};
use crate::rng::Stream;
use burn::tensor::Tensor;

/// Beyond this probability of an end a branch is taken to have ended.
const END_THRESHOLD: f32 = 0.5;

/// Where branches may go: inside, the model has seen something similar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KnownRange {
    /// Lowest value of each dimension, `[O]`.
    pub low: Vec<f32>,
    /// Highest value of each dimension, `[O]`.
    pub high: Vec<f32>,
}

impl KnownRange {
    fn contains(&self, obs: &[f32]) -> bool {
        obs.iter().zip(self.low.iter().zip(&self.high)).all(|(x, (low, high))| (*low..=*high).contains(x))
    }
}

/// What cuts a branch short before the horizon.
#[derive(Clone, Copy, Default)]
pub struct Borders<'a> {
    /// Beyond it a branch is truncated.
    pub range: Option<&'a KnownRange>,
    /// Disagreement above which a branch is truncated.
    pub disagreement_max: Option<f32>,
    /// The task whose own rule says where an episode terminates; none leaves that to the model.
    pub known_ends: Option<&'a dyn Env>,
}

impl Borders<'_> {
    fn terminates(&self, next_obs: &[f32], end_probability: f32) -> bool {
        self.known_ends.map_or(end_probability > END_THRESHOLD, |task| task.known_end(next_obs))
    }

    fn crossed(&self, next_obs: &[f32], disagreement: f32) -> bool {
        self.range.is_some_and(|range| !range.contains(next_obs))
            || self.disagreement_max.is_some_and(|max| disagreement > max)
    }
}

/// How much is imagined, and in which task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scope {
    /// What the policy acts in.
    pub action: ActionSpace,
    /// O
    pub obs_size: usize,
    /// H
    pub horizon: usize,
    /// E
    pub members: usize,
    /// Numbers of chance that the world takes for one step, [`Dynamics::noise_size`].
    pub noise_size: usize,
}

/// A round of imagination in progress.
pub struct Imagination {
    scope: Scope,
    branches: usize,
    starts: Vec<f32>,
    /// Where all branches are, [B, O].
    obs: Tensor<2>,
    /// The action's chance, the choice of a member and the world's noise, of all steps: [H, B, C + E + noise].
    chance: Tensor<3>,
    /// What happened, one [B, O + A + 5] a step: next obs, action, log-prob, reward, end, disagreement, novelty.
    steps: Vec<Tensor<2>>,
}

/// What a round gave, beside the rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct Imagined {
    /// One segment a branch.
    pub rollout: Rollout,
    /// Mean disagreement over all steps that count.
    pub disagreement: f32,
}

impl Imagination {
    /// Starts one branch from each of `starts` [B, O].
    pub fn start(device: &Device, starts: Vec<f32>, scope: Scope, stream: &mut Stream) -> Self {
        let Scope { action, obs_size, horizon, members, noise_size } = scope;
        let branches = starts.len() / obs_size;
        let width = chance_size(action) + members + noise_size;
        let mut chance = Vec::with_capacity(horizon * branches * width);
        for _ in 0..horizon * branches {
            draw_chance(action, stream, &mut chance);
            let member = stream.below(members);
            chance.extend((0..members).map(|m| if m == member { 1.0 } else { 0.0 }));
            chance.extend((0..noise_size).map(|_| stream.normal()));
        }
        Self {
            scope,
            branches,
            obs: device.floats(starts.clone(), [branches, obs_size]),
            starts,
            chance: device.floats(chance, [horizon, branches, width]),
            steps: Vec::with_capacity(horizon),
        }
    }

    /// How many branches there are.
    pub fn branches(&self) -> usize {
        self.branches
    }

    /// Steps imagined so far.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// Steps to be imagined in all, H.
    pub fn horizon(&self) -> usize {
        self.scope.horizon
    }

    /// Whether the horizon is reached.
    pub fn is_complete(&self) -> bool {
        self.steps.len() >= self.scope.horizon
    }

    /// One step of all branches.
    pub fn step(&mut self, net: &ActorCritic, world: &dyn Dynamics, curiosity: Option<&Curiosity>) {
        let chance: Tensor<2> = self.chance.clone().narrow(0, self.steps.len(), 1).squeeze_dim(0);
        let Scope { action: space, members, noise_size, .. } = self.scope;
        let size = chance_size(space);
        let policy = net.policy(&net.matrices(), self.obs.clone());
        let action = policy.sample(chance.clone().narrow(1, 0, size)); // [B, A]
        let log_prob = policy.log_prob(action.clone());
        let of_model = model_form(space, action.clone());
        let choice = chance.clone().narrow(1, size, members); // [B, E]
        let noise = (noise_size > 0).then(|| chance.narrow(1, size + members, noise_size));
        let said = world.predict(self.obs.clone(), of_model.clone(), choice, noise);
        let visit = |curiosity: &Curiosity| {
            curiosity.novelty(&Visit {
                obs: self.obs.clone(),
                action: of_model,
                next_obs: said.next_obs.clone(),
                disagreement: said.disagreement.clone(),
            })
        };
        let novelty = curiosity.map_or_else(|| said.reward.zeros_like(), visit);
        self.obs = said.next_obs.clone();
        let record = vec![
            said.next_obs,
            action,
            log_prob,
            said.reward,
            said.end_probability,
            said.disagreement,
            novelty,
        ];
        self.steps.push(Tensor::cat(record, 1));
    }

    /// Reads all steps and cuts each branch where it ends. `weight` is the weight of every sample.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn finish(self, borders: Borders<'_>, weight: f32) -> Result<Imagined> {
        let steps = self.steps.len();
        let Scope { obs_size, action: space, .. } = self.scope;
        let actions = space.encoded_size();
        let width = obs_size + actions + 5;
        let numbers = read(Tensor::cat(self.steps, 0), "reading imagined steps").await?; // [H · B, width]
        let mut rollout = Rollout::new(false, obs_size, space.stored_size());
        let mut disagreement = 0.0;
        for branch in 0..self.branches {
            let mut obs = &self.starts[branch * obs_size..(branch + 1) * obs_size];
            for step in 0..steps {
                let row = &numbers[(step * self.branches + branch) * width..][..width];
                let (next_obs, rest) = row.split_at(obs_size);
                let (of_policy, rest) = rest.split_at(actions);
                let &[log_prob, reward_ext, end, apart, reward_int] = rest else { continue };
                let terminated = borders.terminates(next_obs, end);
                let truncated = !terminated && (step + 1 == steps || borders.crossed(next_obs, apart));
                let mut action = Vec::with_capacity(space.stored_size());
                space.decode(of_policy, &mut action);
                rollout.push(Step {
                    obs,
                    action: &action,
                    log_prob,
                    reward_ext,
                    reward_int,
                    next_obs,
                    terminated,
                    truncated,
                    weight,
                });
                disagreement += apart;
                if terminated || truncated {
                    break;
                }
                obs = next_obs;
            }
            rollout.end_segment();
        }
        let disagreement = disagreement / rollout.len().max(1) as f32;
        Ok(Imagined { rollout, disagreement })
    }
}

/// The model's form of actions in the policy's form, [B, A] → [B, A], as [`ActionSpace::encode`] has it on the host.
fn model_form(space: ActionSpace, action: Tensor<2>) -> Tensor<2> {
    match space {
        ActionSpace::Discrete(_) => action,
        ActionSpace::Box { bound, .. } => action.clamp(-bound, bound) / bound,
    }
}
