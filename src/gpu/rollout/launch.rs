//! Sending a rollout off: buffers in, a record out.

use super::facts::Facts;
use super::plan::Plan;
use cubecl::prelude::*;
use cubecl::server::Handle;

/// The parameters of who takes part, each padded as [`Plan`] says.
#[derive(Debug, Clone)]
pub struct Parameters {
    /// Policy and value.
    pub agent: Handle,
    /// The ensemble.
    pub model: Handle,
    /// Curiosity's network that learns and the one that is fixed.
    pub novelty: Option<[Handle; 2]>,
}

/// Queues all steps of B branches, as one dispatch; gives the buffer of what [`Plan::record_size`] numbers are recorded
/// in.
pub fn launch(
    client: &Client,
    plan: Plan,
    parameters: &Parameters,
    facts: &Facts<'_>,
    horizon: usize,
    seed: [u32; 2],
) -> Handle {
    let branches = facts.starts.len() / plan.obs;
    let plan = plan.shared_out(branches);
    let list = facts.list();
    let size = plan.record_size(branches, horizon);
    let record = client.empty(4 * size);
    let told = client.create_from_slice(f32::as_bytes(&list));
    let [guess, fixed] = match &parameters.novelty {
        Some(networks) => networks.clone(),
        None => [parameters.agent.clone(), parameters.agent.clone()],
    };
    let fours = |handle: &Handle| {
        let count = handle.size_in_used() as usize / 16;
        // SAFETY: the length is that of the buffer.
        unsafe { BufferArg::from_raw_parts(handle.clone(), count) }
    };
    let workgroups = branches.div_ceil(plan.rows()) as u32;
    // SAFETY: the plan's places are inside the parameters, and what is recorded of B branches and H steps has room.
    unsafe {
        super::rollout::launch_unchecked(
            client,
            CubeCount::Static(workgroups, 1, 1),
            CubeDim::new_1d(plan.crew.units as u32),
            fours(&parameters.agent),
            fours(&parameters.model),
            fours(&guess),
            fours(&fixed),
            BufferArg::from_raw_parts(told, list.len()),
            BufferArg::from_raw_parts(record.clone(), size),
            branches as u32,
            horizon as u32,
            seed[0],
            seed[1],
            plan,
        );
    }
    record
}
