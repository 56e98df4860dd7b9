//! Fitting the world model to real experience.
//!
//! **What.** Each member learns from its own random subset of the real transitions; a tenth of them is held out, and
//! fitting stops when the error there stops falling.
//! **Shapes.** A minibatch is input [E, B, O + A] and target [E, B, O + 2].
//! **Where.** Reads [`Replay`]; moves [`Model`].
//! **Choices.** (1) Pieces of episodes are held out, not single steps: neighbouring steps are nearly the same
//! ([`Replay`]). (2) The parameters with the lowest held-out loss are kept. (3) Only real transitions are used. (4) The
//! rows of all steps until the next validation are drawn at once, so that a device that works ahead can upload them
//! together.
//! **Paper.** Janner et al. 2019 (1906.08253), early stopping; the bootstrap is that of [`super::bootstrap`].

use super::bootstrap::{Bootstraps, Own};
use super::model::{Batch, Model, Validation};
use super::{Look, Step};
use crate::budget::{PER_ROW, add};
use crate::buffer::Replay;
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

/// As many transitions are uploaded to a device that learns ahead; of a larger replay, those that are drawn.
const UPLOADED_ROWS: usize = 32_768;

/// A fit in progress.
pub struct Fit {
    action: ActionSpace,
    held_out: Vec<usize>,
    /// The minibatch of the moment.
    batch: Batch,
    /// The rows of the steps until the next look, [steps, E, B], and which step is next.
    rows: Vec<usize>,
    step: usize,
    /// The pieces of that step.
    pieces: Step,
    train_losses: Vec<Numbers>,
    look: Option<Looking>,
    best: Option<(f32, Numbers)>,
    checks_without_gain: usize,
    /// Updates done.
    pub updates: usize,
}

/// A look at the held-out rows, which are in the batch.
struct Looking {
    train_loss: f32,
    pieces: Look,
    /// Whether the best parameters have been put back, so that nothing comes after it.
    is_last: bool,
}

impl Fit {
    /// Starts a fit on what replay holds, of which `bootstraps` has been told and something is held out; the model
    /// moves to replay's scales.
    pub fn start(
        model: &mut Model,
        replay: &Replay,
        bootstraps: &Bootstraps,
        action: ActionSpace,
        config: &Config,
    ) -> Self {
        model.set_scales(Scales::of(replay, config.model_target));
        let mut batch = Batch::default();
        if model.learns_ahead() && replay.len() <= UPLOADED_ROWS {
            fill(&mut batch, model, replay, action, &replay.ids().collect::<Vec<usize>>());
            model.set_transitions(&batch);
        }
        Self {
            action,
            held_out: bootstraps.held_out(HELD_OUT_ROWS),
            batch,
            rows: Vec::new(),
            step: 0,
            pieces: Step::default(),
            train_losses: Vec::new(),
            look: None,
            best: None,
            checks_without_gain: 0,
            updates: 0,
        }
    }

    /// As much as a tick may do of the next minibatch for every member, or of the next look at the held-out loss; the
    /// errors there once the fit is over.
    ///
    /// # Errors
    /// [`Error::Device`], or [`Error::Diverged`] if a loss is not finite.
    pub async fn advance(
        &mut self,
        model: &mut Model,
        (replay, bootstraps): (&Replay, &Bootstraps),
        config: &Config,
        stream: &mut Stream,
    ) -> Result<Option<Validation>> {
        if let Some(look) = self.look.take() {
            return self.look_on(look, model, config);
        }
        let size = bootstraps.members() * config.model_batch_size;
        if self.step * size >= self.rows.len() {
            self.draw_rows(model, (replay, bootstraps), config, stream);
        }
        if !self.update(model, replay, config, size) {
            return Ok(None);
        }
        if self.updates >= config.model_updates || self.updates.is_multiple_of(UPDATES_PER_CHECK) {
            let train_loss = model.settle(std::mem::take(&mut self.train_losses)).await?;
            self.fill_held_out(model, replay);
            self.look = Some(Looking { train_loss, pieces: Look::default(), is_last: false });
        }
        Ok(None)
    }

    /// A piece of the next minibatch for every member; whether it is done.
    fn update(&mut self, model: &mut Model, replay: &Replay, config: &Config, size: usize) -> bool {
        if !model.learns_ahead() && self.pieces.is_fresh() {
            let rows = &self.rows[self.step * size..(self.step + 1) * size];
            fill(&mut self.batch, model, replay, self.action, rows);
        }
        let eps = config.adversarial_eps as f32;
        let Some(loss) = model.update(&mut self.batch, eps, &mut self.pieces) else { return false };
        self.train_losses.push(loss);
        self.step += 1;
        self.updates += 1;
        true
    }

    /// Draws the rows of the steps until the next look, or until the fit has to end.
    fn draw_rows(
        &mut self,
        model: &mut Model,
        (replay, bootstraps): (&Replay, &Bootstraps),
        config: &Config,
        stream: &mut Stream,
    ) {
        let to_look = UPDATES_PER_CHECK - self.updates % UPDATES_PER_CHECK;
        let of_step = bootstraps.members() * config.model_batch_size;
        let to_look = to_look.min((UPLOADED_ROWS / of_step).max(1));
        let steps = to_look.min(config.model_updates.saturating_sub(self.updates)).max(1);
        self.rows.clear();
        for _ in 0..steps {
            for member in 0..bootstraps.members() {
                let own = bootstraps.own(member);
                let any = (0..config.model_batch_size).map(|_| draw(own, config.replay_half_life, stream));
                self.rows.extend(any);
            }
        }
        self.step = 0;
        if model.learns_ahead() {
            let first = replay.ids().start;
            let places: Vec<usize> = if replay.len() <= UPLOADED_ROWS {
                self.rows.iter().map(|id| id - first).collect()
            } else {
                fill(&mut self.batch, model, replay, self.action, &self.rows);
                model.set_transitions(&self.batch);
                (0..self.rows.len()).collect()
            };
            model.begin(&places, steps, config.adversarial_eps as f32);
        }
    }

    /// Goes on with a look; the errors once the fit is over.
    fn look_on(
        &mut self,
        mut look: Looking,
        model: &mut Model,
        config: &Config,
    ) -> Result<Option<Validation>> {
        let Some(validation) = model.validate(&self.batch, &mut look.pieces)? else {
            self.look = Some(look);
            return Ok(None);
        };
        let validation = Validation { train_loss: look.train_loss, ..validation };
        if let Some(number) = validation.not_finite() {
            let quantity = "world_model/val_loss".into();
            return Err(Error::Diverged { phase: "fit".into(), quantity, value: number.to_string() });
        }
        if look.is_last {
            return Ok(Some(validation));
        }
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
        self.look = Some(Looking { train_loss, pieces: Look::default(), is_last: true });
        Ok(None)
    }

    /// Puts the held-out rows into the batch.
    fn fill_held_out(&mut self, model: &Model, replay: &Replay) {
        fill(&mut self.batch, model, replay, self.action, &self.held_out);
    }
}

/// Rows of replay on the model's scales.
fn fill(batch: &mut Batch, model: &Model, replay: &Replay, action: ActionSpace, rows: &[usize]) {
    let Some(scales) = model.scales() else { unreachable!("a fit starts by setting scales") };
    let Batch { input, target } = batch;
    input.clear();
    target.clear();
    add(rows.len() * PER_ROW);
    for &row in rows {
        let stored = replay.get(row);
        input.extend(scales.obs(stored.obs));
        action.encode(stored.action, input);
        scales.encode_target(stored.obs, stored.next_obs, stored.reward_ext, target);
        target.push(if stored.terminated { 1.0 } else { 0.0 });
    }
}

/// A transition of `own`, oldest first: any, or with a half-life the newer the more often.
fn draw(own: Own<'_>, half_life: usize, stream: &mut Stream) -> usize {
    let any = own.at(stream.below(own.len()));
    if half_life == 0 {
        return any;
    }
    // An age at which 2^(−age / half-life) equals a uniform number; ages beyond the oldest are drawn anew as any.
    let age = -f64::from(1.0 - stream.uniform()).log2() * half_life as f64;
    let last = own.len() - 1;
    let from = own.at(last) as f64 - age;
    if from < own.at(0) as f64 { any } else { own.at(own.first_from(from).min(last)) }
}
