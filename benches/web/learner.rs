//! W6: learning.

use mbppo::config::preset;
use mbppo::device::{DeviceKind, open};
use mbppo::rng::Seed;
use mbppo::trainer::{Phase, Trainer};
use wasm_bindgen::prelude::*;

const TASK: &str = "CartPole-v1";
/// What is asked for besides the preset `ppo`.
const SETTINGS: [(&str, &str); 6] = [
    ("num_envs", "8"),
    ("num_steps", "128"),
    ("n_epochs", "4"),
    ("batch_size", "256"),
    ("learning_rate", "0.001"),
    ("eval_every", "0"),
];

/// W6: plain PPO on CartPole by the page's own trainer, without evaluations.
#[wasm_bindgen]
pub struct Learner(Trainer);

#[wasm_bindgen]
impl Learner {
    /// A run that has not begun, on the device `cpu` or `webgpu`.
    ///
    /// # Errors
    /// Rejects with an "MbppoError" if there is no such device.
    pub async fn create(seed: u32, device: String) -> Result<Self, JsValue> {
        let mut config = preset("ppo", TASK)?;
        SETTINGS.iter().try_for_each(|(name, text)| config.set(name, text))?;
        let device = open(DeviceKind::from_name(&device)?).await?;
        Ok(Self(Trainer::new(TASK, config, Seed(u64::from(seed)), device)?))
    }

    /// One iteration: 128 steps of 8 environments, and what is learned from them.
    ///
    /// # Errors
    /// Rejects with an "MbppoError" if learning diverges or the device fails.
    pub async fn advance(&mut self) -> Result<(), JsValue> {
        let mut has_left = false;
        while !has_left || self.0.phase() != Phase::Collect {
            self.0.tick().await?;
            has_left |= self.0.phase() != Phase::Collect;
        }
        Ok(())
    }

    /// `[steps, finished episodes, mean return of the last 100]`
    pub fn told(&self) -> Vec<f64> {
        let now = self.0.snapshot();
        let mean = now.metrics.get("rollout/ep_rew_mean").copied().unwrap_or(0.0);
        vec![now.real_steps as f64, now.episodes as f64, f64::from(mean)]
    }
}
