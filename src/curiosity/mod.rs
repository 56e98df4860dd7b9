//! What makes the agent look for the unknown, and how much that counts.

mod beta;

pub use beta::AdaptiveBeta;
