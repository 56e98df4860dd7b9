//! What must hold of every learning part, whatever its size: one step lowers its loss, advantages stay in their
//! segment, truncation bootstraps and termination does not.
#![cfg(all(tensors, not(target_family = "wasm")))]

mod advantages;
mod losses;

use mbppo::env::ActionSpace;

const CHOICES: ActionSpace = ActionSpace::Discrete(3);
const NUMBERS: ActionSpace = ActionSpace::Box { size: 2, bound: 1.5 };

/// Where a row of samples has its advantage: behind obs `[1]`, choice `[3]` and log-probability.
const ADVANTAGE: usize = 1 + 3 + 1;
