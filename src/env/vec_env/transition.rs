//! What a step of all environments gives back, lane by lane.

/// What happened in one lane in one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition<'a> {
    /// What was seen before acting, `[O]`.
    pub obs: &'a [f32],
    /// What was done, `[action_size]`.
    pub action: &'a [f32],
    /// External reward.
    pub reward: f32,
    /// What followed, before any reset, `[O]`.
    pub next_obs: &'a [f32],
    /// The task itself ended here.
    pub terminated: bool,
    /// The time limit was reached here.
    pub truncated: bool,
    /// The episode this step belongs to: unique over all lanes, counted from 0 in order of reset.
    pub episode_id: u64,
    /// Steps of that episode before this one: 0 for its first.
    pub episode_step: usize,
    /// Set on the last step of an episode.
    pub finished: Option<EpisodeEnd>,
}

/// A whole episode, in two numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpisodeEnd {
    /// Sum of its external rewards, not discounted.
    pub return_: f32,
    /// Steps it took.
    pub length: usize,
}
