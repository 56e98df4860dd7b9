//! The policy's draw, for four rows at once, by the formulas of [`crate::kernels::distribution`].
//!
//! ```text
//! choice   a = first with Σ_{b ≤ a} exp(l_b − max l) > u Σ_b exp(l_b − max l)     log π(a) = lₐ − log Σ_b exp(l_b)
//! vector   a = μ + z σ     log π(a) = −½ Σ_d [z_d² + 2 log σ_d + log 2π]
//! ```
//! **Shapes.** Outputs of the policy [A, R / 4] vectors. The model's form of the action goes behind the observation in
//! the model's input, [O + A, R / 4].

use super::Four;
use super::chance::{Counter, normals, uniform, words};
use super::facts::{Single, single};
use super::plan::{Acts, Plan};
use super::record::{self, Place};
use crate::kernels::chance::Purpose;
use cubecl::prelude::*;

/// Draws, records and passes on the actions of four rows, which are vector `quad` of a workgroup's.
#[cube]
pub(super) fn act(
    agent: &[Four],
    facts: &[f32],
    outputs: &[Four],
    input: &mut [Four],
    record: &mut [f32],
    counter: &Counter,
    place: &Place,
    quad: usize,
    #[comptime] plan: Plan,
) {
    match comptime!(plan.acts) {
        Acts::Choice(_) => choose(outputs, input, record, counter, place, quad, plan),
        Acts::Numbers(_) => draw(agent, facts, outputs, input, record, counter, place, quad, plan),
    }
}

#[cube]
fn choose(
    outputs: &[Four],
    input: &mut [Four],
    record: &mut [f32],
    counter: &Counter,
    place: &Place,
    quad: usize,
    #[comptime] plan: Plan,
) {
    let quads = comptime!(plan.crew.quads);
    let (obs, size) = comptime!((plan.obs, plan.acts.size()));
    let mut highest = outputs[quad];
    #[unroll]
    for a in 1..size {
        highest = max(highest, outputs[a * quads + quad]);
    }
    let mut weights = Array::<Four>::new(size);
    let mut total = Four::new(0.0);
    #[unroll]
    for a in 0..size {
        weights[a] = (outputs[a * quads + quad] - highest).exp();
        total += weights[a];
    }
    let words = words(counter, place.branch, Purpose::Action, 0u32);
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
        log_prob += select_many(is_chosen, outputs[a * quads + quad], Four::new(0.0));
        input[(obs + a) * quads + quad] = chosen[a];
        record::write(record, place, obs + a, chosen[a], plan);
    }
    record::write(record, place, obs + size, log_prob, plan);
}

#[cube]
fn draw(
    agent: &[Four],
    facts: &[f32],
    outputs: &[Four],
    input: &mut [Four],
    record: &mut [f32],
    counter: &Counter,
    place: &Place,
    quad: usize,
    #[comptime] plan: Plan,
) {
    let quads = comptime!(plan.crew.quads);
    let (obs, size) = comptime!((plan.obs, plan.acts.size()));
    let bound = Four::new(single(facts, Single::Bound, obs));
    let mut log_prob = Four::new(0.0);
    #[unroll]
    for block in 0..comptime!(size.div_ceil(4)) {
        let z = normals(counter, place.branch, Purpose::Action, comptime!(block as u32));
        let log_stds = agent[comptime!(plan.log_std) + block];
        #[unroll]
        for i in 0..comptime!(Ord::min(4, size - 4 * block)) {
            let d = comptime!(4 * block + i);
            let log_std = Four::new(log_stds.extract(i));
            let action = outputs[d * quads + quad] + z[i] * log_std.exp();
            log_prob -= Four::new(0.5)
                * (z[i] * z[i] + Four::new(2.0) * log_std + Four::new(comptime!(std::f32::consts::TAU.ln())));
            input[(obs + d) * quads + quad] = max(min(action, bound), -bound) / bound;
            record::write(record, place, obs + d, action, plan);
        }
    }
    record::write(record, place, obs + size, log_prob, plan);
}
