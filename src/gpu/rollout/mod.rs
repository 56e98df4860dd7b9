//! A whole imagined rollout in one dispatch: policy, draw, ensemble, next state, reward, end, value, novelty, all H steps.
//!
//! ```text
//! a ~ π(· | s)    e ~ lot    ŝ', r̂, p̂_end = ŵ_e(s, a)    novelty = error of ŝ'     H times
//! ```
//! **Shapes.** A workgroup takes R neighbouring branches through all steps; B / R workgroups. Everything of its rows is in
//! workgroup memory as vectors of four rows, [numbers, R / 4].
//! **Where.** [`plan`] what the kernel is built for · [`facts`] what a round is told · [`dense`] a layer · [`chance`] ·
//! [`act`] · [`world`] · [`record`] what comes out. The same step as [`crate::kernels::imagine`].
//! **Choices.** (1) Nothing ends here: a branch that is over goes on, and whoever reads the record cuts it off. (2) The
//! branches of a workgroup follow the same member, drawn anew in every step: its weights are then loaded once for all of
//! them. Each branch by itself follows TS1 as on the CPU; neighbours are no longer independent in their choice of member,
//! so a mean over B branches averages over B / R choices a step. Where branches start is random, so neighbours have
//! nothing else in common. (3) Units share the outputs of a layer and wait for each other between layers.
//! **Paper.** Chua et al. 2018 (1805.12114), TS1 propagation.

mod act;
mod chance;
mod dense;
mod facts;
mod launch;
mod plan;
mod record;
mod world;

pub use facts::Facts;
pub use launch::{Parameters, launch};
pub use plan::{Acts, Bend, Crew, Layer, Novelty, Plan, Says, Stage};

use crate::kernels::chance::Purpose;
use chance::Counter;
use cubecl::prelude::*;
use facts::{Row, Single, in_row, single, start};
use record::Place;

/// A number of four rows, or four neighbouring parameters.
pub type Four = Vector<f32, Const<4>>;

/// How far normalised observations of curiosity may be from 0.
const CLIP: f32 = 5.0;

/// Workgroup memory, in vectors.
#[derive(CubeType)]
struct Memory {
    /// Where the branches are, [O, R / 4].
    here: Shared<[Four]>,
    /// What a first layer reads.
    input: Shared<[Four]>,
    /// What a last layer says.
    said: Shared<[Four]>,
    /// Hidden layers.
    first: Shared<[Four]>,
    second: Shared<[Four]>,
}

#[cube]
fn memory(#[comptime] plan: Plan) -> Memory {
    let quads = comptime!(plan.crew.quads);
    let first = Shared::<[Four]>::new_slice(comptime!(quads * plan.hidden()));
    let second = if comptime!(plan.crew.in_place) {
        first.clone()
    } else {
        Shared::<[Four]>::new_slice(comptime!(quads * plan.hidden()))
    };
    Memory {
        here: Shared::<[Four]>::new_slice(comptime!(quads * plan.obs)),
        input: Shared::<[Four]>::new_slice(comptime!(quads * plan.input())),
        said: Shared::<[Four]>::new_slice(comptime!(quads * plan.output())),
        first,
        second,
    }
}

/// All steps of R branches.
#[cube(launch_unchecked)]
#[allow(clippy::too_many_arguments)] // buffers and numbers of a dispatch
pub fn rollout(
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
    let crew = comptime!(plan.crew);
    let (obs, quads, units) = comptime!((plan.obs, crew.quads, crew.units));
    let unit = UNIT_POS as usize;
    let mut memory = memory(plan);
    let branch = CUBE_POS_X * comptime!(4 * quads as u32);
    for i in range_stepped(unit, comptime!(obs * quads), units) {
        memory.here[i] = starts(facts, branch + 4 * (i % quads) as u32, i / quads, branches, obs);
    }
    for step in 0..horizon {
        let counter = Counter { seed_low, seed_high, step };
        sync_cube();
        see(facts, &memory.here, &mut memory.input, Row::AgentCentre, Row::AgentHalfRange, false, plan);
        ask_agent(agent, &mut memory, plan);
        for quad in range_stepped(unit, quads, units) {
            let place = Place { branch: branch + 4 * quad as u32, branches, step };
            act::act(agent, facts, &memory.said, &mut memory.input, record, &counter, &place, quad, plan);
            values(&memory.said, record, &place, horizon, quad, plan);
        }
        see(facts, &memory.here, &mut memory.input, Row::ModelMean, Row::ModelStd, false, plan);
        let words = chance::words(&counter, branch, Purpose::Member, 0u32);
        let member = chance::below(words[0], comptime!(plan.says.members)) as usize;
        ask_model(model, &mut memory, member, plan);
        for quad in range_stepped(unit, quads, units) {
            let place = Place { branch: branch + 4 * quad as u32, branches, step };
            let column = comptime!(obs + plan.acts.size() + 3);
            let mut apart = Four::new(0.0);
            let mut from = 0usize.runtime();
            if comptime!(plan.says.with_disagreement) {
                apart = world::disagreement(&memory.said, quad, plan);
                from = member * comptime!(4 * plan.model[2].blocks() * quads);
            }
            record::write(record, &place, column, apart, plan);
            world::go(facts, &memory.said, from, &mut memory.here, record, &counter, &place, quad, plan);
        }
        novelty(guess, fixed, facts, &mut memory, record, branch, branches, step, plan);
    }
    if comptime!(plan.heads > 0) {
        sync_cube();
        see(facts, &memory.here, &mut memory.input, Row::AgentCentre, Row::AgentHalfRange, false, plan);
        ask_agent(agent, &mut memory, plan);
        for quad in range_stepped(unit, quads, units) {
            let place = Place { branch: branch + 4 * quad as u32, branches, step: horizon };
            values(&memory.said, record, &place, horizon, quad, plan);
        }
    }
}

/// Number d of where four branches start; beyond the last branch, of where that one does.
#[cube]
fn starts(facts: &[f32], branch: u32, d: usize, branches: u32, #[comptime] obs: usize) -> Four {
    let mut four = Four::new(0.0);
    #[unroll]
    for lane in 0..4usize {
        let branch = min(branch + lane as u32, branches - 1);
        four.insert(lane, start(facts, branch as usize, d, obs));
    }
    four
}

/// (here − centre) / spread into the input; each vector by the unit of its number.
#[cube]
fn see(
    facts: &[f32],
    here: &[Four],
    input: &mut [Four],
    #[comptime] centre: Row,
    #[comptime] spread: Row,
    #[comptime] is_clipped: bool,
    #[comptime] plan: Plan,
) {
    let (obs, quads, units) = comptime!((plan.obs, plan.crew.quads, plan.crew.units));
    let unit = UNIT_POS as usize;
    for i in range_stepped(unit, comptime!(obs * quads), units) {
        let centre = Four::new(in_row(facts, centre, i / quads, obs));
        let mut seen = (here[i] - centre) / Four::new(in_row(facts, spread, i / quads, obs));
        if comptime!(is_clipped) {
            seen = max(min(seen, Four::new(CLIP)), Four::new(-CLIP));
        }
        input[i] = seen;
    }
}

/// Policy, and value where it is asked for, about the input.
#[cube]
fn ask_agent(agent: &[Four], memory: &mut Memory, #[comptime] plan: Plan) {
    let (crew, stages) = comptime!((plan.crew, plan.agent));
    sync_cube();
    dense::layer(agent, &memory.input, &mut memory.first, 0usize, 0usize, comptime!(stages[0]), crew);
    sync_cube();
    dense::layer(agent, &memory.first, &mut memory.second, 0usize, 0usize, comptime!(stages[1]), crew);
    sync_cube();
    dense::layer(agent, &memory.second, &mut memory.said, 0usize, 0usize, comptime!(stages[2]), crew);
    sync_cube();
}

/// The model about the input: one member, or all of them.
#[cube]
fn ask_model(model: &[Four], memory: &mut Memory, member: usize, #[comptime] plan: Plan) {
    let members = comptime!(if plan.says.with_disagreement { plan.says.members } else { 1 });
    let (crew, stages) = comptime!((plan.crew, plan.model));
    for asked in 0..members {
        let mut whose = member;
        if comptime!(plan.says.with_disagreement) {
            whose = asked;
        }
        let to = asked * comptime!(4 * stages[2].blocks() * crew.quads);
        sync_cube();
        dense::layer(model, &memory.input, &mut memory.first, whose, 0usize, comptime!(stages[0]), crew);
        sync_cube();
        dense::layer(model, &memory.first, &mut memory.second, whose, 0usize, comptime!(stages[1]), crew);
        sync_cube();
        dense::layer(model, &memory.second, &mut memory.said, whose, to, comptime!(stages[2]), crew);
    }
    sync_cube();
}

/// Records the values of four rows, which stand behind the policy's outputs.
#[cube]
fn values(
    said: &[Four],
    record: &mut [f32],
    place: &Place,
    horizon: u32,
    quad: usize,
    #[comptime] plan: Plan,
) {
    #[unroll]
    for head in 0..comptime!(plan.heads) {
        let at = comptime!((4 * plan.agent[2].layer.blocks + head) * plan.crew.quads);
        record::write_value(record, place, horizon, head, said[at + quad], plan);
    }
}

/// Records how new it is where the branches are now.
#[cube]
#[allow(clippy::too_many_arguments)]
fn novelty(
    guess: &[Four],
    fixed: &[Four],
    facts: &[f32],
    memory: &mut Memory,
    record: &mut [f32],
    branch: u32,
    branches: u32,
    step: u32,
    #[comptime] plan: Plan,
) {
    let crew = comptime!(plan.crew);
    let (obs, quads, units) = comptime!((plan.obs, crew.quads, crew.units));
    let unit = UNIT_POS as usize;
    let column = comptime!(obs + plan.acts.size() + 4);
    if comptime!(plan.novelty.is_some()) {
        let (stages, count) = comptime!(plan.novelty.map_or(([plan.agent[0]; 2], 1), |of| (of.stages, of.features)));
        let hidden = comptime!(4 * stages[0].blocks() * quads);
        let features = comptime!(4 * stages[1].blocks() * quads);
        sync_cube();
        see(facts, &memory.here, &mut memory.input, Row::NoveltyMean, Row::NoveltyStd, true, plan);
        sync_cube();
        dense::layer(guess, &memory.input, &mut memory.first, 0usize, 0usize, comptime!(stages[0]), crew);
        dense::layer(fixed, &memory.input, &mut memory.first, 0usize, hidden, comptime!(stages[0]), crew);
        sync_cube();
        dense::layer(guess, &memory.first, &mut memory.said, 0usize, 0usize, comptime!(stages[1]), crew);
        dense::layer(fixed, &memory.first[hidden..], &mut memory.said, 0usize, features, comptime!(stages[1]), crew);
        sync_cube();
        let scale = Four::new(single(facts, Single::NoveltyScale, obs) * comptime!(count as f32));
        for quad in range_stepped(unit, quads, units) {
            let mut error = Four::new(0.0);
            for j in 0..count {
                let off = memory.said[j * quads + quad] - memory.said[features + j * quads + quad];
                error += off * off;
            }
            let place = Place { branch: branch + 4 * quad as u32, branches, step };
            record::write(record, &place, column, error / scale, plan);
        }
    } else {
        for quad in range_stepped(unit, quads, units) {
            let place = Place { branch: branch + 4 * quad as u32, branches, step };
            record::write(record, &place, column, Four::new(0.0), plan);
        }
    }
}
