//! Fitting the world model to what has really happened.
//!
//! **What.** Each member learns from its own random selection of the real transitions; a tenth of them is
//! held out, and when the error there stops falling, fitting stops.
//! ```text
//! member e sees transition i  n(e, i) ~ Poisson(1) times            (its bootstrap, the same in every fit; once if E = 1)
//! ```
//! **Shapes.** A minibatch is input [E, B, O + A] and target [E, B, O + 2].
//! **Where.** Reads [`Replay`]; moves [`Model`].
//! **Choices.** (1) The bootstrap is a hash of transition and member, so it needs no memory and old transitions keep
//! their place. (2) Held out are pieces of episodes, not steps: neighbouring steps are nearly the same ([`Replay`]). (3) The parameters with
//! the lowest held-out loss are kept. (4) Only real transitions ever get here. (5) The rows of all steps until the next
//! look are drawn at once: a device that learns ahead uploads them together.
//! **Paper.** Osband et al. 2016 (1602.04621), bootstrap; Janner et al. 2019 (1906.08253), early stopping.

use super::model::{Batch, Model, Validation};
use crate::buffer::{Part, Replay};
use crate::config::Config;
use crate::device::Numbers;
use crate::env::ActionSpace;
use crate::error::{Error, Result};
use crate::kernels::scales::Scales;
use crate::rng::Stream;

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
    /// The minibatch of the moment.
    batch: Batch,
    /// The rows of the steps until the next look, [steps, E, B], and which step is next.
    rows: Vec<usize>,
    step: usize,
    train_losses: Vec<Numbers>,
    best: Option<(f32, Numbers)>,
    checks_without_gain: usize,
    /// Updates done.
    pub updates: usize,
}

impl Fit {
    /// Starts a fit on what replay holds, of which something is held out; the model moves to replay's scales.
    pub fn start(model: &mut Model, replay: &Replay, action: ActionSpace, config: &Config) -> Self {
        model.set_scales(Scales::of(replay, config.model_target));
        let bootstraps =
            (0..config.ensemble_size).map(|member| rows_of(member, config.ensemble_size, replay)).collect();
        let held_out: Vec<usize> = replay.ids_of(Part::HeldOut).collect();
        let stride = held_out.len().div_ceil(HELD_OUT_ROWS).max(1);
        let mut batch = Batch::default();
        if model.learns_ahead() {
            fill(&mut batch, model, replay, action, &replay.ids().collect::<Vec<usize>>());
            model.set_transitions(&batch);
        }
        Self {
            action,
            bootstraps,
            held_out: held_out.into_iter().step_by(stride).collect(),
            batch,
            rows: Vec::new(),
            step: 0,
            train_losses: Vec::new(),
            best: None,
            checks_without_gain: 0,
            updates: 0,
        }
    }

    /// One minibatch for every member.
    pub fn update(&mut self, model: &mut Model, replay: &Replay, config: &Config, stream: &mut Stream) {
        let (size, eps) = (self.bootstraps.len() * config.model_batch_size, config.adversarial_eps as f32);
        if self.step * size >= self.rows.len() {
            self.draw_rows(model, replay, config, stream);
        }
        if !model.learns_ahead() {
            let rows = &self.rows[self.step * size..(self.step + 1) * size];
            fill(&mut self.batch, model, replay, self.action, rows);
        }
        self.train_losses.push(model.update(&mut self.batch, eps));
        self.step += 1;
        self.updates += 1;
    }

    /// Draws the rows of the steps until the next look, or until the fit has to end.
    fn draw_rows(&mut self, model: &mut Model, replay: &Replay, config: &Config, stream: &mut Stream) {
        let to_look = UPDATES_PER_CHECK - self.updates % UPDATES_PER_CHECK;
        let steps = to_look.min(config.model_updates.saturating_sub(self.updates)).max(1);
        self.rows.clear();
        for _ in 0..steps {
            for own in &self.bootstraps {
                let any = (0..config.model_batch_size).map(|_| draw(own, config.replay_half_life, stream));
                self.rows.extend(any);
            }
        }
        self.step = 0;
        if model.learns_ahead() {
            let first = replay.ids().start;
            let places: Vec<usize> = self.rows.iter().map(|id| id - first).collect();
            model.begin(&places, steps, config.adversarial_eps as f32);
        }
    }

    /// Looks at the held-out loss; `None` says go on.
    ///
    /// # Errors
    /// [`Error::Device`], or [`Error::Diverged`] if a loss is not finite.
    pub async fn check(
        &mut self,
        model: &mut Model,
        replay: &Replay,
        config: &Config,
    ) -> Result<Option<Validation>> {
        let validation = self.validate(model, replay).await?;
        let is_better = self.best.as_ref().is_none_or(|(loss, _)| validation.loss < *loss);
        if is_better {
            self.best = Some((validation.loss, model.parameters()));
            self.checks_without_gain = 0;
        } else {
            self.checks_without_gain += 1;
        }
        let is_over =
            self.updates >= config.model_updates || self.checks_without_gain >= config.model_patience;
        if !is_over {
            return Ok(None);
        }
        if is_better {
            return Ok(Some(validation));
        }
        if let Some((_, parameters)) = self.best.take() {
            model.set_parameters(parameters);
        }
        let train_loss = validation.train_loss;
        Ok(Some(Validation { train_loss, ..self.validate(model, replay).await? }))
    }

    async fn validate(&mut self, model: &mut Model, replay: &Replay) -> Result<Validation> {
        fill(&mut self.batch, model, replay, self.action, &self.held_out);
        let validation = model.validate(&self.batch, std::mem::take(&mut self.train_losses)).await?;
        match validation.not_finite() {
            None => Ok(validation),
            Some(number) => Err(Error::Diverged {
                phase: "fit".into(),
                quantity: "world_model/val_loss".into(),
                value: number.to_string(),
            }),
        }
    }
}

/// Rows of replay on the model's scales.
fn fill(batch: &mut Batch, model: &Model, replay: &Replay, action: ActionSpace, rows: &[usize]) {
    let Some(scales) = model.scales() else { unreachable!("a fit starts by setting scales") };
    let Batch { input, target } = batch;
    input.clear();
    target.clear();
    for &row in rows {
        let stored = replay.get(row);
        input.extend(scales.obs(stored.obs));
        action.encode(stored.action, input);
        scales.encode_target(stored.obs, stored.next_obs, stored.reward_ext, target);
        target.push(if stored.terminated { 1.0 } else { 0.0 });
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

/// The transitions of replay that this member of so many learns from, each as often as its hash says. One alone learns
/// from all: there is nobody that it could differ from.
fn rows_of(member: usize, members: usize, replay: &Replay) -> Vec<usize> {
    let training = || replay.ids_of(Part::Training);
    if members == 1 {
        return training().collect();
    }
    let mut rows = Vec::with_capacity(replay.len());
    for id in training() {
        rows.extend(std::iter::repeat_n(id, poisson_1(hash(id as u64, member as u64))));
    }
    // Of few rows each may be unlucky; then each counts once. What is held out is never learned from.
    if rows.is_empty() { training().collect() } else { rows }
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
