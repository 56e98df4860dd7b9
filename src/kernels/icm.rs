//! The intrinsic curiosity module by hand: the error of predicting the next features, and one training step of all
//! three networks.
//!
//! ```text
//! novelty(s, a, s') = mean_j (φ̂(φ(s), a)_j − φ(s')_j)²         x = clip((s − mean) / std, −5, 5)
//! loss = (1 − w) · inverse(φ(s), φ(s') → a) + w · forward        w = 0.2
//! inverse: cross-entropy for choices, squared error for numbers
//! ```
//! **Shapes.** s, s' [B, O], a [B, A] in the model's form → novelty `[B]`; φ: O – 64 – 16, both heads 64 wide, tanh. In
//! the buffer φ, then the inverse model, then the forward model.
//! **Where.** The same as `mbppo::burn::Icm`, which explains more.
//! **Choices.** φ gets s and s' as one batch of 2 B rows, so that one backward pass sums the gradients of both.
//! **Paper.** Pathak et al. 2017 (1705.05363).

use super::adam::EPS;
use super::rnd::normalize;
use super::stretch::stretches;
use super::{Activation, Adam, Cache, Mlp};

/// Width of all hidden layers.
const HIDDEN: usize = 64;
/// Numbers that φ makes of a state.
const FEATURES: usize = 16;
/// Gain of the last layers' first weights.
pub const FIRST_GAIN: f32 = 1.0;
/// w, the share of the forward loss.
pub const FORWARD_SHARE: f64 = 0.2;

/// Layer sizes of φ, the inverse model and the forward model.
pub fn layer_sizes(obs_size: usize, actions: usize) -> [[usize; 3]; 3] {
    [[obs_size, HIDDEN, FEATURES], [2 * FEATURES, HIDDEN, actions], [FEATURES + actions, HIDDEN, FEATURES]]
}

/// What the inverse model predicts: which choice it was, or which numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actions {
    /// One-hot rows.
    Choices,
    /// Numbers within ±1.
    Numbers,
}

/// The three networks with their optimiser, and a workspace.
#[derive(Debug, Clone)]
pub struct Icm {
    actions: Actions,
    features: Mlp,
    inverse: Mlp,
    forward: Mlp,
    /// Means of states, `[O]`.
    pub mean: Vec<f32>,
    /// Standard deviations of states, `[O]`.
    pub std: Vec<f32>,
    /// All parameters.
    pub flat: Vec<f32>,
    /// The memory of their optimiser.
    pub adam: Adam,
    gradient: Vec<f32>,
    workspace: Workspace,
}

/// What a pass works on.
#[derive(Debug, Clone, Default)]
struct Workspace {
    /// s and then s', on their scale, [2 B, O].
    x: Vec<f32>,
    /// φ(s) and φ(s') side by side, [B, 2 F].
    pairs: Vec<f32>,
    /// φ(s) and the action, [B, F + A].
    now: Vec<f32>,
    d_pairs: Vec<f32>,
    d_now: Vec<f32>,
    errors: Vec<f32>,
    cache_features: Cache,
    cache_inverse: Cache,
    cache_forward: Cache,
}

impl Icm {
    /// Networks of these sizes with the parameters `flat`. States are taken as they are.
    pub fn new(
        obs_size: usize,
        action_size: usize,
        actions: Actions,
        flat: Vec<f32>,
        learning_rate: f64,
    ) -> Self {
        let [features, inverse, forward] = layer_sizes(obs_size, action_size);
        let features = Mlp::new(0, 1, &features, Activation::Tanh);
        let inverse = Mlp::new(features.end(), 1, &inverse, Activation::Tanh);
        let forward = Mlp::new(inverse.end(), 1, &forward, Activation::Tanh);
        debug_assert_eq!(flat.len(), forward.end());
        Self {
            actions,
            features,
            inverse,
            forward,
            mean: vec![0.0; obs_size],
            std: vec![1.0; obs_size],
            adam: Adam::new(flat.len(), learning_rate, EPS),
            gradient: vec![0.0; flat.len()],
            flat,
            workspace: Workspace::default(),
        }
    }

    /// The error of each step, `[B]`.
    pub fn errors(&mut self, obs: &[f32], actions: &[f32], next_obs: &[f32]) -> &[f32] {
        let (size, width) = (self.features.inputs(), self.inverse.outputs());
        self.workspace.errors.clear();
        for rows in stretches(obs.len() / size) {
            let states = rows.start * size..rows.end * size;
            let acts = rows.start * width..rows.end * width;
            self.predict(&obs[states.clone()], &actions[acts], &next_obs[states]);
            let guesses = self.workspace.cache_forward.output().chunks_exact(FEATURES);
            let rows = guesses.zip(self.workspace.pairs.chunks_exact(2 * FEATURES));
            self.workspace.errors.extend(rows.map(|(guess, pair)| {
                let squares = guess.iter().zip(&pair[FEATURES..]).map(|(g, f)| (g - f) * (g - f));
                squares.sum::<f32>() / FEATURES as f32
            }));
        }
        &self.workspace.errors
    }

    /// One step down the loss on these steps; gives the loss before it.
    pub fn update(&mut self, obs: &[f32], actions: &[f32], next_obs: &[f32]) -> f32 {
        let loss = self.loss_and_gradient(obs, actions, next_obs);
        self.adam.step(&mut self.flat, &self.gradient);
        loss
    }

    /// The loss of these steps; its gradient is kept.
    pub fn loss_and_gradient(&mut self, obs: &[f32], actions: &[f32], next_obs: &[f32]) -> f32 {
        self.predict(obs, actions, next_obs);
        let (inverse, forward) = (self.inverse_loss(actions), self.forward_loss());
        self.learn_features();
        ((1.0 - FORWARD_SHARE) * inverse + FORWARD_SHARE * forward) as f32
    }

    /// The gradient of the last loss.
    pub fn gradient(&self) -> &[f32] {
        &self.gradient
    }

    /// Features of both states, and the guess of the second.
    fn predict(&mut self, obs: &[f32], actions: &[f32], next_obs: &[f32]) {
        let rows = obs.len() / self.features.inputs();
        let Workspace { x, pairs, now, cache_features, cache_forward, .. } = &mut self.workspace;
        x.clear();
        [obs, next_obs].into_iter().for_each(|obs| normalize(obs, &self.mean, &self.std, x));
        let features = self.features.forward(&self.flat, x, 2 * rows, cache_features);
        let (first, second) = features.split_at(rows * FEATURES);
        pairs.clear();
        now.clear();
        let states = first.chunks_exact(FEATURES).zip(second.chunks_exact(FEATURES));
        for ((first, second), action) in states.zip(actions.chunks_exact(self.inverse.outputs())) {
            pairs.extend(first.iter().chain(second));
            now.extend(first.iter().chain(action));
        }
        self.forward.forward(&self.flat, now, rows, cache_forward);
    }

    /// The loss of reading the action off both states; its gradient goes to the inverse model and to `d_pairs`.
    fn inverse_loss(&mut self, actions: &[f32]) -> f64 {
        let Workspace { pairs, d_pairs, cache_inverse, .. } = &mut self.workspace;
        let rows = pairs.len() / (2 * FEATURES);
        self.inverse.forward(&self.flat, pairs, rows, cache_inverse);
        let size = self.inverse.outputs();
        let (output, d_output) = cache_inverse.output_and_gradient();
        let of_rows = output.chunks_exact(size).zip(d_output.chunks_exact_mut(size));
        let mut sum = 0.0;
        for ((output, d_output), action) in of_rows.zip(actions.chunks_exact(size)) {
            sum += match self.actions {
                Actions::Choices => cross_entropy(output, action, d_output),
                Actions::Numbers => squared_error(output, action, d_output),
            };
        }
        let share = (1.0 - FORWARD_SHARE) as f32 / rows as f32;
        d_output.iter_mut().for_each(|d| *d *= share);
        d_pairs.resize(pairs.len(), 0.0);
        self.inverse.backward(&self.flat, pairs, cache_inverse, &mut self.gradient, Some(d_pairs));
        sum / rows as f64
    }

    /// The loss of predicting the second state; its gradient goes to the forward model, to `d_now`, and to the second
    /// state in `d_pairs`.
    fn forward_loss(&mut self) -> f64 {
        let Workspace { pairs, d_pairs, now, d_now, cache_forward, .. } = &mut self.workspace;
        let (guess, d_guess) = cache_forward.output_and_gradient();
        let share = 2.0 * FORWARD_SHARE as f32 / guess.len() as f32;
        let mut sum = 0.0f64;
        let guesses = guess.chunks_exact(FEATURES).zip(d_guess.chunks_exact_mut(FEATURES));
        let states = pairs.chunks_exact(2 * FEATURES).zip(d_pairs.chunks_exact_mut(2 * FEATURES));
        for ((guess, d_guess), (pair, d_pair)) in guesses.zip(states) {
            for feature in 0..FEATURES {
                let difference = guess[feature] - pair[FEATURES + feature];
                sum += f64::from(difference * difference);
                d_guess[feature] = share * difference;
                d_pair[FEATURES + feature] -= share * difference;
            }
        }
        let count = guess.len() as f64;
        d_now.resize(now.len(), 0.0);
        self.forward.backward(&self.flat, now, cache_forward, &mut self.gradient, Some(d_now));
        sum / count
    }

    /// φ's gradient from what both heads ask of the features.
    fn learn_features(&mut self) {
        let Workspace { x, d_pairs, d_now, cache_features, .. } = &mut self.workspace;
        let (_, d_features) = cache_features.output_and_gradient();
        let (d_first, d_second) = d_features.split_at_mut(d_features.len() / 2);
        let asked = d_pairs.chunks_exact(2 * FEATURES).zip(d_now.chunks_exact(self.forward.inputs()));
        let states = d_first.chunks_exact_mut(FEATURES).zip(d_second.chunks_exact_mut(FEATURES));
        for ((d_first, d_second), (d_pair, d_now)) in states.zip(asked) {
            let (of_first, of_second) = d_pair.split_at(FEATURES);
            d_second.copy_from_slice(of_second);
            let both = of_first.iter().zip(d_now).map(|(inverse, forward)| inverse + forward);
            d_first.iter_mut().zip(both).for_each(|(d, both)| *d = both);
        }
        self.features.backward(&self.flat, x, cache_features, &mut self.gradient, None);
    }
}

/// −log π(action) of one row of scores, and its gradient.
fn cross_entropy(scores: &[f32], action: &[f32], d_scores: &mut [f32]) -> f64 {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    d_scores.iter_mut().zip(scores).for_each(|(d, score)| *d = (score - highest).exp());
    let total: f32 = d_scores.iter().sum();
    let log_total = highest + total.ln();
    let mut loss = 0.0;
    for ((d, score), action) in d_scores.iter_mut().zip(scores).zip(action) {
        loss += f64::from(action * (log_total - score));
        *d = *d / total - action;
    }
    loss
}

/// The mean squared error of one row of numbers, and its gradient.
fn squared_error(numbers: &[f32], action: &[f32], d_numbers: &mut [f32]) -> f64 {
    let count = numbers.len() as f32;
    let mut sum = 0.0f64;
    for ((d, number), action) in d_numbers.iter_mut().zip(numbers).zip(action) {
        let difference = number - action;
        sum += f64::from(difference * difference);
        *d = 2.0 * difference / count;
    }
    sum / f64::from(count)
}
