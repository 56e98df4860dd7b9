//! The learning arithmetic in burn's tensors, on the CPU: what the hand-written [`crate::kernels`] are compared with.
//!
//! **What.** The same networks, losses and steps, with automatic differentiation instead of gradients by hand: the
//! formulas stand here as they are in the papers, and their cards tell more than those of the kernels. A run computes
//! so on the device `cpu-plain`. The recurrent world model ([`Gru`]) is written in tensors only, and goes with the
//! policies of every device. All of this is behind the cargo feature `tensors` natively, and `tensors-in-wasm` in the
//! program that a page fetches when a run needs it.
//!
//! **Reading order.** [`layout`](Layout), [`activation`], [`mlp`](Mlp), [`adam`](Adam) networks · [`categorical`],
//! [`gaussian`], [`distribution`](Distribution), [`actor_critic`](ActorCritic), [`ppo`] policy and value ·
//! [`model_loss`], [`ensemble`], [`asked`](Asked), [`model_step`], [`fit_progress`](FitProgress) the world model,
//! [`windows`](Windows) a recurrent one's · [`rnd`](Rnd), [`icm`](Icm) novelty · [`targeted`](Targeted), [`dqn`],
//! [`td3`] learning from replay · [`PpoPolicy`], [`Perceptrons`], [`Gru`], [`RndNovelty`], [`IcmNovelty`] what the rest
//! of the program sees of all this.
//!
//! **Choices.** Always burn's Flex, the CPU: what it computes is there at once, so nothing waits.

pub mod activation;
mod actor_critic;
mod adam;
mod asked;
pub mod categorical;
mod distribution;
pub mod dqn;
pub mod ensemble;
mod fit_progress;
pub mod gaussian;
mod gru;
mod icm;
mod layout;
mod mlp;
pub mod model_loss;
pub mod model_step;
mod novelty;
pub mod off_policy;
mod perceptrons;
mod policy;
pub mod ppo;
mod rnd;
mod targeted;
pub mod td3;
mod transitions;
mod windows;

pub use actor_critic::ActorCritic;
pub use adam::{Adam, clip_by_global_norm};
pub use asked::{Asked, Prediction};
pub use distribution::Distribution;
pub use ensemble::WorldModel;
pub use fit_progress::FitProgress;
pub use gru::Gru;
pub use icm::Icm;
pub use layout::{Layout, Slot, Tracked};
pub use mlp::Mlp;
pub use novelty::{IcmNovelty, RndNovelty};
pub use perceptrons::Perceptrons;
pub use policy::PpoPolicy;
pub use rnd::Rnd;
pub use targeted::Targeted;
pub use transitions::Transitions;
pub use windows::Windows;

use crate::error::{Error, Result};
// The same tensors under both names: natively in all of burn, in wasm without what a page would not use of it.
#[cfg(not(target_family = "wasm"))]
use burn::tensor;
#[cfg(target_family = "wasm")]
use burn_tensor as tensor;
use tensor::{Tensor, TensorData};

/// Where burn computes.
#[derive(Debug, Clone)]
pub struct Device(tensor::Device);

impl Device {
    /// The processor, by burn's Flex; always there.
    pub fn cpu() -> Self {
        Self(tensor::Device::flex())
    }

    /// Where this tensor is.
    pub fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        Self(tensor.device())
    }

    /// Numbers in row-major order as a tensor.
    pub fn floats<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), &self.0)
    }

    /// Zeros of this shape.
    pub fn zeros<const D: usize>(&self, shape: [usize; D]) -> Tensor<D> {
        Tensor::zeros(shape, &self.0)
    }
}

/// The numbers of a tensor.
///
/// # Errors
/// [`Error::Device`] if they cannot be had; `doing` says what for.
pub fn read<const D: usize>(tensor: Tensor<D>, doing: &str) -> Result<Vec<f32>> {
    let failed = |reason: String| Error::Device { doing: doing.into(), reason };
    let data = tensor.try_into_data().map_err(|error| failed(format!("{error:?}")))?;
    data.try_into_vec::<f32>().map_err(|error| failed(format!("{error:?}")))
}
