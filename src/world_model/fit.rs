//! Fitting the world model to what has really happened.
//!
//! **What.** Each member learns from its own random selection of the real transitions; every tenth episode is
//! held out, and when the error there stops falling, fitting stops.
//! ```text
//! member e sees transition i  n(e, i) ~ Poisson(1) times            (its bootstrap, the same in every fit)
//! ```
//! **Shapes.** A minibatch is input [E, B, O + A] and target [E, B, O + 2].
//! **Where.** Reads [`Replay`]; moves [`WorldModel`].
//! **Choices.** (1) The bootstrap is a hash of transition and member, so it needs no memory and old transitions keep
//! their place. (2) Held out are episodes, not steps: neighbouring steps are nearly the same. (3) The parameters with
//! the lowest held-out loss are kept. (4) Only real transitions ever get here.
//! **Paper.** Osband et al. 2016 (1602.04621), bootstrap; Janner et al. 2019 (1906.08253), early stopping.

use super::ensemble::WorldModel;
use super::scales::Scales;
use crate::buffer::{Part, Replay};
use crate::config::Config;
use crate::device::read;
use crate::env::ActionSpace;
use crate::error::{Error, Result};
use crate::rng::Stream;
use burn::tensor::Tensor;

/// Updates between two looks at the held-out loss.
pub const UPDATES_PER_CHECK: usize = 25;
/// Most held-out transitions that a look reads.
const HELD_OUT_ROWS: usize = 512;

/// A fit in progress.
pub struct Fit {
    action: ActionSpace,
    /// Transitions of each member, [E][·].
    bootstraps: Vec<Vec<usize>>,
    held_out: Vec<usize>,
    train_losses: Vec<Tensor<1>>,
    best: Option<(f32, Tensor<1>)>,
    checks_without_gain: usize,
    /// Updates done.
    pub updates: usize,
}

/// Held-out errors after a fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Validation {
    /// Loss on what was learned from, over the last updates.
    pub train_loss: f32,
    /// One-step loss on the model's own scale, as it is minimised.
    pub loss: f32,
    /// Squared errors of state and reward and cross-entropy of the end: the same as `loss` but for Gaussian heads.
    pub squared: f32,
    /// Squared state error over the variance of the change: 1 is as good as knowing nothing.
    pub state_mse: f32,
    /// Squared reward error on the model's scale.
    pub reward_mse: f32,
    /// Cross-entropy of the end, in nats.
    pub end_bce: f32,
}

impl Fit {
    /// Starts a fit on what replay holds; the model moves to replay's scales.
    pub fn start(model: &mut WorldModel, replay: &Replay, action: ActionSpace, config: &Config) -> Self {
        model.set_scales(Scales::of(replay, config.model_target));
        let bootstraps = (0..config.ensemble_size).map(|member| bootstrap(replay, member)).collect();
        let held_out: Vec<usize> = replay.ids_of(Part::HeldOut).collect();
        let stride = held_out.len().div_ceil(HELD_OUT_ROWS).max(1);
        Self {
            action,
            bootstraps,
            held_out: held_out.into_iter().step_by(stride).collect(),
            train_losses: Vec::new(),
            best: None,
            checks_without_gain: 0,
            updates: 0,
        }
    }

    /// One minibatch for every member.
    pub fn update(&mut self, model: &mut WorldModel, replay: &Replay, config: &Config, stream: &mut Stream) {
        let mut rows = Vec::with_capacity(self.bootstraps.len() * config.model_batch_size);
        for own in &self.bootstraps {
            rows.extend((0..config.model_batch_size).map(|_| draw(own, config.replay_half_life, stream)));
        }
        let (mut input, target) = self.upload(model, replay, &rows, self.bootstraps.len());
        if config.adversarial_eps > 0.0 {
            input = worst_case(model, input, target.clone(), config.adversarial_eps as f32);
        }
        let (loss, gradient) = loss_and_gradient(model, input, target);
        model.flat = model.adam.step(model.flat.clone(), gradient);
        self.train_losses.push(loss);
        self.updates += 1;
    }

    /// Looks at the held-out loss; `None` says go on. Without held-out episodes it goes on to the last update.
    ///
    /// # Errors
    /// [`Error::Device`], or [`Error::Diverged`] if a loss is not finite.
    pub async fn check(
        &mut self,
        model: &mut WorldModel,
        replay: &Replay,
        config: &Config,
    ) -> Result<Option<Validation>> {
        let validation = self.validate(model, replay).await?;
        let is_better = self.best.as_ref().is_none_or(|(loss, _)| validation.loss < *loss);
        if is_better {
            self.best = Some((validation.loss, model.flat.clone()));
            self.checks_without_gain = 0;
        } else {
            self.checks_without_gain += 1;
        }
        let is_over =
            self.updates >= config.model_updates || self.checks_without_gain >= config.model_patience;
        if !is_over {
            return Ok(None);
        }
        if is_better || self.held_out.is_empty() {
            return Ok(Some(validation));
        }
        if let Some((_, flat)) = self.best.take() {
            model.flat = flat;
        }
        let train_loss = validation.train_loss;
        Ok(Some(Validation { train_loss, ..self.validate(model, replay).await? }))
    }

    async fn validate(&mut self, model: &WorldModel, replay: &Replay) -> Result<Validation> {
        // Before the first held-out episode the training rows have to do; the loss then flatters.
        let fallback: Vec<usize> = replay.ids().take(HELD_OUT_ROWS).collect();
        let rows = if self.held_out.is_empty() { &fallback } else { &self.held_out };
        let (input, target) = self.upload(model, replay, rows, 1);
        let all = |rows: Tensor<3>| model.for_all_members(rows.squeeze_dim(0));
        let (output, target) = (model.output(&model.matrices(), all(input)), all(target));
        let losses = model.losses(output.clone(), target.clone());
        let mut numbers = vec![losses.state, losses.reward, losses.end, change_error(model, output, target)];
        let train: Vec<Tensor<1>> = std::mem::take(&mut self.train_losses);
        numbers.push(if train.is_empty() { numbers[0].zeros_like() } else { Tensor::cat(train, 0).mean() });
        numbers.push(losses.total);
        let numbers = read(Tensor::cat(numbers, 0), "validating the world model").await?;
        let validation = Validation {
            train_loss: numbers[4],
            loss: numbers[5],
            squared: numbers[0] + numbers[1] + numbers[2],
            state_mse: numbers[3],
            reward_mse: numbers[1],
            end_bce: numbers[2],
        };
        match numbers.iter().find(|number| !number.is_finite()) {
            None => Ok(validation),
            Some(number) => Err(Error::Diverged {
                phase: "fit".into(),
                quantity: "world_model/val_loss".into(),
                value: number.to_string(),
            }),
        }
    }

    /// Rows of replay as input [groups, B, O + A] and target [groups, B, O + 2].
    fn upload(
        &self,
        model: &WorldModel,
        replay: &Replay,
        rows: &[usize],
        groups: usize,
    ) -> (Tensor<3>, Tensor<3>) {
        let Some(scales) = model.scales() else { unreachable!("a fit starts by setting scales") };
        let (size, actions) = (replay.obs_size(), self.action.encoded_size());
        let width = 2 * size + actions + 2;
        let mut block = Vec::with_capacity(rows.len() * width);
        for &row in rows {
            let stored = replay.get(row);
            block.extend((0..size).map(|d| (stored.obs[d] - scales.obs_mean[d]) / scales.obs_std[d]));
            self.action.encode(stored.action, &mut block);
            scales.encode_target(stored.obs, stored.next_obs, stored.reward_ext, &mut block);
            block.push(if stored.terminated { 1.0 } else { 0.0 });
        }
        let block = model.device().floats(block, [groups, rows.len() / groups, width]);
        (block.clone().narrow(2, 0, size + actions), block.narrow(2, size + actions, size + 2))
    }
}

/// A transition of `own`, oldest first: any, or with a half-life the newer the more often.
fn draw(own: &[usize], half_life: usize, stream: &mut Stream) -> usize {
    let any = own[stream.below(own.len())];
    if half_life == 0 {
        return any;
    }
    // An age at which 2^(−age / half-life) equals a uniform number; ages beyond the oldest are drawn anew as any.
    let age = -f64::from(1.0 - stream.uniform()).log2() * half_life as f64;
    let newest = own.last().copied().unwrap_or(any);
    let at = own.partition_point(|&id| (id as f64) < newest as f64 - age);
    if newest as f64 - age < own[0] as f64 { any } else { own[at.min(own.len() - 1)] }
}

/// The loss of a minibatch, `[1]`, and its gradient, `[parameters]`; neither is read.
pub fn loss_and_gradient(model: &WorldModel, input: Tensor<3>, target: Tensor<3>) -> (Tensor<1>, Tensor<1>) {
    let tracked = model.tracked();
    let output = model.output(&tracked.matrices, Tensor::from_inner(input));
    let loss = model.losses(output, Tensor::from_inner(target)).total;
    let gradient = tracked.gradient(&loss);
    (loss.inner(), gradient)
}

/// The input pushed by `eps` standard deviations in every state number to where the loss rises fastest
/// (Goodfellow et al. 2015, 1412.6572): what is learned there holds in a neighbourhood, not in a point.
pub fn worst_case(model: &WorldModel, input: Tensor<3>, target: Tensor<3>, eps: f32) -> Tensor<3> {
    let [_, _, width] = input.dims();
    let tracked: Tensor<3> = Tensor::from_inner(input.clone()).require_grad();
    let matrices: Vec<Tensor<3>> = model.matrices().into_iter().map(Tensor::from_inner).collect();
    let output = model.output(&matrices, tracked.clone());
    let loss = model.losses(output, Tensor::from_inner(target)).total;
    let Some(gradient) = tracked.grad(&loss.backward()) else { return input };
    let states = model.scales().map_or(0, |scales| scales.obs_mean.len());
    let push = (0..width).map(|column| if column < states { eps } else { 0.0 }).collect();
    input + gradient.sign() * model.device().floats(push, [1, 1, width])
}

/// Squared state error in units of the usual change, whatever the model predicts, [1].
fn change_error(model: &WorldModel, output: Tensor<3>, target: Tensor<3>) -> Tensor<1> {
    let Some(scales) = model.scales() else { unreachable!("a fit starts by setting scales") };
    let size = scales.change_std.len();
    let unit = (0..size).map(|d| scales.target_std[d] / scales.change_std[d]).collect();
    let unit = model.device().floats(unit, [1, 1, size]);
    let error = (output.narrow(2, 0, size) - target.narrow(2, 0, size)) * unit;
    (error.clone() * error).mean()
}

/// The transitions of replay that this member learns from, each as often as its hash says.
fn bootstrap(replay: &Replay, member: usize) -> Vec<usize> {
    let mut rows = Vec::with_capacity(replay.len());
    for id in replay.ids_of(Part::Training) {
        rows.extend(std::iter::repeat_n(id, poisson_1(hash(id as u64, member as u64))));
    }
    // With only held-out or unlucky rows there is nothing else to learn from.
    if rows.is_empty() { replay.ids().collect() } else { rows }
}

/// SplitMix64's finaliser over both numbers.
fn hash(id: u64, member: u64) -> u64 {
    let mut z =
        id.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(member.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A Poisson(1) count from uniform bits, by inverting the distribution.
fn poisson_1(bits: u64) -> usize {
    let uniform = (bits >> 11) as f64 / (1u64 << 53) as f64;
    let (mut count, mut probability, mut sum) = (0, (-1.0f64).exp(), (-1.0f64).exp());
    while uniform >= sum && count < 8 {
        count += 1;
        probability /= count as f64;
        sum += probability;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bootstrap_count_is_poisson_with_mean_and_variance_one() {
        let counts: Vec<f64> = (0..100_000).map(|id| poisson_1(hash(id, 3)) as f64).collect();
        let mean = counts.iter().sum::<f64>() / 1e5;
        let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / 1e5;
        assert!((mean - 1.0).abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }

    #[test]
    fn members_get_different_bootstraps() {
        let same = (0..1000).filter(|&id| poisson_1(hash(id, 0)) == poisson_1(hash(id, 1))).count();
        assert!(same < 500, "{same} of 1000 counts agree");
    }
}
