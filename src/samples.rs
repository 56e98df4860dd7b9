//! From rollouts to training samples: what an update of policy and value reads, row by row.
//!
//! **What.** Real and imagined rollouts become rows of the same shape; a minibatch is a subset of rows.
//! **Shapes.** A row is obs `[O]` · action in the policy's form `[A]` · log-prob · advantage · weight · returns
//! `[heads]` · old values `[heads]`.
//! **Choices.** (1) Extrinsic and intrinsic advantages are combined here, and β is applied here and nowhere else: A =
//! A_ext + β · A_int with a value head for each, or r = r_ext + β · r_int with one head for both. The intrinsic return
//! may be non-episodic (`episodic_novelty = false`, Burda et al. 2019, 1810.12894, §2.3): then V_int after an end is
//! that of the start of a new episode, as in the paper, where the observation after an end is the reset's. The agent
//! never acts in the terminal observation, so its value is never learned. (2) Advantages are normalised over the whole
//! batch to mean 0 and standard deviation 1.

use crate::buffer::Rollout;
use crate::config::SegmentRule;
use crate::env::ActionSpace;
use crate::gae::{Estimates, across_segments, per_segment};

/// How rewards become advantages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Discounting {
    /// γ
    pub gamma: f32,
    /// γ of novelty.
    pub gamma_int: f32,
    /// λ
    pub lambda: f32,
    /// β, the weight of novelty; applied here only.
    pub beta: f32,
    /// What the task's reward is multiplied by; applied here only.
    pub reward_scale: f32,
    /// Whether a terminated episode ends the return of novelty too.
    pub episodic_novelty: bool,
}

/// Rows that PPO learns from.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    obs_size: usize,
    actions: usize,
    heads: usize,
    rows: Vec<f32>,
    len: usize,
    /// Share of the variance of the real rows' returns that the values had foreseen: none without real rows, or where
    /// these returns hardly vary.
    pub explained_variance: Option<f32>,
}

impl Samples {
    /// No rows yet, for these sizes.
    pub fn new(obs_size: usize, action: ActionSpace, heads: usize) -> Self {
        let actions = action.encoded_size();
        Self { obs_size, actions, heads, rows: Vec::new(), len: 0, explained_variance: None }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Makes room for so many more rows at once.
    pub fn reserve(&mut self, rows: usize) {
        self.rows.reserve_exact(rows * self.width());
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
                let column =
                    |all: &[f32]| all.iter().skip(head).step_by(self.heads).copied().collect::<Vec<f32>>();
                let stream = stream_of(rollout, head, self.heads, discounting);
                Head::new(rollout, &stream, column(values), &column(next_values), discounting.lambda, rule)
            })
            .collect();
        let factor = |head: usize| if head == 0 { 1.0 } else { discounting.beta };
        for step in 0..rollout.len() {
            self.rows.extend_from_slice(rollout.obs_at(step));
            action.to_policy(rollout.action_at(step), &mut self.rows);
            let advantage: f32 =
                heads.iter().enumerate().map(|(h, head)| factor(h) * head.estimates.advantages[step]).sum();
            self.rows.extend([rollout.log_probs[step], advantage, rollout.weights[step]]);
            self.rows.extend(heads.iter().map(|head| head.estimates.returns[step]));
            self.rows.extend(heads.iter().map(|head| head.values[step]));
        }
        self.len += rollout.len();
        if rollout.is_real {
            self.explained_variance = explained_variance(&heads[0].estimates);
        }
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

    /// Row `index`, as the head of this file has it.
    pub fn row(&self, index: usize) -> &[f32] {
        let width = self.width();
        &self.rows[index * width..(index + 1) * width]
    }

    /// w of row `index`.
    pub fn weight(&self, index: usize) -> f32 {
        self.row(index)[self.obs_size + self.actions + 2]
    }

    /// These rows one after another.
    pub fn rows(&self, indices: &[usize]) -> Vec<f32> {
        indices.iter().flat_map(|&index| self.row(index)).copied().collect()
    }
}

/// What one value head foretells.
struct RewardStream {
    rewards: Vec<f32>,
    terminated: Vec<bool>,
    gamma: f32,
}

/// Head 0 foretells the task's reward, head 1 novelty; a single head foretells both together.
fn stream_of(rollout: &Rollout, head: usize, heads: usize, discounting: Discounting) -> RewardStream {
    let Discounting { gamma, gamma_int, beta, reward_scale, episodic_novelty, .. } = discounting;
    if head == 1 {
        let terminated = rollout.terminated.iter().map(|&ended| ended && episodic_novelty).collect();
        return RewardStream { rewards: rollout.rewards_int.clone(), terminated, gamma: gamma_int };
    }
    let with_novelty = if heads == 1 { beta } else { 0.0 };
    let both = rollout.rewards_ext.iter().zip(&rollout.rewards_int);
    let rewards = both.map(|(ext, int)| reward_scale * ext + with_novelty * int).collect();
    RewardStream { rewards, terminated: rollout.terminated.clone(), gamma }
}

/// Advantages under one value head.
struct Head {
    values: Vec<f32>,
    estimates: Estimates,
}

impl Head {
    fn new(
        rollout: &Rollout,
        stream: &RewardStream,
        values: Vec<f32>,
        next_values: &[f32],
        lambda: f32,
        rule: SegmentRule,
    ) -> Self {
        let RewardStream { rewards, terminated, gamma } = stream;
        let estimates = match rule {
            SegmentRule::PerBranch => {
                per_segment(&rollout.segments, rewards, &values, next_values, terminated, *gamma, lambda)
            }
            SegmentRule::Across => across_segments(rewards, &values, *gamma, lambda),
        };
        Self { values, estimates }
    }
}

/// Returns that vary by less than this share of their size say nothing about a value.
const HARDLY_VARY: f64 = 1e-3;
/// Advantages that vary by less than this share of their size differ by rounding: f32 has 7 digits.
const ROUNDING: f64 = 1e-6;

/// 1 − Var(R − V) / Var(R), with R − V = A, as Stable-Baselines3 has it; none where returns hardly vary.
fn explained_variance(estimates: &Estimates) -> Option<f32> {
    let [returns, surprise] = [&estimates.returns, &estimates.advantages].map(|numbers| Moments::of(numbers));
    (!returns.vary_less_than(HARDLY_VARY)).then(|| (1.0 - surprise.squares / returns.squares) as f32)
}

/// (A − mean) / (std + 1e-8), with the unbiased standard deviation. All are 0 where they differ by rounding only:
/// then no action is better than another, and dividing by that spread would make advantages of it.
pub fn normalize(advantages: &mut [f32]) {
    let moments = Moments::of(advantages);
    if moments.vary_less_than(ROUNDING) {
        return advantages.fill(0.0);
    }
    let scale = 1.0 / ((moments.squares / (moments.count - 1.0).max(1.0)).sqrt() + 1e-8);
    advantages.iter_mut().for_each(|a| *a = ((f64::from(*a) - moments.mean) * scale) as f32);
}

/// What is known of some numbers together, in f64.
struct Moments {
    count: f64,
    mean: f64,
    /// Sum of squared deviations from the mean.
    squares: f64,
    /// The largest absolute value.
    size: f64,
}

impl Moments {
    fn of(numbers: &[f32]) -> Self {
        let count = numbers.len().max(1) as f64;
        let mean = numbers.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
        let squares = numbers.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>();
        let size = numbers.iter().fold(0.0, |size, &x| f64::from(x.abs()).max(size));
        Self { count, mean, squares, size }
    }

    /// Whether their standard deviation is below this share of their size, as that of equal numbers is.
    fn vary_less_than(&self, share: f64) -> bool {
        (self.squares / self.count).sqrt() <= share * self.size
    }
}

#[cfg(test)]
mod tests;
