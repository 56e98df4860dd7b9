//! One order of a session: ticks until time is over or a place is reached.

use crate::error::{Error, Result};
use crate::trainer::Trainer;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

/// Where an `advance` stops before its time is over.
#[derive(Clone, Copy)]
pub(super) enum Stop {
    /// Nowhere.
    Never,
    /// Where a phase ends.
    Phase,
    /// Where an iteration ends, and with it the evaluation that may follow it.
    Iteration,
}

impl Stop {
    /// Reads "", "phase" or "iteration".
    pub(super) fn parse(word: &str) -> Result<Self> {
        match word {
            "" => Ok(Self::Never),
            "phase" => Ok(Self::Phase),
            "iteration" => Ok(Self::Iteration),
            _ => Err(Error::Config {
                field: "stop_at".into(),
                value: word.into(),
                allowed: "it must be phase, iteration or empty".into(),
            }),
        }
    }
}

/// Ticks until one of the limits is met.
pub(super) async fn advance(
    trainer: &mut Trainer,
    budget_ms: f64,
    max_ticks: u32,
    stop: Stop,
) -> Result<Value> {
    let (begin, phase, mut ticks, mut phase_changed) = (now_ms(), trainer.phase(), 0, false);
    loop {
        trainer.tick().await?;
        ticks += 1;
        phase_changed |= trainer.phase() != phase;
        let iteration_ended = trainer.is_between_iterations();
        let is_there = match stop {
            Stop::Never => false,
            Stop::Phase => phase_changed,
            Stop::Iteration => iteration_ended,
        };
        if ticks >= max_ticks || is_there || now_ms() - begin >= budget_ms {
            return Ok(json!({
                "ticks": ticks,
                "phase_changed": phase_changed,
                "iteration_ended": iteration_ended,
            }));
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// The monotonic clock of a page or a worker, in milliseconds.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn now_ms() -> f64;
}
