//! One record of experience, the same for real and imagined steps.
//!
//! A rollout is a list of steps cut into **segments**. A segment is what one advantage recursion may run
//! over: one environment and episode of real experience, or one imagined branch. Its steps follow one
//! another in time and lie side by side in memory.
//!
//! Shapes, with n steps in all: `obs` and `next_obs` [n, O], `actions` [n, action_size], all others `[n]`.

use std::ops::Range;

/// One step on its way into a [`Rollout`].
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// What was seen before acting, `[O]`.
    pub obs: &'a [f32],
    /// What was done, `[action_size]`.
    pub action: &'a [f32],
    /// log π(action | obs) when it was chosen.
    pub log_prob: f32,
    /// The task's reward, real or as the model predicts it.
    pub reward_ext: f32,
    /// Novelty of `next_obs`, not yet multiplied by β.
    pub reward_int: f32,
    /// What was seen afterwards, before any reset, `[O]`.
    pub next_obs: &'a [f32],
    /// The task ended here: nothing follows, nothing is bootstrapped.
    pub terminated: bool,
    /// The step was the last one for another reason (time limit, horizon): the future is bootstrapped.
    pub truncated: bool,
    /// Weight of this sample in the loss: 1 for real steps.
    pub weight: f32,
}

/// A batch of experience, segment after segment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rollout {
    /// Whether this happened, or was imagined.
    pub is_real: bool,
    /// O, numbers in one observation.
    pub obs_size: usize,
    /// Numbers in one stored action.
    pub action_size: usize,
    /// [n, O]
    pub obs: Vec<f32>,
    /// [n, action_size]
    pub actions: Vec<f32>,
    /// `[n]`
    pub log_probs: Vec<f32>,
    /// `[n]`
    pub rewards_ext: Vec<f32>,
    /// `[n]`, not multiplied by β
    pub rewards_int: Vec<f32>,
    /// [n, O]
    pub next_obs: Vec<f32>,
    /// `[n]`
    pub terminated: Vec<bool>,
    /// `[n]`
    pub truncated: Vec<bool>,
    /// `[n]`
    pub weights: Vec<f32>,
    /// The steps of each segment, in order and without gaps: together they are 0..n.
    pub segments: Vec<Range<usize>>,
}

impl Rollout {
    /// An empty record for observations and actions of these sizes.
    pub fn new(is_real: bool, obs_size: usize, action_size: usize) -> Self {
        Self { is_real, obs_size, action_size, ..Self::default() }
    }

    /// Makes room for so many more steps at once: a table that grows by itself holds up to three times as much
    /// meanwhile.
    pub fn reserve(&mut self, steps: usize) {
        self.obs.reserve_exact(steps * self.obs_size);
        self.next_obs.reserve_exact(steps * self.obs_size);
        self.actions.reserve_exact(steps * self.action_size);
        for numbers in [&mut self.log_probs, &mut self.rewards_ext, &mut self.rewards_int, &mut self.weights]
        {
            numbers.reserve_exact(steps);
        }
        self.terminated.reserve_exact(steps);
        self.truncated.reserve_exact(steps);
    }

    /// n, the number of steps.
    pub fn len(&self) -> usize {
        self.log_probs.len()
    }

    /// Whether there is no step yet.
    pub fn is_empty(&self) -> bool {
        self.log_probs.is_empty()
    }

    /// Appends a step to the segment that is being written.
    pub fn push(&mut self, step: Step<'_>) {
        debug_assert_eq!(step.obs.len(), self.obs_size);
        debug_assert_eq!(step.action.len(), self.action_size);
        debug_assert_eq!(step.next_obs.len(), self.obs_size);
        self.obs.extend_from_slice(step.obs);
        self.actions.extend_from_slice(step.action);
        self.log_probs.push(step.log_prob);
        self.rewards_ext.push(step.reward_ext);
        self.rewards_int.push(step.reward_int);
        self.next_obs.extend_from_slice(step.next_obs);
        self.terminated.push(step.terminated);
        self.truncated.push(step.truncated);
        self.weights.push(step.weight);
    }

    /// Ends the segment that is being written. Without steps since the last call it does nothing.
    pub fn end_segment(&mut self) {
        let start = self.segments.last().map_or(0, |segment| segment.end);
        if start < self.len() {
            self.segments.push(start..self.len());
        }
    }

    /// Appends all segments of `other`, which must have the same sizes.
    pub fn append(&mut self, other: &Rollout) {
        debug_assert_eq!((self.obs_size, self.action_size), (other.obs_size, other.action_size));
        let offset = self.len();
        self.obs.extend_from_slice(&other.obs);
        self.actions.extend_from_slice(&other.actions);
        self.log_probs.extend_from_slice(&other.log_probs);
        self.rewards_ext.extend_from_slice(&other.rewards_ext);
        self.rewards_int.extend_from_slice(&other.rewards_int);
        self.next_obs.extend_from_slice(&other.next_obs);
        self.terminated.extend_from_slice(&other.terminated);
        self.truncated.extend_from_slice(&other.truncated);
        self.weights.extend_from_slice(&other.weights);
        let shifted = |segment: &Range<usize>| segment.start + offset..segment.end + offset;
        self.segments.extend(other.segments.iter().map(shifted));
    }

    /// The observation of step `index`, `[O]`.
    pub fn obs_at(&self, index: usize) -> &[f32] {
        &self.obs[index * self.obs_size..(index + 1) * self.obs_size]
    }

    /// What was seen after step `index`, `[O]`.
    pub fn next_obs_at(&self, index: usize) -> &[f32] {
        &self.next_obs[index * self.obs_size..(index + 1) * self.obs_size]
    }

    /// The action of step `index`, `[action_size]`.
    pub fn action_at(&self, index: usize) -> &[f32] {
        &self.actions[index * self.action_size..(index + 1) * self.action_size]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(value: &[f32; 1]) -> Step<'_> {
        Step {
            obs: value,
            action: value,
            log_prob: value[0],
            reward_ext: 1.0,
            reward_int: 0.0,
            next_obs: value,
            terminated: false,
            truncated: false,
            weight: 1.0,
        }
    }

    #[test]
    fn segments_cover_all_steps_and_shift_when_appended() {
        let mut first = Rollout::new(true, 1, 1);
        first.push(step(&[0.0]));
        first.push(step(&[1.0]));
        first.end_segment();
        first.end_segment();
        let mut second = Rollout::new(true, 1, 1);
        second.push(step(&[2.0]));
        second.end_segment();
        first.append(&second);
        assert_eq!(first.segments, vec![0..2, 2..3]);
        assert_eq!(first.obs_at(2), &[2.0]);
        assert_eq!(first.len(), 3);
    }
}
