//! A task that a visitor has written in JavaScript.
//!
//! **What.** A class, or a function that gives a fresh object, makes the copies of a task:
//! ```js
//! class Walk {
//!   name = "walk";                                        // and goal: "a sentence", if you like
//!   observationSpace = { low: [-1], high: [1] };          // what is usual; names: […], units: […]
//!   actionSpace = { n: 2 };                               // or { size: 1, bound: 2 } for numbers
//!   timeLimit = 100;                                      // and returnRange: [worst, best], solvedReturn
//!   reset(seed, random) { this.random = random; this.x = 0; return [this.x]; }
//!   step(action) { …; return { obs: [this.x], reward: 1, terminated: false }; }
//! }
//! ```
//! **Where.** Given to `Session.create` as `task`, where [`check_env`](crate::env::check_env) looks at it first.
//!
//! **Choices.** 1. Every environment is an object of its own, so a function makes them. 2. `random()` is uniform in
//! [0, 1) and seeded anew with every episode: the same seed gives the same run. 3. The object's state is nobody's
//! business: an episode is saved as its seed and its actions, and played again when it is restored. 4. What its code
//! throws, or gives that is no number, becomes an error at the end of the step; nothing is learned from it.

use super::js_facts::{Field, array, facts};
use crate::env::{ActionSpace, Env, EnvSpec, Outcome, Task};
use crate::error::{Error, Result};
use crate::rng::{Seed, Stream};
use js_sys::{Array, Function, Object, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// Seeds of episodes are below this: a seed is saved as two numbers below 1000.
const SEEDS: usize = 1_000_000;
/// What the numbers of a saved state are counted in.
const THOUSAND: f64 = 1000.0;
/// Of seed and length, before the actions.
const HEAD: usize = 4;

/// The task whose copies `maker` makes.
///
/// # Errors
/// [`Error::Config`] with the field that is missing or wrong, or [`Error::Task`] if making a copy throws.
pub(super) fn js_task(maker: &Function) -> Result<Task> {
    let maker = maker.clone();
    Task::new(move || Ok(Box::new(JsEnv::new(&maker)?)))
}

/// One copy, and the episode that it is in.
struct JsEnv {
    object: Object,
    reset: Function,
    step: Function,
    spec: Arc<EnvSpec>,
    /// Behind `random`, which the object is given.
    chance: Rc<RefCell<Stream>>,
    random: Closure<dyn FnMut() -> f64>,
    seed: usize,
    /// What has been done in this episode, [steps, A].
    actions: Vec<f32>,
    obs: Vec<f32>,
    failure: Option<Error>,
}

impl JsEnv {
    fn new(maker: &Function) -> Result<Self> {
        let object = made(maker)?;
        let spec = Arc::new(facts(&object)?);
        let chance = Rc::new(RefCell::new(Seed(0).stream("task")));
        let drawn = chance.clone();
        Ok(Self {
            reset: method(&object, "reset")?,
            step: method(&object, "step")?,
            obs: vec![0.0; spec.obs_size()],
            random: Closure::new(move || drawn.borrow_mut().uniform_f64()),
            object,
            spec,
            chance,
            seed: 0,
            actions: Vec::new(),
            failure: None,
        })
    }

    fn begin(&mut self, seed: usize) -> Result<()> {
        self.seed = seed;
        self.actions.clear();
        *self.chance.borrow_mut() = Seed(seed as u64).stream("task");
        let obs = self.reset.call2(&self.object, &(seed as f64).into(), self.random.as_ref());
        self.see("reset(…)", &obs.map_err(|thrown| failed("reset(…)", &thrown))?)
    }

    fn go_on(&mut self, action: &[f32]) -> Result<Outcome> {
        let given = match self.spec.action {
            ActionSpace::Discrete(_) => JsValue::from(action[0]),
            ActionSpace::Box { .. } => {
                action.iter().map(|number| JsValue::from(*number)).collect::<Array>().into()
            }
        };
        let found = self.step.call1(&self.object, &given).map_err(|thrown| failed("step(…)", &thrown))?;
        let result = Field::of("step(…)", found);
        self.see("step(…).obs", result.get("obs").value())?;
        let (reward, terminated) = (result.get("reward"), result.get("terminated"));
        if result.get("truncated").value().is_truthy() {
            return Err(result
                .get("truncated")
                .wrong("only timeLimit ends an episode that has not terminated"));
        }
        let reward = reward.number()? as f32;
        let terminated =
            terminated.value().as_bool().ok_or_else(|| terminated.wrong("it must be true or false"))?;
        self.actions.extend_from_slice(action);
        Ok(Outcome { reward, terminated })
    }

    fn see(&mut self, field: &str, obs: &JsValue) -> Result<()> {
        let numbers = array(&Field::of(field, obs.clone()))?;
        if numbers.len() != self.obs.len() {
            let allowed = format!("observationSpace has {}", self.obs.len());
            let value = format!("{} numbers", numbers.len());
            return Err(Error::Config { field: field.into(), value, allowed });
        }
        self.obs.iter_mut().zip(numbers).for_each(|(seen, number)| *seen = number as f32);
        Ok(())
    }

    /// Keeps the first failure: what follows may be a consequence of it.
    fn note<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.failure.get_or_insert(error)).ok()
    }
}

impl Env for JsEnv {
    fn spec(&self) -> Arc<EnvSpec> {
        self.spec.clone()
    }

    fn reset(&mut self, stream: &mut Stream) {
        let seed = stream.below(SEEDS);
        let begun = self.begin(seed);
        self.note(begun);
    }

    fn step(&mut self, action: &[f32], _stream: &mut Stream) -> Outcome {
        let outcome = if self.failure.is_none() { self.go_on(action) } else { Ok(NOTHING) };
        self.note(outcome).unwrap_or(NOTHING)
    }

    fn observe(&self, obs: &mut [f32]) {
        obs.copy_from_slice(&self.obs);
    }

    /// Seed and steps so far, each as thousands and the rest; then the actions, and zeros up to the longest episode.
    fn state(&self) -> Vec<f64> {
        let steps = self.actions.len() / self.spec.action_size();
        let size = HEAD + self.spec.time_limit * self.spec.action_size();
        let head = [self.seed, steps].into_iter().flat_map(|count| {
            let count = count as f64;
            [(count / THOUSAND).floor(), count % THOUSAND]
        });
        let mut state: Vec<f64> = head.chain(self.actions.iter().map(|number| f64::from(*number))).collect();
        state.resize(size, 0.0);
        state
    }

    fn set_state(&mut self, state: &[f64]) {
        let count =
            |at: usize| (state[at] * THOUSAND + state[at + 1]).clamp(0.0, (SEEDS - 1) as f64) as usize;
        let (seed, size) = (count(0), self.spec.action_size());
        let steps = count(2).min((state.len() - HEAD) / size);
        let actions: Vec<f32> =
            state[HEAD..HEAD + steps * size].iter().map(|number| *number as f32).collect();
        let mut result = self.begin(seed);
        for action in actions.chunks_exact(size) {
            result = result.and_then(|()| self.go_on(action).map(drop));
        }
        self.note(result);
    }

    fn knows_ends(&self) -> bool {
        false
    }

    fn failure(&self) -> Option<Error> {
        self.failure.clone()
    }
}

const NOTHING: Outcome = Outcome { reward: 0.0, terminated: false };

/// A fresh copy: an arrow function is called, anything else made with `new`.
fn made(maker: &Function) -> Result<Object> {
    let is_arrow = Reflect::get(maker, &"prototype".into()).is_ok_and(|prototype| !prototype.is_object());
    let object =
        if is_arrow { maker.call0(&JsValue::UNDEFINED) } else { Reflect::construct(maker, &Array::new()) };
    let object = object.map_err(|thrown| failed("being made", &thrown))?;
    object.dyn_into::<Object>().map_err(|other| {
        Field::of("task()", other).wrong("it must be an object with name, observationSpace and so on")
    })
}

fn method(object: &Object, name: &str) -> Result<Function> {
    let field = Field::of("", object.clone().into()).get(name);
    field.value().clone().dyn_into().map_err(|_| field.wrong("it must be a function"))
}

/// What the task's own code threw, as an error.
fn failed(doing: &str, thrown: &JsValue) -> Error {
    let words = match thrown.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.to_string()),
        None => thrown.as_string().unwrap_or_else(|| format!("{thrown:?}")),
    };
    Error::Task { doing: doing.into(), reason: words.trim_end_matches('.').into() }
}
