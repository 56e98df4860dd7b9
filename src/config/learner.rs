//! The learners: one row each, from which everything follows that the rest of the program asks about a learner.
//!
//! **What.** A row says what kind of run a learner makes, which tasks and devices it suits, which hyperparameters it
//! reads, what it can show, which networks it has, and its presets. The choice `algorithm`, the list of presets, the
//! table of settings without effect, the memory bound and the refusals on page and command line are all made from it.
//! **Where.** Rows stand by kind in `learners/`. What a learner computes is elsewhere; the factories
//! (`trainer/factory.rs`, `off_policy/mod.rs`) find it by its word.

use super::learners::{off_policy, on_policy, planning, search, tabular};
use super::preset::Preset;
use super::shown::Shown;
use super::value::Choice;
use std::ops::Deref;

/// What there is to know about a learner before it is made.
#[derive(Debug)]
pub struct Learner {
    /// The word in `algorithm`, in addresses and files: "td3".
    pub word: &'static str,
    /// The name in sentences: "TD3".
    pub name: &'static str,
    /// What kind of run it makes.
    pub kind: Kind,
    /// What it asks of a task.
    pub needs: Needs,
    /// Names of the devices on which it can compute.
    pub devices: &'static [&'static str],
    /// Hyperparameters that it reads, of those that not every learner reads.
    pub reads: &'static [&'static [&'static str]],
    /// What it can show, beside its returns and the states that it visited.
    pub shows: &'static [&'static [Shown]],
    /// What it learns with.
    pub networks: &'static [Network],
    /// Its configurations.
    pub presets: &'static [Preset],
}

/// The kinds of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// From what the policy has just done, with a world model or without.
    OnPolicy,
    /// From replay, with networks.
    OffPolicy,
    /// From replay of what happened and of what was imagined, with networks and a world model.
    ModelReplay,
    /// From replay, with tables.
    Tabular,
    /// From a model of the task: policies are tried in it.
    ModelSearch,
    /// From a model of the task: plans are tried in it before every step.
    Planning,
    /// From whole episodes: policies are tried, and the better ones are followed.
    Search,
}

/// What a learner asks of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it takes every task.
    Nothing,
    /// Actions that are choices.
    DiscreteActions,
    /// Actions that are numbers.
    ContinuousActions,
    /// States that can be numbered.
    NumberedStates,
}

/// A network of a learner, as far as memory depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Network {
    /// What goes in.
    pub inputs: Inputs,
    /// What comes out.
    pub outputs: Outputs,
    /// How many there are, target networks included.
    pub copies: u64,
}

/// What goes into a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inputs {
    /// An observation, `[O]`.
    Obs,
    /// An observation and an action, [O + A].
    ObsAndAction,
}

/// What comes out of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outputs {
    /// A number for every discrete action, or for every component of a continuous one, `[A]`.
    Actions,
    /// A mean and a spread for every component of an action, [2 A].
    Gaussian,
    /// A value for every kind of reward, `[heads]`.
    Values,
    /// One value.
    One,
}

/// All learners, in the order in which the page lists them.
pub const LEARNERS: [&Learner; count()] = {
    let mut all = [KINDS[0][0]; count()];
    let (mut kind, mut filled) = (0, 0);
    while kind < KINDS.len() {
        let mut index = 0;
        while index < KINDS[kind].len() {
            all[filled] = KINDS[kind][index];
            filled += 1;
            index += 1;
        }
        kind += 1;
    }
    all
};

/// The same, kind by kind.
const KINDS: &[&[&Learner]] =
    &[on_policy::LEARNERS, off_policy::LEARNERS, tabular::LEARNERS, planning::LEARNERS, search::LEARNERS];

const fn count() -> usize {
    let (mut kind, mut count) = (0, 0);
    while kind < KINDS.len() {
        count += KINDS[kind].len();
        kind += 1;
    }
    count
}

/// Who learns: a row of [`LEARNERS`]. All are given the same environments, metrics and evaluation, so that they can be
/// raced.
#[derive(Debug, Clone, Copy)]
pub struct Algorithm(&'static Learner);

impl Algorithm {
    /// Proximal policy optimisation: the default.
    pub const PPO: Self = Self(LEARNERS[0]);

    /// Whether it takes one step over the whole batch and then throws it away, as A2C does: it has no epochs.
    pub fn updates_once(self) -> bool {
        self.kind == Kind::OnPolicy && !self.reads("n_epochs")
    }

    /// Whether it reads this hyperparameter. What no row names is read by every learner.
    pub fn reads(self, name: &str) -> bool {
        let named = |learner: &Learner| learner.reads.iter().any(|names| names.contains(&name));
        named(self.0) || !LEARNERS.iter().any(|learner| named(learner))
    }
}

impl Deref for Algorithm {
    type Target = Learner;

    fn deref(&self) -> &Learner {
        self.0
    }
}

impl PartialEq for Algorithm {
    fn eq(&self, other: &Self) -> bool {
        self.word == other.word
    }
}

impl Eq for Algorithm {}

impl Choice for Algorithm {
    const WORDS: &'static [&'static str] = &{
        let mut words = [""; LEARNERS.len()];
        let mut index = 0;
        while index < words.len() {
            words[index] = LEARNERS[index].word;
            index += 1;
        }
        words
    };
    const VALUES: &'static [Self] = &{
        let mut values = [Self::PPO; LEARNERS.len()];
        let mut index = 0;
        while index < values.len() {
            values[index] = Self(LEARNERS[index]);
            index += 1;
        }
        values
    };
}

/// What every learner reads that learns what rewards are worth.
pub(super) const REWARDS: &[&str] = &["gamma", "reward_scale"];

/// What every learner with networks reads.
pub(super) const NETWORKS: &[&str] = &[
    "learning_rate",
    "lr_anneal_steps",
    "max_grad_norm",
    "activation",
    "hidden_layers",
    "hidden_size",
    "replay_capacity",
    "batch_size",
    "normalize_obs",
];
