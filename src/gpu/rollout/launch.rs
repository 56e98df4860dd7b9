//! Sending a rollout off.

use super::facts;
use super::parts::Parts;
use super::plan::Plan;
use crate::env::ActionSpace;
use crate::gpu::{Buffer, Queue};
use cubecl::prelude::*;

/// What is imagined.
#[derive(Debug, Clone, Copy)]
pub struct Round<'a> {
    /// What the policy acts in.
    pub space: ActionSpace,
    /// Where branches start, [B, O].
    pub starts: &'a [f32],
    /// H
    pub horizon: usize,
    /// Whether the members' disagreement is asked for; it costs E times as much of the model.
    pub with_disagreement: bool,
    /// Whether values are asked for.
    pub with_values: bool,
    /// What all random numbers follow from.
    pub seed: [u32; 2],
}

/// Queues all steps of B branches, as one dispatch. Gives what it was built for, and the buffer of the record: first
/// [H · B, O + A + 5], next obs, action, log-prob, reward, end, disagreement, novelty; then the values [(H + 1) · B,
/// heads].
pub fn launch(queue: &Queue, parts: &Parts, round: &Round<'_>) -> (Plan, Buffer) {
    let branches = round.starts.len() / parts.agent.shape.obs_size;
    let plan = parts
        .plan(round.space, round.with_disagreement, round.with_values)
        .shared_out(branches, queue.is_software());
    let bound = match round.space {
        ActionSpace::Discrete(_) => 1.0,
        ActionSpace::Box { bound, .. } => bound,
    };
    let told = queue.floats(&facts::list(parts, bound, round.starts));
    let record = queue.uninitialised(plan.record_size(branches, round.horizon));
    // A kernel has a place for curiosity's networks even where nobody looks at them.
    let [guess, fixed] = parts
        .novelty
        .as_ref()
        .map_or([&parts.agent.parameters; 2], |novelty| [&novelty.guess, &novelty.fixed]);
    let workgroups = branches.div_ceil(plan.rows()) as u32;
    // SAFETY: the plan's places are inside the parameters, and all that is recorded of B branches and H steps has room.
    unsafe {
        super::rollout::launch_unchecked(
            queue.client(),
            CubeCount::Static(workgroups, 1, 1),
            CubeDim::new_1d(plan.workgroup.units as u32),
            parts.agent.parameters.fours(),
            parts.world.parameters.fours(),
            guess.fours(),
            fixed.fours(),
            told.scalars(),
            record.scalars(),
            branches as u32,
            round.horizon as u32,
            round.seed[0],
            round.seed[1],
            plan,
        );
    }
    (plan, record)
}
