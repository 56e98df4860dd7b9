//! The phases of an iteration, by name.

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
