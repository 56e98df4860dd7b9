//! Stepping in a world, in plain numbers: where branches stand, what is asked about them, and what comes back.
//!
//! ```text
//! state₀ = warm_up(the last L real steps)        (state', r, p_end, doubt) = step(state, action)
//! ```
//! **What.** A state is what the policy sees of it, the observation, and what a model remembers beside that. For a
//! perceptron the observation is all: its memory has no numbers and costs nothing. Only a model knows what its memory
//! means; everybody else reads the observation.
//! **Shapes.** B branches: obs [B, O], memory [B, M], actions in the model's form [B, A], noise [B, O + 1]; all else
//! `[B]`.
//! **Where.** Answered by whatever implements [`Dynamics`](crate::imagination::Dynamics); asked by
//! [`crate::imagination`] and [`open_loop`](crate::world_model::open_loop).

use crate::buffer::{Replay, Rollout};
use crate::env::ActionSpace;
use std::ops::Range;

/// Where B branches stand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// What the policy sees, [B, O].
    pub obs: Vec<f32>,
    /// What the model remembers beside it, [B, M].
    pub memory: Vec<f32>,
}

impl State {
    /// Where nothing but the observation counts.
    pub fn seen(obs: Vec<f32>) -> Self {
        Self { obs, memory: Vec::new() }
    }

    /// The one that this is of, so many times.
    pub fn repeated(&self, times: usize) -> Self {
        Self { obs: self.obs.repeat(times), memory: self.memory.repeat(times) }
    }

    /// These of `all` branches.
    pub fn rows(&self, rows: Range<usize>, all: usize) -> Self {
        let part = |numbers: &[f32]| {
            let width = numbers.len() / all.max(1);
            numbers[rows.start * width..rows.end * width].to_vec()
        };
        Self { obs: part(&self.obs), memory: part(&self.memory) }
    }
}

/// The last L real steps before each of B moments: what a model warms up on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Context {
    /// What is seen now, [B, O].
    pub obs: Vec<f32>,
    /// The L − 1 steps that led here, oldest first: obs, and action in the model's form, [B, L − 1, O + A]. Where an
    /// episode is younger, zeros stand before its steps.
    pub before: Vec<f32>,
    /// How many of them are real, `[B]`; nothing for L = 1.
    pub known: Vec<usize>,
}

impl Context {
    /// Nothing but what is seen now: L = 1.
    pub fn seen(obs: Vec<f32>) -> Self {
        Self { obs, ..Self::default() }
    }

    /// Adds the moment before transition `id` of replay was decided, with L steps.
    pub fn push_stored(&mut self, replay: &Replay, id: usize, steps: usize, action: ActionSpace) {
        self.obs.extend_from_slice(replay.get(id).obs);
        if steps > 1 {
            let before = replay.window(id, steps);
            let rows = before[..before.len() - 1].iter().map(|&id| replay.get(id));
            self.push_before(rows.map(|stored| (stored.obs, stored.action)), steps, action);
        }
    }

    /// Adds the moment before step `step` of a real rollout was decided; `segment` is the episode's part in it.
    pub fn push_lived(
        &mut self,
        rollout: &Rollout,
        segment: &Range<usize>,
        step: usize,
        steps: usize,
        action: ActionSpace,
    ) {
        self.obs.extend_from_slice(rollout.obs_at(step));
        self.push_steps(rollout, segment.start..step, steps, action);
    }

    /// Adds this moment, `now`, after the last step of a real rollout.
    pub fn push_now(&mut self, now: &[f32], rollout: &Rollout, steps: usize, action: ActionSpace) {
        self.obs.extend_from_slice(now);
        let is_over = [&rollout.terminated, &rollout.truncated].iter().any(|ends| ends.last() == Some(&true));
        let last = rollout.segments.last().filter(|_| !is_over);
        self.push_steps(rollout, last.cloned().unwrap_or(0..0), steps, action);
    }

    /// The last of these steps, as far as they are wanted.
    fn push_steps(&mut self, rollout: &Rollout, led: Range<usize>, steps: usize, action: ActionSpace) {
        if steps > 1 {
            let from = led.start.max((led.end + 1).saturating_sub(steps));
            let rows = (from..led.end).map(|step| (rollout.obs_at(step), rollout.action_at(step)));
            self.push_before(rows, steps, action);
        }
    }

    fn push_before<'a>(
        &mut self,
        rows: impl ExactSizeIterator<Item = (&'a [f32], &'a [f32])>,
        steps: usize,
        action: ActionSpace,
    ) {
        let width = self.obs.len() / (self.known.len() + 1) + action.encoded_size();
        self.known.push(rows.len());
        let unknown = (steps - 1 - rows.len()) * width;
        self.before.extend(std::iter::repeat_n(0.0, unknown));
        for (obs, done) in rows {
            self.before.extend_from_slice(obs);
            action.encode(done, &mut self.before);
        }
    }
}

/// What is asked about B branches.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Where they are.
    pub state: &'a State,
    /// In the model's form, [B, A].
    pub actions: &'a [f32],
    /// The member that each branch follows, `[B]`.
    pub members: &'a [usize],
    /// Standard normal numbers for Gaussian heads, [B, O + 1]; without them a branch follows the means.
    pub noise: Option<&'a [f32]>,
    /// Whether disagreement is asked for; it costs E times as much.
    pub with_disagreement: bool,
}

/// What a world says; kept and refilled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Where the branches are now.
    pub state: State,
    /// `[B]`
    pub rewards: Vec<f32>,
    /// Probability that the episode ends with this step, `[B]`.
    pub end_probabilities: Vec<f32>,
    /// How far the members are apart, `[B]`; 0 if it was not asked for.
    pub disagreements: Vec<f32>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buffer::Step;
    use crate::env::Transition;

    const ACTION: ActionSpace = ActionSpace::Box { size: 1, bound: 2.0 };

    /// Steps 0, 1, 2, … of one number, on which action 2 is taken; episodes of three.
    fn lived(count: usize) -> (Replay, Rollout) {
        let (mut replay, mut rollout) = (Replay::new(count, 1, 1), Rollout::new(true, 1, 1));
        for step in 0..count {
            let (obs, next_obs) = ([step as f32], [step as f32 + 1.0]);
            let (action, truncated) = ([2.0], step % 3 == 2);
            replay.push(Transition {
                obs: &obs,
                action: &action,
                reward: 0.0,
                next_obs: &next_obs,
                terminated: false,
                truncated,
                episode_id: step as u64 / 3,
                episode_step: step % 3,
                finished: None,
            });
            rollout.push(Step {
                obs: &obs,
                action: &action,
                log_prob: 0.0,
                reward_ext: 0.0,
                reward_int: 0.0,
                next_obs: &next_obs,
                terminated: false,
                truncated,
                weight: 1.0,
            });
            if truncated {
                rollout.end_segment();
            }
        }
        rollout.end_segment();
        (replay, rollout)
    }

    #[test]
    fn what_led_to_a_moment_is_of_its_episode_and_the_same_from_replay_and_rollout() {
        let (replay, rollout) = lived(6);
        let (mut stored, mut of_rollout) = (Context::default(), Context::default());
        for segment in &rollout.segments {
            for step in segment.clone() {
                stored.push_stored(&replay, step, 3, ACTION);
                of_rollout.push_lived(&rollout, segment, step, 3, ACTION);
            }
        }
        assert_eq!(stored, of_rollout);
        assert_eq!(stored.known, [0, 1, 2, 0, 1, 2]);
        let last = &stored.before[5 * 4..];
        assert_eq!(
            (stored.obs[5], last),
            (5.0, &[3.0, 1.0, 4.0, 1.0][..]),
            "obs, and actions in the model's form"
        );
        assert_eq!(stored.before[4 * 4..5 * 4], [0.0, 0.0, 3.0, 1.0], "zeros where the episode is younger");
    }

    #[test]
    fn a_moment_after_an_end_has_nothing_behind_it() {
        for (count, known) in [(6, 0), (7, 1)] {
            let mut context = Context::default();
            context.push_now(&[9.0], &lived(count).1, 4, ACTION);
            assert_eq!((context.known, context.obs), (vec![known], vec![9.0]), "{count} steps");
        }
    }

    #[test]
    fn where_the_observation_is_all_nothing_else_is_gathered() {
        let (replay, rollout) = lived(4);
        let mut context = Context::default();
        context.push_stored(&replay, 1, 1, ACTION);
        context.push_lived(&rollout, &(0..3), 2, 1, ACTION);
        context.push_now(&[4.0], &rollout, 1, ACTION);
        assert_eq!(context, Context::seen(vec![1.0, 2.0, 4.0]));
    }
}
