//! How much memory a configuration needs, and the limit that it must stay within.
//!
//! **What.** The sum of everything large: networks with their optimisers, a minibatch's buffers, replay, a round of
//! real and imagined steps, and the file that the run is saved to. Each part names the hyperparameters that make it
//! large.
//! ```text
//! rows of a round = branches_max · horizon + num_envs · num_steps
//! a row of a round = as a rollout + its values + as a sample      while advantages are computed, the largest moment
//! ```
//! **Where.** Asked by the trainer before anything is allocated: memory that is missing later ends the whole program.
//! **Choices.** (1) The bound is of the CPU's learners; `docs/limits.md` sets it against what was measured. (2) A part
//! is counted as if it were full, and a branch as long as the horizon: early in a run both are smaller. (3) What is
//! never there at the same time is not added up: a run is saved when no round is in memory, so the larger of the two
//! counts.

use super::learner::{Inputs, Kind, Outputs};
use super::{Activation, Config, CuriosityKind, ModelHeads, Recurrence};
use crate::budget::{INFERENCE_ROWS, MOST_BRANCHES, PER_TICK};
use crate::error::{Error, Result};

/// What a run may need, in bytes: in a page 2 GiB, half of what a 32-bit program can address; elsewhere 16 GiB.
pub const MOST_BYTES: u64 = if cfg!(target_pointer_width = "32") { 2 << 30 } else { 16 << 30 };

/// What there is before anything is learned, as measured: the program, its pictures, a curve for every metric.
const BASE: u64 = if cfg!(target_family = "wasm") { 11 << 17 } else { 11 << 19 };
/// What a thread beside the first may reserve for its own small pieces: addresses, hardly memory.
const OF_A_THREAD: u64 = 128 << 20;
/// Bytes of an f32.
const F32: u64 = 4;
/// Bytes of a count.
const COUNT: u64 = size_of::<usize>() as u64;
/// Numbers that are held for each parameter: itself, gradient and Adam's two averages, the same in the last good state,
/// what acts or was the best so far, and the sum of a minibatch's pieces.
const COPIES: u64 = 10;
/// One byte in so many is what the allocator cannot use, as measured: a page's memory is full of holes once tables have
/// grown in it.
const UNUSED_SHARE: u64 = if cfg!(target_family = "wasm") { 4 } else { 20 };
/// Copies of what is saved, while it is saved: the arrays, and the file.
const COPIES_SAVED: u64 = 2;
/// Rows that inference takes at once: none is left alone.
const STRETCH: u64 = INFERENCE_ROWS as u64 + 1;
/// Bytes of a row and value head while advantages are computed: both values, reward, end, advantage and return.
const JUDGED: u64 = 5 * F32 + 1;
/// Tensors that are kept of a layer until its gradient is known, each as large as the layer: 215 MiB for windows whose
/// peak was 178 (10 members of 2 · 128 units, 2,048 rows each).
const KEPT_BY_TENSORS: usize = 4;

/// The sizes of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// O
    pub obs: usize,
    /// A, numbers of an action as networks see it.
    pub action: usize,
    /// Numbers of an action as it is stored.
    pub stored_action: usize,
}

/// A part of what a run needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What it is: "imagined steps".
    pub what: &'static str,
    /// The hyperparameters that make it large, the most effective first.
    pub fields: &'static [&'static str],
    /// How much.
    pub bytes: u64,
}

impl Config {
    /// What a run on a task of these sizes needs, part by part.
    pub fn memory(&self, task: Sizes) -> Vec<Need> {
        let need = |what, fields, bytes| Need { what, fields, bytes };
        let has_model = self.has_model();
        let policy = self.parameters_of_policy(task);
        let model = if has_model { self.parameters_of_model(task) } else { 0 };
        let mut needs = vec![
            need("the program and its pictures", &[][..], BASE),
            need("policy and value", &["hidden_size"][..], policy * COPIES * F32),
            need("a minibatch", &["hidden_size", "batch_size"], self.minibatch_bytes(task, policy)),
            need("replay", &["replay_capacity"], self.replay_bytes(task)),
        ];
        if self.algorithm.kind == Kind::OnPolicy {
            needs.push(need("real steps of an iteration", &["num_steps", "num_envs"], self.real_bytes(task)));
        }
        if has_model {
            let (fields, bytes): (&[&str], u64) = match self.algorithm.kind {
                Kind::ModelSearch => (&["search_population", "search_episodes"], self.searched_bytes(task)),
                Kind::Planning => (&["plan_candidates", "plan_particles"], self.planned_bytes(task)),
                Kind::ModelReplay => (&["branches_max", "horizon"], self.replayed_bytes(task)),
                _ => (&["branches_max", "horizon"], self.imagined_bytes(task)),
            };
            needs.push(need("imagined steps", fields, bytes));
            let members: &[&str] = &["model_hidden_size", "ensemble_size"];
            needs.push(need("the world model", members, model * COPIES * F32 + self.model_batch_bytes(task)));
            let lists = self.ensemble_size.max(2) as u64 * self.replay_capacity as u64 * COUNT;
            needs.push(need("what each member learns from", &["replay_capacity", "ensemble_size"], lists));
        }
        let saved = ((policy + model) * 3 * F32 + self.replay_bytes(task)) * COPIES_SAVED;
        let round = |need: &&Need| need.what.contains("steps");
        let freed: u64 = needs.iter().filter(round).map(|need| need.bytes).sum();
        let fields: &[&str] = &["replay_capacity", "hidden_size"];
        needs.push(need("the saved run, beyond the room of a round", fields, saved.saturating_sub(freed)));
        let all: u64 = needs.iter().map(|need| need.bytes).sum();
        needs.push(need("what lies unused between them", &[], all / UNUSED_SHARE));
        needs
    }

    /// What a run on a task of these sizes needs in all.
    pub fn bytes(&self, task: Sizes) -> u64 {
        self.memory(task).iter().map(|need| need.bytes).sum()
    }

    /// Checks that a run on a task of these sizes stays within `most` bytes.
    ///
    /// # Errors
    /// [`Error::Config`] with the hyperparameter that makes the largest part large, the bytes, and what to lower; also
    /// if the system has less than that.
    pub fn require_memory(&self, task: Sizes, most: u64) -> Result<()> {
        let (needs, all) = (self.memory(task), self.bytes(task));
        if all > most {
            return Err(self.too_much(&needs, all, &format!("{most} are allowed")));
        }
        if !can_be_had(all) {
            return Err(self.too_much(&needs, all, "the system does not give so many"));
        }
        Ok(())
    }

    fn too_much(&self, needs: &[Need], all: u64, but: &str) -> Error {
        let largest = needs.iter().filter(|need| !need.fields.is_empty()).max_by_key(|need| need.bytes);
        let (what, fields, bytes) =
            largest.map_or(("nothing", &[][..], 0), |need| (need.what, need.fields, need.bytes));
        let field = fields.first().copied().unwrap_or_default();
        Error::Config {
            field: field.into(),
            value: self.get(field).unwrap_or_default(),
            allowed: format!(
                "the run would need {all} bytes of memory ({bytes} of them for {what}), and {but}: lower {}",
                fields.join(" or ")
            ),
        }
    }

    /// Parameters of what acts and values, target networks included.
    fn parameters_of_policy(&self, task: Sizes) -> u64 {
        let (obs, action) = (task.obs as u64, task.action as u64);
        let hidden = [self.hidden_size, self.hidden_layers];
        let networks = self.algorithm.networks.iter().map(|network| {
            let inputs = match network.inputs {
                Inputs::Obs => obs,
                Inputs::ObsAndAction => obs + action,
            };
            let outputs = match network.outputs {
                Outputs::Actions => action,
                Outputs::Gaussian => 2 * action,
                Outputs::Values => self.value_heads() as u64,
                Outputs::One => 1,
            };
            network.copies * parameters([inputs, outputs], hidden)
        });
        networks.sum()
    }

    fn parameters_of_model(&self, task: Sizes) -> u64 {
        let doubts = if self.model_heads == ModelHeads::Gaussian { task.obs + 1 } else { 0 };
        let seen = (task.obs + task.action) as u64;
        let (remembered, gates) = self.model.recurrence().map_or((0, 0), |cell| {
            let [units, gates] = [cell.units, cell.gates].map(|count| count as u64);
            (units, (seen + 1 + units + 1) * gates * units)
        });
        let ends = [seen + remembered, (task.obs + 2 + doubts) as u64];
        let hidden = [self.model_hidden_size, self.model_hidden_layers];
        self.ensemble_size as u64 * (parameters(ends, hidden) + gates)
    }

    /// Room for the layers of a minibatch and their gradients, of policy and value, and for its samples.
    fn minibatch_bytes(&self, task: Sizes, parameters: u64) -> u64 {
        if self.algorithm.kind == Kind::Tabular {
            return 0;
        }
        let rows = if self.algorithm.updates_once() { u64::MAX } else { self.batch_size as u64 };
        let rows = rows.min((PER_TICK / (3 * parameters.max(1))).max(16) + 1);
        let units = (self.hidden_size * self.hidden_layers) as u64;
        // The layers of a piece or of inference, whichever is more, their slopes where they are kept, the gradients.
        let layers = rows.max(STRETCH) * kept_of_a_layer(self.activation) + rows;
        2 * layers * units * F32 + rows * (task.obs as u64 * F32 + self.sample_bytes(task))
    }

    /// The same of the world model, whose members learn one after another, with the minibatch itself.
    fn model_batch_bytes(&self, task: Sizes) -> u64 {
        let batch = (self.ensemble_size * self.model_batch_size) as u64;
        let rows = self.model_batch_size as u64 + STRETCH * kept_of_a_layer(self.model_activation);
        let units = (self.model_hidden_size * self.model_hidden_layers) as u64;
        let gradients = self.model.recurrence().map_or(0, |cell| self.recurrent_bytes(task, batch, cell));
        rows * units * F32 + batch * ((2 * task.obs + task.action + 2) as u64 * F32 + COUNT) + gradients
    }

    /// What automatic differentiation keeps of the windows of `batch` rows: every step of all members together.
    fn recurrent_bytes(&self, task: Sizes, batch: u64, cell: Recurrence) -> u64 {
        let of_step = 2 * (2 * task.obs + task.action + 2) + KEPT_BY_TENSORS * cell.gates * cell.units;
        let of_row = KEPT_BY_TENSORS * self.model_hidden_size * self.model_hidden_layers;
        batch * (cell.steps * of_step + of_row) as u64 * F32
    }

    fn replay_bytes(&self, task: Sizes) -> u64 {
        self.replay_capacity as u64 * of_replay(task)
    }

    /// The real steps of an iteration: environment by environment and all together, what curiosity reads of them, and
    /// what is known of each while advantages are computed.
    fn real_bytes(&self, task: Sizes) -> u64 {
        let rows = (self.num_envs * self.num_steps) as u64;
        let is_reviewed = self.curiosity != CuriosityKind::None;
        let reviewed = if is_reviewed { (2 * task.obs + task.action + 1) as u64 * F32 } else { 0 };
        let judged = JUDGED * self.value_heads() as u64;
        rows * (2 * self.rollout_bytes(task) + reviewed + self.judging_bytes(task) + judged)
    }

    /// The imagined steps of a round, in the largest of its moments: a record of all branches before they are cut;
    /// rollouts, values and samples while advantages are computed; samples in an order, perhaps beside the rollouts
    /// that curiosity learns from.
    fn imagined_bytes(&self, task: Sizes) -> u64 {
        let branches = self.branches_max.max(self.branches_min);
        let (rows, group) =
            ((branches * self.horizon) as u64, (branches.min(MOST_BRANCHES) * self.horizon) as u64);
        let (rollout, sample) = (self.rollout_bytes(task), self.sample_bytes(task));
        let record = (task.obs + task.action + 5) as u64 * F32;
        let state = (3 * task.obs + 2 * task.action + 5) as u64 * F32 + 2 * COUNT;
        let imagined = rows * record + branches as u64 * state;
        let judged = rows * (rollout + self.judging_bytes(task)) + group * JUDGED * self.value_heads() as u64;
        let kept = if self.curiosity_on_imagined { rollout } else { 0 };
        imagined.max(judged).max(rows * (sample + COUNT + kept)) + branches as u64 * 2 * COUNT
    }

    /// MBPO's branches: their record before they are cut, the model buffer, and a group on its way there.
    fn replayed_bytes(&self, task: Sizes) -> u64 {
        let branches = self.branches_max.max(self.branches_min);
        let (rows, group) =
            ((branches * self.horizon) as u64, (branches.min(MOST_BRANCHES) * self.horizon) as u64);
        let record = (task.obs + task.action + 5) as u64 * F32;
        let state = (4 * task.obs + 2 * task.action + 5) as u64 * F32 + 2 * COUNT;
        rows * (record + of_replay(task)) + branches as u64 * state + group * self.rollout_bytes(task)
    }

    /// The rows of a generation: where they start, where they are, what counts of each; what a recurrent model warms
    /// up on and remembers; beside it one group that takes a step, and the candidates with what was drawn for them.
    fn searched_bytes(&self, task: Sizes) -> u64 {
        let rows = (self.search_population * self.search_episodes) as u64;
        let weights = parameters([task.obs as u64, task.action as u64], [self.search_hidden_size.max(1), 1]);
        let remembered = self.model.recurrence().map_or(0, |cell| {
            (cell.steps * (task.obs + task.action) + 2 * self.ensemble_size * cell.units) as u64 * F32
        });
        let row = 2 * task.obs as u64 * F32 + COUNT + F32 + 1 + remembered;
        let step = (3 * task.obs + 2 * task.action + 4) as u64 * F32 + COUNT + remembered;
        rows * row
            + rows.min(MOST_BRANCHES as u64) * step
            + self.search_population as u64 * weights * (F32 + 8)
    }

    /// The branches of a decision: states before and after a step, actions, their chance, and the plans; and what every
    /// lane keeps of its last one.
    fn planned_bytes(&self, task: Sizes) -> u64 {
        let [horizon, plans] = [self.horizon, self.plan_candidates].map(|count| count as u64);
        let rows = plans * self.plan_particles as u64;
        let row = (5 * task.obs + 2 * task.action + 4) as u64 * F32 + 2 * COUNT;
        let noise = horizon * self.plan_particles as u64 * (task.obs + 1) as u64 * F32;
        let plan = horizon * (3 * task.stored_action + task.obs) as u64 * F32;
        let lanes = (self.num_envs + self.eval_episodes) as u64;
        let seat = horizon * (2 * task.action as u64 * 2 * F32 + self.plan_elites as u64 * F32);
        rows * row + noise + plans * plan + lanes * seat + horizon * horizon * 4 * F32
    }

    /// A step of a rollout.
    fn rollout_bytes(&self, task: Sizes) -> u64 {
        (2 * task.obs + task.stored_action + 4) as u64 * F32 + 2
    }

    /// A step as a sample.
    fn sample_bytes(&self, task: Sizes) -> u64 {
        (task.obs + task.action + 3 + 2 * self.value_heads()) as u64 * F32
    }

    /// What is known of a step while advantages are computed: the values of both its ends, and the sample.
    fn judging_bytes(&self, task: Sizes) -> u64 {
        2 * self.value_heads() as u64 * F32 + self.sample_bytes(task)
    }
}

/// Bytes of a transition in replay.
fn of_replay(task: Sizes) -> u64 {
    let floats = (2 * task.obs + task.stored_action + 1) as u64;
    floats * F32 + 3 + 8 + COUNT
}

/// Numbers that are kept of a unit of a layer: what it says, and its slope where that does not follow from it.
fn kept_of_a_layer(activation: Activation) -> u64 {
    if activation == Activation::Silu { 2 } else { 1 }
}

fn parameters([inputs, outputs]: [u64; 2], [width, layers]: [usize; 2]) -> u64 {
    let (width, layers) = (width as u64, layers as u64);
    (inputs + 1) * width + (layers - 1) * (width + 1) * width + (width + 1) * outputs
}

/// How many of the runs that need so many bytes each may go on side by side: so many that even the largest of them stay
/// within `most` bytes together, and within what the system would give now. At least one, which is checked by itself.
pub fn side_by_side(mut needs: Vec<u64>, most: u64) -> usize {
    needs.sort_unstable_by(|a, b| b.cmp(a));
    let fits = |runs: &usize| {
        let together: u64 = needs[..*runs].iter().sum();
        together <= most && can_be_had(together + *runs as u64 * OF_A_THREAD)
    };
    (2..=needs.len()).take_while(fits).last().unwrap_or(1)
}

/// Whether the system would give so many bytes now. They are given back at once and cost nothing; a page's memory would
/// keep its new size, so there the limit alone decides.
fn can_be_had(bytes: u64) -> bool {
    cfg!(target_family = "wasm")
        || usize::try_from(bytes).is_ok_and(|bytes| Vec::<u8>::new().try_reserve_exact(bytes).is_ok())
}

#[cfg(test)]
mod tests;
