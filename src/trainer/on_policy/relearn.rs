//! Relearning: a fresh policy for another reward, from the model alone, without a single real step.
//!
//! **What.** The model of the world stays, and so does what was really seen; the policy is begun anew and improved from
//! imagined steps, round after round, on a reward that is known:
//! ```text
//! K times    s ~ replay   imagine H steps with r(s, a, s')   advantages   improve        then: coverage
//! ```
//! **Where.** [`Trainer::transfer`](crate::trainer::Trainer::transfer) begins it; `Context::relearning` counts the
//! rounds that are left, and a checkpoint holds them. An iteration has up to `imagination_rounds` rounds.
//! **Choices.** (1) Branches start from all of replay and not from its newest part: the newest is where the old goal
//! was. (2) As many branches as there may be: nothing real is learned from beside them. (3) The horizon is the one up
//! to which the model was trusted last, with its borders. (4) Novelty is not rewarded: what is new in imagination is
//! what the model does not know.

use super::OnPolicy;
use super::stage::Stage;
use crate::backend::backend;
use crate::error::Result;
use crate::trainer::context::Context;
use crate::trainer::learner::Learner;

impl OnPolicy {
    /// Forgets policy and value; the model, and how far it is trusted, stay.
    pub(super) fn begin_policy_anew(&mut self, context: &Context) {
        let Context { config, seed, device, .. } = context;
        let mut stream = seed.stream("weights.policy");
        self.policy = backend(device).policy(context.shape(), config, &mut stream);
        self.actor = None;
        self.last_good = None;
        self.keep_last_good(0);
    }

    /// An iteration without real steps.
    pub(super) async fn begin_relearning(&mut self, context: &mut Context, rounds: u64) -> Result<Stage> {
        self.get_ready().await?;
        self.policy.set_learning_rate(context.config.learning_rate);
        self.lanes.clear();
        self.trust.begin_relearning(context);
        self.rounds = context.config.imagination_rounds.min(rounds as usize);
        Ok(self.begin_round(context, 1))
    }
}
