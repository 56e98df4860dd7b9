//! Whether a task keeps what [`Env`] promises, as Stable-Baselines3's `check_env` asks.
//!
//! **What.** The facts are looked at, then a few episodes of random actions are played, twice from the same seed, and
//! once more from a state in the middle. The first thing that is not as it must be becomes an error that names it.
//!
//! **Where.** Every task of the list and every variant of it is tested by this; a task that a visitor has written is
//! asked before its run begins.
//!
//! **Choices.** 1. `low` and `high` are what is usual, not a limit: a fresh state must lie within, a later one within
//! [`FAR`] times as much, since networks learn badly from more. 2. A time limit is not the task's business, so there is
//! no `truncated` to be checked here: [`VecEnv`](super::VecEnv) adds it.

use super::{ActionSpace, Env, EnvSpec, MapAxis, ObsDimension, Task};
use crate::error::{Error, Result};
use crate::rng::Seed;

/// Episodes that are played.
const EPISODES: usize = 3;
/// Steps after which the next one begins.
const STEPS: usize = 300;
/// An observation may be this many times as far from the middle of the usual range as its ends are.
pub const FAR: f32 = 10.0;
/// Longest time limit.
const LONGEST: usize = 1_000_000;

/// Checks a task: its facts, its resets, its steps, and that the same seed gives the same episodes.
///
/// # Errors
/// [`Error::Config`] with the field that is wrong (`name`, `obs[2].low`, `reset().obs[2]`, `step(…).reward`), what it
/// is and what is allowed; or what the task itself fails with.
pub fn check_env(task: &Task) -> Result<()> {
    check_facts(task.spec())?;
    let life = life_of(task)?;
    if life != life_of(task)? {
        return Err(wrong(
            "step(…)",
            "another episode",
            "the same seed and actions must give the same episode",
        ));
    }
    check_state(task)
}

fn wrong(field: impl Into<String>, value: impl ToString, allowed: impl Into<String>) -> Error {
    Error::Config { field: field.into(), value: value.to_string(), allowed: allowed.into() }
}

fn check_facts(spec: &EnvSpec) -> Result<()> {
    if spec.id.trim().is_empty() {
        return Err(wrong("name", "nothing", "it must be a text"));
    }
    if spec.obs.is_empty() {
        return Err(wrong("obs", "[]", "a number or more must be observed"));
    }
    for (index, ObsDimension { low, high, .. }) in spec.obs.iter().enumerate() {
        if !(low.is_finite() && high.is_finite() && low < high) {
            let field = format!("obs[{index}].low");
            return Err(wrong(field, low, format!("it must be a number below {high}, its high")));
        }
    }
    match spec.action {
        ActionSpace::Discrete(choices) if choices < 2 => {
            return Err(wrong("action.n", choices, "there must be 2 choices or more"));
        }
        ActionSpace::Box { size: 0, .. } => {
            return Err(wrong("action.size", 0, "there must be a component or more"));
        }
        ActionSpace::Box { bound, .. } if !(bound.is_finite() && bound > 0.0) => {
            return Err(wrong("action.bound", bound, "it must be a number above 0"));
        }
        _ => {}
    }
    if !(1..=LONGEST).contains(&spec.time_limit) {
        let allowed = format!("it must be a whole number from 1 to {LONGEST}");
        return Err(wrong("time_limit", spec.time_limit, allowed));
    }
    let (worst, best) = spec.return_range;
    if !(worst.is_finite() && best.is_finite() && worst < best) {
        return Err(wrong(
            "return_range",
            format!("{worst} to {best}"),
            "it must be two numbers, the worst first",
        ));
    }
    if !(worst..=best).contains(&spec.solved_return) {
        return Err(wrong("solved_return", spec.solved_return, format!("it must be from {worst} to {best}")));
    }
    check_indices(spec)
}

/// That whatever points into the observation points at something.
fn check_indices(spec: &EnvSpec) -> Result<()> {
    let of_map = spec.map.iter().flat_map(|axis| match *axis {
        MapAxis::Dimension { index } | MapAxis::Grid { index, .. } => vec![index],
        MapAxis::Angle { cosine, sine, .. } => vec![cosine, sine],
        MapAxis::Hidden => Vec::new(),
    });
    let size = spec.obs_size();
    let allowed = || format!("{size} numbers are observed, counted from 0");
    if let Some(index) = of_map.into_iter().find(|&index| index >= size) {
        return Err(wrong("map", index, allowed()));
    }
    let whole = size + spec.hidden.len();
    match spec.variants.velocities.iter().find(|&&index| index >= whole) {
        Some(index) => Err(wrong("variants.velocities", index, allowed())),
        None => Ok(()),
    }
}

/// What is seen and given in a few episodes of random actions: numbers, in order.
fn life_of(task: &Task) -> Result<Vec<f32>> {
    let (mut env, spec) = (task.make()?, task.spec());
    let (mut chance, mut actions) = (Seed(1).stream("check.envs"), Seed(1).stream("check.actions"));
    let mut life = Vec::new();
    for _ in 0..EPISODES {
        env.reset(&mut chance);
        life.extend(seen(env.as_ref(), spec, "reset()", 1.0)?);
        for _ in 0..spec.time_limit.min(STEPS) {
            let outcome = env.step(&spec.action.random(&mut actions), &mut chance);
            let obs = seen(env.as_ref(), spec, "step(…)", FAR)?;
            if !outcome.reward.is_finite() {
                return Err(wrong("step(…).reward", outcome.reward, "it must be a finite number"));
            }
            if env.knows_ends() && env.known_end(&obs) != outcome.terminated {
                let allowed = "the rule for imagined ends (known_end) says otherwise of what is observed";
                return Err(wrong("step(…).terminated", outcome.terminated, allowed));
            }
            life.extend(obs);
            life.extend([outcome.reward, if outcome.terminated { 1.0 } else { 0.0 }]);
            if outcome.terminated {
                break;
            }
        }
    }
    Ok(life)
}

/// What is observed now, at most `reach` times as far from the middle as is usual.
fn seen(env: &dyn Env, spec: &EnvSpec, after: &str, reach: f32) -> Result<Vec<f32>> {
    if let Some(failure) = env.failure() {
        return Err(failure);
    }
    // A number that the task does not write stays what no task may show.
    let mut obs = vec![f32::NAN; spec.obs_size()];
    env.observe(&mut obs);
    for (index, (value, ObsDimension { low, high, .. })) in obs.iter().zip(&spec.obs).enumerate() {
        let (middle, half) = (f32::midpoint(*low, *high), (high - low) / 2.0);
        let (least, most) = (middle - reach * half, middle + reach * half);
        // The ends themselves may be missed by a rounding.
        let slack = 1e-4 * half;
        if !(least - slack..=most + slack).contains(value) {
            let field = format!("{after}.obs[{index}]");
            return Err(wrong(field, value, format!("it must be a number from {least} to {most}")));
        }
    }
    Ok(obs)
}

/// That a copy which is given the state in the middle of an episode goes on as the original does.
fn check_state(task: &Task) -> Result<()> {
    let (mut original, mut copy, spec) = (task.make()?, task.make()?, task.spec());
    let (mut chance, mut actions) = (Seed(2).stream("check.envs"), Seed(2).stream("check.actions"));
    original.reset(&mut chance);
    for _ in 0..spec.time_limit.min(5) {
        if original.step(&spec.action.random(&mut actions), &mut chance).terminated {
            original.reset(&mut chance);
        }
    }
    let state = original.state();
    let change = &spec.variants.usual_change;
    if !change.is_empty() && change.len() != state.len() {
        let allowed = format!("the state has {} numbers", state.len());
        return Err(wrong("variants.usual_change", format!("{} numbers", change.len()), allowed));
    }
    copy.set_state(&state);
    let action = spec.action.random(&mut actions);
    let after = |env: &mut dyn Env| {
        let before = seen(env, spec, "set_state(…)", FAR)?;
        let outcome = env.step(&action, &mut Seed(3).stream("check.envs"));
        Ok::<_, Error>((before, outcome, seen(env, spec, "step(…)", FAR)?, env.state()))
    };
    if after(original.as_mut())? != after(copy.as_mut())? {
        return Err(wrong("state()", "incomplete", "from the same state a task must go on in the same way"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::env::{Outcome, TASKS, Wrapper};
    use crate::rng::Stream;
    use std::cell::Cell;
    use std::sync::Arc;

    #[test]
    fn every_task_of_the_list_and_every_variant_of_it_is_sound() {
        for (id, noise, switches) in TASKS.iter().flat_map(|id| {
            [0.0, 0.5].into_iter().flat_map(move |noise| (0..4).map(move |switches| (id, noise, switches)))
        }) {
            let config = Config {
                task_noise: noise,
                task_hidden: switches & 1 == 1,
                task_sparse: switches & 2 == 2,
                ..Config::default()
            };
            let task = Task::named(id).and_then(|task| task.varied(&config)).expect("a variant");
            check_env(&task).unwrap_or_else(|error| panic!("{id}, noise {noise}, {switches:02b}: {error}"));
            assert_eq!(task.spec().id, *id);
        }
    }

    thread_local! {
        /// How many steps all faulty tasks of this test have taken: something that a seed does not determine.
        static TAKEN: Cell<u32> = const { Cell::new(0) };
    }

    /// Pendulum with a fault.
    struct Faulty {
        env: Box<dyn Env>,
        facts: fn(&mut EnvSpec),
        outcome: fn(Outcome) -> Outcome,
        obs: fn(&mut [f32]),
    }

    impl Wrapper for Faulty {
        fn inner(&self) -> &dyn Env {
            self.env.as_ref()
        }

        fn inner_mut(&mut self) -> &mut dyn Env {
            self.env.as_mut()
        }

        fn spec(&self) -> Arc<EnvSpec> {
            let mut spec = (*self.env.spec()).clone();
            (self.facts)(&mut spec);
            Arc::new(spec)
        }

        fn step(&mut self, action: &[f32], stream: &mut Stream) -> Outcome {
            TAKEN.set(TAKEN.get() + 1);
            (self.outcome)(self.env.step(action, stream))
        }

        fn observe(&self, obs: &mut [f32]) {
            self.env.observe(obs);
            (self.obs)(obs);
        }
    }

    fn refusal(facts: fn(&mut EnvSpec), outcome: fn(Outcome) -> Outcome, obs: fn(&mut [f32])) -> String {
        let task = Task::new(move || {
            Ok(Box::new(Faulty { env: crate::env::make("Pendulum-v1")?, facts, outcome, obs }))
        });
        check_env(&task.expect("a task")).expect_err("refused").to_string()
    }

    #[test]
    fn what_is_wrong_is_named() {
        let same = |outcome| outcome;
        let facts = |facts: fn(&mut EnvSpec)| refusal(facts, same, |_| {});
        assert!(facts(|spec| spec.obs[1].low = f32::NAN).starts_with("obs[1].low = NaN is not valid"));
        assert!(facts(|spec| spec.action = ActionSpace::Discrete(1)).starts_with("action.n = 1 "));
        assert!(facts(|spec| spec.time_limit = 0).starts_with("time_limit = 0 "));
        assert!(facts(|spec| spec.solved_return = 9.0).starts_with("solved_return = 9 "));
        assert!(facts(|spec| spec.map[1] = MapAxis::Dimension { index: 3 }).starts_with("map = 3 "));
        assert!(
            facts(|spec| spec.variants.usual_change = vec![1.0]).starts_with("variants.usual_change = 1 ")
        );
        assert!(facts(|spec| spec.obs[2].high = 0.1).starts_with("reset().obs[2] = "));
        let outcome = |outcome: fn(Outcome) -> Outcome| refusal(|_| {}, outcome, |_| {});
        let no_number = outcome(|outcome| Outcome { reward: f32::NAN, ..outcome });
        assert_eq!(no_number, "step(…).reward = NaN is not valid: it must be a finite number.");
        let ends = outcome(|outcome| Outcome { terminated: true, ..outcome });
        assert!(ends.starts_with("step(…).terminated = true is not valid"), "{ends}");
        let chance = outcome(|outcome| Outcome { reward: TAKEN.get() as f32, ..outcome });
        assert!(chance.contains("the same seed and actions must give the same episode"), "{chance}");
        let not_written = refusal(|_| {}, same, |obs| obs[2] = f32::NAN);
        assert!(
            not_written.starts_with("reset().obs[2] = NaN is not valid: it must be a number"),
            "{not_written}"
        );
    }
}
