//! What the kernel of a rollout is built for: shapes, places of parameters, and how the work is shared out.
//!
//! **What.** All of this is fixed when the kernel is compiled, so a run compiles it once; only numbers change
//! afterwards.
//! **Choices.** (1) A workgroup takes R rows, 8 or 4: 8 where there are branches enough to give every processor several
//! workgroups. (2) It has 32 units, each with four outputs of all R rows in its registers; a layer of 64 is one pass of
//! policy and value together. On a software adapter it has 4: whoever waits there waits for everybody's turn. (3) What
//! layers say is kept twice, so that one is read while the other is written. Where that does not fit into 16 KiB
//! (layers wider than about 480), it is kept once and a workgroup has a unit for every four outputs, which waits before
//! it writes.

use super::chain::{Chain, Stage};
use super::memory::{LayerPlan, Path, Regions};

/// Bytes of workgroup memory that every WebGPU device has.
const MEMORY: usize = 16 * 1024;
/// Units of a workgroup.
const UNITS: usize = 32;
/// Units of a workgroup on a software adapter, which computes four at a time.
const SOFTWARE_UNITS: usize = 4;
/// Policy and value go side by side if they are not wider.
const NARROW: usize = 128;
/// From so many branches on a workgroup takes 8 rows.
const MANY_BRANCHES: usize = 64;

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
pub struct Outputs {
    /// E
    pub members: usize,
    /// Whether there are log-variances, with which it draws.
    pub is_gaussian: bool,
    /// Whether the end logit has learned; otherwise no end is predicted.
    pub learned_ends: bool,
    /// Whether it predicts the change and not the next observation itself.
    pub is_change: bool,
    /// Whether all members are asked, for their disagreement.
    pub with_disagreement: bool,
}

/// The two networks of curiosity: the same places in two buffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Novelty {
    /// The layers of either.
    pub chain: Chain,
    /// Outputs that count.
    pub features: usize,
}

/// How the rows and outputs are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Workgroup {
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
    /// Policy, with the value beside it if that is asked for and both are narrow, or the network that both share.
    pub agent: Chain,
    /// Whether policy and value share a network: then values stand right behind the policy's outputs.
    pub is_shared: bool,
    /// The value by itself.
    pub value: Option<Chain>,
    /// The world.
    pub model: Chain,
    /// What its outputs mean.
    pub outputs: Outputs,
    /// Curiosity, if it is asked.
    pub novelty: Option<Novelty>,
    /// Who does what.
    pub workgroup: Workgroup,
}

impl Plan {
    /// Whether two networks this wide can go side by side.
    pub(super) fn fit_beside(width: usize) -> bool {
        width <= NARROW
    }

    /// The same with the work shared out for so many branches.
    pub(super) fn shared_out(self, branches: usize, is_software: bool) -> Self {
        let wanted = if branches >= MANY_BRANCHES { 2 } else { 1 };
        let fitting = [(2, false), (1, false), (1, true)]
            .into_iter()
            .filter(|(quads, _)| *quads <= wanted)
            .find(|(quads, in_place)| self.with_workgroup(*quads, *in_place, UNITS).memory() <= MEMORY);
        let (quads, in_place) = fitting.unwrap_or((1, true));
        self.with_workgroup(quads, in_place, if is_software { SOFTWARE_UNITS } else { UNITS })
    }

    fn with_workgroup(mut self, quads: usize, in_place: bool, units: usize) -> Self {
        let units = if in_place { (self.hidden() / 4).next_multiple_of(UNITS) } else { units };
        self.workgroup = Workgroup { quads, units, in_place };
        self
    }

    /// Bytes of a workgroup's memory.
    pub fn memory(&self) -> usize {
        16 * self.regions().end
    }

    /// R
    pub fn rows(&self) -> usize {
        4 * self.workgroup.quads
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
        let quads = self.workgroup.quads;
        let input = quads * self.record_width();
        let output = input + quads * self.input();
        let first = output + quads * self.output();
        let second = if self.workgroup.in_place { first } else { first + quads * self.hidden() };
        Regions { input, output, first, second, end: second + quads * self.hidden() }
    }

    /// The policy's way through workgroup memory, or policy's and value's side by side.
    pub(super) fn agent_path(&self) -> Path {
        self.path(&self.agent, 0, 0)
    }

    /// The value's way, if it goes by itself; its output stands behind the policy's all the same.
    pub(super) fn value_path(&self) -> Path {
        self.path(&self.value.unwrap_or(self.agent), 0, self.values_at())
    }

    /// The model's way.
    pub(super) fn model_path(&self) -> Path {
        self.path(&self.model, 0, 0)
    }

    /// The way of one of curiosity's networks; the second one's places are behind the first one's.
    pub(super) fn novelty_path(&self, which: usize) -> Path {
        let Some(Novelty { chain, .. }) = self.novelty else { return self.agent_path() };
        let [hidden, output] = [chain.stages[0], chain.last()].map(|stage| which * 4 * stage.blocks());
        self.path(&chain, hidden, output)
    }

    /// Where the values stand in the output of policy and value: behind the policy's, which is filled up in a network
    /// of its own.
    pub(super) fn values_at(&self) -> usize {
        if self.is_shared { self.acts.size() } else { 4 * self.agent.last().layer.blocks }
    }

    /// The way of these layers, whose hidden numbers stand this far behind the hidden regions' begin and whose last
    /// ones this far behind that of the output.
    fn path(&self, chain: &Chain, hidden: usize, output: usize) -> Path {
        let (regions, quads) = (self.regions(), self.workgroup.quads);
        let last = chain.count - 1;
        let layer = |i: usize| {
            let i = i.min(last);
            let place = |i: usize| [regions.first, regions.second][i % 2] + hidden * quads;
            let from = if i == 0 { regions.input } else { place(i - 1) };
            let to = if i == last { regions.output + output * quads } else { place(i) };
            LayerPlan::of(&chain.stages[i], from, to, quads)
        };
        Path { layers: std::array::from_fn(layer), count: chain.count, activation: chain.activation }
    }

    /// Numbers of the widest input of a row, filled up like the weights.
    fn input(&self) -> usize {
        (self.obs + self.acts.size()).next_multiple_of(4)
    }

    /// Numbers of the widest hidden layer of a row.
    fn hidden(&self) -> usize {
        let networks = [Some(&self.agent), self.value.as_ref(), Some(&self.model)].into_iter().flatten();
        let hidden = networks.flat_map(Chain::hidden).map(Stage::blocks);
        let of_novelty = self.novelty.iter().flat_map(|novelty| novelty.chain.hidden());
        4 * hidden.chain(of_novelty.map(|stage| 2 * stage.blocks())).max().unwrap_or(0)
    }

    /// Numbers of the widest output of a row.
    fn output(&self) -> usize {
        let members = if self.outputs.with_disagreement { self.outputs.members } else { 1 };
        let of_novelty = self.novelty.map_or(0, |novelty| 2 * novelty.chain.last().blocks());
        let agent = self.agent.last().blocks() + self.value.map_or(0, |chain| chain.last().blocks());
        4 * agent.max(members * self.model.last().blocks()).max(of_novelty)
    }
}
