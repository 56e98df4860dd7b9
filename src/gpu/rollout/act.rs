//! The policy's draw, for four rows at once, by the formulas of [`crate::kernels::distribution`].
//!
//! ```text
//! choice   a = first with Σ_{b ≤ a} exp(l_b − max l) > u Σ_b exp(l_b − max l)     log π(a) = lₐ − log Σ_b exp(l_b)
//! vector   a = μ + z σ     log π(a) = −½ Σ_d [z_d² + 2 log σ_d + log 2π]
//! ```
//! **Shapes.** Outputs of the policy [A, R / 4] vectors. Action and log-probability go behind the observation in what
//! is recorded, the model's form of the action behind the observation in the model's input, [O + A, R / 4].

use super::Four;
use super::counter::{Counter, normals, uniform, words};
use super::facts::{Single, single};
use super::plan::{Acts, Plan};
use crate::kernels::counter::Purpose;
use cubecl::prelude::*;

/// Draws the actions of four rows, of which the first is `branch`; they are vector `quad` of their workgroup's.
#[cube]
pub(super) fn act(
    agent: &[Four],
    facts: &[f32],
    memory: &mut [Four],
    counter: &Counter,
    branch: u32,
    quad: usize,
    #[comptime] plan: Plan,
) {
    match comptime!(plan.acts) {
        Acts::Choice(_) => choose(memory, counter, branch, quad, plan),
        Acts::Numbers(_) => draw(agent, facts, memory, counter, branch, quad, plan),
    }
}

#[cube]
fn choose(memory: &mut [Four], counter: &Counter, branch: u32, quad: usize, #[comptime] plan: Plan) {
    let quads = comptime!(plan.workgroup.quads);
    let (obs, size, regions) = comptime!((plan.obs, plan.acts.size(), plan.regions()));
    let outputs = comptime!(regions.output) + quad;
    let mut highest = memory[outputs];
    #[unroll]
    for a in 1..size {
        highest = max(highest, memory[outputs + a * quads]);
    }
    let mut weights = Array::<Four>::new(size);
    let mut total = Four::new(0.0);
    #[unroll]
    for a in 0..size {
        weights[a] = (memory[outputs + a * quads] - highest).exp();
        total += weights[a];
    }
    let words = words(counter, branch, Purpose::Action, 0u32);
    let point = uniform(words[0]) * total;
    // 1 for what is chosen, and what is left of 1 as long as nothing is.
    let mut left = Four::new(1.0);
    let mut sum = Four::new(0.0);
    let mut chosen = Array::<Four>::new(size);
    #[unroll]
    for a in 0..size {
        sum += weights[a];
        chosen[a] = select_many(point.less_than(&sum), left, Four::new(0.0));
        left -= chosen[a];
    }
    // The sum may be rounded below the point: then it is the last that is possible.
    #[unroll]
    for back in 0..size {
        let a = comptime!(size - 1 - back);
        let more = select_many(weights[a].greater_than(&Four::new(0.0)), left, Four::new(0.0));
        chosen[a] += more;
        left -= more;
    }
    let mut log_prob = -highest - total.ln();
    #[unroll]
    for a in 0..size {
        let is_chosen = chosen[a].greater_than(&Four::new(0.0));
        log_prob += select_many(is_chosen, memory[outputs + a * quads], Four::new(0.0));
        memory[comptime!(regions.input + (obs + a) * quads) + quad] = chosen[a];
        memory[comptime!((obs + a) * quads) + quad] = chosen[a];
    }
    memory[comptime!((obs + size) * quads) + quad] = log_prob;
}

#[cube]
fn draw(
    agent: &[Four],
    facts: &[f32],
    memory: &mut [Four],
    counter: &Counter,
    branch: u32,
    quad: usize,
    #[comptime] plan: Plan,
) {
    let quads = comptime!(plan.workgroup.quads);
    let (obs, size, regions) = comptime!((plan.obs, plan.acts.size(), plan.regions()));
    let bound = Four::new(single(facts, Single::Bound, obs));
    let mut log_prob = Four::new(0.0);
    #[unroll]
    for block in 0..comptime!(size.div_ceil(4)) {
        let z = normals(counter, branch, Purpose::Action, comptime!(block as u32));
        let log_stds = agent[comptime!(plan.log_std) + block];
        #[unroll]
        for i in 0..comptime!(Ord::min(4, size - 4 * block)) {
            let d = comptime!(4 * block + i);
            let log_std = Four::new(log_stds.extract(i));
            let action = memory[comptime!(regions.output + d * quads) + quad] + z[i] * log_std.exp();
            log_prob -= Four::new(0.5)
                * (z[i] * z[i] + Four::new(2.0) * log_std + Four::new(comptime!(std::f32::consts::TAU.ln())));
            memory[comptime!(regions.input + (obs + d) * quads) + quad] =
                max(min(action, bound), -bound) / bound;
            memory[comptime!((obs + d) * quads) + quad] = action;
        }
    }
    memory[comptime!((obs + size) * quads) + quad] = log_prob;
}
