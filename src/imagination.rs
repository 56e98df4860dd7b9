//! Imagining: the policy acts in the learned model instead of the task.
//!
//! **What.** Branches start from states that were really visited and follow the model, each step with one member
//! of the ensemble drawn by lot. What comes out is a [`Rollout`] like a real one.
//! ```text
//! a ~ π(· | s)    e ~ lot    ŝ', r̂, p̂_end = ŵ_e(s, a)     until p̂_end > ½, or ŝ' leaves the known range, or H steps
//! ```
//! **Shapes.** B branches: everything on the device is [B, ·]; the record of one step is [B, O + A + O + 5].
//! **Where.** Starts come from the newest part of replay; the rollout goes to [`crate::samples`].
//! **Choices.** (1) Branches that have ended go on computing and are cut off on the host: shapes stay constant, and
//! there is one readback a round. (2) `terminated` only where the model predicts the task's end; a branch that leaves
//! the range seen in replay (mean ± 5 std) or reaches the horizon is truncated and bootstraps. (3) All chance comes
//! from the host.
//! **Paper.** Janner et al. 2019 (1906.08253); Chua et al. 2018 (1805.12114), TS1 propagation.

use crate::buffer::{Rollout, Step};
use crate::curiosity::Rnd;
use crate::device::{Device, read};
use crate::dynamics::Dynamics;
use crate::env::ActionSpace;
use crate::error::Result;
use crate::nets::ActorCritic;
use crate::nets::categorical::{log_prob, sample};
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

/// A round of imagination in progress.
pub struct Imagination {
    action: ActionSpace,
    branches: usize,
    horizon: usize,
    members: usize,
    starts: Vec<f32>,
    /// Where all branches are, [B, O].
    obs: Tensor<2>,
    /// Uniform numbers and member choices of all steps, [H, B, 1 + E].
    chance: Tensor<3>,
    /// What happened, one [B, O + A + 4] a step: next obs, action, log-prob, reward, end, disagreement; novelty.
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
    pub fn start(
        device: &Device,
        starts: Vec<f32>,
        action: ActionSpace,
        [obs_size, horizon, members]: [usize; 3],
        stream: &mut Stream,
    ) -> Self {
        let branches = starts.len() / obs_size;
        let mut chance = Vec::with_capacity(horizon * branches * (1 + members));
        for _ in 0..horizon * branches {
            chance.push(stream.uniform());
            let member = stream.below(members);
            chance.extend((0..members).map(|m| if m == member { 1.0 } else { 0.0 }));
        }
        Self {
            action,
            branches,
            horizon,
            members,
            obs: device.floats(starts.clone(), [branches, obs_size]),
            starts,
            chance: device.floats(chance, [horizon, branches, 1 + members]),
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

    /// Whether the horizon is reached.
    pub fn is_complete(&self) -> bool {
        self.steps.len() >= self.horizon
    }

    /// One step of all branches.
    pub fn step(&mut self, net: &ActorCritic, world: &dyn Dynamics, curiosity: Option<&Rnd>) {
        let chance: Tensor<2> = self.chance.clone().narrow(0, self.steps.len(), 1).squeeze_dim(0);
        let logits = net.logits(&net.matrices(), self.obs.clone());
        let action = sample(logits.clone(), chance.clone().narrow(1, 0, 1)); // [B, A]
        let log_prob = log_prob(logits, action.clone());
        let choice = chance.narrow(1, 1, self.members); // [B, E]
        let said = world.predict(self.obs.clone(), action.clone(), choice);
        let novelty =
            curiosity.map_or_else(|| said.reward.zeros_like(), |rnd| rnd.novelty(said.next_obs.clone()));
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
    pub async fn finish(self, range: Option<&KnownRange>, weight: f32) -> Result<Imagined> {
        let steps = self.steps.len();
        let obs_size = self.starts.len() / self.branches.max(1);
        let actions = self.action.encoded_size();
        let width = obs_size + actions + 5;
        let numbers = read(Tensor::cat(self.steps, 0), "reading imagined steps").await?; // [H · B, width]
        let mut rollout = Rollout::new(false, obs_size, self.action.stored_size());
        let mut disagreement = 0.0;
        for branch in 0..self.branches {
            let mut obs = &self.starts[branch * obs_size..(branch + 1) * obs_size];
            for step in 0..steps {
                let row = &numbers[(step * self.branches + branch) * width..][..width];
                let (next_obs, rest) = row.split_at(obs_size);
                let (encoded, rest) = rest.split_at(actions);
                let &[log_prob, reward_ext, end, apart, reward_int] = rest else { continue };
                let terminated = end > END_THRESHOLD;
                let is_known = range.is_none_or(|range| range.contains(next_obs));
                let truncated = !terminated && (step + 1 == steps || !is_known);
                let mut action = Vec::with_capacity(1);
                self.action.decode(encoded, &mut action);
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
