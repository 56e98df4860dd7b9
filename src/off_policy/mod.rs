//! Off-policy learning: what learns a value of actions from replay, on any device.
//!
//! **What.** [`OffPolicy`] is what a run asks of such a learner, whatever it is and wherever it computes; [`learner`] is
//! the one place that knows which there are. DQN and TD3 have kernels on the CPU ([`by_passes`]) and, for comparison,
//! versions in burn's tensors.
//! **Where.** Driven by the ticks of the trainer's `off_policy`, which also explores. Minibatches come from replay
//! ([`minibatch`]).
//! **Choices.** (1) An update may take several ticks: a minibatch can be more than one of them may do. (2) A new learner
//! is a file here, a row in [`learner`], a row in `config/learners/off_policy.rs`, and a test.

pub mod by_passes;
pub mod dqn;
pub mod minibatch;
pub mod td3;

pub use minibatch::Minibatch;

use crate::config::Config;
use crate::device::Device;
use crate::error::{Error, Result};
use crate::kernels::targeted::Targeted;
use crate::kernels::{Mlp, Networks, Part, Weights};
use crate::nets::{HostActor, Shape, initial};
use crate::rng::Stream;

/// Numbers of an update by the name of their metric.
pub type Metrics = Vec<(&'static str, f32)>;

/// A learner from replay.
pub trait OffPolicy {
    /// As much as a tick may do of one update on this minibatch; gives its numbers once it is done.
    ///
    /// # Errors
    /// [`Error::Device`] if the numbers cannot be read.
    fn update(&mut self, minibatch: &mut Minibatch<'_>, stream: &mut Stream) -> Result<Option<Metrics>>;

    /// Real steps were taken: there were `before` of them, and now there are `now`.
    fn steps_taken(&mut self, _before: u64, _now: u64) {}

    /// Another step size from the next update on.
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// Copies what acts, and with it everything that learns, to the host.
    ///
    /// # Errors
    /// [`Error::Device`] if the device cannot be read.
    fn actor(&self) -> Result<Box<dyn Actor>>;

    /// The names of its networks in a checkpoint.
    fn names(&self) -> Vec<Networks>;

    /// All that was learned, in the order of the names.
    ///
    /// # Errors
    /// [`Error::Device`] if the device cannot be read.
    fn weights(&self) -> Result<Vec<Weights>>;

    /// Goes on from what was learned before, in the order of the names.
    fn set_weights(&mut self, weights: Vec<Weights>);

    /// A copy, to be kept as the last good state.
    fn copy(&self) -> Box<dyn OffPolicy>;

    /// The learner itself, for tests of its kind.
    #[cfg(all(test, not(target_family = "wasm")))]
    fn as_any(&mut self) -> &mut dyn std::any::Any;
}

/// What acts in the real task, on the host.
pub trait Actor {
    /// Appends an action that explores, where the policy itself has chance; elsewhere the greedy one. It may lie
    /// outside the task's bound.
    fn explore(&mut self, obs: &[f32], stream: &mut Stream, action: &mut Vec<f32>);

    /// Appends the best action.
    fn act_greedily(&mut self, obs: &[f32], action: &mut Vec<f32>);

    /// Everything that learns, as it was copied.
    fn parameters(&self) -> &[f32];
}

impl Actor for HostActor {
    fn explore(&mut self, obs: &[f32], _stream: &mut Stream, action: &mut Vec<f32>) {
        HostActor::act_greedily(self, obs, action);
    }

    fn act_greedily(&mut self, obs: &[f32], action: &mut Vec<f32>) {
        HostActor::act_greedily(self, obs, action);
    }

    fn parameters(&self) -> &[f32] {
        &self.flat
    }
}

/// What a learner is made for.
pub struct Task<'a> {
    /// Where it computes.
    pub device: &'a Device,
    /// The shape of its networks.
    pub shape: &'a Shape,
    /// All settings.
    pub config: &'a Config,
}

/// The learner that `config` asks for. It knows nothing yet.
///
/// # Errors
/// [`Error::Config`] with field `algorithm` if it is no learner from replay.
pub fn learner(task: &Task<'_>, stream: &mut Stream) -> Result<Box<dyn OffPolicy>> {
    Ok(match task.config.algorithm.word {
        "dqn" => dqn::learner(task, stream),
        "td3" => td3::learner(task, stream),
        other => {
            let allowed = "it does not learn from replay".into();
            return Err(Error::Config { field: "algorithm".into(), value: other.into(), allowed });
        }
    })
}

/// New networks on the CPU, `members` side by side, with their slow copies.
fn network(task: &Task<'_>, members: usize, sizes: &[usize], gain: f32, stream: &mut Stream) -> Targeted {
    let flat = initial(members, sizes, gain, stream);
    let mlp = Mlp::new(0, members, sizes, task.shape.activation);
    Targeted::new(mlp, flat, task.config.learning_rate)
}

/// What a failure to read a learner's parameters says it was doing.
#[cfg(tensors)]
const READING: &str = "reading the policy";

/// The names in a checkpoint of a network with a target network.
fn names(learner: &'static str, network: &str, mlp: &Mlp) -> Networks {
    Networks { learner, parts: Part::of(network, mlp), has_target: true }
}
