//! What makes a run, as JavaScript gives it: read name by name, so that whatever is wrong is named.

use super::convert::Thrown;
use super::js_env::js_task;
use crate::config::{Config, preset};
use crate::device::DeviceKind;
use crate::env::{TASKS, Task, check_env};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::trainer::Trainer;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;

/// The largest whole number that JavaScript tells from its neighbours.
pub(super) const LARGEST_SEED: u64 = (1 << 53) - 1;

/// All names that `Session.create` knows.
const NAMES: [&str; 6] = ["task", "preset", "seed", "device", "config", "physics"];

/// A run that can be made.
pub(super) struct Options {
    pub(super) task: Task,
    pub(super) config: Config,
    pub(super) seed: Seed,
    pub(super) device: DeviceKind,
    /// Name and plan of each parameter that changes, as [`Trainer::plan_physics`] takes them.
    pub(super) physics: Vec<(String, String)>,
}

impl Options {
    /// Reads `{ task?, preset, seed, device, config?: { name: value }, physics?: { name: plan } }`. Numbers and
    /// switches may be given as what they are or as text.
    ///
    /// # Errors
    /// [`Error::Config`] with the name of what is unknown, missing, not possible, or does not go together.
    pub(super) fn read(options: &JsValue) -> Result<Self> {
        let given = entries("options", options)?;
        if let Some((name, value)) = given.iter().find(|(name, _)| !NAMES.contains(&name.as_str())) {
            let allowed = format!("there is no option of this name; there are {}", NAMES.join(", "));
            return Err(Error::Config { field: name.clone(), value: shown(value), allowed });
        }
        let find = |name: &str| given.iter().find(|(given, _)| given == name).map(|(_, value)| value);
        let text_of = |name: &str| match find(name) {
            Some(value) => text(name, value),
            None => Err(Error::Config {
                field: name.into(),
                value: "nothing".into(),
                allowed: "this option must be given".into(),
            }),
        };
        let texts = |name: &str| match find(name) {
            Some(value) => entries(name, value)?
                .iter()
                .map(|(name, value)| Ok((name.clone(), text(name, value)?)))
                .collect(),
            None => Ok(Vec::new()),
        };
        let task = find("task").map_or_else(|| Task::named(TASKS[0]), task)?;
        let mut config = preset(&text_of("preset")?, &task.spec().id)?;
        texts("config")?.iter().try_for_each(|(name, value)| config.set(name, value))?;
        let options = Self {
            config,
            seed: seed(&text_of("seed")?)?,
            device: DeviceKind::from_name(&text_of("device")?)?,
            physics: texts("physics")?,
            task,
        };
        Trainer::require_possible(&options.task, &options.config, &options.physics)?;
        Ok(options)
    }
}

/// The task that a class or function makes, where one is given.
pub(super) fn given(value: &JsValue) -> Result<Option<Task>> {
    if value.is_function() { task(value).map(Some) } else { Ok(None) }
}

/// A task of the list by its id, or one that a visitor has written, by the class or function that makes it. That one is
/// checked here: what is wrong in it is named before a run begins.
pub(super) fn task(value: &JsValue) -> Result<Task> {
    let Some(maker) = value.dyn_ref::<Function>() else {
        return match value.as_string() {
            Some(id) => Task::named(&id),
            None => Err(Error::Config {
                field: "task".into(),
                value: shown(value),
                allowed: "it must be the id of a task, or a class or function that makes one".into(),
            }),
        };
    };
    let task = js_task(maker)?;
    check_env(&task)?;
    Ok(task)
}

fn seed(text: &str) -> Result<Seed> {
    let seed = text.parse().ok().filter(|seed| *seed <= LARGEST_SEED);
    seed.map(Seed).ok_or_else(|| wrong_seed(text))
}

pub(super) fn wrong_seed(seed: impl ToString) -> Error {
    let allowed = "it must be a whole number from 0 to 2⁵³ − 1".into();
    Error::Config { field: "seed".into(), value: seed.to_string(), allowed }
}

/// Names and values of a plain object, without those that are undefined.
fn entries(name: &str, object: &JsValue) -> Result<Vec<(String, JsValue)>> {
    let is_plain = object.is_object() && !Array::is_array(object);
    let Some(object) = object.dyn_ref::<Object>().filter(|_| is_plain) else {
        let allowed = "it must be an object with a value for each name".into();
        return Err(Error::Config { field: name.into(), value: shown(object), allowed });
    };
    let pair = |key: JsValue| Some((key.as_string()?, Reflect::get(object, &key).ok()?));
    Ok(Object::keys(object).iter().filter_map(pair).filter(|(_, value)| !value.is_undefined()).collect())
}

/// A value as text that [`Config::set`] reads.
fn text(name: &str, value: &JsValue) -> Result<String> {
    let text = value.as_string().or_else(|| value.as_f64().map(|number| number.to_string()));
    text.or_else(|| value.as_bool().map(|is_on| is_on.to_string())).ok_or_else(|| Error::Config {
        field: name.into(),
        value: shown(value),
        allowed: "it must be a text, a number, true or false".into(),
    })
}

/// A value in an error: itself if it is short, else its type.
pub(super) fn shown(value: &JsValue) -> String {
    match value.as_string() {
        Some(text) => text,
        None if value.is_null() => "null".into(),
        None if Array::is_array(value) => "array".into(),
        None => match (value.as_f64(), value.as_bool()) {
            (Some(number), _) => number.to_string(),
            (_, Some(is_on)) => is_on.to_string(),
            _ => value.js_typeof().as_string().unwrap_or_default(),
        },
    }
}

/// Whether `Session.create` would make a run from these options: nothing is made, and no device is opened.
///
/// # Errors
/// Throws what `Session.create` would reject with: an "MbppoError" of kind "config" with `field`, `value` and
/// `allowed`.
#[wasm_bindgen]
pub fn check(options: &JsValue) -> Thrown {
    Options::read(options)?;
    Ok(())
}

/// A hyperparameter's value as the program writes it: "0.5" for ".5".
///
/// # Errors
/// Throws an "MbppoError" of kind "config" with `field`, `value` and `allowed`.
#[wasm_bindgen]
pub fn read_hyperparameter(name: &str, text: &str) -> Thrown<String> {
    let mut config = Config::default();
    config.set(name, text)?;
    Ok(config.get(name).unwrap_or_default())
}
