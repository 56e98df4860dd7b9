//! What the perceptrons of a world model are made of: the same on every device.

use crate::config::{Config, ModelHeads};
use crate::kernels::Hidden;

/// Input, hidden layers, and output: state, reward, end, and with Gaussian heads their log-variances.
pub fn layer_sizes(obs_size: usize, action_size: usize, config: &Config) -> Vec<usize> {
    let doubts = if config.model_heads == ModelHeads::Gaussian { obs_size + 1 } else { 0 };
    let hidden = Hidden { layers: config.model_hidden_layers, width: config.model_hidden_size };
    hidden.sizes(obs_size + action_size, obs_size + 2 + doubts)
}
