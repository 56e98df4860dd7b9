//! TD3 on the processor: a pass for the critics and, on every d-th update, one for the policy.
//!
//! **Where.** Formulas and gradients are in [`crate::kernels::td3`].

use super::passes::{Next, Passes};
use crate::config::Config;
use crate::kernels::targeted::{FIRST_GAIN, Targeted};
use crate::kernels::td3::{self, ACTOR_GAIN, Settings, Updated};
use crate::nets::Shape;
use crate::off_policy::{Actor, Deterministic, td3_metrics};
use crate::rng::Stream;
use crate::transitions::Transitions;

/// TD3 with its update in progress.
#[derive(Clone)]
pub struct Td3 {
    /// The networks and their target networks.
    pub net: td3::Td3,
    shape: Shape,
    settings: Settings,
    /// Sum of y, and rows, of the update in progress.
    targets: (f64, usize),
    /// What its critics' pass came to.
    critics: Option<Updated>,
}

impl Td3 {
    /// With this many critics.
    pub(super) fn new(
        shape: Shape,
        config: &Config,
        critics: usize,
        settings: Settings,
        stream: &mut Stream,
    ) -> Self {
        let (obs_size, action_size) = (shape.obs_size, shape.action.encoded_size());
        let sizes = shape.hidden.sizes(obs_size, action_size);
        let actor = super::network(&shape, config, 1, &sizes, ACTOR_GAIN, stream);
        let sizes = shape.hidden.sizes(obs_size + action_size, 1);
        let critics = super::network(&shape, config, critics, &sizes, FIRST_GAIN, stream);
        Self { net: td3::Td3::new(actor, critics), shape, settings, targets: (0.0, 0), critics: None }
    }
}

impl Passes for Td3 {
    const NAMES: &'static [[&'static str; 2]] = &[["actor", "mu"], ["critic", "qf"]];

    fn networks(&self) -> Vec<&Targeted> {
        vec![&self.net.actor, &self.net.critics]
    }

    fn networks_mut(&mut self) -> Vec<&mut Targeted> {
        vec![&mut self.net.actor, &mut self.net.critics]
    }

    fn actor(&self) -> Box<dyn Actor> {
        let td3::Td3 { actor, critics, .. } = &self.net;
        let flat = [actor.flat.as_slice(), &critics.flat].concat();
        let (policy, values) = (actor.mlp().clone(), critics.mlp().clone());
        Box::new(Deterministic::of_policy(policy, values, self.shape.clone(), flat))
    }

    fn cost(&self) -> usize {
        4 * (self.net.actor.flat.len() + self.net.critics.flat.len())
    }

    fn max_grad_norm(&self) -> f64 {
        self.settings.max_grad_norm
    }

    fn loss(&mut self, pass: usize, batch: &Transitions, stream: &mut Stream) -> f32 {
        if pass == POLICY {
            return self.net.actor_loss(batch);
        }
        let noise = self.net.noise(batch.actions.len(), &self.settings, || stream.normal());
        let targets = self.net.set_targets(batch, &noise, self.settings.gamma);
        self.targets.0 += targets.iter().map(|&y| f64::from(y)).sum::<f64>();
        self.targets.1 += targets.len();
        self.net.keep_noise(noise);
        self.net.critic_loss(batch)
    }

    fn network(&mut self, pass: usize) -> &mut Targeted {
        if pass == POLICY { &mut self.net.actor } else { &mut self.net.critics }
    }

    fn end_pass(&mut self, pass: usize, loss: f32, grad_norm: f32) -> Next {
        if pass == POLICY {
            self.net.actor.follow(self.settings.tau);
            self.net.critics.follow(self.settings.tau);
            let updated = self.critics.take().map(|critics| Updated { actor_loss: Some(loss), ..critics });
            return Next::Done(updated.map(td3_metrics).unwrap_or_default());
        }
        let (sum, rows) = std::mem::take(&mut self.targets);
        let q_mean = (sum / rows as f64) as f32;
        let updated = Updated { critic_loss: loss, actor_loss: None, q_mean, grad_norm };
        if self.net.policy_is_due(&self.settings) {
            self.critics = Some(updated);
            return Next::Pass;
        }
        Next::Done(td3_metrics(updated))
    }
}

/// The policy's pass; that of the critics is before it.
const POLICY: usize = 1;
