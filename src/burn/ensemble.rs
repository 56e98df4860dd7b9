//! The ensemble: E networks, each with its own idea of what happens next.
//!
//! **What.** Given state and action, each member predicts the change of the state, the reward and whether the episode
//! ends. Where the members disagree, the prediction is uncertain.
//! ```text
//! (Δ̂, r̂, ê) = ŵ_φ((obs − mean)/std, action)      next_obs = obs + mean_Δ + std_Δ · Δ̂      p_end = σ(ê)
//! loss = MSE(Δ̂) + MSE(r̂) + c_end BCE(ê)           disagreement = mean_d u_d std_members(Δ̂_d)
//! Gaussian heads:  (Δ̂, r̂) ~ N(μ, σ²)              loss = mean ½ (log σ² + (y − μ)²/σ² + log 2π) + c_end BCE(ê)
//! ```
//! **Shapes.** obs [E, B, O], action [E, B, A] → output [E, B, O + 2]: state, reward, end logit; Gaussian heads add
//! O + 1 log-variances behind them.
//! **Where.** Trained and stepped in through [`Perceptrons`](super::Perceptrons).
//! **Choices.** (1) Normalised differences: on raw next states a small model's errors drown its effects
//! ([`crate::world_model`]). (2) `end` means terminated; a time limit is not dynamics. (3) All members are one
//! batched multiplication. (4) One prediction by default: the tasks are deterministic, and likelihood buys nothing
//! there. Gaussian heads bound log σ² softly to [−10, 0.5], as PETS does, and imagination draws from them.
//! **Paper.** Chua et al. 2018 (1805.12114); Janner et al. 2019 (1906.08253).

mod losses;

pub use losses::ModelLosses;

use super::model_loss::bounded_log_variance;
use super::{Adam, Layout, Mlp, Prediction, Tracked};
use crate::burn::Device;
use crate::burn::tensor::{Tensor, activation};
use crate::config::{Config, ModelHeads, ModelTarget, Termination};
use crate::kernels::adam::EPS;
use crate::kernels::world_model::FIRST_GAIN;
use crate::rng::Stream;
use crate::world_model::Scales;
use crate::world_model::layer_sizes;

/// E networks on a device.
#[derive(Debug, Clone)]
pub struct WorldModel {
    members: usize,
    obs_size: usize,
    layout: Layout,
    mlp: Mlp,
    heads: ModelHeads,
    learned_ends: bool,
    end_coef: f64,
    device: Device,
    scales: Option<DeviceScales>,
    /// All parameters, `[parameters]`.
    pub flat: Tensor<1>,
    /// The memory of their optimiser.
    pub adam: Adam,
}

/// [`Scales`] on the device; rows are [1, 1, O].
#[derive(Debug, Clone)]
struct DeviceScales {
    host: Scales,
    obs_mean: Tensor<3>,
    obs_std: Tensor<3>,
    target_mean: Tensor<3>,
    target_std: Tensor<3>,
}

impl WorldModel {
    /// A model that knows nothing yet.
    pub fn new(
        device: &Device,
        obs_size: usize,
        action_size: usize,
        config: &Config,
        stream: &mut Stream,
    ) -> Self {
        let mut layout = Layout::default();
        let sizes = layer_sizes(obs_size, action_size, config);
        let mlp = Mlp::new(&mut layout, config.ensemble_size, &sizes, config.model_activation);
        let first = mlp.initial(FIRST_GAIN, stream);
        Self::on(device, obs_size, (layout, mlp), first, config)
    }

    /// The networks `mlp` on a buffer of the parameters `first`, where a model may have more beside them.
    pub fn on(
        device: &Device,
        obs_size: usize,
        (layout, mlp): (Layout, Mlp),
        first: Vec<f32>,
        config: &Config,
    ) -> Self {
        let flat = device.floats(first, [layout.len()]);
        let adam = Adam::new(&flat, config.model_learning_rate, EPS);
        Self {
            members: config.ensemble_size,
            obs_size,
            layout,
            mlp,
            heads: config.model_heads,
            learned_ends: config.termination == Termination::Learned,
            end_coef: config.end_coef,
            device: device.clone(),
            scales: None,
            flat,
            adam,
        }
    }

    /// Puts the model on new scales, at the start of a fit.
    pub fn set_scales(&mut self, scales: Scales) {
        let row = |values: &[f32]| self.device.floats(values.to_vec(), [1, 1, values.len()]);
        self.scales = Some(DeviceScales {
            obs_mean: row(&scales.obs_mean),
            obs_std: row(&scales.obs_std),
            target_mean: row(&scales.target_mean),
            target_std: row(&scales.target_std),
            host: scales,
        });
    }

    /// The scales in use; none before the first fit.
    pub fn scales(&self) -> Option<&Scales> {
        self.scales.as_ref().map(|scales| &scales.host)
    }

    /// O
    pub fn obs_size(&self) -> usize {
        self.obs_size
    }

    /// The device it lives on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The matrices for looking.
    pub fn matrices(&self) -> Vec<Tensor<3>> {
        self.layout.matrices(&self.flat)
    }

    /// The matrices for learning.
    pub fn tracked(&self) -> Tracked {
        self.layout.tracked(&self.flat)
    }

    /// What each member says, on the model's scale: [E, B, O + 2 or 2 O + 3] from normalised input [E, B, O + A].
    pub fn output(&self, matrices: &[Tensor<3>], input: Tensor<3>) -> Tensor<3> {
        self.mlp.forward(matrices, input)
    }

    /// State and reward of `output` [E, B, ·], drawn with standard normal `noise` [B, O + 1] where there is any.
    fn drawn(&self, output: &Tensor<3>, noise: Option<Tensor<2>>) -> Tensor<3> {
        let size = self.obs_size;
        let mean = output.clone().narrow(2, 0, size + 1);
        match (self.heads, noise) {
            (ModelHeads::Gaussian, Some(noise)) => {
                let doubt = bounded_log_variance(output.clone().narrow(2, size + 2, size + 1));
                mean + (doubt * 0.5).exp() * noise.unsqueeze_dim(0)
            }
            _ => mean,
        }
    }

    /// Where each member goes from obs [E, B, O] with action [E, B, A]: next obs [E, B, O], and its output. Before the
    /// first fit nothing is known, and nothing changes.
    pub fn step(&self, matrices: &[Tensor<3>], obs: Tensor<3>, action: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let output = self.say(matrices, obs.clone(), action);
        let state = output.clone().narrow(2, 0, self.obs_size);
        (self.moved(obs, state), output)
    }

    /// What each member says of obs and action as they are.
    fn say(&self, matrices: &[Tensor<3>], obs: Tensor<3>, action: Tensor<3>) -> Tensor<3> {
        let rows = obs.dims()[1];
        match self.input(obs, action) {
            Some(input) => self.output(matrices, input),
            None => self.nothing(rows),
        }
    }

    /// obs [E, B, O] on the model's scale, then action [E, B, A]; none before the first fit.
    pub fn input(&self, obs: Tensor<3>, action: Tensor<3>) -> Option<Tensor<3>> {
        let scales = self.scales.as_ref()?;
        let obs = (obs - scales.obs_mean.clone()) / scales.obs_std.clone();
        Some(Tensor::cat(vec![obs, action], 2))
    }

    /// What is said of B rows before the first fit.
    pub fn nothing(&self, rows: usize) -> Tensor<3> {
        self.device.zeros([self.members, rows, self.mlp.sizes()[self.mlp.layers()]])
    }

    /// The next obs for a state quantity on the model's scale, both [E, B, O].
    fn moved(&self, obs: Tensor<3>, state: Tensor<3>) -> Tensor<3> {
        let Some(scales) = &self.scales else { return obs };
        let moved = state * scales.target_std.clone() + scales.target_mean.clone();
        match scales.host.target {
            ModelTarget::Difference => obs + moved,
            ModelTarget::Raw => moved,
        }
    }

    /// E
    pub fn members(&self) -> usize {
        self.members
    }

    /// Random numbers that one step takes: none where nothing is drawn.
    pub fn noise_size(&self) -> usize {
        if self.heads == ModelHeads::Gaussian { self.obs_size + 1 } else { 0 }
    }

    /// One step from `obs` [B, O] with one-hot or scaled `action` [B, A]; row b follows the member that `choice` [B, E]
    /// marks with a 1. With standard normal `noise` [B, O + 1] Gaussian heads draw; without it they give their means.
    pub fn predict(
        &self,
        obs: Tensor<2>,
        action: Tensor<2>,
        choice: Tensor<2>,
        noise: Option<Tensor<2>>,
    ) -> Prediction {
        let (obs, action) = (self.for_all_members(obs), self.for_all_members(action));
        let output = self.say(&self.matrices(), obs.clone(), action);
        self.prediction(output, obs, choice, noise)
    }

    /// What follows for obs [E, B, O] from the networks' output [E, B, ·].
    pub fn prediction(
        &self,
        output: Tensor<3>,
        obs: Tensor<3>,
        choice: Tensor<2>,
        noise: Option<Tensor<2>>,
    ) -> Prediction {
        let drawn = self.drawn(&output, noise);
        let next = self.moved(obs, drawn.clone().narrow(2, 0, self.obs_size));
        let chosen: Tensor<3> = choice.transpose().unsqueeze_dim(2); // [E, B, 1]
        let of_chosen = |all: Tensor<3>| -> Tensor<2> { (all * chosen.clone()).sum_dim(0).squeeze_dim(0) };
        let (reward_mean, reward_std) =
            self.scales().map_or((0.0, 1.0), |scales| (scales.reward_mean, scales.reward_std));
        let reward = of_chosen(drawn.narrow(2, self.obs_size, 1)) * reward_std + reward_mean;
        let end_probability = if self.learned_ends {
            activation::sigmoid(of_chosen(output.clone().narrow(2, self.obs_size + 1, 1)))
        } else {
            reward.zeros_like()
        };
        Prediction {
            next_obs: of_chosen(next),
            reward,
            end_probability,
            disagreement: self.spread(output.narrow(2, 0, self.obs_size)),
        }
    }

    /// Standard deviation over the members, in standard deviations of a step's change, mean over dimensions:
    /// [E, B, O] → [B, 1].
    fn spread(&self, state: Tensor<3>) -> Tensor<2> {
        let deviation = state.clone() - state.mean_dim(0);
        let spread = (deviation.clone() * deviation).mean_dim(0).sqrt();
        let spread = match &self.scales {
            Some(scales) => {
                let units = scales.host.change_units().collect();
                spread * self.device.floats(units, [1, 1, self.obs_size])
            }
            None => spread,
        };
        spread.mean_dim(2).squeeze_dim(0)
    }

    /// The same rows for every member, [B, X] → [E, B, X].
    pub fn for_all_members(&self, rows: Tensor<2>) -> Tensor<3> {
        rows.unsqueeze_dim::<3>(0).repeat_dim(0, self.members)
    }
}
