//! Random network distillation by hand: the error of guessing a fixed random network, and one step of the guesser.
//!
//! ```text
//! error(s) = mean_j (f̂(x)_j − f(x)_j)²        x = clip((s − mean) / std, −5, 5)        loss = mean_B error
//! ```
//! **Shapes.** s [B, O] → errors `[B]`; both networks have the same shape.
//! **Where.** The same as `mbppo::burn::Rnd`, which tells more.
//! **Paper.** Burda et al. 2019 (1810.12894).

use super::stretch::stretches;
use super::{Adam, Cache, Mlp, Weights};

/// What normalised states are clipped at.
pub const CLIP: f32 = 5.0;
/// Gain of the last layer's first weights.
pub const FIRST_GAIN: f32 = std::f32::consts::SQRT_2;
const HIDDEN: usize = 64;
const FEATURES: usize = 16;

/// Layer sizes of both networks.
pub fn layer_sizes(obs_size: usize) -> [usize; 3] {
    [obs_size, HIDDEN, FEATURES]
}

/// Both networks.
#[derive(Debug, Clone)]
pub struct Rnd {
    mlp: Mlp,
    target: Vec<f32>,
    /// Means of states, `[O]`.
    pub mean: Vec<f32>,
    /// Standard deviations of states, `[O]`.
    pub std: Vec<f32>,
    /// Parameters of the network that learns.
    pub flat: Vec<f32>,
    /// The memory of its optimiser.
    pub adam: Adam,
    gradient: Vec<f32>,
    x: Vec<f32>,
    errors: Vec<f32>,
    cache_target: Cache,
    cache: Cache,
}

impl Rnd {
    /// Two networks on the places of `mlp`: the fixed one and the one that learns. States are taken as they are.
    pub fn new(mlp: Mlp, target: Vec<f32>, flat: Vec<f32>, adam: Adam) -> Self {
        debug_assert_eq!([target.len(), flat.len()], [mlp.end(); 2]);
        Self {
            mean: vec![0.0; mlp.inputs()],
            std: vec![1.0; mlp.inputs()],
            gradient: vec![0.0; flat.len()],
            mlp,
            target,
            flat,
            adam,
            x: Vec::new(),
            errors: Vec::new(),
            cache_target: Cache::default(),
            cache: Cache::default(),
        }
    }

    /// The places of both networks.
    pub fn mlp(&self) -> &Mlp {
        &self.mlp
    }

    /// Parameters of the network that is fixed.
    pub fn target(&self) -> &[f32] {
        &self.target
    }

    /// All that was learned, with the fixed network as its target.
    pub fn weights(&self) -> Weights {
        Weights { target: self.target.clone(), ..Weights::of(&self.flat, &self.adam) }
    }

    /// Goes on from what was learned before.
    pub fn set_weights(&mut self, mut weights: Weights) {
        self.target = std::mem::take(&mut weights.target);
        self.flat = self.adam.take_over(weights);
    }

    /// The error of each state of obs [B, O], `[B]`.
    pub fn errors(&mut self, obs: &[f32]) -> &[f32] {
        let width = self.mlp.inputs();
        self.errors.clear();
        for rows in stretches(obs.len() / width) {
            self.guess(&obs[rows.start * width..rows.end * width]);
            let rows = self.cache.output().chunks_exact(self.mlp.outputs());
            let fixed = self.cache_target.output().chunks_exact(self.mlp.outputs());
            self.errors.extend(rows.zip(fixed).map(|(guess, fixed)| {
                guess.iter().zip(fixed).map(|(g, f)| (g - f) * (g - f)).sum::<f32>() / guess.len() as f32
            }));
        }
        &self.errors
    }

    /// One step on these states [B, O]; gives the loss before it.
    pub fn update(&mut self, obs: &[f32]) -> f32 {
        let loss = self.loss_and_gradient(obs);
        self.adam.step(&mut self.flat, &self.gradient);
        loss
    }

    /// The mean error of these states; its gradient is kept.
    pub fn loss_and_gradient(&mut self, obs: &[f32]) -> f32 {
        self.guess(obs);
        let (guess, d_guess) = self.cache.output_and_gradient();
        let count = guess.len() as f32;
        let mut sum = 0.0f64;
        for ((guess, fixed), d_guess) in guess.iter().zip(self.cache_target.output()).zip(d_guess) {
            let difference = guess - fixed;
            sum += f64::from(difference * difference);
            *d_guess = 2.0 * difference / count;
        }
        self.mlp.backward(&self.flat, &self.x, &mut self.cache, &mut self.gradient, None);
        (sum / f64::from(count)) as f32
    }

    /// The gradient of the last loss.
    pub fn gradient(&self) -> &[f32] {
        &self.gradient
    }

    /// Both networks on the normalised states.
    fn guess(&mut self, obs: &[f32]) {
        let rows = obs.len() / self.mlp.inputs();
        self.x.clear();
        normalize(obs, &self.mean, &self.std, &mut self.x);
        self.mlp.forward(&self.flat, &self.x, rows, &mut self.cache);
        self.mlp.forward(&self.target, &self.x, rows, &mut self.cache_target);
    }
}

/// Appends states [B, O] on their scale, clipped: x.
pub fn normalize(obs: &[f32], mean: &[f32], std: &[f32], x: &mut Vec<f32>) {
    for row in obs.chunks_exact(mean.len()) {
        let scales = mean.iter().zip(std);
        x.extend(row.iter().zip(scales).map(|(s, (mean, std))| ((s - mean) / std).clamp(-CLIP, CLIP)));
    }
}
