//! iCEM: a search distribution over sequences of actions that moves to where its best samples lie.
//!
//! **What.** Many plans are drawn around a mean, the best few of them become the new mean and spread, and the very best
//! are drawn once more. One step later the rest of the plan is where the next search begins.
//! ```text
//! numbers   xᵢ = clip(m + s ⊙ nᵢ, ±bound)      nᵢ coloured noise along time ([`noise`])
//!           m ← α m + (1 − α) mean(elites)      s ← α s + (1 − α) std(elites)
//! choices   xᵢₜ = the first a with p_t(0) + … + p_t(a) ≥ Φ(nᵢₜ)        p ← α p + (1 − α) share of elites
//! a step later   m ← (m₂ … m_H, m_H)   s ← ν · bound        p ← (1 − ν) (p₂ … p_H, uniform) + ν uniform
//! ```
//! **Shapes.** A plan is H actions as they are stored, [H, A]; m and s [H, A], p [H, choices].
//! **Where.** Asked and told by the trainer's `pets`, which knows what a plan is worth.
//! **Choices.** (1) Three tenths of the elites are drawn again in the next iteration and, shifted, in the next step's
//! first. (2) In the last iteration the mean is tried too. (3) What is done is the best plan of the last iteration, not
//! the mean. (4) Where actions are choices, the noise's ranks choose: each step has its probabilities exactly, and
//! neighbouring steps tend to agree. (5) Left out: the population does not shrink from iteration to iteration, and the
//! last action of a shifted plan is repeated, not drawn anew.
//! **Paper.** Pinneri et al. 2020 (2008.06389), iCEM; Rubinstein 1999 for the method. Choices are an addition.

pub mod noise;
#[cfg(test)]
mod tests;

use crate::env::ActionSpace;
use crate::rng::Stream;
use noise::{Coloured, normal_share};
use std::sync::Arc;

/// The share of the elites that is drawn again.
const KEPT: f64 = 0.3;

/// How a search goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Elites, of which the next distribution is made.
    pub elites: usize,
    /// ν
    pub spread: f64,
    /// α
    pub momentum: f64,
}

/// A search distribution over plans.
#[derive(Debug, Clone, PartialEq)]
pub struct Cem {
    action: ActionSpace,
    settings: Settings,
    noise: Arc<Coloured>,
    /// m [H, A], or p [H, choices].
    pub centre: Vec<f64>,
    /// s [H, A]; of choices nothing.
    pub spread: Vec<f64>,
    /// Plans that are drawn again, the best first, [≤ elites, H, stored].
    pub kept: Vec<Vec<f32>>,
    /// What was asked for, and is not told yet.
    asked: Vec<Vec<f32>>,
}

impl Cem {
    /// Over plans that nothing is known of; the noise says how long they are.
    pub fn new(action: ActionSpace, noise: Arc<Coloured>, settings: Settings) -> Self {
        let (horizon, size) = (noise.steps(), action.encoded_size());
        let mut search = Self {
            action,
            settings,
            noise,
            centre: vec![0.0; horizon * size],
            spread: Vec::new(),
            kept: Vec::new(),
            asked: Vec::new(),
        };
        search.forget();
        search
    }

    /// Numbers of a plan as it is stored, H · A.
    pub fn plan_size(&self) -> usize {
        self.noise.steps() * self.action.stored_size()
    }

    /// Begins with an episode: nothing of the last plan counts.
    pub fn forget(&mut self) {
        let start = match self.action {
            ActionSpace::Discrete(choices) => 1.0 / choices as f64,
            ActionSpace::Box { .. } => 0.0,
        };
        self.centre.fill(start);
        self.kept.clear();
        self.widen();
    }

    /// The task has moved on by a step, and so does the plan.
    pub fn shift(&mut self) {
        let (size, stored) = (self.action.encoded_size(), self.action.stored_size());
        self.centre.rotate_left(size);
        let last = self.centre.len() - size;
        match self.action {
            ActionSpace::Discrete(choices) => self.centre[last..].fill(1.0 / choices as f64),
            ActionSpace::Box { .. } => self.centre.copy_within(last.saturating_sub(size)..last, last),
        }
        for plan in &mut self.kept {
            plan.rotate_left(stored);
            let last = plan.len() - stored;
            plan.copy_within(last.saturating_sub(stored)..last, last);
        }
        self.widen();
    }

    /// The spread of a search that begins.
    fn widen(&mut self) {
        let share = self.settings.spread;
        match self.action {
            ActionSpace::Discrete(choices) => {
                let uniform = share / choices as f64;
                self.centre.iter_mut().for_each(|p| *p = (1.0 - share) * *p + uniform);
            }
            ActionSpace::Box { bound, .. } => {
                self.spread.clear();
                self.spread.resize(self.centre.len(), share * f64::from(bound));
            }
        }
    }

    /// The next plans, [count, H, stored], the kept ones first; in the last iteration the mean is among them.
    pub fn ask(&mut self, count: usize, is_last: bool, stream: &mut Stream) -> &[Vec<f32>] {
        self.asked.clear();
        self.asked.extend(self.kept.iter().take(count).cloned());
        if is_last && self.asked.len() < count {
            self.asked.push(self.mean());
        }
        while self.asked.len() < count {
            let plan = self.draw(stream);
            self.asked.push(plan);
        }
        &self.asked
    }

    /// One plan.
    fn draw(&mut self, stream: &mut Stream) -> Vec<f32> {
        match self.action {
            ActionSpace::Discrete(choices) => {
                let noise = self.noise.draw(1, stream);
                let steps = self.centre.chunks_exact(choices).zip(&noise);
                steps.map(|(shares, z)| chosen(shares, normal_share(*z)) as f32).collect()
            }
            ActionSpace::Box { size, bound } => {
                let noise = self.noise.draw(size, stream);
                let moved = self.centre.iter().zip(&self.spread).zip(&noise);
                moved.map(|((m, s), z)| ((m + s * z) as f32).clamp(-bound, bound)).collect()
            }
        }
    }

    /// The mean as a plan: of choices the most probable ones.
    fn mean(&self) -> Vec<f32> {
        match self.action {
            ActionSpace::Discrete(choices) => {
                let likeliest = |shares: &[f64]| {
                    (1..choices).fold(0, |best, a| if shares[a] > shares[best] { a } else { best }) as f32
                };
                self.centre.chunks_exact(choices).map(likeliest).collect()
            }
            ActionSpace::Box { .. } => self.centre.iter().map(|m| *m as f32).collect(),
        }
    }

    /// Moves to the best of the plans that were asked for; `values` are what they are worth, more is better. Gives
    /// them in their order, best first.
    pub fn tell(&mut self, values: &[f32]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        let elites = &order[..self.settings.elites.min(order.len())];
        self.kept.clear();
        if elites.is_empty() {
            return order;
        }
        for index in 0..self.centre.len() {
            let (mean, std) = self.moments(elites, index);
            let old = self.settings.momentum;
            self.centre[index] = old * self.centre[index] + (1.0 - old) * mean;
            if let Some(spread) = self.spread.get_mut(index) {
                *spread = old * *spread + (1.0 - old) * std;
            }
        }
        let kept = most_kept(elites.len());
        self.kept.extend(elites[..kept].iter().map(|&elite| self.asked[elite].clone()));
        order
    }

    /// Mean and standard deviation of the elites in one number, or the share of those that make one choice.
    fn moments(&self, elites: &[usize], index: usize) -> (f64, f64) {
        let of = |elite: &usize| match self.action {
            ActionSpace::Discrete(choices) => {
                f64::from(self.asked[*elite][index / choices] == (index % choices) as f32)
            }
            ActionSpace::Box { .. } => f64::from(self.asked[*elite][index]),
        };
        let count = elites.len() as f64;
        let mean = elites.iter().map(of).sum::<f64>() / count;
        let variance = elites.iter().map(|elite| (of(elite) - mean).powi(2)).sum::<f64>() / count;
        (mean, variance.sqrt())
    }
}

/// How many of so many elites are drawn again.
pub fn most_kept(elites: usize) -> usize {
    (elites as f64 * KEPT).ceil() as usize
}

/// The choice on which this share of all probability falls.
fn chosen(shares: &[f64], share: f64) -> usize {
    let mut sum = 0.0;
    let falls_on = |p: &f64| {
        sum += p;
        sum >= share
    };
    shares.iter().position(falls_on).unwrap_or(shares.len() - 1)
}
