//! The learned world: what the agent expects to happen, and how far that can be trusted.

pub mod confidence;
