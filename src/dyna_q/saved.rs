//! The tables as arrays of a checkpoint, and back.
//!
//! **Shapes.** values [S, A]; of the model next_states (−1 where nothing was tried), rewards, terminated and tried_at
//! [S, A]; seen `[states seen]`; real_steps `[1]`.

use super::{DynaQ, Memory};
use crate::arrays::{Arrays, LARGEST, LARGEST_COUNT, refused};
use crate::error::Result;

/// Stands for an action that was never tried.
const UNTRIED: i64 = -1;

impl DynaQ {
    /// Puts both tables into a checkpoint.
    pub fn save(&self, arrays: &mut Arrays) {
        let shape = [self.values.len() / self.actions, self.actions];
        arrays.put("dyna_q.values", &shape, self.values.iter().copied());
        let of_model = |memory: &Option<Memory>| memory.map_or(UNTRIED, |memory| memory.next_state as i64);
        arrays.put("dyna_q.model.next_states", &shape, self.memories.iter().map(of_model));
        let known = |memory: &Option<Memory>| {
            memory.unwrap_or(Memory { reward: 0.0, next_state: 0, terminated: false, tried_at: 0 })
        };
        let memories = || self.memories.iter().map(known);
        arrays.put("dyna_q.model.rewards", &shape, memories().map(|memory| memory.reward));
        arrays.put("dyna_q.model.terminated", &shape, memories().map(|memory| memory.terminated));
        arrays.put("dyna_q.model.tried_at", &shape, memories().map(|memory| memory.tried_at as i64));
        arrays.put("dyna_q.model.seen", &[self.seen.len()], self.seen.iter().map(|&state| state as i64));
        arrays.put("dyna_q.real_steps", &[1], [self.real_steps as i64]);
    }

    /// Takes over tables of this size that were saved.
    ///
    /// # Errors
    /// [`crate::Error::Checkpoint`] if something is missing or cannot be; nothing has changed then.
    pub fn restore(&mut self, arrays: &mut Arrays) -> Result<()> {
        let states = self.values.len() / self.actions;
        let shape = [states, self.actions];
        let (largest, most) = (LARGEST as f32, LARGEST_COUNT as i64);
        let values = arrays.take_within("dyna_q.values", &shape, -largest..=largest)?;
        let real_steps = arrays.take_within("dyna_q.real_steps", &[1], 0..=most)?[0];
        let next_states =
            arrays.take_within("dyna_q.model.next_states", &shape, UNTRIED..=states as i64 - 1)?;
        let rewards = arrays.take_within("dyna_q.model.rewards", &shape, -largest..=largest)?;
        let terminated: Vec<bool> = arrays.take("dyna_q.model.terminated", &shape)?;
        let tried_at = arrays.take_within("dyna_q.model.tried_at", &shape, 0..=real_steps)?;
        let memory = |at: usize| {
            let next_state = usize::try_from(next_states[at]).ok()?;
            let tried_at = tried_at[at] as u64;
            Some(Memory { reward: rewards[at], next_state, terminated: terminated[at], tried_at })
        };
        let memories: Vec<_> = (0..next_states.len()).map(memory).collect();
        let seen = self.seen_of(&memories, arrays.take_rows("dyna_q.model.seen", &[])?)?;
        *self = Self { values, memories, seen, real_steps: real_steps as u64, ..*self };
        Ok(())
    }

    /// The states of `seen`, which must be those in which something was tried, each once.
    fn seen_of(&self, memories: &[Option<Memory>], seen: Vec<i64>) -> Result<Vec<usize>> {
        let tried = |of_state: &[Option<Memory>]| of_state.iter().any(Option::is_some);
        let all = memories.chunks_exact(self.actions).enumerate();
        let expected: Vec<i64> = all.filter(|(_, of)| tried(of)).map(|(state, _)| state as i64).collect();
        let mut sorted = seen.clone();
        sorted.sort_unstable();
        if sorted != expected {
            let allowed = "it must be the states in which something was tried, each once".into();
            return Err(refused("dyna_q.model.seen", format!("{seen:?}"), allowed));
        }
        Ok(seen.into_iter().map(|state| state as usize).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dyna_q::{DynaQSettings, TableStep};
    use crate::rng::Seed;

    fn practised() -> DynaQ {
        let settings = DynaQSettings { bonus: 0.01, ..DynaQSettings::default() };
        let mut learner = DynaQ::new(5, 2, settings).expect("settings");
        for (state, action) in [(3, 1), (0, 0), (3, 0), (1, 1)] {
            let next_state = (state + action) % 5;
            let (reward, terminated) = (0.3 * state as f32, state == 1);
            learner.learn(TableStep { state, action, reward, next_state, terminated });
        }
        learner
    }

    fn saved() -> Arrays {
        let mut arrays = Arrays::default();
        practised().save(&mut arrays);
        arrays
    }

    #[test]
    fn restored_tables_are_the_same_and_plan_the_same() {
        let (mut original, mut copy) =
            (practised(), DynaQ::new(5, 2, practised().settings).expect("settings"));
        let mut arrays = saved();
        copy.restore(&mut arrays).expect("what was saved");
        arrays.finish().expect("all taken");
        assert_eq!(copy, original);
        for learner in [&mut original, &mut copy] {
            learner.plan(50, &mut Seed(1).stream("planning"));
        }
        assert_eq!(copy, original);
    }

    #[test]
    fn tables_that_cannot_be_are_named_and_change_nothing() {
        let refusal = |name: &str, change: &dyn Fn(&mut Arrays)| {
            let (mut arrays, mut learner) = (saved(), practised());
            change(&mut arrays);
            let error = learner.restore(&mut arrays).expect_err("refused").to_string();
            assert!(error.contains(name), "{error}");
            assert_eq!(learner, practised());
        };
        refusal("next_states = 5", &|arrays| arrays.put("dyna_q.model.next_states", &[5, 2], [5_i64; 10]));
        refusal("tried_at = 9", &|arrays| arrays.put("dyna_q.model.tried_at", &[5, 2], [9_i64; 10]));
        refusal("seen = [3]", &|arrays| arrays.put("dyna_q.model.seen", &[1], [3_i64]));
        refusal("values = [4, 2]", &|arrays| arrays.put("dyna_q.values", &[4, 2], [0.0_f32; 8]));
    }
}
