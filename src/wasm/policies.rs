//! Policies alone, as JavaScript opens and saves them: files and texts in, files and texts out.

use super::convert::Thrown;
use super::options::{Options, given};
use crate::device::Device;
use crate::policy_file::PolicyFile;
use crate::rng::Seed;
use crate::trainer::Trainer;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

/// The policy alone of the run that `Session.save` gave as `bytes`, as a file. A run of a task that is not in the list
/// needs what makes it once more, as `task`.
///
/// # Errors
/// Rejects with an "MbppoError" of kind "checkpoint" or "policy", with `field`, `value` and `allowed`.
#[wasm_bindgen]
pub async fn policy_of(bytes: Uint8Array, task: JsValue) -> Thrown<Uint8Array> {
    let policy = PolicyFile::open(&bytes.to_vec(), given(&task)?).await?;
    Ok(Uint8Array::from(policy.to_bytes()?.as_slice()))
}

/// The same as a text for an address, with numbers of 8 bits.
///
/// # Errors
/// As from `policy_of`; also if it is too long for an address.
#[wasm_bindgen]
pub async fn policy_text(bytes: Uint8Array, task: JsValue) -> Thrown<String> {
    Ok(PolicyFile::open(&bytes.to_vec(), given(&task)?).await?.to_text(8)?)
}

/// The file of the policy in such a text, for a run of these `options`, as `Session.create` takes them.
///
/// # Errors
/// Rejects with an "MbppoError" of kind "policy" or "config", with `field`, `value` and `allowed`.
#[wasm_bindgen]
pub async fn policy_of_text(text: String, options: JsValue) -> Thrown<Uint8Array> {
    let Options { task, config, seed, .. } = Options::read(&options)?;
    let policy = PolicyFile::of_text(&text, task, config, seed).await?;
    Ok(Uint8Array::from(policy.to_bytes()?.as_slice()))
}

/// The file of a run from `bytes`: a policy alone becomes a run with this seed that plays it. With `learns`, true or
/// false, what comes out learns or only plays; without it, a run is given back as it is.
///
/// # Errors
/// Rejects with an "MbppoError" of kind "checkpoint" or "policy", with `field`, `value` and `allowed`.
#[wasm_bindgen]
pub async fn run_of(bytes: Uint8Array, seed: u32, learns: Option<bool>, task: JsValue) -> Thrown<Uint8Array> {
    let (file, task) = (bytes.to_vec(), given(&task)?);
    let trainer = if PolicyFile::is_one(&file) {
        let only_plays = !learns.unwrap_or(false);
        PolicyFile::read(&file)?.run(task, Seed(seed.into()), only_plays).await?
    } else {
        let Some(learns) = learns else { return Ok(bytes) };
        let mut trainer = Trainer::resume_task(&file, Device::cpu(), task)?;
        trainer.set_only_plays(!learns)?;
        trainer
    };
    Ok(Uint8Array::from(trainer.checkpoint().await?.as_slice()))
}
