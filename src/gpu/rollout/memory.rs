//! Workgroup memory: where its regions begin, and the way of a network through it. All in vectors of four rows.

use super::chain::{MOST_LAYERS, Stage};
use crate::config::Activation;

/// Where the regions of workgroup memory begin, in vectors. The first is what is recorded of a step, and it begins with
/// where the branches are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Regions {
    /// What a first layer reads.
    pub(super) input: usize,
    /// What a last layer gives.
    pub(super) output: usize,
    /// Hidden layers.
    pub(super) first: usize,
    pub(super) second: usize,
    /// Behind the last.
    pub(super) end: usize,
}

/// A network's way through workgroup memory: all its layers, activated but the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Path {
    pub(super) layers: [LayerPlan; MOST_LAYERS],
    /// How many of them there are.
    pub(super) count: usize,
    pub(super) activation: Activation,
}

/// One layer, or two side by side: what it reads, where it writes. All in vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct LayerPlan {
    /// Inputs, two at a time.
    pub(super) pairs: usize,
    pub(super) blocks: usize,
    /// From which block on it is the second network.
    pub(super) split: usize,
    pub(super) weight: [usize; 2],
    pub(super) stride: usize,
    pub(super) bias: [usize; 2],
    pub(super) row: [usize; 2],
    pub(super) from: [usize; 2],
    pub(super) to: usize,
}

impl LayerPlan {
    pub(super) fn of(stage: &Stage, from: usize, to: usize, quads: usize) -> Self {
        let layer = stage.layer;
        let beside = stage.beside.unwrap_or(layer);
        // A block of the second network counts on from the first one's last.
        let behind = |place: usize| if stage.beside.is_some() { place - layer.blocks } else { place };
        let shift = if stage.own_inputs { layer.inputs * quads } else { 0 };
        Self {
            pairs: layer.inputs / 2,
            blocks: stage.blocks(),
            split: layer.blocks,
            weight: [layer.weight, behind(beside.weight)],
            stride: layer.stride,
            bias: [layer.bias, behind(beside.bias)],
            row: [layer.blocks, beside.blocks],
            from: [from, from + shift],
            to,
        }
    }
}
