//! Networks as a rollout sees them: their layers one after another, perhaps those of two networks side by side.

use crate::config::Activation;
use crate::gpu::layout::Network;
use crate::kernels::MOST_HIDDEN_LAYERS;

/// Most layers of a network.
pub(super) const MOST_LAYERS: usize = MOST_HIDDEN_LAYERS + 1;

/// Where the parameters of one layer lie, in vectors of four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layer {
    /// Numbers that it reads of a row, a multiple of four.
    pub inputs: usize,
    /// Vectors of outputs.
    pub blocks: usize,
    /// Where the first member's weights begin.
    pub weight: usize,
    /// Where the first member's bias begins.
    pub bias: usize,
    /// From one member's parameters to the next one's.
    pub stride: usize,
}

impl Layer {
    fn of(network: &Network, index: usize) -> Self {
        let layer = &network.layers[index];
        Self {
            inputs: layer.inputs,
            blocks: layer.outputs / 4,
            weight: (network.first + layer.weight) / 4,
            bias: (network.first + layer.bias) / 4,
            stride: network.stride / 4,
        }
    }
}

/// One layer, or the same layer of two networks side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stage {
    /// The first network's.
    pub layer: Layer,
    /// The second network's, which writes behind the first.
    pub beside: Option<Layer>,
    /// Whether the second reads behind the first too; otherwise both read the same.
    pub own_inputs: bool,
}

impl Stage {
    /// Vectors of outputs, of both networks.
    pub fn blocks(&self) -> usize {
        self.layer.blocks + self.beside.map_or(0, |layer| layer.blocks)
    }
}

/// All layers of a network, or of two side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chain {
    /// Its layers; behind the last one that one again.
    pub(super) stages: [Stage; MOST_LAYERS],
    /// How many of them there are.
    pub count: usize,
    /// The activation behind all but the last.
    pub activation: Activation,
}

impl Chain {
    /// The layers of a network, and of another one as deep beside it.
    pub fn new(network: &Network, beside: Option<&Network>, activation: Activation) -> Self {
        let count = network.layers.len();
        let stage = |index: usize| {
            let index = index.min(count - 1);
            Stage {
                layer: Layer::of(network, index),
                beside: beside.map(|network| Layer::of(network, index)),
                own_inputs: index > 0,
            }
        };
        Self { stages: std::array::from_fn(stage), count, activation }
    }

    /// The last layer.
    pub fn last(&self) -> Stage {
        self.stages[self.count - 1]
    }

    /// The layers before it.
    pub(super) fn hidden(&self) -> &[Stage] {
        &self.stages[..self.count - 1]
    }
}
