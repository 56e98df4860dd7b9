//! How far the world model is trusted, and how much is imagined with it.
//!
//! **What.** The better the model predicts held-out experience, the more of the agent's practice may take place in
//! imagination.
//!
//! **Equation.**
//! ```text
//! one-step   c = exp(−L)            L   = held-out loss one step ahead
//! multi-step c = exp(−L_k / τ)      L_k = held-out open-loop squared error after k steps, per dimension over the
//!                                         variance of that dimension's change;   τ = 0.1 / ln 2
//! branches   n = int(n_min + clamp((c − c_min) / (1 − c_min), 0, 1) · (n_max − n_min))
//! ```
//!
//! **Shapes.** Plain numbers, in f64.
//!
//! **Where.** Losses come from fitting the world model; the number of branches goes to the imagination. In an
//! iteration's first round, where real and imagined samples share minibatches, c · imagination_discount is also the
//! weight of an imagined sample.
//!
//! **Details.** 1. The one-step rule is the textbook's. Measured on five tasks it reads 0.996 to 1.000 from the first
//! few hundred transitions on, whatever the model is worth, so the number of branches never moves. 2. τ makes a model
//! that explains 90 % of the change (L_k = 0.1) read ½, and one no better than "nothing changes" (L_k = 1) read 0.001.
//! 3. int() cuts off, so n_max is reached at a confidence of exactly 1 only. 4. k is the horizon in use, and L_k is
//! known there: branches last no longer than that (multi-step). Where no L_k is known there is no confidence, and no
//! branch.
//!
//! **Paper.** Trusting a model only where it is accurate: Janner et al. 2019 (MBPO), arXiv 1906.08253; Pan et al. 2020
//! (M2AC), arXiv 2010.04893.

/// τ of the multi-step rule: the error of a model that explains 90 % of the change, at which confidence is ½.
pub const TAU: f64 = 0.1 / std::f64::consts::LN_2;

/// Confidence by the textbook formula, exp(−`loss`).
///
/// ```
/// assert_eq!(mbppo::world_model::confidence::one_step(0.0), 1.0);
/// ```
pub fn one_step(loss: f64) -> f64 {
    (-loss).exp()
}

/// Confidence by the open-loop error at the horizon in use, exp(−`loss` / τ).
///
/// ```
/// let explains_90_percent = mbppo::world_model::confidence::multi_step(0.1);
/// assert!((explains_90_percent - 0.5).abs() < 1e-15);
/// ```
pub fn multi_step(loss: f64) -> f64 {
    (-loss / TAU).exp()
}

/// Where `confidence` lies between `c_min` and 1, cut off at 0 and 1. `c_min` must be below 1.
pub fn ratio(confidence: f64, c_min: f64) -> f64 {
    ((confidence - c_min) / (1.0 - c_min)).clamp(0.0, 1.0)
}

/// Branches to imagine: `n_min` up to a confidence of `c_min`, `n_max` at 1. A confidence that is not a number, which
/// is that of a diverged model, gives none.
///
/// ```
/// use mbppo::world_model::confidence::branches;
/// assert_eq!(branches(0.5, 0.05, 10, 100), 52);
/// assert_eq!(branches(0.9999, 0.05, 10, 100), 99);
/// ```
pub fn branches(confidence: f64, c_min: f64, n_min: usize, n_max: usize) -> usize {
    let (low, high) = (n_min as f64, n_max as f64);
    // In exactly this order: int() turns a difference in the last bit into one branch more or less.
    (low + ratio(confidence, c_min) * (high - low)) as usize
}

/// Steps that may be imagined: as many as the held-out error `by_horizon` (entry k − 1 is k steps ahead) stays within
/// `error_max`, at least 1 and at most `horizon`.
///
/// ```
/// assert_eq!(mbppo::world_model::confidence::depth(&[0.01, 0.1, 0.5, 0.2], 0.3, 20), 2);
/// ```
pub fn depth(by_horizon: &[f32], error_max: f64, horizon: usize) -> usize {
    by_horizon.iter().take_while(|&&error| f64::from(error) <= error_max).count().clamp(1, horizon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_no_better_than_no_change_is_not_trusted() {
        assert!((multi_step(1.0) - 0.001).abs() < 1e-4, "{}", multi_step(1.0));
        assert_eq!(branches(multi_step(1.0), 0.05, 10, 100), 10);
    }

    #[test]
    fn only_a_perfect_model_gets_every_branch() {
        assert_eq!(branches(one_step(0.0), 0.05, 10, 100), 100);
        assert_eq!(branches(one_step(1e-6), 0.05, 10, 100), 99);
    }

    #[test]
    fn a_diverged_model_imagines_nothing() {
        assert_eq!(branches(multi_step(f64::NAN), 0.05, 10, 100), 0);
        assert_eq!(branches(multi_step(f64::INFINITY), 0.05, 10, 100), 10);
    }
}
