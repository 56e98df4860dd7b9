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
    pub fn shared_out(self, branches: usize) -> Self {
        let wanted = if branches >= MANY_BRANCHES { 2 } else { 1 };
        let fitting = [(2, false), (1, false), (1, true)]
            .into_iter()
            .filter(|(quads, _)| *quads <= wanted)
            .find(|(quads, in_place)| 16 * self.with_crew(*quads, *in_place).regions().end <= MEMORY);
        let (quads, in_place) = fitting.unwrap_or((1, true));
        self.with_crew(quads, in_place)
    }

    fn with_crew(mut self, quads: usize, in_place: bool) -> Self {
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

    /// Where each region of workgroup memory begins, in vectors.
    pub(super) fn regions(&self) -> Regions {
        let quads = self.crew.quads;
        let input = quads * self.record_width();
        let said = input + quads * self.input();
        let first = said + quads * self.output();
        let second = if self.crew.in_place { first } else { first + quads * self.hidden() };
        Regions { input, said, first, second, end: second + quads * self.hidden() }
    }

    /// Policy and value on their way through workgroup memory.
    pub(super) fn agent_path(&self) -> Path {
        self.path(&self.agent, 0)
    }

    /// The model on its way.
    pub(super) fn model_path(&self) -> Path {
        self.path(&self.model, 0)
    }

    /// One of curiosity's networks on its way; the second one's places are behind the first one's.
    pub(super) fn novelty_path(&self, which: usize) -> Path {
        self.novelty.map_or_else(|| self.agent_path(), |novelty| self.path(&novelty.stages, which))
    }

    fn path(&self, stages: &[Stage], which: usize) -> Path {
        let (regions, quads) = (self.regions(), self.crew.quads);
        let hidden = [regions.first, regions.second];
        let last = stages.len() - 1;
        let hop = |i: usize| {
            let (i, stage) = (i.min(last), &stages[i.min(last)]);
            let place = |i: usize| hidden[i % 2] + which * 4 * quads * stages[i].blocks();
            let from = if i == 0 { regions.input } else { place(i - 1) };
            let to = if i == last { regions.said + which * 4 * quads * stage.blocks() } else { place(i) };
            Hop::of(stage, from, to, quads)
        };
        Path { hops: [hop(0), hop(1), hop(2)], count: stages.len(), bend: stages[0].bend }
    }

    /// Numbers of the widest input of a row, and one more if that is odd.
    fn input(&self) -> usize {
        (self.obs + self.acts.size()).next_multiple_of(2)
    }

    /// Numbers of the widest hidden layer of a row.
    fn hidden(&self) -> usize {
        let hidden = self.agent.iter().take(2).chain(self.model.iter().take(2));
        let of_novelty = self.novelty.iter().map(|novelty| 2 * novelty.stages[0].blocks());
        4 * hidden.map(Stage::blocks).chain(of_novelty).max().unwrap_or(0)
    }

    /// Numbers of the widest output of a row.
    fn output(&self) -> usize {
        let members = if self.says.with_disagreement { self.says.members } else { 1 };
        let of_novelty = self.novelty.map_or(0, |novelty| 2 * novelty.stages[1].blocks());
        4 * [self.agent[2].blocks(), members * self.model[2].blocks(), of_novelty].into_iter().max().unwrap_or(0)
    }
}

/// Where the regions of workgroup memory begin, in vectors. The first is what is recorded of a step, and it begins with
/// where the branches are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Regions {
    /// What a first layer reads.
    pub(super) input: usize,
    /// What a last layer says.
    pub(super) said: usize,
    /// Hidden layers.
    pub(super) first: usize,
    pub(super) second: usize,
    /// Behind the last.
    pub(super) end: usize,
}

/// A network's way through workgroup memory: up to three layers, all bent but the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Path {
    pub(super) hops: [Hop; 3],
    /// How many of them there are.
    pub(super) count: usize,
    pub(super) bend: Bend,
}

/// One layer, or two side by side: what it reads, where it writes. All in vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Hop {
    /// Inputs, two at a time.
    pub(super) pairs: usize,
    pub(super) blocks: usize,
    /// From which block on it is the second network.
    pub(super) split: usize,
    pub(super) weight: [usize; 2],
    pub(super) weight_stride: usize,
    pub(super) bias: [usize; 2],
    pub(super) row: [usize; 2],
    pub(super) from: [usize; 2],
    pub(super) to: usize,
}

impl Hop {
    fn of(stage: &Stage, from: usize, to: usize, quads: usize) -> Self {
        let layer = stage.layer;
        let beside = stage.beside.unwrap_or(layer);
        // A block of the second network counts on from the first one's last.
        let behind = |place: usize| if stage.beside.is_some() { place - layer.blocks } else { place };
        let shift = if stage.own_inputs { layer.inputs.next_multiple_of(4) * quads } else { 0 };
        Self {
            pairs: layer.inputs.div_ceil(2),
            blocks: stage.blocks(),
            split: layer.blocks,
            weight: [layer.weight, behind(beside.weight)],
            weight_stride: layer.weight_stride,
            bias: [layer.bias, behind(beside.bias)],
            row: [layer.blocks, beside.blocks],
            from: [from, from + shift],
            to,
        }
    }
}
