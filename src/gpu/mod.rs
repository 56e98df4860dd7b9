//! The learning arithmetic on WebGPU: kernels of our own, on burn-wgpu's device, memory and queue; no tensors.
//!
//! **What.** A real graphics processor takes some 50 µs of the browser's time for every dispatch, whatever it computes.
//! So an update is few dispatches: at most four for a minibatch of PPO, three for a step of the world model or of
//! curiosity, and everything that an epoch needs is uploaded before its first one. The formulas are those of
//! [`crate::kernels`], against which every kernel here is tested (`tests/web_gpu.rs`).
//!
//! **Reading order.** [`queue`] the device: upload, read, failures · [`layout`] where a weight lies in a buffer there ·
//! [`rollout`] imagining, all steps in one dispatch.
//!
//! **Choices.** (1) No workgroup barriers where rows are learned from: a software adapter pays 0.3 ms for each, and nets this
//! small do not need them; only a rollout, which is long for every row, is shared out among units that wait. (2) At most eight storage buffers a kernel, no subgroups, no f16, no float atomics: what every WebGPU has.
//! (3) Sizes are numbers that a kernel is given, not constants in it: one compiled kernel serves every network. A
//! rollout's are constants: a run has one shape of it.

pub mod activation;
pub mod adam;
pub mod dense;
pub mod layout;
pub mod model_loss;
pub mod network;
pub mod ppo;
pub mod ppo_loss;
pub mod queue;
pub mod rnd;
pub mod rollout;
pub mod step;
pub mod twin;
pub mod weights;
pub mod world_model;

pub use layout::Layout;
pub use queue::{Buffer, Queue};
pub use twin::{Later, Twin};
