//! One row of a policy's outputs: how probable an action is, how undecided the policy, and which action is drawn.
//!
//! ```text
//! choice   log π(a) = lₐ − log Σ_b exp(l_b)          entropy H = −Σ_b π(b) log π(b)
//!          ∂log π(a)/∂l_b = 1[a = b] − π(b)          ∂H/∂l_b = −π(b) (log π(b) + H)
//! vector   z = (a − μ)/σ    log π(a) = −½ Σ_d [z_d² + 2 log σ_d + log 2π]    H = Σ_d (log σ_d + ½ log 2πe)
//!          ∂log π(a)/∂μ_d = z_d/σ_d     ∂log π(a)/∂log σ_d = z_d² − 1        ∂H/∂log σ_d = 1
//! ```
//! **Shapes.** outputs `[A]`, logits or means; actions in the policy's form `[A]`: a one-hot row, or the numbers as
//! they were drawn; log σ `[A]`, the same in every state.
//! **Choices.** The formulas and the rule of drawing are those of `mbppo::burn::categorical` and
//! `mbppo::burn::gaussian`.

use std::f32::consts::TAU;

/// How a policy's outputs become an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Distribution {
    /// One of A choices.
    Categorical,
    /// A numbers, each around a mean of its own.
    Gaussian,
}

/// One action of a policy in one state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluated {
    /// log π(action)
    pub log_prob: f32,
    /// In nats.
    pub entropy: f32,
}

impl Distribution {
    /// log π(action) and the entropy; leaves in `work` `[A]` what [`Distribution::gradient`] needs.
    pub fn evaluate(self, outputs: &[f32], log_std: &[f32], action: &[f32], work: &mut [f32]) -> Evaluated {
        match self {
            Self::Categorical => {
                let [shift, total] = weigh(outputs, work);
                let mut evaluated = Evaluated { log_prob: -shift, entropy: shift };
                for ((work, logit), marked) in work.iter_mut().zip(outputs).zip(action) {
                    evaluated.log_prob += logit * marked;
                    evaluated.entropy -= *work / total * logit;
                    *work = logit - shift;
                }
                evaluated
            }
            Self::Gaussian => {
                let mut evaluated = Evaluated { log_prob: 0.0, entropy: 0.0 };
                for d in 0..outputs.len() {
                    let z = (action[d] - outputs[d]) * (-log_std[d]).exp();
                    work[d] = z;
                    evaluated.log_prob -= 0.5 * (z * z + 2.0 * log_std[d] + TAU.ln());
                    evaluated.entropy += log_std[d] + 0.5 * (TAU.ln() + 1.0);
                }
                evaluated
            }
        }
    }

    /// Turns `work`, as [`Distribution::evaluate`] left it, into ∂loss/∂outputs, and adds ∂loss/∂log σ to `d_log_std`,
    /// from ∂loss/∂log π and ∂loss/∂H.
    pub fn gradient(
        self,
        [d_log_prob, d_entropy]: [f32; 2],
        evaluated: Evaluated,
        action: &[f32],
        log_std: &[f32],
        work: &mut [f32],
        d_log_std: &mut [f32],
    ) {
        match self {
            Self::Categorical => {
                for (work, marked) in work.iter_mut().zip(action) {
                    let (log_prob, probability) = (*work, work.exp());
                    *work = d_log_prob * (marked - probability)
                        - d_entropy * probability * (log_prob + evaluated.entropy);
                }
            }
            Self::Gaussian => {
                for (d, work) in work.iter_mut().enumerate() {
                    let z = *work;
                    *work = d_log_prob * z * (-log_std[d]).exp();
                    d_log_std[d] += d_log_prob * (z * z - 1.0) + d_entropy;
                }
            }
        }
    }

    /// Draws an action in the policy's form from `noise`: one uniform number, or A standard normals. Gives log
    /// π(action).
    pub fn sample(self, outputs: &[f32], log_std: &[f32], noise: &[f32], action: &mut [f32]) -> f32 {
        match self {
            Self::Categorical => {
                let [shift, total] = weigh(outputs, action);
                let choice = choose(action.iter().copied(), noise[0] * total);
                action.fill(0.0);
                action[choice] = 1.0;
                outputs[choice] - shift
            }
            Self::Gaussian => {
                let mut log_prob = 0.0;
                for d in 0..outputs.len() {
                    action[d] = outputs[d] + noise[d] * log_std[d].exp();
                    log_prob -= 0.5 * (noise[d] * noise[d] + 2.0 * log_std[d] + TAU.ln());
                }
                log_prob
            }
        }
    }
}

/// exp(lₐ − max l) of every choice into `weights`; gives log Σ_b exp(l_b) and the weights' sum.
fn weigh(logits: &[f32], weights: &mut [f32]) -> [f32; 2] {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    weights.iter_mut().zip(logits).for_each(|(weight, logit)| *weight = (logit - highest).exp());
    let total: f32 = weights.iter().sum();
    [highest + total.ln(), total]
}

/// The index of the highest score: of equal ones the first.
pub fn argmax(scores: &[f32]) -> usize {
    (1..scores.len()).fold(0, |best, index| if scores[index] > scores[best] { index } else { best })
}

/// The index at which the cumulative sum of the weights passes `point`.
pub fn choose(weights: impl Iterator<Item = f32>, point: f32) -> usize {
    let mut sum = 0.0;
    let mut last_possible = 0;
    for (index, weight) in weights.enumerate() {
        sum += weight;
        if weight > 0.0 {
            last_possible = index;
        }
        if point < sum {
            return index;
        }
    }
    last_possible
}
