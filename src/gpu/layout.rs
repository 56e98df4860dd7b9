//! Where the weights of a network lie on the device.
//!
//! **What.** The host's flat buffer ([`crate::kernels::Mlp`]) packs matrices tightly, the members of an ensemble layer
//! by layer. A kernel reads four numbers at a time and one member at a time: here every matrix is filled up to
//! multiples of four in both directions, and a member's matrices stand together.
//! ```text
//! host     W₁ [E, in, out]  b₁ [E, out]  W₂ …         device   member 0: W₁ [in₄, out₄]  b₁ [out₄]  W₂ …   member 1: …
//! ```
//! **Shapes.** n₄ is n rounded up to a multiple of four. What fills up is 0 and stays 0: its gradient is 0 too.
//! **Where.** Parameters, gradients and the two moments of Adam all lie like this.

use crate::kernels::Mlp;

/// n, rounded up to a multiple of four.
pub const fn padded(n: usize) -> usize {
    n.next_multiple_of(4)
}

/// One layer of a member, from the member's first number on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// in₄
    pub inputs: usize,
    /// out₄
    pub outputs: usize,
    /// Where W [in₄, out₄] begins.
    pub weight: usize,
    /// Where b [out₄] begins.
    pub bias: usize,
}

/// A network, or E of one shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// E
    pub members: usize,
    /// Where the first member begins.
    pub first: usize,
    /// Numbers of one member.
    pub stride: usize,
    /// Its layers, from the input on.
    pub layers: Vec<Layer>,
}

impl Network {
    /// Fours of an input row, of a hidden layer and of an output row.
    pub fn fours(&self) -> [usize; 3] {
        let (first, last) = (self.layers[0], self.layers[self.layers.len() - 1]);
        [first.inputs, first.outputs, last.outputs].map(|size| size / 4)
    }
}

/// Appends numbers, and zeros until they are a multiple of four.
pub fn push_padded(block: &mut Vec<f32>, numbers: &[f32]) {
    block.extend_from_slice(numbers);
    block.resize(block.len() + padded(numbers.len()) - numbers.len(), 0.0);
}

/// A stretch of rows that both sides have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    host: usize,
    device: usize,
    rows: usize,
    columns: usize,
    padded_columns: usize,
}

/// The places of all parameters that one optimiser moves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    networks: Vec<Network>,
    tail: usize,
    blocks: Vec<Block>,
    len: usize,
    host_len: usize,
}

impl Layout {
    /// These networks, and behind them `tail` numbers that belong to none (log σ of a policy). On the host the tail
    /// begins where the last network ends.
    pub fn new<'a>(networks: impl IntoIterator<Item = &'a Mlp>, tail: usize) -> Self {
        let mut layout = Self::default();
        networks.into_iter().for_each(|mlp| layout.add(mlp));
        layout.tail = layout.len;
        let host = layout.host_len;
        if tail > 0 {
            layout.block(host, [1, tail], 1);
        }
        layout.host_len += tail;
        layout
    }

    fn add(&mut self, mlp: &Mlp) {
        let (first, members, sizes) = (self.len, mlp.members(), mlp.sizes());
        let mut layers = Vec::new();
        for member in 0..members {
            let begin = self.len;
            layers.clear();
            for (layer, pair) in sizes.windows(2).enumerate() {
                let [weight, bias] = mlp.matrices(layer, member);
                let place = Layer {
                    inputs: padded(pair[0]),
                    outputs: padded(pair[1]),
                    weight: self.len - begin,
                    bias: self.len - begin + padded(pair[0]) * padded(pair[1]),
                };
                self.block(weight.start, [pair[0], pair[1]], padded(pair[0]));
                self.block(bias.start, [1, pair[1]], 1);
                layers.push(place);
            }
        }
        let stride = (self.len - first) / members.max(1);
        self.networks.push(Network { members, first, stride, layers });
        self.host_len = mlp.end();
    }

    /// A matrix at the end, with room for `room` rows.
    fn block(&mut self, host: usize, [rows, columns]: [usize; 2], room: usize) {
        let padded_columns = padded(columns);
        self.blocks.push(Block { host, device: self.len, rows, columns, padded_columns });
        self.len += padded_columns * room;
    }

    /// The networks, in the order in which they were given.
    pub fn networks(&self) -> &[Network] {
        &self.networks
    }

    /// Where the tail begins.
    pub fn tail(&self) -> usize {
        self.tail
    }

    /// How many numbers the device's buffer has: a multiple of four.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// From the host's order to the device's.
    pub fn pack(&self, host: &[f32]) -> Vec<f32> {
        let mut device = vec![0.0; self.len];
        for (from, to, count) in self.rows() {
            device[to..to + count].copy_from_slice(&host[from..from + count]);
        }
        device
    }

    /// From the device's order to the host's.
    pub fn unpack(&self, device: &[f32]) -> Vec<f32> {
        let mut host = vec![0.0; self.host_len];
        for (to, from, count) in self.rows() {
            host[to..to + count].copy_from_slice(&device[from..from + count]);
        }
        host
    }

    /// Begin on the host, begin on the device and length of every row of every matrix.
    fn rows(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        self.blocks.iter().flat_map(|block| {
            let Block { host, device, rows, columns, padded_columns } = *block;
            (0..rows).map(move |row| (host + row * columns, device + row * padded_columns, columns))
        })
    }
}
