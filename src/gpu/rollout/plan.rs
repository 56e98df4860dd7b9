//! What the kernel of a rollout is built for: shapes, places of parameters, and how the work is shared out.
//!
//! **What.** All of this is fixed when the kernel is compiled, so a run compiles it once; only numbers change afterwards.
//! **Choices.** (1) A workgroup takes R rows, 8 or 4: 8 where there are branches enough to give every processor several
//! workgroups. (2) It has 32 units, each with four outputs of all R rows in its registers; a layer of 64 is one pass of
//! policy and value together. (3) What layers say is kept twice, so that one is read while the other is written. Where
//! that does not fit into 16 KiB (layers wider than about 480), it is kept once and a workgroup has a unit for every four
//! outputs, which waits before it writes.

use crate::config::Activation;

/// Bytes of workgroup memory that every WebGPU device has.
const MEMORY: usize = 16 * 1024;
/// Units of a workgroup.
const UNITS: usize = 32;
/// From so many branches on a workgroup takes 8 rows.
const MANY_BRANCHES: usize = 64;

/// The bend behind a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bend {
    /// None: an output.
    None,
    /// max(x, 0)
    Relu,
    /// tanh
    Tanh,
    /// x σ(x)
    Silu,
}

impl From<Activation> for Bend {
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::Relu => Self::Relu,
            Activation::Tanh => Self::Tanh,
            Activation::Silu => Self::Silu,
        }
    }
}

/// Where the parameters of one layer lie, in vectors of four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layer {
    /// Numbers that it reads of a row.
    pub inputs: usize,
    /// Vectors of outputs.
    pub blocks: usize,
    /// Where the first member's weights begin.
    pub weight: usize,
    /// From one member's weights to the next one's.
    pub weight_stride: usize,
    /// Where the first member's bias begins.
    pub bias: usize,
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
    /// The bend behind it.
    pub bend: Bend,
}

impl Stage {
    /// Vectors of outputs, of both networks.
    pub fn blocks(&self) -> usize {
        self.layer.blocks + self.beside.map_or(0, |layer| layer.blocks)
    }
}

/// The form of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Acts {
    /// One of so many.
    Choice(usize),
    /// So many numbers.
    Numbers(usize),
}

impl Acts {
    /// A
    pub fn size(self) -> usize {
        match self {
            Self::Choice(size) | Self::Numbers(size) => size,
        }
    }
}

/// What the model's outputs mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Says {
    /// E
    pub members: usize,
    /// Whether there are log-variances, with which it draws.
    pub is_gaussian: bool,
    /// Whether the end logit has learned; otherwise no end is foreseen.
    pub learned_ends: bool,
    /// Whether it says the change and not the next observation itself.
    pub is_change: bool,
    /// Whether all members are asked, for their disagreement.
    pub with_disagreement: bool,
}

/// The two networks of curiosity: the same places in two buffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Novelty {
    /// Both layers.
    pub stages: [Stage; 2],
    /// Outputs that count.
    pub features: usize,
}

/// How the rows and outputs are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Crew {
    /// R / 4, vectors of rows of a workgroup.
    pub quads: usize,
    /// Units of a workgroup.
    pub units: usize,
    /// Whether layers are written where they were read.
    pub in_place: bool,
}

/// Everything that the kernel is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Plan {
    /// O
    pub obs: usize,
    /// The form of actions.
    pub acts: Acts,
    /// Where log σ stands in the agent's parameters, in vectors.
    pub log_std: usize,
    /// Value heads; 0 if no values are asked for.
    pub heads: usize,
    /// Policy, and value if it is asked for.
    pub agent: [Stage; 3],
    /// The world.
    pub model: [Stage; 3],
    /// What its outputs mean.
    pub says: Says,
    /// Curiosity, if it is asked.
    pub novelty: Option<Novelty>,
    /// Who does what.
    pub crew: Crew,
}

impl Plan {
    /// The same with the work shared out for so many branches.
    pub fn shared_out(mut self, branches: usize) -> Self {
        let wanted = if branches >= MANY_BRANCHES { 2 } else { 1 };
        let fitting = [(2, false), (1, false), (1, true)]
            .into_iter()
            .filter(|(quads, _)| *quads <= wanted)
            .find(|(quads, in_place)| 16 * self.vectors(*quads, *in_place) <= MEMORY);
        let (quads, in_place) = fitting.unwrap_or((1, true));
        let units = if in_place { (self.hidden() / 4).next_multiple_of(UNITS) } else { UNITS };
        self.crew = Crew { quads, units, in_place };
        self
    }

    /// R
    pub fn rows(&self) -> usize {
        4 * self.crew.quads
    }

    /// Numbers that are recorded of one branch and step.
    pub fn record_width(&self) -> usize {
        self.obs + self.acts.size() + 5
    }

    /// Numbers that are recorded in all.
    pub fn record_size(&self, branches: usize, horizon: usize) -> usize {
        branches * (horizon * self.record_width() + (horizon + 1) * self.heads)
    }

    /// Numbers of the widest input of a row.
    pub(super) fn input(&self) -> usize {
        self.obs + self.acts.size()
    }

    /// Numbers of the widest hidden layer of a row.
    pub(super) fn hidden(&self) -> usize {
        let hidden = self.agent.iter().take(2).chain(self.model.iter().take(2));
        let of_novelty = self.novelty.iter().map(|novelty| 2 * novelty.stages[0].blocks());
        4 * hidden.map(Stage::blocks).chain(of_novelty).max().unwrap_or(0)
    }

    /// Numbers of the widest output of a row.
    pub(super) fn output(&self) -> usize {
        let members = if self.says.with_disagreement { self.says.members } else { 1 };
        let of_novelty = self.novelty.map_or(0, |novelty| 2 * novelty.stages[1].blocks());
        4 * [self.agent[2].blocks(), members * self.model[2].blocks(), of_novelty].into_iter().max().unwrap_or(0)
    }

    /// Vectors of workgroup memory.
    fn vectors(&self, quads: usize, in_place: bool) -> usize {
        let hidden = if in_place { 1 } else { 2 } * self.hidden();
        quads * (self.obs + self.input() + self.output() + hidden)
    }
}
