//! Random search over linear policies: shake the best policy so far, try that, keep it if it did better.
//!
//! **What.** No gradient, no value, no model: the control beside every figure here.
//! ```text
//! π_W(s): discrete  argmax W x,   continuous  clip(W x, ±1) · bound,   x = (s on its scale, 1)
//! W' = W + ν δ,  δ ~ N(0, 1)          R' = mean return of W' over E episodes          W ← W' if R' > R
//! ```
//! **Shapes.** W [A, O + 1], row after row; x `[O + 1]`.
//! **Where.** An iteration is E whole episodes of one candidate, a step of all environments a tick.
//! **Choices.** (1) W starts at 0. As long as nothing has done better than it, candidates are drawn around 0: pure
//! random search, which finds a rare reward. (2) An episode that was under way when its candidate was drawn does not
//! count. (3) R is not measured anew: where returns depend on luck, E has to be large enough. (4) The random stream is
//! that of actions. (5) Augmented random search (V1, 4 directions, ν = α = 0.5), which follows differences of returns,
//! was tried first: on CartPole-v1, with observations as they are, it took a median of 18,270 real steps to be at the
//! bar three times in a row (seeds 0 to 5).
//! **Paper.** Rastrigin 1963; linear policies: Rajeswaran et al. 2017 (1703.02660); as a control: Mania, Guy, Recht
//! 2018 (1803.07055).

use super::checkpoint::ImaginationFacts;
use super::context::Context;
use super::learner::{Learner, Progress};
use super::phase::Phase;
use crate::arrays::Arrays;
use crate::budget;
use crate::config::Config;
use crate::env::ActionSpace;
use crate::error::Result;
use crate::kernels::distribution::argmax;
use crate::nets::Shape;
use crate::part::{Pending, done};
use crate::scaling;
use std::ops::RangeInclusive;

pub(super) struct RandomSearch {
    shape: Shape,
    /// W
    weights: Vec<f32>,
    /// R; none before anything was tried.
    best: Option<f32>,
    /// The iteration in progress; none before it begins.
    trial: Option<Trial>,
}

/// A candidate that is being tried.
struct Trial {
    /// W'
    weights: Vec<f32>,
    /// Returns of its episodes so far.
    returns: Vec<f32>,
    /// Whether the running episode of each environment is its own from the start.
    counts: Vec<bool>,
}

impl RandomSearch {
    pub(super) fn new(context: &Context) -> Self {
        let shape = context.shape();
        let weights = vec![0.0; shape.action.encoded_size() * (shape.obs_size + 1)];
        Self { shape, weights, best: None, trial: None }
    }

    /// Draws the next candidate; the first is W itself.
    fn begin(&self, context: &mut Context) -> Trial {
        let (noise, chance) = (context.config.search_noise as f32, &mut context.streams.actions);
        let shaken = |w: &f32| w + noise * chance.normal();
        let weights = match self.best {
            None => self.weights.clone(),
            Some(_) => self.weights.iter().map(shaken).collect(),
        };
        let lanes = 0..context.config.num_envs;
        let counts = lanes.map(|lane| context.envs.elapsed(lane) == 0).collect();
        Trial { weights, returns: Vec::new(), counts }
    }

    fn advance(&mut self, context: &mut Context) -> Result<Progress> {
        let Some(mut trial) = self.trial.take() else {
            self.trial = Some(self.begin(context));
            return Ok(Progress::Within);
        };
        let mut actions = Vec::with_capacity(context.config.num_envs * context.spec.action_size());
        let lanes = context.envs.obs().chunks_exact(context.spec.obs_size());
        lanes.for_each(|obs| act(&self.shape, &trial.weights, obs, &mut actions));
        context.step(&actions, |lane, transition, _| {
            if let Some(end) = transition.finished {
                trial.returns.extend(trial.counts[lane].then_some(end.return_));
                trial.counts[lane] = true;
            }
        })?;
        if trial.returns.len() < context.config.search_episodes {
            self.trial = Some(trial);
            return Ok(Progress::Within);
        }
        let mean = trial.returns.iter().sum::<f32>() / trial.returns.len() as f32;
        if self.best.is_none_or(|best| mean > best) {
            (self.weights, self.best) = (trial.weights, Some(mean));
            context.record.updates += 1;
        }
        let updates = context.record.updates;
        context.record.metric("train/n_updates", updates as f32);
        Ok(Progress::Over)
    }
}

/// Appends what the linear policy `weights` does, within the task's bound.
fn act(shape: &Shape, weights: &[f32], obs: &[f32], action: &mut Vec<f32>) {
    let mut x = Vec::with_capacity(obs.len() + 1);
    shape.scaling.apply(obs, &mut x);
    x.push(1.0);
    budget::add(weights.len());
    let rows = weights.chunks_exact(x.len());
    let outputs = rows.map(|row| row.iter().zip(&x).map(|(w, x)| w * x).sum::<f32>());
    match shape.action {
        ActionSpace::Discrete(_) => action.push(argmax(&outputs.collect::<Vec<f32>>()) as f32),
        ActionSpace::Box { bound, .. } => {
            action.extend(outputs.map(|output| bound * output.clamp(-1.0, 1.0)));
        }
    }
}

impl Learner for RandomSearch {
    fn tick<'a>(&'a mut self, context: &'a mut Context) -> Pending<'a, Progress> {
        Box::pin(async { self.advance(context) })
    }

    fn is_between_iterations(&self) -> bool {
        self.trial.is_none()
    }

    fn phase(&self) -> Phase {
        Phase::Collect
    }

    fn phase_done(&self, config: &Config) -> f32 {
        let done = self.trial.as_ref().map_or(0, |trial| trial.returns.len());
        done as f32 / config.search_episodes as f32
    }

    fn narration(&self) -> String {
        "It tries its best policy, shaken a little, and keeps what does better.".into()
    }

    fn act_greedily(&mut self, obs: &[f32], action: &mut Vec<f32>) {
        act(&self.shape, &self.weights, obs, action);
    }

    fn parameters(&self) -> Option<&[f32]> {
        Some(&self.weights)
    }

    /// W is one that has played, so it is always good.
    fn keep_last_good(&mut self, _updates: u64) {}

    fn restore_last_good<'a>(&'a mut self, _context: &'a Context) -> Pending<'a, ()> {
        done(())
    }

    fn save<'a>(&'a self, _context: &'a Context, arrays: &'a mut Arrays) -> Pending<'a, ()> {
        scaling::save(&self.shape.scaling, "obs_scaling", arrays);
        arrays.put("random_search.weights", &self.matrix(), self.weights.iter().copied());
        let best: Vec<f32> = self.best.into_iter().collect();
        arrays.put("random_search.best", &[best.len()], best);
        done(())
    }

    fn restore(&mut self, _context: &Context, _facts: ImaginationFacts, arrays: &mut Arrays) -> Result<()> {
        scaling::require_saved(&self.shape.scaling, "obs_scaling", arrays)?;
        self.weights = arrays.take_within("random_search.weights", &self.matrix(), LARGEST)?;
        self.best = arrays.take_rows_within("random_search.best", &[], RETURNS)?.first().copied();
        Ok(())
    }
}

/// What a weight can be in a file.
const LARGEST: RangeInclusive<f32> = -1e7..=1e7;
/// What a return can be in a file.
const RETURNS: RangeInclusive<f32> = -1e9..=1e9;

impl RandomSearch {
    /// [A, O + 1]
    fn matrix(&self) -> [usize; 2] {
        [self.shape.action.encoded_size(), self.shape.obs_size + 1]
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::config::preset;
    use crate::device::Device;
    use crate::rng::Seed;
    use crate::trainer::Trainer;
    use pollster::block_on;

    #[test]
    fn what_is_kept_never_gets_worse_and_balances_a_pole() {
        let config = preset("random-search", "CartPole-v1").expect("a preset");
        let mut trainer = Trainer::new("CartPole-v1", config, Seed(1), Device::cpu()).expect("a run");
        let (mut best, mut kept) = (f32::NEG_INFINITY, 0);
        while trainer.steps().0 < 5000 {
            block_on(trainer.tick()).expect("a tick");
            let learner: &mut dyn std::any::Any = trainer.learner.as_mut();
            let search: &mut RandomSearch = learner.downcast_mut().expect("random search");
            let now = search.best.unwrap_or(f32::NEG_INFINITY);
            assert!(now >= best);
            kept += usize::from(now > best);
            best = now;
        }
        assert!(kept > 1 && best > 400.0, "{kept} kept, {best}");
        assert_eq!(trainer.snapshot().metrics["train/n_updates"], kept as f32);
    }

    #[test]
    fn several_environments_share_the_episodes_of_a_candidate() {
        let mut config = preset("random-search", "CartPole-v1").expect("a preset");
        (config.num_envs, config.search_episodes, config.eval_every) = (3, 4, 0);
        let mut trainer = Trainer::new("CartPole-v1", config, Seed(1), Device::cpu()).expect("a run");
        while trainer.snapshot().iteration < 10 {
            let before = trainer.snapshot().iteration;
            block_on(trainer.tick()).expect("a tick");
            let snapshot = trainer.snapshot();
            // Every iteration has at least its own four episodes, and up to two that began before it.
            assert!(snapshot.iteration == before || snapshot.episodes >= 4 * snapshot.iteration);
        }
    }
}
