//! The learning arithmetic on WebGPU: kernels of our own, on burn-wgpu's device, memory and queue; no tensors.
//!
//! **What.** A real graphics processor takes some 50 µs of the browser's time for every dispatch, whatever it computes.
//! So a minibatch of PPO, a step of the whole ensemble and a step of curiosity are four dispatches each, an imagined
//! rollout is one, and what an epoch needs is uploaded before its first minibatch. The formulas are those of
//! [`crate::kernels`], against which every kernel here is tested (`tests/web_gpu`, `tests/web_rollout`).
//!
//! **Reading order.** [`queue`] the device: upload, read, failures · [`layout`] where a weight lies in a buffer there ·
//! `four`, `activation`, `dense`, `network` a tile of rows through a network, there and back · `weights`, `adam`,
//! [`step`], [`learner`] from what the rows leave to what is learned · `ppo_loss`, [`ppo`] policy and value ·
//! `model_loss`, `model_rows`, [`world_model`] the ensemble · [`rnd`] novelty · [`rollout`] imagining, all steps in one
//! dispatch · [`mirror`] the copy on the host · `policy`, `perceptrons`, `novelty`, [`imagine`] what the rest of the
//! program sees of all this.
//!
//! **Choices.** (1) No workgroup barriers in training: a software adapter pays 0.3 ms for each. What has to wait for
//! all others is another dispatch; only a rollout, which is long for every row, is shared out among units that wait.
//! (2) At most eight storage buffers a kernel, no subgroups, no f16, no float atomics: what every WebGPU has. (3) Sizes
//! are numbers that a kernel is given, not constants in it: one compiled kernel serves networks of every size. A
//! rollout's are constants: a run has one shape of it. (4) In Chromium with the software adapter SwiftShader (2 cores,
//! shared) a minibatch of the shapes of `benches/workloads` takes 1.6 ms (64 rows), 6.7 (256) and 22 (1,024), a step of
//! one member of the world model (256 rows) 17 ms. With tiles of one row instead of four the largest takes more than
//! twice as long.

mod activation;
mod adam;
mod dense;
mod four;
pub mod imagine;
pub mod layout;
pub mod learner;
pub mod mirror;
mod model_loss;
mod model_rows;
mod network;
mod novelty;
mod perceptrons;
mod policy;
pub mod ppo;
mod ppo_loss;
pub mod queue;
pub mod rnd;
pub mod rollout;
pub mod step;
mod weights;
pub mod world_model;

pub use layout::Layout;
pub use mirror::Mirror;
pub use novelty::RndNovelty;
pub use perceptrons::Perceptrons;
pub use policy::PpoPolicy;
pub use queue::{Buffer, Queue};
