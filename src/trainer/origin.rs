//! Where a run was computed: by which program, on which device, in which arithmetic.
//!
//! **What.** Two runs of one seed agree in every bit if all of this is the same. A run that is saved here and continued
//! elsewhere has several origins, in the order in which they took over.
//! **Where.** A checkpoint holds them, and a [receipt](crate::receipt) names them.

use super::Trainer;
use crate::device::Device;
use crate::kernels::isa;
use serde::{Deserialize, Serialize};

/// Where a stretch of a run was computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The program: its version, and a hash of its source ([`crate::PROGRAM`]).
    pub program: String,
    /// The device, by its name in options and addresses.
    pub device: String,
    /// What decides the last bits of a sum on the CPU: processor, system and vector instructions. Files of 0.1.0 do
    /// not say it: "unknown".
    pub arithmetic: String,
    /// Whether pictures and diagnostics were computed, as on the page. They take ticks of their own.
    pub is_watched: bool,
}

impl Origin {
    /// What this program computes on this device.
    pub fn here(device: &Device, is_watched: bool) -> Self {
        Self {
            program: crate::PROGRAM.into(),
            device: device.kind().name().into(),
            arithmetic: arithmetic(),
            is_watched,
        }
    }

    /// That of a file which says no more than this.
    pub(super) fn unknown(program: String, device: String) -> Self {
        Self { program, device, arithmetic: "unknown".into(), is_watched: true }
    }
}

/// The arithmetic of this program on this processor: "wasm32 simd128", "x86_64 linux avx2 fma".
fn arithmetic() -> String {
    use std::env::consts::{ARCH, OS};
    [ARCH, OS, isa::name()]
        .into_iter()
        .filter(|part| !part.is_empty() && *part != "unknown")
        .collect::<Vec<_>>()
        .join(" ")
}

impl Trainer {
    /// Where the run was computed so far, the latest last.
    pub fn computed_by(&self) -> Vec<Origin> {
        let context = &self.context;
        let mut all = context.computed_by.clone();
        let here = Origin::here(&context.device, context.is_watched);
        let has_worked = context.record.ticks > context.computed_ticks || all.is_empty();
        if has_worked && all.last() != Some(&here) {
            all.push(here);
        }
        all
    }

    /// Remembers where the run was computed until now, before that changes.
    pub(super) fn keep_origin(&mut self) {
        let ticks = self.context.record.ticks;
        if ticks > self.context.computed_ticks {
            (self.context.computed_by, self.context.computed_ticks) = (self.computed_by(), ticks);
        }
    }
}
