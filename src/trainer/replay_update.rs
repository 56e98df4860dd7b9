//! One update of DQN or TD3 in pieces: a minibatch may be larger than what a tick may do.
//!
//! **Choices.** Losses and gradients are means over rows: a piece's count by its share of them. A minibatch that is one
//! piece is one call, as if there were no pieces.

use crate::budget::{self, PER_ROW, Tick, rows};
use crate::buffer::Replay;
use crate::kernels::GradientSum;
use crate::kernels::dqn::{self, Dqn};
use crate::kernels::targeted::Targeted;
use crate::kernels::td3::{self, Td3, Updated};
use crate::rng::Stream;
use crate::transitions::{Form, Transitions};

/// The minibatch of an update: transitions of replay, and a place for some of them.
pub(super) struct Rows<'a> {
    pub(super) replay: &'a Replay,
    pub(super) ids: &'a [usize],
    pub(super) form: Form<'a>,
    pub(super) batch: &'a mut Transitions,
}

impl Rows<'_> {
    fn take(&mut self, from: usize, count: usize) -> &Transitions {
        budget::add(count * PER_ROW);
        self.batch.refill(self.replay, &self.ids[from..from + count], self.form);
        self.batch
    }

    #[cfg(tensors)]
    pub(super) fn all(&mut self) -> &Transitions {
        self.take(0, self.ids.len())
    }
}

/// An update in progress.
#[derive(Debug, Clone, Default)]
pub(super) struct Update {
    /// Whether TD3's critics have learned and its policy is next.
    is_at_policy: bool,
    /// Rows that are done.
    row: usize,
    gradient: GradientSum,
    loss: f32,
    q_mean: f64,
    critics: Option<Updated>,
}

impl Update {
    /// Goes on until the update or the tick is over; [`dqn::UPDATE_METRICS`] once it is done.
    pub(super) fn dqn(
        &mut self,
        dqn: &mut Dqn,
        all: &mut Rows<'_>,
        settings: &dqn::Settings,
    ) -> Option<[f32; 3]> {
        let (tick, cost) = (Tick::begin(), 5 * dqn.q.flat.len());
        while self.row < all.ids.len() {
            if tick.is_over() {
                return None;
            }
            let count = rows(all.ids.len() - self.row, cost);
            let share = count as f32 / all.ids.len() as f32;
            let batch = all.take(self.row, count);
            if share == 1.0 {
                *self = Self::default();
                return Some(dqn.update(batch, settings));
            }
            self.q_mean += sum(dqn.set_targets(batch, settings));
            self.loss += share * dqn.loss_and_gradient(batch);
            self.gradient.add(dqn.q.gradient(), share);
            self.row += count;
        }
        let Self { mut gradient, loss, q_mean, row, .. } = std::mem::take(self);
        let norm = descend(&mut dqn.q, &mut gradient, settings.max_grad_norm);
        Some([loss, (q_mean / row as f64) as f32, norm])
    }

    /// Goes on until the update or the tick is over; what it was made of once it is done.
    pub(super) fn td3(
        &mut self,
        td3: &mut Td3,
        all: &mut Rows<'_>,
        settings: &td3::Settings,
        stream: &mut Stream,
    ) -> Option<Updated> {
        let tick = Tick::begin();
        let cost = 4 * (td3.actor.flat.len() + td3.critics.flat.len());
        if rows(all.ids.len(), cost) == all.ids.len() {
            let batch = all.take(0, all.ids.len());
            return Some(td3.update(batch, settings, stream));
        }
        while self.row < all.ids.len() {
            if tick.is_over() {
                return None;
            }
            let count = rows(all.ids.len() - self.row, cost);
            let share = count as f32 / all.ids.len() as f32;
            let batch = all.take(self.row, count);
            if self.is_at_policy {
                self.loss += share * td3.actor_loss(batch);
                self.gradient.add(td3.actor.gradient(), share);
            } else {
                let noise = td3.noise(batch.actions.len(), settings, stream);
                self.q_mean += sum(td3.set_targets(batch, &noise, settings.gamma));
                self.loss += share * td3.critic_loss(batch);
                self.gradient.add(td3.critics.gradient(), share);
            }
            self.row += count;
            if self.row == all.ids.len() && !self.is_at_policy {
                self.end_critics(td3, settings);
            }
        }
        let Self { mut gradient, loss, critics, is_at_policy, .. } = std::mem::take(self);
        if is_at_policy {
            descend(&mut td3.actor, &mut gradient, settings.max_grad_norm);
            td3.actor.follow(settings.tau);
            td3.critics.follow(settings.tau);
        }
        critics.map(|critics| Updated { actor_loss: is_at_policy.then_some(loss), ..critics })
    }

    /// The critics' step; the policy's pieces follow on every d-th update.
    fn end_critics(&mut self, td3: &mut Td3, settings: &td3::Settings) {
        let q_mean = (self.q_mean / self.row as f64) as f32;
        let grad_norm = descend(&mut td3.critics, &mut self.gradient, settings.max_grad_norm);
        self.critics = Some(Updated { critic_loss: self.loss, actor_loss: None, q_mean, grad_norm });
        td3.updates += 1;
        if td3.updates.is_multiple_of(settings.policy_delay) {
            (self.is_at_policy, self.row, self.loss) = (true, 0, 0.0);
        }
    }
}

fn sum(numbers: &[f32]) -> f64 {
    numbers.iter().map(|&number| f64::from(number)).sum()
}

/// One step along the sum; gives its length before it was clipped.
fn descend(network: &mut Targeted, gradient: &mut GradientSum, max_norm: f64) -> f32 {
    network.adam.step_clipped(&mut network.flat, &gradient.take(), max_norm)
}
