//! All lanes as arrays of a checkpoint, and back.
//!
//! **Shapes.** state [N, S], where S is what [`Env::state`](crate::env::Env::state) of the task has; elapsed,
//! episode_ids, returns and stream_positions `[N]`; next_episode_id `[1]`; physics `[1]` each, of those that somebody
//! has changed.

use super::VecEnv;
use crate::arrays::{Arrays, LARGEST, LARGEST_COUNT, refused};
use crate::error::Result;

/// No state of any task gets this far: angles, positions and speeds stay below 100.
const FARTHEST: f64 = 1000.0;

impl VecEnv {
    /// Puts the state of every lane into a checkpoint.
    pub fn save(&self, arrays: &mut Arrays) {
        let lanes = self.lanes.len();
        let states: Vec<f64> = self.lanes.iter().flat_map(|lane| lane.env.state()).collect();
        arrays.put("envs.state", &[lanes, states.len() / lanes.max(1)], states);
        arrays.put("envs.elapsed", &[lanes], self.lanes.iter().map(|lane| lane.elapsed as i64));
        arrays.put("envs.episode_ids", &[lanes], self.lanes.iter().map(|lane| lane.episode_id as i64));
        arrays.put("envs.returns", &[lanes], self.lanes.iter().map(|lane| lane.return_));
        let positions = self.lanes.iter().map(|lane| lane.stream.position() as i64);
        arrays.put("envs.stream_positions", &[lanes], positions);
        arrays.put("envs.next_episode_id", &[1], [self.next_episode_id as i64]);
    }

    /// Puts every lane into the state that was saved of as many lanes of this task. Physics are not part of it.
    ///
    /// # Errors
    /// [`crate::Error::Checkpoint`] if something is missing or cannot be; lanes may then stand anywhere.
    pub fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        let lanes = self.lanes.len();
        let size = self.lanes.first().map_or(0, |lane| lane.env.state().len());
        let states: Vec<f64> = arrays.take_within("envs.state", &[lanes, size], -FARTHEST..=FARTHEST)?;
        let elapsed = counts("envs.elapsed", lanes, self.spec.time_limit as i64 - 1, arrays)?;
        let next_episode_id = counts("envs.next_episode_id", 1, LARGEST_COUNT as i64, arrays)?[0];
        let episode_ids = counts("envs.episode_ids", lanes, next_episode_id as i64 - 1, arrays)?;
        let returns: Vec<f64> = arrays.take_within("envs.returns", &[lanes], -LARGEST..=LARGEST)?;
        let positions = counts("envs.stream_positions", lanes, LARGEST_COUNT as i64, arrays)?;
        for lane in 0..lanes {
            let state = &states[lane * size..(lane + 1) * size];
            self.set_state(lane, state, elapsed[lane] as usize)?;
            let target = &mut self.lanes[lane];
            // A task may have to bend what cannot be: then it is not the state that was saved.
            if target.env.state() != state {
                let allowed = format!("{} has no such state", self.spec.id);
                return Err(refused("envs.state", format!("{state:?}"), allowed));
            }
            (target.episode_id, target.return_) = (episode_ids[lane], returns[lane]);
            target.stream.go_to(positions[lane]);
        }
        self.next_episode_id = next_episode_id;
        Ok(())
    }
}

/// Whole numbers from 0 to `max`.
fn counts(name: &str, lanes: usize, max: i64, arrays: &mut Arrays) -> Result<Vec<u64>> {
    let numbers: Vec<i64> = arrays.take_within(name, &[lanes], 0..=max)?;
    Ok(numbers.into_iter().map(|number| number as u64).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{TASKS, Task};
    use crate::rng::Seed;

    fn moved(id: &str, seed: u64, steps: usize) -> VecEnv {
        let mut envs = VecEnv::new(&Task::named(id).expect("a task"), 3, Seed(seed), "envs").expect("lanes");
        let actions = vec![1.0; 3 * envs.spec().action_size()];
        for _ in 0..steps {
            let _ = envs.step(&actions).expect("allowed");
        }
        envs
    }

    fn saved(envs: &VecEnv) -> Arrays {
        let mut arrays = Arrays::default();
        envs.save(&mut arrays);
        arrays
    }

    #[test]
    fn restored_lanes_go_on_in_every_task_through_resets_and_time_limits() {
        for id in TASKS {
            let mut original = moved(id, 3, 57);
            let (mut copy, mut arrays) = (moved(id, 3, 0), saved(&original));
            copy.restore(&mut arrays).expect("what was saved");
            arrays.finish().expect("all taken");
            assert_eq!(copy.obs(), original.obs(), "{id}");
            let actions = vec![1.0; 3 * original.spec().action_size()];
            for step in 0..original.spec().time_limit {
                let after =
                    original.step(&actions).expect("allowed").zip(copy.step(&actions).expect("allowed"));
                after.for_each(|(a, b)| assert_eq!(a, b, "{id} step {step}"));
                assert_eq!(copy.obs(), original.obs(), "{id} step {step}");
            }
        }
    }

    #[test]
    fn states_that_cannot_be_are_named() {
        let refusal = |id: &str, name: &str, change: &dyn Fn(&mut Arrays)| {
            let mut arrays = saved(&moved(id, 3, 5));
            change(&mut arrays);
            let error = moved(id, 3, 0).restore(&mut arrays).expect_err("refused").to_string();
            assert!(error.contains(name), "{error}");
        };
        for absurd in [f64::NAN, f64::INFINITY, 1e300] {
            let name = format!("envs.state = {absurd}");
            refusal("CartPole-v1", &name, &|arrays| arrays.put("envs.state", &[3, 4], [absurd; 12]));
            refusal("Acrobot-v1", &name, &|arrays| arrays.put("envs.state", &[3, 4], [absurd; 12]));
        }
        refusal("DynaMaze-v0", "envs.state = [500", &|arrays| arrays.put("envs.state", &[3, 1], [500.0; 3]));
        refusal("CartPole-v1", "envs.state = [2, 4]", &|arrays| arrays.put("envs.state", &[2, 4], [0.0; 8]));
        refusal("CartPole-v1", "from 0 to 499", &|arrays| arrays.put("envs.elapsed", &[3], [0, 0, 500_i64]));
        refusal("CartPole-v1", "envs.episode_ids = -1", &|arrays| {
            arrays.put("envs.episode_ids", &[3], [0, -1, 0_i64]);
        });
    }
}
