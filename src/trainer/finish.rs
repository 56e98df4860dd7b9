//! Phases 6 and 7, curiosity and adapt: learn where one has been, and decide how much novelty shall count.
//!
//! **Choices.** β moves after iterations in which a real episode has ended, and no others: the same episodes do not
//! count twice, however many iterations one of them lasts.

use super::Trainer;
use super::evaluate::Evaluation;
use super::work::Work;
use crate::buffer::Rollout;
use crate::error::{Error, Result};
use crate::minibatches::{self, minibatch};
use crate::nets::HostActor;

impl Trainer {
    /// One minibatch of the curiosity module on this iteration's real steps; each is seen once.
    pub(super) async fn learn_curiosity(&mut self, batch: usize) -> Result<Work> {
        if self.curiosity.is_none() {
            return Ok(Work::Adapt);
        }
        let Some(steps) = &self.reviewed else { return Ok(Work::Adapt) };
        let size = self.config.batch_size;
        let Some(curiosity) = &mut self.curiosity else { return Ok(Work::Adapt) };
        if batch == 0 {
            curiosity.module.begin(&steps.visit(0..steps.rows), size);
        }
        curiosity.module.update(&steps.visit(minibatch(steps.rows, size, batch)));
        if batch + 1 < minibatches::count(steps.rows, size) {
            return Ok(Work::Curiosity { batch: batch + 1 });
        }
        if let Some(loss) = curiosity.module.settle("reading the curiosity loss").await? {
            Error::unless_finite("curiosity", "curiosity/loss", &[loss])?;
            self.record.metric("curiosity/loss", loss);
        }
        Ok(Work::Adapt)
    }

    /// β from the trend of real returns; then the iteration is over.
    pub(super) async fn adapt(&mut self) -> Result<Work> {
        if self.curiosity.is_some() && self.config.adaptive_beta && self.an_episode_has_ended() {
            let (worst, best) = self.spec.return_range;
            let normalized: Vec<f32> =
                self.record.newest_returns(100).map(|value| (value - worst) / (best - worst)).collect();
            self.beta.adapt(&normalized);
        }
        self.record.metric("curiosity/beta", self.beta.beta);
        self.record.metric("time/iterations", (self.record.iteration + 1) as f32);
        self.record.metric("time/total_timesteps", self.record.real_steps as f32);
        if let Some(std) = self.actor.as_ref().and_then(HostActor::std) {
            self.record.metric("train/std", std);
        }
        self.reviewed = None;
        self.map_or_end()
    }

    /// The map of states, if somebody looks at it; then the iteration is over.
    pub(super) fn map_or_end(&mut self) -> Result<Work> {
        if self.is_watched { Ok(Work::Map(self.begin_map())) } else { self.end_iteration() }
    }

    /// The iteration is over, and all that was learned in it has been found finite.
    pub(super) fn end_iteration(&mut self) -> Result<Work> {
        self.record.end_iteration();
        self.keep();
        self.evaluate_if_due()
    }

    /// Whether a real episode has ended in this iteration.
    fn an_episode_has_ended(&self) -> bool {
        let ends = |lane: &Rollout| lane.terminated.iter().chain(&lane.truncated).any(|&ended| ended);
        self.lanes.iter().any(ends)
    }

    /// The evaluation that is due after this iteration, or the next iteration.
    pub(super) fn evaluate_if_due(&self) -> Result<Work> {
        let every = self.config.eval_every as u64;
        let is_due = every > 0 && self.record.real_steps / every > self.record.evaluated_at / every;
        if is_due {
            return Ok(Work::Evaluate(Evaluation::start(self)?));
        }
        Ok(Work::Begin)
    }
}
