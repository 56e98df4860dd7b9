//! Phase 7, adapt: how much novelty shall count.
//!
//! **Choices.** β moves after iterations in which a real episode has ended, and no others: the same episodes do not
//! count twice, however many iterations one of them lasts.

use super::OnPolicy;
use super::stage::Stage;
use crate::buffer::Rollout;
use crate::nets::HostActor;
use crate::trainer::context::Context;

impl OnPolicy {
    /// β from the trend of real returns; then the iteration is over.
    pub(super) fn adapt(&mut self, context: &mut Context) -> Stage {
        if self.curiosity.is_some() && context.config.adaptive_beta && self.an_episode_has_ended() {
            let (worst, best) = context.spec.return_range;
            let normalized: Vec<f32> =
                context.record.newest_returns(100).map(|value| (value - worst) / (best - worst)).collect();
            self.beta.adapt(&normalized);
        }
        let record = &mut context.record;
        record.metric("curiosity/beta", self.beta.beta);
        record.metric("time/iterations", (record.iteration + 1) as f32);
        record.metric("time/total_timesteps", record.real_steps as f32);
        if let Some(std) = self.actor.as_ref().and_then(HostActor::std) {
            record.metric("train/std", std);
        }
        self.real = None;
        Stage::End
    }

    /// Whether a real episode has ended in this iteration.
    fn an_episode_has_ended(&self) -> bool {
        let ends = |lane: &Rollout| lane.terminated.iter().chain(&lane.truncated).any(|&ended| ended);
        self.lanes.iter().any(ends)
    }
}
