//! The ring as arrays of a checkpoint, and back.
//!
//! **Shapes.** Rows are the stored transitions, oldest first: obs and next_obs [len, O], actions [len, action_size],
//! rewards, terminated, truncated, episode_ids and held_out `[len]`; pushed `[1]` counts all that there ever
//! were; newest_start `[O]`.
//! **Choices.** What follows from the rows (which one followed which, which episodes run on) is found anew by pushing
//! them, so that no file can make it wrong.

use super::Replay;
use crate::arrays::{Arrays, refused};
use crate::env::Transition;
use crate::error::Result;
use crate::stats::RunningStats;

impl Replay {
    /// Puts all that is stored into a checkpoint.
    pub fn save(&self, arrays: &mut Arrays) {
        let (rows, obs_size, action_size) = (self.len(), self.obs_size, self.action_size);
        arrays.put("replay.pushed", &[1], [self.pushed as i64]);
        arrays.put("replay.obs", &[rows, obs_size], self.oldest_first(&self.obs, obs_size));
        arrays.put("replay.actions", &[rows, action_size], self.oldest_first(&self.actions, action_size));
        arrays.put("replay.rewards", &[rows], self.oldest_first(&self.rewards_ext, 1));
        arrays.put("replay.next_obs", &[rows, obs_size], self.oldest_first(&self.next_obs, obs_size));
        arrays.put("replay.terminated", &[rows], self.oldest_first(&self.terminated, 1));
        arrays.put("replay.truncated", &[rows], self.oldest_first(&self.truncated, 1));
        let episode_ids = self.oldest_first(&self.episode_ids, 1).map(|id| id as i64);
        arrays.put("replay.episode_ids", &[rows], episode_ids);
        arrays.put("replay.held_out", &[rows], self.oldest_first(&self.held_out, 1));
        arrays.put("replay.newest_start", &[obs_size], self.newest_start.iter().copied());
        self.obs_stats.save("replay.obs_stats", arrays);
        self.change_stats.save("replay.change_stats", arrays);
        self.reward_stats.save("replay.reward_stats", arrays);
    }

    /// Takes over what was saved, in the place of what is stored.
    ///
    /// # Errors
    /// [`crate::Error::Checkpoint`] if something is missing or cannot be; nothing has changed then.
    pub fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        let mut restored = Self::new(self.capacity, self.obs_size, self.action_size);
        let rows = Rows::take(self, arrays)?;
        restored.start_at(rows.pushed - rows.rewards.len());
        let held_out = rows.held_out.iter();
        rows.transitions(self).zip(held_out).for_each(|(row, &held_out)| restored.store(&row, held_out));
        restored.newest_start = rows.newest_start;
        restored.obs_stats = RunningStats::load("replay.obs_stats", self.obs_size, arrays)?;
        restored.change_stats = RunningStats::load("replay.change_stats", self.obs_size, arrays)?;
        restored.reward_stats = RunningStats::load("replay.reward_stats", 1, arrays)?;
        *self = restored;
        Ok(())
    }

    /// The numbers of all rows, `width` each, from the oldest to the newest.
    fn oldest_first<'a, T: Copy>(&self, rows: &'a [T], width: usize) -> impl Iterator<Item = T> + use<'a, T> {
        let oldest = self.first_id() % self.capacity * width;
        rows[oldest..].iter().chain(&rows[..oldest]).copied()
    }

    /// Makes the next transition pushed that of this id. A ring that has gone round has all its places.
    fn start_at(&mut self, id: usize) {
        self.pushed = id;
        let places = if id > 0 { self.capacity } else { 0 };
        self.obs.resize(places * self.obs_size, 0.0);
        self.next_obs.resize(places * self.obs_size, 0.0);
        self.actions.resize(places * self.action_size, 0.0);
        self.rewards_ext.resize(places, 0.0);
        self.terminated.resize(places, false);
        self.truncated.resize(places, false);
        self.episode_ids.resize(places, 0);
        self.held_out.resize(places, false);
        self.followers.resize(places, super::NO_ID);
    }
}

/// The stored transitions, column by column.
struct Rows {
    pushed: usize,
    obs: Vec<f32>,
    actions: Vec<f32>,
    rewards: Vec<f32>,
    next_obs: Vec<f32>,
    terminated: Vec<bool>,
    truncated: Vec<bool>,
    episode_ids: Vec<i64>,
    held_out: Vec<bool>,
    newest_start: Vec<f32>,
}

impl Rows {
    fn take(replay: &Replay, arrays: &mut Arrays) -> Result<Self> {
        let rewards: Vec<f32> = arrays.take_rows("replay.rewards", &[])?;
        let rows = rewards.len();
        let pushed: i64 = arrays.take_one("replay.pushed")?;
        let pushed = usize::try_from(pushed).ok().filter(|pushed| (*pushed).min(replay.capacity) == rows);
        let pushed = pushed.ok_or_else(|| {
            let allowed = format!("replay_capacity is {}, so that so many were pushed", replay.capacity);
            refused("replay.rewards", format!("[{rows}]"), allowed)
        })?;
        let episode_ids: Vec<i64> = arrays.take("replay.episode_ids", &[rows])?;
        if let Some(id) = episode_ids.iter().find(|id| **id < 0) {
            return Err(refused("replay.episode_ids", id.to_string(), "ids are 0 or more".into()));
        }
        Ok(Self {
            held_out: arrays.take("replay.held_out", &[rows])?,
            newest_start: arrays.take("replay.newest_start", &[replay.obs_size])?,
            pushed,
            obs: arrays.take("replay.obs", &[rows, replay.obs_size])?,
            actions: arrays.take("replay.actions", &[rows, replay.action_size])?,
            rewards,
            next_obs: arrays.take("replay.next_obs", &[rows, replay.obs_size])?,
            terminated: arrays.take("replay.terminated", &[rows])?,
            truncated: arrays.take("replay.truncated", &[rows])?,
            episode_ids,
        })
    }

    fn transitions(&self, replay: &Replay) -> impl Iterator<Item = Transition<'_>> {
        let states = self.obs.chunks_exact(replay.obs_size).zip(self.next_obs.chunks_exact(replay.obs_size));
        let actions = self.actions.chunks_exact(replay.action_size);
        states.zip(actions).enumerate().map(|(row, ((obs, next_obs), action))| Transition {
            obs,
            action,
            reward: self.rewards[row],
            next_obs,
            terminated: self.terminated[row],
            truncated: self.truncated[row],
            episode_id: self.episode_ids[row] as u64,
            episode_step: 0,
            finished: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two lanes side by side whose episodes last five steps.
    fn filled(capacity: usize, steps: u64) -> Replay {
        let mut replay = Replay::new(capacity, 2, 1);
        go_on(&mut replay, 0..steps);
        replay
    }

    fn go_on(replay: &mut Replay, steps: std::ops::Range<u64>) {
        for step in steps {
            for lane in 0..2 {
                let now = step as f32 + 0.1 * lane as f32;
                replay.push(Transition {
                    obs: &[now, -now],
                    action: &[lane as f32],
                    reward: now.sin(),
                    next_obs: &[now + 1.0, -now],
                    terminated: lane == 0 && step % 5 == 4,
                    truncated: lane == 1 && step % 5 == 4,
                    episode_id: 2 * (step / 5) + lane,
                    episode_step: step as usize % 5,
                    finished: None,
                });
            }
        }
    }

    fn copy(replay: &Replay) -> Replay {
        let (mut arrays, mut copy) = (Arrays::default(), Replay::new(replay.capacity, 2, 1));
        replay.save(&mut arrays);
        copy.restore(&mut arrays).expect("what was saved");
        arrays.finish().expect("all taken");
        copy
    }

    /// All that can be asked of it.
    fn told(replay: &Replay) -> String {
        let walks: Vec<Vec<usize>> = replay.ids().map(|id| replay.episode_from(id).collect()).collect();
        let rows: Vec<_> = replay.ids().map(|id| replay.get(id)).collect();
        let stats = [replay.obs_stats(), replay.change_stats(), replay.reward_stats()];
        let held_out: Vec<bool> = replay.ids().map(|id| replay.is_held_out(id)).collect();
        let start = replay.newest_start();
        format!("{:?} {walks:?} {rows:?} {stats:?} {held_out:?} {start:?}", replay.ids())
    }

    #[test]
    fn a_restored_ring_tells_the_same_and_goes_on_the_same_wherever_it_stands() {
        for capacity in [7, 8, 64] {
            for steps in [0, 1, 3, 4, 5, 9, 40] {
                let mut replay = filled(capacity, steps);
                let mut copy = copy(&replay);
                assert_eq!(told(&copy), told(&replay), "{capacity} {steps}");
                [&mut replay, &mut copy].into_iter().for_each(|ring| go_on(ring, steps..steps + 7));
                assert_eq!(told(&copy), told(&replay), "{capacity} {steps}, later");
            }
        }
    }

    #[test]
    fn rows_that_do_not_fit_are_named_and_change_nothing() {
        let saved = || {
            let mut arrays = Arrays::default();
            filled(8, 3).save(&mut arrays);
            arrays
        };
        let refusal = |mut arrays: Arrays| {
            let mut replay = filled(8, 1);
            let error = replay.restore(&mut arrays).expect_err("refused").to_string();
            assert_eq!(told(&replay), told(&filled(8, 1)));
            error
        };
        let with = |change: &dyn Fn(&mut Arrays)| {
            let mut arrays = saved();
            change(&mut arrays);
            refusal(arrays)
        };
        assert!(
            with(&|arrays| drop(arrays.take::<f32>("replay.obs", &[6, 2]))).contains("replay.obs = nothing")
        );
        assert!(with(&|arrays| arrays.put("replay.pushed", &[1], [9_i64])).contains("replay_capacity is 8"));
        assert!(with(&|arrays| arrays.put("replay.pushed", &[1], [-1_i64])).contains("replay.rewards = [6]"));
        assert!(with(&|arrays| arrays.put("replay.episode_ids", &[6], [-1_i64; 6])).contains("0 or more"));
        assert!(with(&|arrays| arrays.put("replay.actions", &[6, 2], [0.0_f32; 12])).contains("[6, 1]"));
        assert!(
            with(&|arrays| arrays.put("replay.obs_stats.count", &[1], [-1.0_f64]))
                .contains("obs_stats.count")
        );
    }
}
