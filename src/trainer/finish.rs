//! Phases 6 and 7, curiosity and adapt: learn where one has been, and decide how much novelty shall count.

use super::Trainer;
use super::evaluate::Evaluation;
use super::work::Work;
use crate::device::read;
use crate::error::Result;

impl Trainer {
    /// One minibatch of the curiosity module on this iteration's real states; each state is seen once.
    pub(super) async fn learn_curiosity(&mut self, batch: usize) -> Result<Work> {
        let Some(rnd) = &mut self.curiosity else { return Ok(Work::Adapt) };
        let size = self.spec.obs_size();
        let seen: Vec<f32> = self.lanes.iter().flat_map(|lane| lane.next_obs.iter().copied()).collect();
        let rows = seen.len() / size;
        let batch_size = self.config.batch_size.min(rows);
        let from = batch * batch_size * size;
        let states = seen[from..from + batch_size * size].to_vec();
        let loss = rnd.update(self.device.floats(states, [batch_size, size]));
        if (batch + 2) * batch_size <= rows {
            return Ok(Work::Curiosity { batch: batch + 1 });
        }
        let loss = read(loss, "reading the curiosity loss").await?[0];
        self.record.metric("curiosity/loss", loss);
        Ok(Work::Adapt)
    }

    /// β from the trend of real returns; then the iteration is over.
    pub(super) fn adapt(&mut self) -> Result<Work> {
        if self.config.curiosity && self.config.adaptive_beta {
            let (worst, best) = self.spec.return_range;
            let normalized: Vec<f32> =
                self.record.newest_returns(100).map(|value| (value - worst) / (best - worst)).collect();
            self.beta.adapt(&normalized);
        }
        self.record.metric("curiosity/beta", self.beta.beta);
        self.record.end_iteration();
        let every = self.config.eval_every as u64;
        let is_due = every > 0 && self.record.real_steps / every > self.record.evaluated_at / every;
        if is_due {
            return Ok(Work::Evaluate(Evaluation::start(self)?));
        }
        Ok(Work::Begin)
    }
}
