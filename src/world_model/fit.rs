//! Fitting the world model to real experience.
//!
//! **What.** Each member learns from its own random subset of the real transitions; a tenth of them is held out, and
//! fitting stops when the error there stops falling.
//! **Shapes.** A minibatch is E · B ids of [`Replay`]: each member's rows are its own.
//! **Where.** Moves a [`WorldModel`], which makes of these rows what it learns from.
//! **Choices.** (1) Pieces of episodes are held out, not single steps: neighbouring steps are nearly the same
//! ([`Replay`]). (2) The parameters with the lowest held-out loss are kept. (3) Only real
//! transitions are used. (4) The rows of all steps until the next validation are drawn at once, so that a device that
//! works ahead can upload them together.
//! **Paper.** Janner et al. 2019 (1906.08253), early stopping; the bootstrap is that of [`super::bootstrap`].

use super::bootstrap::{Bootstraps, Own};
use super::model::{Data, Validation, WorldModel};
use crate::buffer::Replay;
use crate::config::Config;
use crate::env::ActionSpace;
use crate::error::{Error, Result};
use crate::rng::Stream;
use crate::world_model::Scales;

/// Updates between two looks at the held-out loss.
pub const UPDATES_PER_CHECK: usize = 25;
/// Most held-out transitions that a look reads.
const HELD_OUT_ROWS: usize = 512;

/// As many rows are announced at a time to a device that learns ahead.
pub const ROWS_AHEAD: usize = 32_768;

/// A fit in progress.
pub struct Fit {
    action: ActionSpace,
    held_out: Vec<usize>,
    /// The rows of the steps until the next look, [steps, E, B], and which step is next.
    rows: Vec<usize>,
    step: usize,
    look: Option<Looking>,
    best_loss: Option<f32>,
    checks_without_gain: usize,
    /// Updates done.
    pub updates: usize,
}

/// A look at the held-out rows in progress.
struct Looking {
    train_loss: f32,
    /// Whether the best parameters have been put back, so that nothing comes after it.
    is_last: bool,
}

impl Fit {
    /// Starts a fit on what replay holds, of which `bootstraps` has been told and something is held out; the model
    /// moves to replay's scales.
    pub fn start(
        model: &mut dyn WorldModel,
        replay: &Replay,
        bootstraps: &Bootstraps,
        action: ActionSpace,
        config: &Config,
    ) -> Self {
        model.set_scales(Scales::of(replay, config.model_target));
        model.begin_fit(Data { replay, action });
        Self {
            action,
            held_out: bootstraps.held_out(HELD_OUT_ROWS),
            rows: Vec::new(),
            step: 0,
            look: None,
            best_loss: None,
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
        model: &mut dyn WorldModel,
        (replay, bootstraps): (&Replay, &Bootstraps),
        config: &Config,
        stream: &mut Stream,
    ) -> Result<Option<Validation>> {
        let data = Data { replay, action: self.action };
        if let Some(look) = self.look.take() {
            return self.look_on(look, model, data, config).await;
        }
        let size = bootstraps.members() * config.model_batch_size;
        if self.step * size >= self.rows.len() {
            let steps = self.draw_rows(bootstraps, config, stream);
            model.begin_steps(data, &self.rows, steps, config.adversarial_eps as f32);
        }
        let rows = &self.rows[self.step * size..(self.step + 1) * size];
        if !model.update(data, rows, config.adversarial_eps as f32) {
            return Ok(None);
        }
        self.step += 1;
        self.updates += 1;
        if self.updates >= config.model_updates || self.updates.is_multiple_of(UPDATES_PER_CHECK) {
            let train_loss = model.settle().await?;
            self.look = Some(Looking { train_loss, is_last: false });
        }
        Ok(None)
    }

    /// Draws the rows of the steps until the next look, or until the fit has to end; gives how many steps these are.
    fn draw_rows(&mut self, bootstraps: &Bootstraps, config: &Config, stream: &mut Stream) -> usize {
        let to_look = UPDATES_PER_CHECK - self.updates % UPDATES_PER_CHECK;
        let of_step = bootstraps.members() * config.model_batch_size;
        let to_look = to_look.min((ROWS_AHEAD / of_step).max(1));
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
        steps
    }

    /// Goes on with a look; the errors once the fit is over.
    async fn look_on(
        &mut self,
        look: Looking,
        model: &mut dyn WorldModel,
        data: Data<'_>,
        config: &Config,
    ) -> Result<Option<Validation>> {
        let Some(validation) = model.validate(data, &self.held_out).await? else {
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
        let is_better = self.best_loss.is_none_or(|loss| validation.loss < loss);
        if is_better {
            self.best_loss = Some(validation.loss);
            model.keep_best();
            self.checks_without_gain = 0;
        } else {
            self.checks_without_gain += 1;
        }
        let is_over =
            self.updates >= config.model_updates || self.checks_without_gain >= config.model_patience;
        if !is_over {
            return Ok(None);
        }
        model.restore_best();
        if is_better {
            return Ok(Some(validation));
        }
        self.look = Some(Looking { train_loss: validation.train_loss, is_last: true });
        Ok(None)
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
