//! Learners with tables.

use crate::config::learner::{Kind, Learner, Needs, REWARDS};
use crate::config::preset::Preset;
use crate::config::shown::Shown;

/// All of them.
pub(in crate::config) const LEARNERS: &[&Learner] = &[&DYNA_Q];

/// Dyna-Q, for tasks whose states can be numbered: [`crate::dyna_q`].
const DYNA_Q: Learner = Learner {
    word: "dyna_q",
    name: "Dyna-Q",
    kind: Kind::Tabular,
    needs: Needs::NumberedStates,
    devices: &["cpu", "cpu-plain"],
    reads: &[
        REWARDS,
        &["num_steps", "exploration_final_eps", "table_learning_rate", "planning_steps", "planning_bonus"],
    ],
    shows: &[&[Shown::Value, Shown::ImaginedSteps]],
    networks: &[],
    presets: &[Preset {
        name: "dyna-q",
        title: "Dyna-Q",
        explanation: "The ancestor: a table of action values and a table of what followed each action, replayed many \
                          times between two real steps.",
        changes: &[
            ("algorithm", "dyna_q"),
            ("imagination_rounds", "0"),
            ("curiosity", "none"),
            ("num_envs", "1"),
            ("gamma", "0.95"),
            ("exploration_final_eps", "0.1"),
        ],
        for_task: &[],
    }],
};
