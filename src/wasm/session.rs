//! One run, as JavaScript holds it.

use super::advance::{Stop, advance};
use super::convert::{Thrown, js_failure, to_js};
use super::options::{LARGEST_SEED, Options, given, wrong_seed};
use crate::device::{self, DeviceKind};
use crate::error::{Error, Result};
use crate::receipt::Receipt;
use crate::snapshot::Snapshot;
use crate::trainer::Trainer;
use js_sys::{Promise, Uint8Array};
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

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
    /// of an async `&mut self`, would panic or throw "recursive use of an object" instead, and keep `free` from
    /// working.
    trainer: Cell<Option<Box<Trainer>>>,
    /// After the latest `advance`.
    snapshot: RefCell<Snapshot>,
    device: Device,
}

/// A run: `create` it, `advance` it again and again, read its `snapshot`, `free` it.
///
/// Only one `advance` or `save` can be in flight; another is refused, and so are `curves` and `take_recording`
/// meanwhile, with an error of kind "busy". `snapshot` and `device` always answer. `free` can be called at any time:
/// what is in flight still ends, and then the run is gone.
#[wasm_bindgen]
pub struct Session {
    run: Rc<Run>,
}

#[wasm_bindgen]
impl Session {
    /// Makes a run from
    /// `{ task?, preset, seed, device: "cpu" | "webgpu", config?: { name: value }, physics?: { name: plan } }`, where a
    /// plan is "20" for the value from the start, or "20;9.8@150" for another one after 150 ticks. `task` is the id of
    /// one, or a class or function that makes one (`docs/tasks.md`).
    ///
    /// # Errors
    /// Rejects with an "MbppoError" of kind "config" with `field`, `value` and `allowed`, of kind "device", or of kind
    /// "task" with what the code of a task has thrown.
    pub async fn create(options: JsValue) -> Thrown<Session> {
        let options = Options::read(&options)?;
        Ok(Session { run: Rc::new(open(options).await?) })
    }

    /// The run that `save` gave as `bytes` (a `Uint8Array`), here or elsewhere, on this device: "cpu" or "webgpu". A
    /// run of a task that is not in the list needs what makes it once more, as `task`.
    ///
    /// # Errors
    /// Rejects with an "MbppoError" of kind "checkpoint" or "config" with `field`, `value` and `allowed`, or of kind
    /// "device". No other session has changed then.
    pub async fn resume(bytes: JsValue, device: String, task: JsValue) -> Thrown<Session> {
        let kind = bytes.js_typeof().as_string().unwrap_or_default();
        let bytes = bytes.dyn_into::<Uint8Array>().map_err(|_| Error::Config {
            field: "bytes".into(),
            value: kind,
            allowed: "it must be a Uint8Array".into(),
        })?;
        let opened = device::open(DeviceKind::from_name(&device)?).await?;
        let trainer = Trainer::resume_task(&bytes.to_vec(), opened, given(&task)?)?;
        let seed = trainer.snapshot().seed;
        if seed > LARGEST_SEED {
            return Err(wrong_seed(seed).into());
        }
        Ok(Session { run: Rc::new(Run::of(trainer)) })
    }

    /// The run that a receipt claims, from its beginning, on the CPU: `advance` it by as many ticks as the receipt
    /// says, and compare what comes out. `task` as in `resume`.
    ///
    /// # Errors
    /// Rejects with an "MbppoError" of kind "receipt" with `field`, `value` and `allowed`.
    pub async fn replay(receipt: String, task: JsValue) -> Thrown<Session> {
        let trainer = Receipt::read(&receipt)?.trainer(given(&task)?)?;
        Ok(Session { run: Rc::new(Run::of(trainer)) })
    }

    /// Learns until `budget_ms` are spent, `max_ticks` are done, or a phase or an iteration ends if `stop_at` is
    /// "phase" or "iteration" and not ""; at least one tick. Resolves to `{ ticks, phase_changed, iteration_ended }`,
    /// where the last says that the run stands between two iterations now, so that it can be saved.
    ///
    /// Rejects with an "MbppoError": of kind "busy" if one is already in flight, else with what went wrong. The
    /// session can still be read then.
    pub fn advance(&self, budget_ms: f64, max_ticks: u32, stop_at: &str) -> Promise {
        let stop = match Stop::parse(stop_at) {
            Ok(stop) => stop,
            Err(error) => return Promise::reject(&error.into()),
        };
        let Some(mut trainer) = self.run.trainer.take() else { return Promise::reject(&busy()) };
        let run = Rc::clone(&self.run);
        future_to_promise(async move {
            let advanced = advance(&mut trainer, budget_ms, max_ticks, stop).await;
            run.snapshot.replace(trainer.snapshot());
            run.trainer.set(Some(trainer));
            to_js(&advanced?)
        })
    }

    /// The run as a file, for `resume`. Resolves to a `Uint8Array`.
    ///
    /// Rejects with an "MbppoError": of kind "checkpoint" with field "phase" within an iteration, of kind "busy" during
    /// an `advance`, or with what went wrong with the run or its device.
    pub fn save(&self) -> Promise {
        let Some(trainer) = self.run.trainer.take() else { return Promise::reject(&busy()) };
        let run = Rc::clone(&self.run);
        future_to_promise(async move {
            let saved = trainer.checkpoint().await;
            run.trainer.set(Some(trainer));
            Ok(Uint8Array::from(saved?.as_slice()).into())
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

    /// What can be changed in the task while it runs: `[{ name, unit, min, max, value, usual, changes }]`, the value in
    /// the task as it is, and all changes of this run as `create` takes them.
    ///
    /// # Errors
    /// Throws an "MbppoError" of kind "busy" during an `advance`.
    pub fn physics(&self) -> Thrown<JsValue> {
        self.read(|trainer| to_js(&trainer.levers()?))
    }

    /// Changes one of them, from the next step on.
    ///
    /// # Errors
    /// Throws an "MbppoError" of kind "config" with `field`, `value` and `allowed`, and nothing has changed; or "busy".
    pub fn set_physics(&self, name: &str, value: f64) -> Thrown<JsValue> {
        self.read(|trainer| {
            trainer.set_physics(name, value)?;
            to_js(&trainer.levers()?)
        })
    }

    /// The facts about its task, in the variant that it runs: as `schema()` has them.
    ///
    /// # Errors
    /// Throws an "MbppoError" of kind "busy" during an `advance`.
    pub fn task(&self) -> Thrown<JsValue> {
        self.read(|trainer| to_js(trainer.spec()))
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

async fn open(options: Options) -> Result<Run> {
    let opened = device::open(options.device).await?;
    let mut trainer = Trainer::of_task(options.task, options.config, options.seed, opened)?;
    options.physics.iter().try_for_each(|(name, plan)| trainer.plan_physics(name, plan))?;
    Ok(Run::of(trainer))
}

impl Run {
    /// Holds a run as it stands.
    fn of(trainer: Trainer) -> Self {
        let opened = trainer.device();
        let sentence = match opened.kind() {
            DeviceKind::Cpu => "Training on the CPU".into(),
            #[cfg(tensors)]
            DeviceKind::CpuPlain => "Training on the CPU, by tensors".into(),
            DeviceKind::WebGpu => format!("Training on {}", opened.name()),
        };
        let device = Device { kind: opened.kind().name(), name: opened.name().into(), sentence };
        Self {
            snapshot: RefCell::new(trainer.snapshot()),
            trainer: Cell::new(Some(Box::new(trainer))),
            device,
        }
    }
}

fn busy() -> JsValue {
    js_failure("busy", "The session is busy: wait for the current call to finish, then try again.", &[])
}
