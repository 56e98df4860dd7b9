//! Receipts, as JavaScript reads and compares them: texts in, texts and plain objects out.

use super::convert::{Thrown, to_js};
use super::options::given;
use crate::device::Device;
use crate::quantiles::Spread;
use crate::receipt::Receipt;
use crate::trainer::Trainer;
use js_sys::Uint8Array;
use serde_json::json;
use wasm_bindgen::prelude::*;

/// The receipt, as JSON, of the run that `Session.save` gave as `bytes`. A run of a task that is not in the list needs
/// what makes it once more, as `task`.
///
/// # Errors
/// Rejects with an "MbppoError" of kind "checkpoint", with `field`, `value` and `allowed`.
#[wasm_bindgen]
pub async fn receipt(bytes: Uint8Array, task: JsValue) -> Thrown<String> {
    Ok(of_saved(&bytes, &task).await?.to_json()?)
}

/// What a receipt says: `{ words, task, config, ticks, undecidable }`. The last is a sentence's end if running it again
/// can prove nothing, else null.
///
/// # Errors
/// Throws an "MbppoError" of kind "receipt", with `field`, `value` and `allowed`.
#[wasm_bindgen]
pub fn read_receipt(text: &str) -> Thrown<JsValue> {
    let receipt = Receipt::read(text)?;
    to_js(&json!({
        "words": receipt.words(),
        "task": receipt.task(),
        "config": receipt.config(),
        "ticks": receipt.ticks(),
        "undecidable": receipt.undecidable(),
    }))
}

/// What to say of a receipt once `Session.replay` has run it again and `save` gave `bytes`:
/// `{ verdict: "agrees" }`, `{ verdict: "differs", differences: [sentence] }` or `{ verdict: "undecided", reason }`.
///
/// # Errors
/// Rejects with an "MbppoError" of kind "receipt" or "checkpoint".
#[wasm_bindgen]
pub async fn compare_receipt(text: String, bytes: Uint8Array, task: JsValue) -> Thrown<JsValue> {
    to_js(&Receipt::read(&text)?.compare(&of_saved(&bytes, &task).await?))
}

/// What is typical of values, one a run: `[median, low, high]`, the latter the ends of the 95 % interval of the median,
/// which is the median itself of a single value. Empty of no values.
#[wasm_bindgen]
pub fn spread(values: Vec<f64>) -> Vec<f64> {
    let spread = Spread::of(values.into_iter().map(Some));
    spread.map_or_else(Vec::new, |Spread { median, interval, .. }| {
        let (low, high) = interval.unwrap_or((median, median));
        vec![median, low, high]
    })
}

async fn of_saved(bytes: &Uint8Array, task: &JsValue) -> Thrown<Receipt> {
    let trainer = Trainer::resume_task(&bytes.to_vec(), Device::cpu(), given(task)?)?;
    Ok(Receipt::of(&trainer).await?)
}
