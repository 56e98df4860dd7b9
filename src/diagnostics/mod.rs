//! Diagnostics as data: is the doubt honest, does the policy exploit the model, and where has the agent been?
//!
//! Plain numbers that the page, the command line and tests read alike; none of them changes what is learned.

pub mod calibration;
pub mod return_gap;
pub mod state_map;
