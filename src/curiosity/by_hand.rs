//! Curiosity's networks by [`crate::kernels`], with their first weights: the same on every device.

use crate::config::Activation;
use crate::env::ActionSpace;
use crate::kernels::icm::{self, Actions, Icm};
use crate::kernels::rnd::{self, Rnd};
use crate::kernels::{Adam, Mlp};
use crate::nets::initial;
use crate::rng::Stream;

/// A network that guesses and one to be guessed, for observations of this size.
pub(super) fn rnd(obs_size: usize, learning_rate: f64, stream: &mut Stream) -> Rnd {
    let sizes = rnd::layer_sizes(obs_size);
    let mut network = || initial(1, &sizes, rnd::FIRST_GAIN, stream);
    let (target, flat) = (network(), network());
    let adam = Adam::new(flat.len(), learning_rate, 1e-8);
    Rnd::new(Mlp::new(0, 1, &sizes, Activation::Tanh), target, flat, adam)
}

/// Features, inverse model and forward model for a task of this size.
pub(super) fn icm(obs_size: usize, action: ActionSpace, learning_rate: f64, stream: &mut Stream) -> Icm {
    let actions = match action {
        ActionSpace::Discrete(_) => Actions::Choices,
        ActionSpace::Box { .. } => Actions::Numbers,
    };
    let sizes = icm::layer_sizes(obs_size, action.encoded_size());
    let flat = sizes.iter().flat_map(|sizes| initial(1, sizes, icm::FIRST_GAIN, stream)).collect();
    Icm::new(obs_size, action.encoded_size(), actions, flat, learning_rate)
}
