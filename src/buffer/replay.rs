//! Replay buffer: real experience, up to a capacity, from which the world model learns.
//!
//! **What.** A ring buffer of real transitions. When it is full, the newest one replaces the oldest.
//!
//! **Equation.**
//! ```text
//! id = number of a transition in order of arrival, from 0;   slot = id mod capacity
//! ```
//!
//! **Shapes.** obs and next_obs [capacity, O], actions [capacity, action_size], all others [capacity].
//!
//! **Where.** Filled from [`VecEnv`](crate::env::VecEnv) transitions; read by the world model (fitting and validation),
//! by the imagination (start states) and by curiosity.
//!
//! **Details.** 1. Transitions are addressed by their id, which never changes; the stored ones are [`Replay::ids`]. 2.
//! Environments arrive interleaved, so each transition knows the id of its successor in its own episode: following an
//! episode needs no search. 3. `held_out` decides which split a transition belongs to. 4. Statistics cover everything
//! ever added, so they change ever more slowly, and models fitted with them stay valid.

mod held_out;
mod ring;
mod saved;
#[cfg(test)]
mod tests;
mod window;

pub use held_out::{HELD_OUT_EVERY, PIECE, Part};
pub use window::MOST_LANES;

use crate::env::Transition;
use crate::rng::Stream;
use crate::stats::RunningStats;
use ring::Place;
use std::ops::Range;

/// Stands for "nothing followed, so far".
const NO_ID: usize = usize::MAX;

/// A transition as it is stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stored<'a> {
    /// What was seen before acting, `[O]`.
    pub obs: &'a [f32],
    /// What was done, `[action_size]`.
    pub action: &'a [f32],
    /// External reward.
    pub reward_ext: f32,
    /// What followed, before any reset, `[O]`.
    pub next_obs: &'a [f32],
    /// The task itself ended here: what the model should predict as an end.
    pub terminated: bool,
    /// The time limit was reached here: no property of the world.
    pub truncated: bool,
    /// The episode it belongs to.
    pub episode_id: u64,
}

/// Ring buffer of real transitions.
#[derive(Debug, Clone)]
pub struct Replay {
    obs_size: usize,
    action_size: usize,
    capacity: usize,
    /// Transitions ever pushed; the id of the next one.
    pushed: usize,
    obs: Vec<f32>,
    actions: Vec<f32>,
    rewards_ext: Vec<f32>,
    next_obs: Vec<f32>,
    terminated: Vec<bool>,
    truncated: Vec<bool>,
    episode_ids: Vec<u64>,
    held_out: Vec<bool>,
    /// Held-out transitions that are stored.
    held_out_len: usize,
    /// Where the newest episode began, `[O]`.
    newest_start: Vec<f32>,
    /// Id of the transition that followed in the same episode, or [`NO_ID`].
    followers: Vec<usize>,
    /// Running episodes and the id of the newest transition of each: about one per lane.
    running: Vec<(u64, usize)>,
    /// next_obs − obs of the transition being pushed, `[O]`.
    change: Vec<f32>,
    obs_stats: RunningStats,
    change_stats: RunningStats,
    reward_stats: RunningStats,
}

impl Replay {
    /// An empty ring for `capacity` (at least 1) transitions. Memory is taken as it fills.
    pub fn new(capacity: usize, obs_size: usize, action_size: usize) -> Self {
        Self {
            obs_size,
            action_size,
            capacity: capacity.max(1),
            pushed: 0,
            obs: Vec::new(),
            actions: Vec::new(),
            rewards_ext: Vec::new(),
            next_obs: Vec::new(),
            terminated: Vec::new(),
            truncated: Vec::new(),
            episode_ids: Vec::new(),
            held_out: Vec::new(),
            held_out_len: 0,
            newest_start: vec![0.0; obs_size],
            followers: Vec::new(),
            running: Vec::new(),
            change: vec![0.0; obs_size],
            obs_stats: RunningStats::new(obs_size),
            change_stats: RunningStats::new(obs_size),
            reward_stats: RunningStats::new(1),
        }
    }

    /// Appends what happened in one lane. Episodes may interleave; the steps of each must come in order.
    pub fn push(&mut self, transition: Transition<'_>) {
        if transition.episode_step == 0 {
            self.newest_start.copy_from_slice(transition.obs);
        }
        let held_out = self.shall_be_held_out(&transition);
        self.store(&transition, held_out);
    }

    fn store(&mut self, transition: &Transition<'_>, held_out: bool) {
        let id = self.pushed;
        let slot = id % self.capacity;
        let place = Place { slot, capacity: self.capacity };
        place.write(&mut self.obs, transition.obs);
        place.write(&mut self.actions, transition.action);
        place.write(&mut self.next_obs, transition.next_obs);
        place.write(&mut self.rewards_ext, &[transition.reward]);
        place.write(&mut self.terminated, &[transition.terminated]);
        place.write(&mut self.truncated, &[transition.truncated]);
        place.write(&mut self.episode_ids, &[transition.episode_id]);
        self.note_part(place, held_out);
        place.write(&mut self.followers, &[NO_ID]);
        self.pushed += 1;
        self.link(id, transition);
        self.measure(transition);
    }

    /// Makes the episode's newest transition known to the one before it.
    fn link(&mut self, id: usize, transition: &Transition<'_>) {
        let first = self.first_id();
        let over = transition.terminated || transition.truncated;
        let episode = transition.episode_id;
        match self.running.iter().position(|&(running, _)| running == episode) {
            Some(index) => {
                let before = std::mem::replace(&mut self.running[index].1, id);
                if before >= first {
                    self.followers[before % self.capacity] = id;
                }
                if over {
                    self.running.swap_remove(index);
                }
            }
            None if over => {}
            None => {
                // Episodes that were abandoned without an end are forgotten with their last transition.
                self.running.retain(|&(_, newest)| newest >= first);
                self.running.push((episode, id));
            }
        }
    }

    fn measure(&mut self, transition: &Transition<'_>) {
        for (change, (next, now)) in
            self.change.iter_mut().zip(transition.next_obs.iter().zip(transition.obs))
        {
            *change = next - now;
        }
        self.obs_stats.update(transition.obs);
        self.change_stats.update(&self.change);
        self.reward_stats.update(&[transition.reward]);
    }

    /// Stored transitions.
    pub fn len(&self) -> usize {
        self.pushed.min(self.capacity)
    }

    /// Whether nothing has been pushed yet.
    pub fn is_empty(&self) -> bool {
        self.pushed == 0
    }

    /// Most transitions that can be stored.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// O.
    pub fn obs_size(&self) -> usize {
        self.obs_size
    }

    /// Numbers in one stored action.
    pub fn action_size(&self) -> usize {
        self.action_size
    }

    /// Id of the oldest stored transition.
    pub fn first_id(&self) -> usize {
        self.pushed - self.len()
    }

    /// Ids of all stored transitions, oldest first.
    pub fn ids(&self) -> Range<usize> {
        self.first_id()..self.pushed
    }

    /// Ids of the newest `fraction`, in (0, 1], of the stored transitions; at least one if there is any.
    pub fn newest(&self, fraction: f32) -> Range<usize> {
        let count = (self.len() as f64 * f64::from(fraction)).ceil() as usize;
        self.pushed - count.clamp(usize::from(!self.is_empty()), self.len())..self.pushed
    }

    /// The transition `id`.
    ///
    /// # Panics
    /// If `id` is not one of [`Replay::ids`].
    pub fn get(&self, id: usize) -> Stored<'_> {
        let slot = self.slot(id);
        Stored {
            obs: row(&self.obs, slot, self.obs_size),
            action: row(&self.actions, slot, self.action_size),
            reward_ext: self.rewards_ext[slot],
            next_obs: row(&self.next_obs, slot, self.obs_size),
            terminated: self.terminated[slot],
            truncated: self.truncated[slot],
            episode_id: self.episode_ids[slot],
        }
    }

    /// Where the newest episode began, `[O]`: what follows an end. Zeros before anything has been pushed.
    pub fn newest_start(&self) -> &[f32] {
        &self.newest_start
    }

    /// `count` ids of stored transitions, each drawn with the same chance, held out or not; empty if nothing is
    /// stored. For learners without a world model, which examine themselves in the task.
    pub fn sample(&self, count: usize, stream: &mut Stream) -> Vec<usize> {
        let stored = self.ids();
        if stored.is_empty() {
            return Vec::new();
        }
        (0..count).map(|_| stored.start + stream.below(stored.len())).collect()
    }

    /// The transition `id` and, one after another, those that followed it in its episode.
    ///
    /// # Panics
    /// If `id` is not one of [`Replay::ids`].
    pub fn episode_from(&self, id: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(id), |&id| match self.followers[self.slot(id)] {
            NO_ID => None,
            follower => Some(follower),
        })
    }

    /// Mean and spread of everything seen before acting, `[O]`.
    pub fn obs_stats(&self) -> &RunningStats {
        &self.obs_stats
    }

    /// Mean and spread of next_obs − obs, `[O]`: what the world model predicts.
    pub fn change_stats(&self) -> &RunningStats {
        &self.change_stats
    }

    /// Mean and spread of external rewards, `[1]`.
    pub fn reward_stats(&self) -> &RunningStats {
        &self.reward_stats
    }

    fn slot(&self, id: usize) -> usize {
        assert!(self.ids().contains(&id), "transition {id} is not among {:?}", self.ids());
        id % self.capacity
    }
}

fn row(rows: &[f32], index: usize, size: usize) -> &[f32] {
    &rows[index * size..(index + 1) * size]
}
