//! The networks of policy and value on one buffer: one for each, or one whose hidden layers both share.
//!
//! ```text
//! apart     O – h … – A    and    O – h … – heads
//! shared    O – h … – A + heads        the trunk has both gradients:  ∂h = ∂policy Wᵖᵀ + ∂value Wᵛᵀ
//! ```
//! **Shapes.** outputs of the policy [B, A], values [B, heads], ∂ as what it belongs to. In the buffer the policy, then
//! the value (or the one network), then log σ `[A]` of a policy that draws numbers.
//! **Where.** Owned by [`super::ppo::ActorCritic`]; the same as in `mbppo::burn::ActorCritic`.
//! **Choices.** The heads of a shared trunk are columns of one last layer, the policy's first: one multiplication
//! serves both, and its backward pass adds up their gradients. Asking for one of them computes the other too.

use super::distribution::Distribution;
use super::{Activation, Cache, Hidden, Mlp};

/// What a policy and a value are made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// O
    pub obs_size: usize,
    /// Hidden layers of either, or of both.
    pub hidden: Hidden,
    /// Whether both share their hidden layers.
    pub shared_trunk: bool,
    /// A, outputs of the policy.
    pub actions: usize,
    /// Value heads.
    pub heads: usize,
    /// The activation between layers.
    pub activation: Activation,
    /// How outputs become actions.
    pub distribution: Distribution,
}

impl Shape {
    /// Layer sizes of the networks, in the order of the buffer: policy and value, or the one that is both.
    pub fn layer_sizes(&self) -> Vec<Vec<usize>> {
        let sizes = |outputs| self.hidden.sizes(self.obs_size, outputs);
        if self.shared_trunk {
            return vec![sizes(self.actions + self.heads)];
        }
        vec![sizes(self.actions), sizes(self.heads)]
    }
}

/// The networks in their buffer: policy and value, or the one that is both.
pub fn networks(shape: &Shape) -> Vec<Mlp> {
    let mut first = 0;
    let network = |sizes: Vec<usize>| {
        let mlp = Mlp::new(first, 1, &sizes, shape.activation);
        first = mlp.end();
        mlp
    };
    shape.layer_sizes().into_iter().map(network).collect()
}

/// Numbers of log σ.
pub fn log_std_size(shape: &Shape) -> usize {
    match shape.distribution {
        Distribution::Categorical => 0,
        Distribution::Gaussian => shape.actions,
    }
}

/// Policy and value, with a workspace.
#[derive(Debug, Clone)]
pub enum PolicyValue {
    /// A network for each.
    Apart {
        /// The policy, and what its last pass left.
        policy: (Mlp, Cache),
        /// The value, and what its last pass left.
        value: (Mlp, Cache),
    },
    /// One network for both.
    Shared {
        /// The network, and what its last pass left.
        both: (Mlp, Cache),
        /// Its outputs, apart.
        columns: Columns,
    },
}

/// The outputs of a shared network, with the policy's and the value's apart, and room for their gradients.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    actions: usize,
    heads: usize,
    outputs: Vec<f32>,
    values: Vec<f32>,
    d_outputs: Vec<f32>,
    d_values: Vec<f32>,
}

/// What policy and value give for a batch, and places for ∂loss/∂ of each.
pub struct Answer<'a> {
    /// Logits or means, [B, A].
    pub outputs: &'a [f32],
    /// [B, heads]
    pub values: &'a [f32],
    /// [B, A]
    pub d_outputs: &'a mut [f32],
    /// [B, heads]
    pub d_values: &'a mut [f32],
}

impl PolicyValue {
    /// Networks of this shape.
    pub fn new(shape: &Shape) -> Self {
        let mut networks = networks(shape).into_iter().map(|mlp| (mlp, Cache::default()));
        match (networks.next(), networks.next()) {
            (Some(policy), Some(value)) => Self::Apart { policy, value },
            (Some(both), None) => {
                let (actions, heads) = (shape.actions, shape.heads);
                Self::Shared { both, columns: Columns { actions, heads, ..Columns::default() } }
            }
            (None, _) => unreachable!("a shape has one network or two"),
        }
    }

    /// Index behind the last parameter: there log σ begins.
    pub fn end(&self) -> usize {
        match self {
            Self::Apart { value: last, .. } | Self::Shared { both: last, .. } => last.0.end(),
        }
    }

    /// Logits or means [B, A] of x [B, O].
    pub fn outputs(&mut self, flat: &[f32], x: &[f32]) -> &[f32] {
        match self {
            Self::Apart { policy, .. } => forward(policy, flat, x),
            Self::Shared { both, columns } => columns.take_apart(forward(both, flat, x)).0,
        }
    }

    /// Values [B, heads] of x [B, O].
    pub fn values(&mut self, flat: &[f32], x: &[f32]) -> &[f32] {
        match self {
            Self::Apart { value, .. } => forward(value, flat, x),
            Self::Shared { both, columns } => columns.take_apart(forward(both, flat, x)).1,
        }
    }

    /// Both about x [B, O], with places for gradients that [`PolicyValue::backward`] reads.
    pub fn answer(&mut self, flat: &[f32], x: &[f32]) -> Answer<'_> {
        match self {
            Self::Apart { policy, value } => {
                forward(policy, flat, x);
                forward(value, flat, x);
                let (outputs, d_outputs) = policy.1.output_and_gradient();
                let (values, d_values) = value.1.output_and_gradient();
                Answer { outputs, values, d_outputs, d_values }
            }
            Self::Shared { both, columns } => {
                columns.take_apart(forward(both, flat, x));
                columns.d_outputs.resize(columns.outputs.len(), 0.0);
                columns.d_values.resize(columns.values.len(), 0.0);
                let Columns { outputs, values, d_outputs, d_values, .. } = columns;
                Answer { outputs, values, d_outputs, d_values }
            }
        }
    }

    /// ∂loss/∂parameters into `gradient`, from the gradients of the last [`PolicyValue::answer`] about the same x.
    pub fn backward(&mut self, flat: &[f32], x: &[f32], gradient: &mut [f32]) {
        match self {
            Self::Apart { policy, value } => {
                policy.0.backward(flat, x, &mut policy.1, gradient, None);
                value.0.backward(flat, x, &mut value.1, gradient, None);
            }
            Self::Shared { both: (mlp, cache), columns } => {
                columns.put_together(cache.output_and_gradient().1);
                mlp.backward(flat, x, cache, gradient, None);
            }
        }
    }
}

fn forward<'a>((mlp, cache): &'a mut (Mlp, Cache), flat: &[f32], x: &[f32]) -> &'a [f32] {
    mlp.forward(flat, x, x.len() / mlp.inputs(), cache)
}

impl Columns {
    /// Keeps the policy's outputs and the values of `output` [B, A + heads] apart, and gives both.
    fn take_apart(&mut self, output: &[f32]) -> (&[f32], &[f32]) {
        self.outputs.clear();
        self.values.clear();
        for row in output.chunks_exact(self.actions + self.heads) {
            let (outputs, values) = row.split_at(self.actions);
            self.outputs.extend_from_slice(outputs);
            self.values.extend_from_slice(values);
        }
        (&self.outputs, &self.values)
    }

    /// Both gradients in the places of `d_output` [B, A + heads].
    fn put_together(&self, d_output: &mut [f32]) {
        let rows = d_output.chunks_exact_mut(self.actions + self.heads);
        let of_policy = self.d_outputs.chunks_exact(self.actions);
        let of_value = self.d_values.chunks_exact(self.heads);
        for (row, (d_outputs, d_values)) in rows.zip(of_policy.zip(of_value)) {
            row[..self.actions].copy_from_slice(d_outputs);
            row[self.actions..].copy_from_slice(d_values);
        }
    }
}
