//! A whole imagined rollout in one dispatch: policy, draw, ensemble, next state, reward, end, value, novelty, all H
//! steps.
//!
//! ```text
//! a ~ π(· | s)    e ~ U    ŝ', r̂, p̂_end = ŵ_e(s, a)    novelty = error of ŝ'     H times
//! ```
//! **Shapes.** A workgroup takes R neighbouring branches through all steps; B / R workgroups. Everything of its rows is
//! in workgroup memory as vectors of four rows, [numbers, R / 4].
//! **Where.** `plan`, `chain`, `memory` what the kernel is built for · `facts` what a round is told · `dense` a layer ·
//! `counter` · `act` · `world` · `record` what comes out. The same step as [`crate::kernels::imagine`].
//! **Choices.** (1) Nothing ends here: a branch that is over goes on, and whoever reads the record cuts it off. (2) The
//! branches of a workgroup follow the same member, drawn anew in every step: its weights are then loaded once for all
//! of them. Each branch by itself follows TS1 as on the CPU; neighbours are no longer independent in their choice of
//! member, so a mean over B branches averages over B / R choices a step. Where branches start is random, so neighbours
//! have nothing else in common. (3) Units share the outputs of a layer and wait for each other between layers:
//! 1,000 branches are then 125 workgroups of 32 units, where a unit that took eight rows by itself would leave a
//! graphics processor idle.
//! **Measured** in headless Chromium on a software adapter (2 cores), policy and value 4–64–64–2/1, model 6–200–200–6,
//! 5 steps, read back, medians for 100 and 1,000 branches: 14.6 and 121 ms with 4 units, 1.3 s more when it is first
//! compiled. The same loops as trials in WGSL: 4 units 13.8 and 116, 8 units 14.1 and 127, 32 units 17 and 147, 64
//! units 23 and 201; with 32 units, 4 rows 20 and 184, eight outputs a unit 21 and 191, one input at a time 18 and 154,
//! four at a time 19 and 160; eight rows a unit in private memory, without waiting, 13.6 and 107.
//! **Paper.** Chua et al. 2018 (1805.12114), TS1 propagation.

mod act;
mod chain;
mod counter;
mod dense;
mod facts;
mod launch;
mod memory;
mod parts;
mod plan;
mod record;
mod world;

pub use launch::{Round, launch};
pub use parts::{Agent, Parts, RndNetworks, World};
pub use plan::Plan;

use crate::kernels::counter::Purpose;
use crate::kernels::rnd::CLIP;
use counter::Counter;
use cubecl::prelude::*;
use facts::{Row, Single, in_row, single, start};
use record::Place;

/// A number of four rows, or four neighbouring parameters.
pub type Four = Vector<f32, Const<4>>;

/// All steps of R branches.
#[cube(launch_unchecked)]
#[allow(clippy::too_many_arguments)] // buffers and numbers of a dispatch
pub(super) fn rollout(
    agent: &[Four],
    model: &[Four],
    guess: &[Four],
    fixed: &[Four],
    facts: &[f32],
    record: &mut [f32],
    branches: u32,
    horizon: u32,
    seed_low: u32,
    seed_high: u32,
    #[comptime] plan: Plan,
) {
    let (workgroup, regions) = comptime!((plan.workgroup, plan.regions()));
    let (quads, units) = comptime!((workgroup.quads, workgroup.units));
    let mut memory = Shared::<[Four]>::new_slice(comptime!(regions.end));
    let branch = CUBE_POS_X * comptime!(4 * quads as u32);
    begin(facts, &mut memory, branch, branches, plan);
    let rounds = horizon + comptime!(if plan.heads > 0 { 1u32 } else { 0u32 });
    for step in 0..rounds {
        let counter = Counter { seed_low, seed_high, step };
        let place = Place { branch, branches, step, horizon };
        see(facts, &mut memory, Row::AgentCentre, Row::AgentHalfRange, false, plan);
        dense::network(agent, &mut memory, 0usize, 0usize, comptime!(plan.agent_path()), workgroup);
        if comptime!(plan.value.is_some()) {
            dense::network(agent, &mut memory, 0usize, 0usize, comptime!(plan.value_path()), workgroup);
        }
        sync_cube();
        if comptime!(plan.heads > 0) {
            record::write_values(record, &memory, &place, plan);
        }
        // Behind the last step only the value of where it led is asked for.
        if step < horizon {
            for quad in range_stepped(UNIT_POS as usize, quads, units) {
                act::act(agent, facts, &mut memory, &counter, branch + 4 * quad as u32, quad, plan);
            }
            see(facts, &mut memory, Row::ModelMean, Row::ModelStd, false, plan);
            let words = counter::words(&counter, branch, Purpose::Member, 0u32);
            let member = counter::below(words[0], comptime!(plan.outputs.members)) as usize;
            ask_model(model, &mut memory, member, plan);
            for quad in range_stepped(UNIT_POS as usize, quads, units) {
                world::go(facts, &mut memory, member, &counter, branch + 4 * quad as u32, quad, plan);
            }
            sync_cube();
            if comptime!(plan.novelty.is_some()) {
                novelty(guess, fixed, facts, &mut memory, plan);
                sync_cube();
            }
            record::write_step(record, &memory, &place, plan);
        }
    }
}

/// Puts the branches where they start; those beyond the last one where that one does.
#[cube]
fn begin(facts: &[f32], memory: &mut [Four], branch: u32, branches: u32, #[comptime] plan: Plan) {
    let (obs, quads, regions) = comptime!((plan.obs, plan.workgroup.quads, plan.regions()));
    let units = comptime!(plan.workgroup.units);
    // What fills an input up is multiplied by 0, and so has to be a number.
    for i in range_stepped(UNIT_POS as usize, comptime!(regions.output), units) {
        memory[i] = Four::new(0.0);
    }
    sync_cube();
    for i in range_stepped(UNIT_POS as usize, comptime!(obs * quads), units) {
        let mut four = Four::new(0.0);
        #[unroll]
        for lane in 0..4usize {
            let branch = min(branch + (4 * (i % quads) + lane) as u32, branches - 1);
            four.insert(lane, start(facts, branch as usize, i / quads, obs));
        }
        memory[i] = four;
    }
    sync_cube();
}

/// (here − centre) / spread into the input; each vector by the unit of its number.
#[cube]
fn see(
    facts: &[f32],
    memory: &mut [Four],
    #[comptime] centre: Row,
    #[comptime] spread: Row,
    #[comptime] is_clipped: bool,
    #[comptime] plan: Plan,
) {
    let (obs, quads, units) = comptime!((plan.obs, plan.workgroup.quads, plan.workgroup.units));
    for i in range_stepped(UNIT_POS as usize, comptime!(obs * quads), units) {
        let centre = Four::new(in_row(facts, centre, i / quads, obs));
        let mut seen = (memory[i] - centre) / Four::new(in_row(facts, spread, i / quads, obs));
        if comptime!(is_clipped) {
            seen = max(min(seen, Four::new(CLIP)), Four::new(-CLIP));
        }
        memory[comptime!(plan.regions().input) + i] = seen;
    }
}

/// The model about the input: one member, or all of them.
#[cube]
fn ask_model(model: &[Four], memory: &mut [Four], member: usize, #[comptime] plan: Plan) {
    let (workgroup, path) = comptime!((plan.workgroup, plan.model_path()));
    if comptime!(plan.outputs.with_disagreement) {
        for asked in 0..comptime!(plan.outputs.members) {
            let shift = asked * comptime!(4 * plan.model.last().blocks() * workgroup.quads);
            dense::network(model, memory, asked, shift, path, workgroup);
        }
    } else {
        dense::network(model, memory, member, 0usize, path, workgroup);
    }
    sync_cube();
}

/// How novel it is where the branches are now.
#[cube]
fn novelty(guess: &[Four], fixed: &[Four], facts: &[f32], memory: &mut [Four], #[comptime] plan: Plan) {
    let (workgroup, quads, units) = comptime!((plan.workgroup, plan.workgroup.quads, plan.workgroup.units));
    let (obs, column) = comptime!((plan.obs, plan.obs + plan.acts.size() + 4));
    let (blocks, count) =
        comptime!(plan.novelty.map_or((1, 1), |of| (of.chain.last().blocks(), of.features)));
    see(facts, memory, Row::NoveltyMean, Row::NoveltyStd, true, plan);
    dense::network(guess, memory, 0usize, 0usize, comptime!(plan.novelty_path(0)), workgroup);
    dense::network(fixed, memory, 0usize, 0usize, comptime!(plan.novelty_path(1)), workgroup);
    sync_cube();
    let scale = Four::new(single(facts, Single::NoveltyScale, obs) * comptime!(count as f32));
    for quad in range_stepped(UNIT_POS as usize, quads, units) {
        let output = comptime!(plan.regions().output) + quad;
        let mut error = Four::new(0.0);
        for j in 0..count {
            let off = memory[output + j * quads] - memory[output + (4 * blocks + j) * quads];
            error += off * off;
        }
        memory[comptime!(column * quads) + quad] = error / scale;
    }
}
