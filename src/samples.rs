//! From rollouts to training samples: what one update of policy and value reads, row by row.
//!
//! **What.** Real and imagined rollouts become rows of the same shape; a minibatch is a choice of rows, packed
//! into one upload.
//! **Shapes.** A row is obs `[O]` · one-hot action `[A]` · log-prob · advantage · weight · returns `[heads]` · old
//! values `[heads]`.
//! **Choices.** (1) Advantages of external reward and novelty are combined here, and β is applied here and
//! nowhere else: A = A_ext + β · A_int. (2) They are normalised over the whole batch, as mean 0 and
//! standard deviation 1.

use crate::buffer::Rollout;
use crate::config::SegmentRule;
use crate::device::Device;
use crate::env::ActionSpace;
use crate::gae::{Estimates, across_segments, per_segment};
use crate::ppo::Minibatch;
use burn::tensor::Tensor;

/// γ, λ, β and where a recursion stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Discounting {
    /// γ
    pub gamma: f32,
    /// λ
    pub lambda: f32,
    /// β, the weight of novelty; applied here only.
    pub beta: f32,
}

/// Rows that PPO learns from.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    obs_size: usize,
    actions: usize,
    heads: usize,
    rows: Vec<f32>,
    len: usize,
    /// Share of the returns' variance that the values had foreseen.
    pub explained_variance: f32,
}

impl Samples {
    /// No rows yet, for these sizes.
    pub fn new(obs_size: usize, action: ActionSpace, heads: usize) -> Self {
        let actions = action.encoded_size();
        Self { obs_size, actions, heads, rows: Vec::new(), len: 0, explained_variance: 0.0 }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn width(&self) -> usize {
        self.obs_size + self.actions + 3 + 2 * self.heads
    }

    /// Adds the steps of a rollout. `values` and `next_values` are [n, heads], V of its obs and next_obs.
    pub fn add(
        &mut self,
        rollout: &Rollout,
        action: ActionSpace,
        [values, next_values]: [&[f32]; 2],
        discounting: Discounting,
        rule: SegmentRule,
    ) {
        let heads: Vec<Head> = (0..self.heads)
            .map(|head| {
                let rewards = if head == 0 { &rollout.rewards_ext } else { &rollout.rewards_int };
                let column =
                    |all: &[f32]| all.iter().skip(head).step_by(self.heads).copied().collect::<Vec<f32>>();
                Head::new(rollout, rewards, column(values), &column(next_values), discounting, rule)
            })
            .collect();
        let factor = |head: usize| if head == 0 { 1.0 } else { discounting.beta };
        for step in 0..rollout.len() {
            self.rows.extend_from_slice(rollout.obs_at(step));
            action.encode(rollout.action_at(step), &mut self.rows);
            let advantage: f32 =
                heads.iter().enumerate().map(|(h, head)| factor(h) * head.estimates.advantages[step]).sum();
            self.rows.extend([rollout.log_probs[step], advantage, rollout.weights[step]]);
            self.rows.extend(heads.iter().map(|head| head.estimates.returns[step]));
            self.rows.extend(heads.iter().map(|head| head.values[step]));
        }
        self.len += rollout.len();
        self.explained_variance = heads[0].explained_variance();
    }

    /// Shifts and scales all advantages to mean 0 and standard deviation 1.
    pub fn normalize_advantages(&mut self) {
        let (width, column) = (self.width(), self.obs_size + self.actions + 1);
        let column = || (0..self.len).map(move |row| row * width + column);
        let mut advantages: Vec<f32> = column().map(|index| self.rows[index]).collect();
        normalize(&mut advantages);
        column().zip(advantages).for_each(|(index, advantage)| self.rows[index] = advantage);
    }

    /// The first quantity that is not finite, if any.
    pub fn not_finite(&self) -> Option<f32> {
        self.rows.iter().copied().find(|number| !number.is_finite())
    }

    /// Uploads these rows as one block and names its columns.
    pub fn minibatch(&self, device: &Device, indices: &[usize]) -> Minibatch {
        let width = self.width();
        let mut block = Vec::with_capacity(indices.len() * width);
        for &index in indices {
            block.extend_from_slice(&self.rows[index * width..(index + 1) * width]);
        }
        let block = device.floats(block, [indices.len(), width]);
        let mut from = 0;
        let mut columns = |count: usize| -> Tensor<2> {
            from += count;
            block.clone().narrow(1, from - count, count)
        };
        Minibatch {
            obs: columns(self.obs_size),
            actions: columns(self.actions),
            log_probs: columns(1),
            advantages: columns(1),
            weights: columns(1),
            returns: columns(self.heads),
            values: columns(self.heads),
        }
    }
}

/// (A − mean) / (std + 1e-8), with the unbiased standard deviation.
pub fn normalize(advantages: &mut [f32]) {
    let count = advantages.len() as f64;
    let mean = advantages.iter().map(|&a| f64::from(a)).sum::<f64>() / count;
    let squares = advantages.iter().map(|&a| (f64::from(a) - mean).powi(2)).sum::<f64>();
    let scale = 1.0 / ((squares / (count - 1.0).max(1.0)).sqrt() + 1e-8);
    advantages.iter_mut().for_each(|a| *a = ((f64::from(*a) - mean) * scale) as f32);
}

/// Advantages under one value head.
struct Head {
    values: Vec<f32>,
    estimates: Estimates,
}

impl Head {
    fn new(
        rollout: &Rollout,
        rewards: &[f32],
        values: Vec<f32>,
        next_values: &[f32],
        discounting: Discounting,
        rule: SegmentRule,
    ) -> Self {
        let Discounting { gamma, lambda, .. } = discounting;
        let estimates = match rule {
            SegmentRule::PerBranch => {
                let terminated = &rollout.terminated;
                per_segment(&rollout.segments, rewards, &values, next_values, terminated, gamma, lambda)
            }
            SegmentRule::Across => across_segments(rewards, &values, gamma, lambda),
        };
        Self { values, estimates }
    }

    /// 1 − Var(R − V) / Var(R), with R − V = A.
    fn explained_variance(&self) -> f32 {
        1.0 - variance(&self.estimates.advantages) / variance(&self.estimates.returns).max(1e-8)
    }
}

fn variance(numbers: &[f32]) -> f32 {
    let count = numbers.len().max(1) as f32;
    let mean = numbers.iter().sum::<f32>() / count;
    numbers.iter().map(|number| (number - mean).powi(2)).sum::<f32>() / count
}
