//! The learning arithmetic by hand, for the CPU: plain f32 slices, no tensors, no automatic differentiation.
//!
//! **What.** The networks here are so small that on the CPU a tensor library spends most of its time on everything but
//! arithmetic: shapes, allocation, a tape of operations. These are the same formulas as in [`crate::tensors`], with every
//! gradient written out: all that a page needs. burn's version is the oracle (`tests/kernels_property`).
//!
//! **Reading order.** [`isa`] which instructions there are · [`tile`] the innermost loop · [`pack`], [`narrow`], [`dense`] one
//! layer, forwards and backwards · [`activation`] the bend · [`mlp`] layers on a flat parameter buffer · [`adam`] the
//! optimiser · [`distribution`], [`ppo_loss`], [`ppo`] policy and value · [`model_loss`], [`world_model`] the ensemble ·
//! [`rnd`], [`icm`] novelty · [`targeted`], [`dqn`], [`td3`] learning from replay · [`gradient_sum`] large batches in
//! pieces · [`scales`], [`world`], [`imagine`] stepping
//! in what was learned · [`chance`] random numbers by counting, as WebGPU draws them · [`weights`] what was learned, to go
//! elsewhere.
//!
//! **Choices.** (1) Buffers have the layout of [`crate::tensors::Layout`]: a flat buffer may go back and forth between
//! both versions. (2) Workspaces are kept and reused; a step allocates nothing once it has seen its largest batch.
//! (3) No threads: in the browser they would need a page of its own kind, and the batches are too small to share.
//! (4) On the workloads of `benches/workloads` wasm takes a ninth to a twentieth of plain JavaScript's time (node 20);
//! natively a step of PPO takes a fourth to a fifth of burn's, one of the world model half to four fifths, because
//! there burn's own multiplication is good already.

pub mod isa;

pub mod activation;
pub mod adam;
pub mod chance;
pub mod dense;
pub mod distribution;
pub mod dqn;
pub mod gradient_sum;
pub mod hidden;
pub mod icm;
pub mod imagine;
pub mod mlp;
pub mod model_loss;
pub mod narrow;
pub mod pack;
pub mod policy_value;
pub mod ppo;
pub mod ppo_loss;
pub mod rnd;
pub mod scales;
pub mod targeted;
pub mod td3;
pub mod tile;
pub mod weights;
pub mod world;
pub mod world_model;

pub use adam::Adam;
pub use gradient_sum::GradientSum;
pub use hidden::{Hidden, MOST_HIDDEN_LAYERS};
pub use mlp::{Kept, Mlp};
pub use weights::{Networks, Part, Weights};
