//! The JavaScript interface: plain objects in and out, one class, no logic.
//!
//! [`Session`] owns a run, the functions of [`canvas`] draw its data. They share nothing, so a session can live in a
//! worker while another instance of this module draws on the page.

mod advance;
pub mod canvas;
mod convert;
mod js_env;
mod js_facts;
mod options;
mod policies;
mod receipts;
mod session;

pub use options::{check, read_hyperparameter};
pub use policies::{policy_of, policy_of_text, policy_text, run_of};
pub use receipts::{compare_receipt, read_receipt, receipt, spread};
pub use session::Session;

use crate::config::{Config, PRESETS, TUNED, preset};
use crate::env::{Env, EnvSpec, GridWorld, TASKS, Task};
use crate::error::{self, Error};
use crate::learners;
use crate::metrics::METRICS;
use crate::trainer::Phase;
use convert::{Thrown, from_js, to_js};
use js_sys::Function;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::PanicHookInfo;
use std::sync::Once;
use wasm_bindgen::prelude::*;

unsafe extern "C" {
    /// Runs the static constructors with which the GPU compiler registers its operations.
    fn __wasm_call_ctors();
}

/// Runs once when the module is loaded, before any other function.
#[wasm_bindgen(start)]
pub fn start() {
    static CONSTRUCTORS: Once = Once::new();
    // If nobody called it, the linker would put a call in front of every export: one act of the policy took 1.86 ms
    // instead of 0.015. SAFETY: the linker makes this function, and it runs once although this one is an export too.
    CONSTRUCTORS.call_once(|| unsafe { __wasm_call_ctors() });
    std::panic::set_hook(Box::new(report_panic));
}

thread_local! {
    static ON_PANIC: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Calls `callback(message, location)` should this program fail in a way that nobody foresaw. Nothing in this
/// instance works after that: a page has to say so, and to load the module anew.
#[wasm_bindgen]
pub fn on_panic(callback: Function) {
    ON_PANIC.set(Some(callback));
}

/// Tells the console and the listener. It must not panic itself, so whatever they answer is ignored.
fn report_panic(panic: &PanicHookInfo) {
    web_sys::console::error_1(&panic.to_string().into());
    let message = panic.payload_as_str().unwrap_or("no message");
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    if let Some(listener) = ON_PANIC.try_with(RefCell::take).ok().flatten() {
        let _ = listener.call2(&JsValue::NULL, &message.into(), &location.into());
    }
}

/// What the page makes its controls, tooltips and axes from: an object of
/// `version`, `presets`, `tuned`, `hyperparameters`, `metrics`, `tasks`, `mazes: { task: layout }`,
/// `unsuited: [{ preset, task, why, instead }]` and `devices: { algorithm: [device] }`.
/// `unsuited` are the presets that cannot learn a task, each with the nearest that can; `devices` says where each
/// algorithm has kernels. A choice among the hyperparameters says which of its words only a program with burn's tensors
/// can compute: `allowed.in_tensors`.
///
/// # Errors
/// Throws if a value has no form in JavaScript, which none of these has.
#[wasm_bindgen]
pub fn schema() -> Thrown<JsValue> {
    let tasks = TASKS.iter().map(|task| crate::env::make(task).map(|env| EnvSpec::clone(&env.spec())));
    to_js(&serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "presets": PRESETS,
        "tuned": TUNED,
        "hyperparameters": crate::config::schema(),
        "metrics": METRICS,
        "tasks": tasks.collect::<error::Result<Vec<_>>>()?,
        "mazes": { GridWorld::default().spec().id.clone(): GridWorld::layout() },
        "unsuited": learners::unsuited()?,
        "devices": learners::devices(),
    }))
}

/// The hyperparameters that have no effect in this preset, on this task (as in `Session.create`), with these changes
/// `{ name: text }`:
/// `[{ name, reason }]`, where a reason is the end of a sentence that begins with the name, "has no effect in ppo".
///
/// # Errors
/// Throws an "MbppoError" of kind "config" with `field`, `value` and `allowed`.
#[wasm_bindgen]
pub fn without_effect(task: &JsValue, preset_name: &str, changes: JsValue) -> Thrown<JsValue> {
    let (task, config) = configured(task, preset_name, changes)?;
    to_js(&learners::without_effect_on(&config, task.spec()))
}

/// What a run of this preset, on this task (as in `Session.create`), with these changes `{ name: text }`, goes through
/// and never shows: `{ phases: [name], not_shown: [{ what, why, instead }] }`. `why` is a sentence, and `instead` the
/// first preset that shows it.
///
/// # Errors
/// Throws an "MbppoError" of kind "config" with `field`, `value` and `allowed`.
#[wasm_bindgen]
pub fn display(task: &JsValue, preset_name: &str, changes: JsValue) -> Thrown<JsValue> {
    let (task, config) = configured(task, preset_name, changes)?;
    let phases: Vec<&str> = Phase::of(&config).into_iter().map(Phase::name).collect();
    to_js(&serde_json::json!({ "phases": phases, "not_shown": learners::not_shown(&config, &task)? }))
}

/// A task and a preset on it, with changes.
fn configured(task: &JsValue, preset_name: &str, changes: JsValue) -> Thrown<(Task, Config)> {
    let changes: BTreeMap<String, String> = from_js("changes", changes)?;
    let task = options::task(task)?;
    let mut config = preset(preset_name, &task.spec().id)?;
    changes.iter().try_for_each(|(name, text)| config.set(name, text))?;
    Ok((task, config))
}

/// The facts about a task, as `schema()` has them: of one by its id, or of one that a class or function makes, which is
/// checked first (as Stable-Baselines3's `check_env` does).
///
/// # Errors
/// Throws an "MbppoError" of kind "config" with `field`, `value` and `allowed`, or of kind "task" with what its code
/// threw.
#[wasm_bindgen]
pub fn describe_task(task: &JsValue) -> Thrown<JsValue> {
    to_js(options::task(task)?.spec().as_ref())
}

/// A seed that nobody has chosen: a whole number below 2³², so that it is short in a link.
///
/// # Errors
/// Throws if the browser gives no random numbers.
#[wasm_bindgen]
pub fn fresh_seed() -> Thrown<u32> {
    let refused = |reason: getrandom::Error| {
        Error::Device { doing: "drawing a fresh seed".into(), reason: reason.to_string() }.into()
    };
    getrandom::u32().map_err(refused)
}
