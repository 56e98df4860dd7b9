//! How much memory a configuration needs, and the limit that it must stay within.
//!
//! **What.** The sum of everything large: networks with their optimisers, a minibatch's buffers, replay, a round of
//! imagined steps, and the file that the run is saved to. Each part names the hyperparameters that make it large.
//! ```text
//! rows of a round = branches_max · horizon + num_envs · num_steps
//! ```
//! **Where.** Asked by the trainer before anything is allocated: memory that is missing later ends the whole program.
//! **Choices.** (1) The bound is of the CPU's learners; `docs/limits.md` sets it against what was measured. (2) A part
//! is counted as if it were full: a table that has just begun is smaller.

use super::learner::{Inputs, Kind, Outputs};
use super::{Config, ModelHeads};
use crate::error::{Error, Result};

/// What a run may need, in bytes: in a page 2 GiB, half of what a 32-bit program can address; elsewhere 16 GiB.
pub const MOST_BYTES: u64 = if cfg!(target_pointer_width = "32") { 2 << 30 } else { 16 << 30 };

/// What there is before anything is learned: the program, its pictures, a curve for every metric.
const BASE: u64 = 6 << 20;
/// Bytes of an f32.
const F32: u64 = 4;
/// Bytes of a count.
const COUNT: u64 = size_of::<usize>() as u64;
/// Numbers that are held for each parameter: itself, gradient and Adam's two averages, the last good state of all but
/// the gradient, once more while that is renewed, and copies that act or are the best so far.
const COPIES: u64 = 14;
/// Copies of what is saved, while it is saved: the arrays, and the file.
const COPIES_SAVED: u64 = 2;
/// Multiply-adds of one piece of work: a larger minibatch goes through the networks piece by piece.
const PIECE: u64 = 1 << 26;

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
        let imagines = self.imagination_rounds > 0;
        let policy = self.parameters_of_policy(task);
        let model = if imagines { self.parameters_of_model(task) } else { 0 };
        let saved = (policy + model) * 3 * F32 + self.replay_bytes(task);
        let mut needs = vec![
            need("the program and its pictures", &[][..], BASE),
            need("policy and value", &["hidden_size"][..], policy * COPIES * F32),
            need("a minibatch", &["hidden_size", "batch_size"], self.minibatch_bytes(policy)),
            need("replay", &["replay_capacity"], self.replay_bytes(task)),
            need("the saved run", &["replay_capacity", "hidden_size"], saved * COPIES_SAVED),
        ];
        if self.algorithm.kind == Kind::OnPolicy {
            let real = (self.num_envs * self.num_steps) as u64 * self.row_bytes(task);
            needs.push(need("real steps of an iteration", &["num_steps", "num_envs"], real));
        }
        if imagines {
            let rows = (self.branches_max.max(self.branches_min) * self.horizon) as u64;
            let fields: &[&str] = &["branches_max", "horizon"];
            needs.push(need("imagined steps", fields, rows * self.row_bytes(task)));
            let members: &[&str] = &["model_hidden_size", "ensemble_size"];
            needs.push(need("the world model", members, model * COPIES * F32));
            let lists = (self.ensemble_size * self.replay_capacity) as u64 * COUNT;
            needs.push(need("what each member learns from", &["replay_capacity", "ensemble_size"], lists));
        }
        needs
    }

    /// Checks that a run on a task of these sizes stays within `most` bytes.
    ///
    /// # Errors
    /// [`Error::Config`] with the hyperparameter that makes the largest part large, the bytes, and what to lower; also
    /// if the system has less than that.
    pub fn require_memory(&self, task: Sizes, most: u64) -> Result<()> {
        let needs = self.memory(task);
        let all: u64 = needs.iter().map(|need| need.bytes).sum();
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
        let ends = [(task.obs + task.action) as u64, (task.obs + 2 + doubts) as u64];
        self.ensemble_size as u64 * parameters(ends, [self.model_hidden_size, self.model_hidden_layers])
    }

    /// Room for the layers of a minibatch and their gradients, of policy, value or the world model.
    fn minibatch_bytes(&self, parameters: u64) -> u64 {
        let most = (PIECE / parameters.max(1)).max(16);
        let rows = if self.algorithm.updates_once() { u64::MAX } else { self.batch_size as u64 };
        let (units, of_model) =
            (self.hidden_size * self.hidden_layers, self.model_hidden_size * self.model_hidden_layers);
        let networks = 2 * rows.min(most) * units as u64 * 3;
        let members = if self.imagination_rounds > 0 { self.ensemble_size as u64 } else { 0 };
        let model_rows = (self.model_batch_size as u64).max(512);
        (networks + members * model_rows * of_model as u64 * 3) * F32
    }

    fn replay_bytes(&self, task: Sizes) -> u64 {
        let floats = (2 * task.obs + task.stored_action + 1) as u64;
        self.replay_capacity as u64 * (floats * F32 + 3 + 8 + COUNT)
    }

    /// A step of a round: as a rollout, as what the networks say of it, and as a sample.
    fn row_bytes(&self, task: Sizes) -> u64 {
        let (obs, heads) = (task.obs, self.value_heads());
        let rollout = (2 * obs + task.stored_action + 4) as u64 * F32 + 2;
        let record = (obs + task.action + 5) as u64 * F32;
        let values = 2 * heads as u64 * F32;
        let sample = (obs + task.action + 3 + 2 * heads) as u64 * F32 + COUNT;
        let advantages = 6 * heads as u64 * F32;
        rollout + record.max(values + sample + advantages)
    }
}

fn parameters([inputs, outputs]: [u64; 2], [width, layers]: [usize; 2]) -> u64 {
    let (width, layers) = (width as u64, layers as u64);
    (inputs + 1) * width + (layers - 1) * (width + 1) * width + (width + 1) * outputs
}

/// Whether the system would give so many bytes now. They are given back at once and cost nothing; a page's memory would
/// keep its new size, so there the limit alone decides.
fn can_be_had(bytes: u64) -> bool {
    cfg!(target_family = "wasm")
        || usize::try_from(bytes).is_ok_and(|bytes| Vec::<u8>::new().try_reserve_exact(bytes).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PENDULUM: Sizes = Sizes { obs: 3, action: 1, stored_action: 1 };

    #[test]
    fn what_needs_too_much_is_refused_with_the_fields_and_the_bytes() {
        let config =
            Config { branches_min: 100_000, branches_max: 100_000, horizon: 100, ..Config::default() };
        let error = config.require_memory(PENDULUM, 1 << 30).unwrap_err().to_string();
        assert!(error.starts_with("branches_max = 100000 "), "{error}");
        assert!(error.contains("lower branches_max or horizon") && error.contains("1073741824"), "{error}");
        assert!(error.contains("bytes of memory"), "{error}");
        let wide = Config { model_hidden_size: 512, ensemble_size: 10, ..Config::default() };
        let error = wide.require_memory(PENDULUM, 100 << 20).unwrap_err().to_string();
        assert!(error.contains("model_hidden_size = 512") && error.contains("ensemble_size"), "{error}");
    }

    #[test]
    fn every_preset_stays_far_within_the_limit_of_a_page() {
        for preset in super::super::PRESETS {
            let config = super::super::preset(preset.name, "Acrobot-v1").unwrap();
            let task = Sizes { obs: 6, action: 3, stored_action: 1 };
            config.require_memory(task, 256 << 20).unwrap();
        }
    }

    #[test]
    fn every_field_that_the_bound_depends_on_raises_it() {
        let all = |config: &Config| config.memory(PENDULUM).iter().map(|need| need.bytes).sum::<u64>();
        let (base, named) = (Config::default(), Config::default().memory(PENDULUM));
        for field in named.iter().flat_map(|need| need.fields) {
            let mut config = base.clone();
            let more = 4 * config.get(field).unwrap().parse::<usize>().unwrap();
            config
                .set(field, &more.min(if *field == "ensemble_size" { 10 } else { more }).to_string())
                .unwrap();
            assert!(all(&config) > all(&base), "{field}");
        }
    }
}
