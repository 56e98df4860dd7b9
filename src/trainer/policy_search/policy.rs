//! The policy that is searched for: one small network, as flat weights that know nothing of gradients.
//!
//! ```text
//! x = (s on its scale, 1)        y = x, or with h hidden units y = (tanh(W₁ x), 1)
//! discrete: argmax W₂ y          continuous: bound · tanh(W₂ y)
//! ```
//! **Shapes.** W₁ [h, O + 1], then W₂ [A, h + 1]; without hidden units W₂ [A, O + 1] alone; row after row.
//! **Choices.** With no hidden units it is linear: fewer numbers to search for, and enough to balance. The start is 0,
//! which does nothing, or the first choice.

use crate::budget;
use crate::env::ActionSpace;
use crate::kernels::distribution::argmax;
use crate::nets::Shape;

/// The form of the policy.
pub(super) struct SearchedPolicy {
    pub(super) shape: Shape,
    /// h
    hidden: usize,
    /// x and y of the observation at hand.
    inputs: Vec<f32>,
    units: Vec<f32>,
}

impl SearchedPolicy {
    pub(super) fn new(shape: Shape, hidden: usize) -> Self {
        Self { shape, hidden, inputs: Vec::new(), units: Vec::new() }
    }

    /// How many weights it has.
    pub(super) fn size(&self) -> usize {
        let (inputs, outputs) = (self.shape.obs_size + 1, self.shape.action.encoded_size());
        match self.hidden {
            0 => inputs * outputs,
            hidden => inputs * hidden + (hidden + 1) * outputs,
        }
    }

    /// Appends what these `weights` do on seeing `obs`, within the task's bound, as it is stored.
    pub(super) fn act(&mut self, weights: &[f32], obs: &[f32], action: &mut Vec<f32>) {
        budget::add(weights.len());
        self.inputs.clear();
        self.shape.scaling.apply(obs, &mut self.inputs);
        self.inputs.push(1.0);
        let (first, second) = weights.split_at(self.inputs.len() * self.hidden);
        if self.hidden > 0 {
            self.units.clear();
            self.units.extend(products(first, &self.inputs).map(f32::tanh));
            self.units.push(1.0);
        }
        let seen = if self.hidden == 0 { &self.inputs } else { &self.units };
        let outputs = products(second, seen);
        match self.shape.action {
            ActionSpace::Discrete(_) => action.push(argmax(&outputs.collect::<Vec<f32>>()) as f32),
            ActionSpace::Box { bound, .. } => action.extend(outputs.map(|output| bound * output.tanh())),
        }
    }
}

/// Each row of `weights` times `inputs`.
fn products<'a>(weights: &'a [f32], inputs: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
    weights.chunks_exact(inputs.len()).map(move |row| row.iter().zip(inputs).map(|(w, x)| w * x).sum::<f32>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nets::{Hidden, ObsScaling};

    fn policy(action: ActionSpace, hidden: usize) -> SearchedPolicy {
        let shape = Shape {
            obs_size: 2,
            action,
            hidden: Hidden { layers: 1, width: 4 },
            shared_trunk: false,
            heads: 1,
            activation: crate::config::Activation::Tanh,
            scaling: ObsScaling::none(2),
            log_std_init: 0.0,
        };
        SearchedPolicy::new(shape, hidden)
    }

    fn acted(mut policy: SearchedPolicy, weights: &[f32]) -> Vec<f32> {
        assert_eq!(policy.size(), weights.len());
        let mut action = Vec::new();
        policy.act(weights, &[2.0, -1.0], &mut action);
        action
    }

    #[test]
    fn a_linear_policy_takes_the_choice_with_the_highest_output() {
        let weights = [1.0, 0.0, 0.0, /* 2 */ 0.0, 1.0, 4.0 /* 3 */];
        assert_eq!(acted(policy(ActionSpace::Discrete(2), 0), &weights), [1.0]);
        assert_eq!(acted(policy(ActionSpace::Discrete(2), 0), &[0.0; 6]), [0.0], "the first of equals");
    }

    #[test]
    fn hidden_units_are_squashed_and_so_is_what_a_continuous_policy_does() {
        // W₁ of two units, then W₂ with its constant.
        let weights = [0.5, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 2.0, 0.25];
        let output = 1f32.tanh() + 2.0 * (-1f32).tanh() + 0.25;
        let action = acted(policy(ActionSpace::Box { size: 1, bound: 2.0 }, 2), &weights);
        assert!((action[0] - 2.0 * output.tanh()).abs() < 1e-6, "{action:?}");
    }
}
