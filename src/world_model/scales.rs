//! The scales on which the model sees the world: everything about as large as 1.
//!
//! ```text
//! input = (obs − mean) / std        target = (next_obs − obs − mean_Δ) / std_Δ        reward = (r − mean_r) / std_r
//! ```
//! **Choices.** (1) Means and standard deviations are running ones over replay. (2) [`RunningStats::std`] is
//! never below 1e-4, so that nothing is divided by 0. (3) The textbook's recipe, kept for
//! comparison, predicts the raw next state from the raw state: mean 0 and std 1 everywhere.

use crate::arrays::{Arrays, LARGEST};
use crate::buffer::Replay;
use crate::config::ModelTarget;
use crate::error::Result;
use crate::stats::RunningStats;

/// No standard deviation that is saved is smaller; see [`RunningStats::std`].
const LEAST_STD: f32 = 9e-5;

/// Means and standard deviations, `[O]` each where they are lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Scales {
    /// What the network predicts.
    pub target: ModelTarget,
    /// Mean of the input.
    pub obs_mean: Vec<f32>,
    /// Standard deviation of the input.
    pub obs_std: Vec<f32>,
    /// Mean of the predicted state quantity.
    pub target_mean: Vec<f32>,
    /// Standard deviation of the predicted state quantity.
    pub target_std: Vec<f32>,
    /// Standard deviation of next_obs − obs, whatever is predicted: the unit of errors.
    pub change_std: Vec<f32>,
    /// Mean of the reward.
    pub reward_mean: f32,
    /// Standard deviation of the reward.
    pub reward_std: f32,
}

impl Scales {
    /// The scales of what replay holds now.
    pub fn of(replay: &Replay, target: ModelTarget) -> Self {
        let size = replay.obs_size();
        let means = |stats: &RunningStats| stats.mean().iter().map(|&mean| mean as f32).collect::<Vec<_>>();
        let spreads = |stats: &RunningStats| (0..size).map(|d| stats.std(d) as f32).collect::<Vec<_>>();
        let change_std = spreads(replay.change_stats());
        let reward = replay.reward_stats();
        match target {
            ModelTarget::Difference => Self {
                target,
                obs_mean: means(replay.obs_stats()),
                obs_std: spreads(replay.obs_stats()),
                target_mean: means(replay.change_stats()),
                target_std: change_std.clone(),
                change_std,
                reward_mean: reward.mean()[0] as f32,
                reward_std: reward.std(0) as f32,
            },
            ModelTarget::Raw => Self {
                target,
                obs_mean: vec![0.0; size],
                obs_std: vec![1.0; size],
                target_mean: vec![0.0; size],
                target_std: vec![1.0; size],
                change_std,
                reward_mean: 0.0,
                reward_std: 1.0,
            },
        }
    }

    /// Puts them into a checkpoint.
    pub fn save(&self, arrays: &mut Arrays) {
        let mut put = |name: &str, numbers: &[f32]| {
            arrays.put(&format!("world_model.{name}"), &[numbers.len()], numbers.iter().copied());
        };
        put("obs_mean", &self.obs_mean);
        put("obs_std", &self.obs_std);
        put("target_mean", &self.target_mean);
        put("target_std", &self.target_std);
        put("change_std", &self.change_std);
        put("reward_mean", &[self.reward_mean]);
        put("reward_std", &[self.reward_std]);
    }

    /// Those that were saved, if there are any: a model has none before its first fit.
    ///
    /// # Errors
    /// As from [`Scales::load`].
    pub fn load_any(target: ModelTarget, size: usize, arrays: &mut Arrays) -> Result<Option<Self>> {
        if !arrays.has("world_model.obs_mean") {
            return Ok(None);
        }
        Self::load(target, size, arrays).map(Some)
    }

    /// Those that were saved, for `size` observed numbers.
    ///
    /// # Errors
    /// [`crate::Error::Checkpoint`] if something is missing or cannot be.
    pub fn load(target: ModelTarget, size: usize, arrays: &mut Arrays) -> Result<Self> {
        let largest = LARGEST as f32;
        let mut take = |name: &str, size: usize, least: f32| {
            arrays.take_within(&format!("world_model.{name}"), &[size], least..=largest)
        };
        Ok(Self {
            target,
            obs_mean: take("obs_mean", size, -largest)?,
            obs_std: take("obs_std", size, LEAST_STD)?,
            target_mean: take("target_mean", size, -largest)?,
            target_std: take("target_std", size, LEAST_STD)?,
            change_std: take("change_std", size, LEAST_STD)?,
            reward_mean: take("reward_mean", 1, -largest)?[0],
            reward_std: take("reward_std", 1, LEAST_STD)?[0],
        })
    }

    /// An observation on the model's scale.
    pub fn obs<'a>(&'a self, obs: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        obs.iter().zip(self.obs_mean.iter().zip(&self.obs_std)).map(|(x, (mean, std))| (x - mean) / std)
    }

    /// One unit of the predicted state in units of the usual change, for each dimension.
    pub fn change_units(&self) -> impl Iterator<Item = f32> {
        self.target_std.iter().zip(&self.change_std).map(|(target, change)| target / change)
    }

    /// Writes what the network is to say of this transition: state `[O]`, then reward.
    pub fn encode_target(&self, obs: &[f32], next_obs: &[f32], reward: f32, row: &mut Vec<f32>) {
        for (d, (now, next)) in obs.iter().zip(next_obs).enumerate() {
            let quantity = match self.target {
                ModelTarget::Difference => next - now,
                ModelTarget::Raw => *next,
            };
            row.push((quantity - self.target_mean[d]) / self.target_std[d]);
        }
        row.push((reward - self.reward_mean) / self.reward_std);
    }
}
