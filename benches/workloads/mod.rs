//! The workloads W1 to W5 on which other programs in the browser were timed, with the same numbers to start from.
//!
//! W1, W2: a PPO minibatch of 64, 256 or 1024 rows through two tanh networks 4 – 64 – 64 – 2 and – 1. W3: a step of one
//! world model 6 – 200 – 200 – 6, relu, 256 rows. W4: imagining 5 steps in 100 or 1000 branches with policy, value and
//! that model. W5: the logits of 1 or 64 observations, an action for each, and, for 64, a step of 64 carts.
//! The loss of W1 after 20 steps must be 0.881893, that of W3 after 4 steps 0.998530.
//!
//! Not every program that takes these in uses all of them.
#![allow(dead_code, unused_imports)]

mod acting;
mod learning;
mod numbers;
mod rollout;

pub use acting::{Acting, Carts};
pub use learning::{
    SETTINGS, actor_critic, actor_critic_of_width, ensemble, minibatches, model_batches, world_model,
};
pub use numbers::Mulberry32;
pub use rollout::{Rollout, starts};
