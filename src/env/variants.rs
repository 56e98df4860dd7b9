//! What a task says about its variants; their wrappers are `noisy`, `hidden` and `sparse`.

use serde::Serialize;

/// From what the variants of a task are made. What is empty or none, the task has not, and its hyperparameter then has
/// no effect.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Variants {
    /// The usual change of each number of the state in one step, `[S]`: root of the mean square under random actions.
    /// It is the standard deviation of the noise of `task_noise = 1`.
    pub usual_change: Vec<f64>,
    /// Indices of the velocities in the observation, ascending: what `task_hidden` does not show.
    pub velocities: Vec<usize>,
    /// How returns are judged with `task_sparse`.
    pub sparse: Option<SparseReward>,
}

/// How returns are judged where only the goal is rewarded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SparseReward {
    /// Mean return of 20 greedy episodes from which the variant counts as solved.
    pub solved_return: f32,
    /// Worst and best return to expect.
    pub return_range: (f32, f32),
}

#[cfg(test)]
mod tests {
    use crate::env::{TASKS, make};
    use crate::rng::Seed;
    use std::f64::consts::PI;

    /// Root of the mean square of each number's change in a step, over 40,000 random ones.
    fn measured(task: &str) -> Vec<f64> {
        let mut env = make(task).expect("a task");
        let (spec, mut stream) = (env.spec(), Seed(11).stream("change"));
        env.reset(&mut stream);
        let (mut sums, mut steps, mut elapsed) = (vec![0.0; env.state().len()], 0, 0);
        while steps < 40_000 {
            let action = spec.action.random(&mut stream);
            let before = env.state();
            let terminated = env.step(&action, &mut stream).terminated;
            for ((sum, before), after) in sums.iter_mut().zip(&before).zip(env.state()) {
                let change = after - before;
                // An angle that has gone round.
                let change = if change.abs() > PI { 2.0 * PI - change.abs() } else { change };
                *sum += change * change;
            }
            (steps, elapsed) = (steps + 1, elapsed + 1);
            if terminated || elapsed == spec.time_limit {
                env.reset(&mut stream);
                elapsed = 0;
            }
        }
        sums.into_iter().map(|sum: f64| (sum / f64::from(steps)).sqrt()).collect()
    }

    #[test]
    fn the_usual_change_is_what_random_actions_bring_about() {
        for task in TASKS {
            let told = make(task).expect("a task").spec().variants.usual_change.clone();
            let measured = measured(task);
            println!("{task}: {measured:.4?}");
            assert!(told.is_empty() || told.len() == measured.len(), "{task}");
            for (told, measured) in told.iter().zip(&measured) {
                assert!((told / measured - 1.0).abs() < 0.15, "{task}: told {told}, measured {measured}");
            }
        }
    }
}
