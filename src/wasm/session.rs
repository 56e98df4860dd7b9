//! One run, as JavaScript holds it.

use super::convert::{Thrown, from_js, js_failure, to_js};
use crate::config::{Config, preset};
use crate::device::{self, DeviceKind};
use crate::env::TASKS;
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::snapshot::Snapshot;
use crate::trainer::Trainer;
use js_sys::{Promise, Reflect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// What `Session.create` takes.
#[derive(Deserialize)]
struct Options {
    task: Option<String>,
    preset: String,
    seed: f64,
    device: String,
    #[serde(default)]
    config: BTreeMap<String, String>,
}

impl Options {
    fn task(&self) -> &str {
        self.task.as_deref().unwrap_or(TASKS[0])
    }

    fn config(&self) -> Result<Config> {
        let mut config = preset(&self.preset, self.task())?;
        self.config.iter().try_for_each(|(name, text)| config.set(name, text))?;
        config.validate()?;
        Ok(config)
    }

    fn seed(&self) -> Result<Seed> {
        if self.seed.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&self.seed) {
            return Ok(Seed(self.seed as u64));
        }
        Err(Error::Config {
            field: "seed".into(),
            value: self.seed.to_string(),
            allowed: "it must be a whole number from 0 to 2⁵³ − 1".into(),
        })
    }
}

/// Where a session computes.
#[derive(Serialize)]
struct Device {
    kind: &'static str,
    name: String,
    sentence: String,
}

struct Run {
    /// Taken out while an `advance` runs: it is then in the hands of that future, across its awaits, and what else is
    /// asked meanwhile finds it gone and says so. A `RefCell` borrowed across an await, or wasm-bindgen's own borrow
    /// of an async `&mut self`, would panic or throw "recursive use of an object" instead, and keep `free` from working.
    trainer: Cell<Option<Box<Trainer>>>,
    /// After the latest `advance`.
    snapshot: RefCell<Snapshot>,
    device: Device,
}

/// A run: `create` it, `advance` it again and again, read its `snapshot`, `free` it.
///
/// Only one `advance` can be in flight; another is refused, and so are `curves` and `take_recording` meanwhile, with
/// an error of kind "busy". `snapshot` and `device` always answer. `free` can be called at any time: an `advance` that
/// is in flight still ends, and then the run is gone.
#[wasm_bindgen]
pub struct Session {
    run: Rc<Run>,
}

#[wasm_bindgen]
impl Session {
    /// Makes a run from `{ task?, preset, seed, device: "cpu" | "webgpu", config?: { name: text } }`.
    ///
    /// # Errors
    /// Rejects with an "MbppoError" of kind "config" with `field`, `value` and `allowed`, or of kind "device".
    pub async fn create(options: JsValue) -> Thrown<Session> {
        let options: Options = from_js("options", options)?;
        Ok(Session { run: Rc::new(open(&options).await?) })
    }

    /// Learns until `budget_ms` are spent, `max_ticks` are done or, if asked, the phase changes; at least one tick.
    /// Resolves to `{ ticks, phase_changed }`.
    ///
    /// Rejects with an "MbppoError": of kind "busy" if one is already in flight, else with what went wrong. The
    /// session can still be read then.
    pub fn advance(&self, budget_ms: f64, max_ticks: u32, stop_at_phase_change: bool) -> Promise {
        let Some(mut trainer) = self.run.trainer.take() else { return Promise::reject(&busy()) };
        let run = Rc::clone(&self.run);
        future_to_promise(async move {
            let advanced = advance(&mut trainer, budget_ms, max_ticks, stop_at_phase_change).await;
            run.snapshot.replace(trainer.snapshot());
            run.trainer.set(Some(trainer));
            to_js(&advanced?)
        })
    }

    /// The state of the run after the latest `advance` that has ended; one that is in flight does not show.
    pub fn snapshot(&self) -> Thrown<JsValue> {
        to_js(&*self.run.snapshot.borrow())
    }

    /// All curves: `{ episode_returns, evaluations, metrics: { name: points } }`, points as `{ real_steps, value }`.
    ///
    /// # Errors
    /// Throws an "MbppoError" of kind "busy" during an `advance`.
    pub fn curves(&self) -> Thrown<JsValue> {
        self.read(|trainer| to_js(trainer.curves()))
    }

    /// What was recorded since it was last taken: `{ frames, forecast, comparison, error_by_horizon }`, null where
    /// there is nothing new.
    ///
    /// # Errors
    /// Throws an "MbppoError" of kind "busy" during an `advance`; nothing is lost then.
    pub fn take_recording(&self) -> Thrown<JsValue> {
        self.read(|trainer| to_js(&trainer.take_recording()))
    }

    /// What can be changed in the task while it runs: `[{ name, unit, min, max, value }]`.
    ///
    /// # Errors
    /// Throws an "MbppoError" of kind "busy" during an `advance`.
    pub fn physics(&self) -> Thrown<JsValue> {
        self.read(|trainer| to_js(&trainer.physics()))
    }

    /// Changes one of them, from the next step on.
    ///
    /// # Errors
    /// Throws an "MbppoError" of kind "config" with `field`, `value` and `allowed`, and nothing has changed; or "busy".
    pub fn set_physics(&self, name: &str, value: f64) -> Thrown<JsValue> {
        self.read(|trainer| {
            trainer.set_physics(name, value)?;
            to_js(&trainer.physics())
        })
    }

    /// Where it computes: `{ kind, name, sentence }`.
    pub fn device(&self) -> Thrown<JsValue> {
        to_js(&self.run.device)
    }

    fn read(&self, read: impl FnOnce(&mut Trainer) -> Thrown<JsValue>) -> Thrown<JsValue> {
        let mut trainer = self.run.trainer.take().ok_or_else(busy)?;
        let answer = read(&mut trainer);
        self.run.trainer.set(Some(trainer));
        answer
    }
}

async fn open(options: &Options) -> Result<Run> {
    let (config, seed) = (options.config()?, options.seed()?);
    let task = options.task();
    // Before a device is opened, which may take a second.
    crate::env::make(task)?;
    let opened = device::open(DeviceKind::from_name(&options.device)?).await?;
    let sentence = match opened.kind() {
        DeviceKind::Cpu => "Training on the CPU".into(),
        #[cfg(feature = "tensors")]
        DeviceKind::CpuPlain => "Training on the CPU, by tensors".into(),
        DeviceKind::WebGpu => format!("Training on {}", opened.name()),
    };
    let device = Device { kind: opened.kind().name(), name: opened.name().into(), sentence };
    let trainer = Box::new(Trainer::new(task, config, seed, opened)?);
    Ok(Run { snapshot: RefCell::new(trainer.snapshot()), trainer: Cell::new(Some(trainer)), device })
}

/// Ticks until one of the limits is met.
async fn advance(trainer: &mut Trainer, budget_ms: f64, max_ticks: u32, by_phase: bool) -> Result<Value> {
    let (begin, phase, mut ticks, mut phase_changed) = (now_ms(), trainer.phase(), 0, false);
    loop {
        trainer.tick().await?;
        ticks += 1;
        phase_changed |= trainer.phase() != phase;
        if ticks >= max_ticks || (by_phase && phase_changed) || now_ms() - begin >= budget_ms {
            return Ok(json!({ "ticks": ticks, "phase_changed": phase_changed }));
        }
    }
}

/// The monotonic clock of a page or a worker, in milliseconds.
fn now_ms() -> f64 {
    let clock = Reflect::get(&js_sys::global(), &"performance".into());
    let clock = clock.ok().and_then(|clock| clock.dyn_into::<web_sys::Performance>().ok());
    clock.map_or_else(js_sys::Date::now, |clock| clock.now())
}

fn busy() -> JsValue {
    js_failure("busy", "An advance is already running: wait for it, then ask again.", &[])
}
