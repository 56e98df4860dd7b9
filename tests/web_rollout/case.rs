//! What is imagined by whom: sizes and kinds of networks, drawn at random or as CartPole has them.

use mbppo::config::{Activation, ModelTarget};
use mbppo::env::ActionSpace;
use mbppo::kernels::{Hidden, MOST_HIDDEN_LAYERS};
use mbppo::rng::Stream;

/// What is imagined by whom.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub obs: usize,
    pub space: ActionSpace,
    pub hidden: Hidden,
    pub shared_trunk: bool,
    pub activation: Activation,
    pub heads: usize,
    pub model_hidden: Hidden,
    pub model_activation: Activation,
    pub members: usize,
    pub target: ModelTarget,
    pub is_gaussian: bool,
    pub learned_ends: bool,
    pub with_disagreement: bool,
    pub with_novelty: bool,
    pub with_values: bool,
    pub branches: usize,
    pub horizon: usize,
}

/// CartPole's shapes, as everybody measures them.
pub const CART_POLE: Case = Case {
    obs: 4,
    space: ActionSpace::Discrete(2),
    hidden: Hidden { layers: 2, width: 64 },
    shared_trunk: false,
    activation: Activation::Tanh,
    heads: 1,
    model_hidden: Hidden { layers: 2, width: 200 },
    model_activation: Activation::Relu,
    members: 1,
    target: ModelTarget::Difference,
    is_gaussian: false,
    learned_ends: true,
    with_disagreement: false,
    with_novelty: false,
    with_values: true,
    branches: 100,
    horizon: 5,
};

/// Hidden layers, as many as may be, of up to `most` units more than the fewest.
pub fn hidden(stream: &mut Stream, most: usize) -> Hidden {
    Hidden { layers: 1 + stream.below(MOST_HIDDEN_LAYERS), width: 4 + stream.below(most) }
}

/// As few units as may be.
pub const FEW: Hidden = Hidden { layers: 2, width: 4 };

/// Somebody with networks of any size that is allowed.
pub fn any_case(stream: &mut Stream) -> Case {
    let activations = [Activation::Relu, Activation::Tanh, Activation::Silu];
    let (obs, actions, members) = (1 + stream.below(6), 1 + stream.below(5), 1 + stream.below(5));
    let space = match stream.below(2) {
        0 => ActionSpace::Discrete(actions + 1),
        _ => ActionSpace::Box { size: actions, bound: 1.5 },
    };
    Case {
        obs,
        space,
        hidden: hidden(stream, 90),
        shared_trunk: stream.below(2) == 0,
        activation: activations[stream.below(3)],
        heads: 1 + stream.below(2),
        model_hidden: hidden(stream, 200),
        model_activation: activations[stream.below(3)],
        members,
        target: [ModelTarget::Difference, ModelTarget::Raw][stream.below(2)],
        is_gaussian: stream.below(2) == 0,
        learned_ends: stream.below(3) > 0,
        with_disagreement: stream.below(2) == 0,
        with_novelty: stream.below(2) == 0,
        with_values: stream.below(2) == 0,
        branches: 1 + stream.below(150),
        horizon: 1 + stream.below(4),
    }
}
