//! What a run can show of itself, beside what every run has: returns, and a map of the states that it visited.
//!
//! **What.** [`Learner::shows`](super::Learner) says what a learner can show; [`Config::not_shown`] adds what its
//! settings take away, and says why.
//! **Where.** The page shows no panel that stays empty: [`crate::learners::not_shown`] tells it which, and which preset
//! has it.

use super::value::CuriosityKind;
use super::{Config, Kind};
use serde::Serialize;

/// Something that not every run has to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// The value of each state on the map.
    Value,
    /// The novelty of each state on the map.
    Novelty,
    /// A number of imagined steps.
    ImaginedSteps,
    /// The world model's error by horizon, and futures that it imagines.
    ErrorByHorizon,
    /// The same actions, real and imagined.
    Comparison,
    /// The imagined return against the real one.
    ReturnGap,
    /// The world model's uncertainty against its errors.
    Calibration,
}

impl Shown {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Value,
        Self::Novelty,
        Self::ImaginedSteps,
        Self::ErrorByHorizon,
        Self::Comparison,
        Self::ReturnGap,
        Self::Calibration,
    ];

    /// What a learner shows that has a world model of networks and tests on what came what it imagined.
    pub(super) const OF_MODEL: &[Self] =
        &[Self::ImaginedSteps, Self::ErrorByHorizon, Self::Comparison, Self::ReturnGap, Self::Calibration];
}

impl Config {
    /// Why a run of this configuration never shows this, as a sentence; none if it does.
    pub fn not_shown(&self, what: Shown) -> Option<String> {
        let name = self.algorithm.name;
        if !self.algorithm.shows.iter().any(|shown| shown.contains(&what)) {
            return Some(match (what, self.algorithm.kind) {
                (Shown::Value, _) => format!("{name} estimates no values."),
                (Shown::Novelty, _) => format!("{name} has no curiosity."),
                (_, Kind::Tabular) => {
                    format!("{name} replays what it has seen from a table: it has no predictions to test.")
                }
                (_, Kind::ModelReplay) => {
                    format!(
                        "{name}'s policy changes while it acts: what it imagined was done by another one."
                    )
                }
                (_, Kind::ModelSearch) => {
                    format!("{name} does not replay in its model what has really been done.")
                }
                _ => format!("{name} has no world model."),
            });
        }
        let is_of_model = Shown::OF_MODEL.contains(&what) && self.algorithm.kind == Kind::OnPolicy;
        match what {
            _ if is_of_model && self.imagination_rounds == 0 => {
                Some(format!("With imagination_rounds = 0, {name} has no world model."))
            }
            Shown::ImaginedSteps if self.algorithm.kind == Kind::Tabular && self.planning_steps == 0 => {
                Some(format!("With planning_steps = 0, {name} replays nothing."))
            }
            Shown::Calibration if self.ensemble_size == 1 => {
                Some("With ensemble_size = 1, the world model cannot disagree with itself.".into())
            }
            Shown::Novelty if self.curiosity == CuriosityKind::None => {
                Some(format!("With curiosity = none, novelty earns {name} nothing."))
            }
            _ => None,
        }
    }
}
