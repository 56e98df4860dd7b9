//! The phases of an iteration, by name, and which of them a run has.

use crate::config::{Config, CuriosityKind, Kind};

/// A phase: what a tick works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The policy acts in the real task.
    Collect,
    /// The world model learns from what has really happened.
    Fit,
    /// The policy acts in the model.
    Imagine,
    /// Every step is given its advantage.
    Advantages,
    /// PPO improves policy and value.
    Improve,
    /// The curiosity module learns where it has been.
    Curiosity,
    /// β follows the trend of the returns.
    Adapt,
    /// The greedy policy plays fresh episodes that teach it nothing.
    Evaluate,
}

impl Phase {
    /// Those that a run of this configuration goes through, in their order.
    pub fn of(config: &Config) -> Vec<Self> {
        let is_on_policy = config.algorithm.kind == Kind::OnPolicy;
        let (imagines, is_curious) = (config.has_model(), config.curiosity != CuriosityKind::None);
        let learns = matches!(config.algorithm.kind, Kind::OnPolicy | Kind::OffPolicy | Kind::ModelReplay);
        let rows = [
            (Self::Collect, true),
            (Self::Fit, imagines),
            (Self::Imagine, imagines),
            (Self::Advantages, is_on_policy),
            (Self::Improve, learns),
            (Self::Curiosity, is_curious),
            (Self::Adapt, is_curious),
            (Self::Evaluate, config.eval_every > 0),
        ];
        rows.into_iter().filter_map(|(phase, is_there)| is_there.then_some(phase)).collect()
    }

    /// The name on the page, in JSON and in errors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Fit => "fit",
            Self::Imagine => "imagine",
            Self::Advantages => "advantages",
            Self::Improve => "improve",
            Self::Curiosity => "curiosity",
            Self::Adapt => "adapt",
            Self::Evaluate => "evaluate",
        }
    }

    /// What happens in it, for a newcomer.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Collect => "It acts in the real task.",
            Self::Fit => "It fits its model of the task.",
            Self::Imagine => "It imagines what could come next.",
            Self::Advantages => "It works out which actions were better than expected.",
            Self::Improve => "It improves from what really happened.",
            Self::Curiosity => "It learns where it has been.",
            Self::Adapt => "It decides how curious to be.",
            Self::Evaluate => "It is tested on fresh episodes, acting greedily and without learning.",
        }
    }
}
