//! Diagnostics as data: is the uncertainty calibrated, does the policy exploit the model, and where has the agent been?
//!
//! Plain numbers that the page, the command line and tests all read; none of them affects learning.

pub mod calibration;
pub mod coverage;
pub mod return_gap;
pub mod state_map;
