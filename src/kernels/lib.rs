//! The learning arithmetic by hand, for the CPU: plain f32 slices, no tensors, no automatic differentiation.
//!
//! **What.** The networks here are so small that on the CPU a tensor library spends most of its time on everything but
//! arithmetic: shapes, allocation, an autodiff tape. These are the same formulas as in `mbppo::burn` with every
//! gradient written out, and all that a page needs. burn's version is the oracle (`tests/kernels_property`).
//!
//! **Reading order.** [`isa`] instruction sets · [`tile`] the innermost loop · [`pack`], [`narrow`], [`dense`] one
//! layer, forward and backward · [`activation`] activation functions · [`mlp`] layers on a flat parameter buffer ·
//! [`adam`] the optimiser · [`distribution`], [`ppo_loss`], [`ppo`] policy and value · [`model_loss`], [`world_model`]
//! the ensemble · [`stretch`] rows in blocks · [`rnd`], [`icm`] novelty · [`targeted`], [`dqn`], [`td3`] off-policy
//! learning · [`gradient_sum`] large batches in pieces · [`scales`], [`world`] stepping in the learned
//! model · [`counter`] counter-based random numbers, as on WebGPU · [`weights`] parameters to move to another device or
//! save.
//!
//! **Choices.** (1) Buffers have the layout of `mbppo::burn::Layout`, so both versions can exchange them. (2)
//! Workspaces are kept and reused; a step allocates nothing once it has seen its largest batch. (3) No threads: in the
//! browser they would require cross-origin isolation, and the batches are too small to split. (4) On the workloads of
//! `benches/workloads` wasm takes a ninth to a twentieth of plain JavaScript's time (node 20); natively a step of PPO
//! takes a quarter to a fifth of burn's time, and one of the world model half to four fifths, because burn's own matrix
//! multiplication is already good there.

#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used))]

pub mod budget;
pub mod isa;

pub mod activation;
pub mod adam;
pub mod counter;
pub mod dense;
pub mod distribution;
pub mod dqn;
pub mod gradient_sum;
pub mod hidden;
pub mod icm;
pub mod mlp;
pub mod model_loss;
pub mod narrow;
pub mod pack;
pub mod policy_value;
pub mod ppo;
pub mod ppo_loss;
pub mod rnd;
pub mod sac;
pub mod scaling;
pub mod stretch;
pub mod targeted;
pub mod td3;
pub mod tile;
pub mod transitions;
pub mod weights;
pub mod world_model;

pub use activation::Activation;
pub use adam::Adam;
pub use gradient_sum::GradientSum;
pub use hidden::{Hidden, MOST_HIDDEN_LAYERS};
pub use mlp::{Cache, Mlp};
pub use weights::Weights;
