//! Is the model's uncertainty calibrated? Where its members disagree more, it should be wrong more.
//!
//! **What.** Every member predicts held-out sequences; at each step ahead the members' spread is compared with the
//! error of their mean.
//! ```text
//! doubt = rms_d std_members(ŝ_d) / std_d        error = rms_d (mean_members(ŝ_d) − s_d) / std_d
//! std_d: of one step's change in dimension d
//! ```
//! **Shapes.** `predicted` [H, E, W, O] flat, as [`OpenLoop`](crate::world_model::open_loop::OpenLoop) gives it → bins
//! of equally many pairs, by rising doubt.
//! **Choices.** (1) A calibrated uncertainty lies on the diagonal. Imagination needs less: that more uncertainty means
//! more error, which the rank correlation measures. (2) A single member has no uncertainty: then there is nothing to
//! show.
//! **Paper.** Kuleshov et al. 2018 (1807.00263), calibrated regression; Chua et al. 2018 (1805.12114).

use crate::snapshot::Calibration;
use crate::world_model::open_loop::Stretch;

/// The largest doubt or error that is told.
const FARTHEST: f32 = 1e9;
/// Bins of equally many pairs.
const BINS: usize = 8;

/// Doubt against error over all stretches and steps; none with one member, or with fewer pairs than bins.
pub fn calibration(
    stretches: &[Stretch],
    predicted: &[f32],
    members: usize,
    change_std: &[f32],
) -> Option<Calibration> {
    let mut pairs = pairs(stretches, predicted, members, change_std);
    if members < 2 || pairs.len() < BINS {
        return None;
    }
    let rank_correlation = rank_correlation(&pairs);
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let bins = (0..BINS).map(|bin| &pairs[bin * pairs.len() / BINS..(bin + 1) * pairs.len() / BINS]);
    let mean =
        |bin: &[(f32, f32)], of: fn(&(f32, f32)) -> f32| bin.iter().map(of).sum::<f32>() / bin.len() as f32;
    let (disagreement, error) = bins.map(|bin| (mean(bin, |pair| pair.0), mean(bin, |pair| pair.1))).unzip();
    Some(Calibration { disagreement, error, rank_correlation, pairs: pairs.len() })
}

/// (doubt, error) of every stretch at every step ahead.
fn pairs(stretches: &[Stretch], predicted: &[f32], members: usize, change_std: &[f32]) -> Vec<(f32, f32)> {
    let (count, size) = (stretches.len(), change_std.len());
    let mut pairs = Vec::new();
    for (w, stretch) in stretches.iter().enumerate() {
        for k in 1..=stretch.actions.len() {
            let of_member =
                |member: usize, d: usize| predicted[(((k - 1) * members + member) * count + w) * size + d];
            let (mut doubt, mut error) = (0.0, 0.0);
            for (d, scale) in change_std.iter().enumerate() {
                let mean = (0..members).map(|member| of_member(member, d)).sum::<f32>() / members as f32;
                let spread = (0..members).map(|member| (of_member(member, d) - mean).powi(2)).sum::<f32>();
                doubt += spread / members as f32 / scale.powi(2);
                error += ((mean - stretch.obs[k][d]) / scale).powi(2);
            }
            // What has overflowed is as far off as can be told.
            let rms = |sum: f32| (sum / size as f32).sqrt().min(FARTHEST);
            pairs.push((rms(doubt), rms(error)));
        }
    }
    pairs
}

/// Spearman's: the correlation of ranks, in [−1, 1]. 0 where all doubts or all errors are the same.
fn rank_correlation(pairs: &[(f32, f32)]) -> f32 {
    let (x, y) = (ranks(pairs, |pair| pair.0), ranks(pairs, |pair| pair.1));
    let centre = (pairs.len() - 1) as f64 / 2.0;
    let squares = |ranks: &[f64]| ranks.iter().map(|rank| (rank - centre).powi(2)).sum::<f64>();
    let covariance: f64 = x.iter().zip(&y).map(|(x, y)| (x - centre) * (y - centre)).sum();
    (covariance / (squares(&x) * squares(&y)).sqrt().max(1e-12)) as f32
}

/// The rank of every pair; those that are equal share the mean of theirs.
fn ranks(pairs: &[(f32, f32)], of: fn(&(f32, f32)) -> f32) -> Vec<f64> {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by(|&a, &b| of(&pairs[a]).total_cmp(&of(&pairs[b])));
    let mut ranks = vec![0.0; pairs.len()];
    let mut first = 0;
    for equal in order.chunk_by(|&a, &b| of(&pairs[a]) == of(&pairs[b])) {
        let mean = first as f64 + (equal.len() - 1) as f64 / 2.0;
        equal.iter().for_each(|&index| ranks[index] = mean);
        first += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One dimension, two members at ±doubt around a mean that is off by `error`.
    fn told(pairs: &[(f32, f32)]) -> Option<Calibration> {
        let stretch = Stretch { obs: vec![vec![0.0], vec![0.0]], actions: vec![vec![0.0]] };
        let stretches = vec![stretch; pairs.len()];
        let above = pairs.iter().map(|(doubt, error)| error + doubt);
        let predicted: Vec<f32> = above.chain(pairs.iter().map(|(doubt, error)| error - doubt)).collect();
        calibration(&stretches, &predicted, 2, &[1.0])
    }

    #[test]
    fn an_honest_doubt_lies_on_the_diagonal_and_a_reversed_one_is_called_so() {
        let honest: Vec<(f32, f32)> = (1..=16).map(|i| (i as f32, i as f32)).collect();
        let calibration = told(&honest).expect("enough pairs");
        assert_eq!(calibration.rank_correlation, 1.0);
        let apart = calibration.disagreement.iter().zip(&calibration.error).map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f32::max) < 1e-4, "{calibration:?}");
        let reversed: Vec<(f32, f32)> = (1..=16).map(|i| (i as f32, 17.0 - i as f32)).collect();
        assert_eq!(told(&reversed).expect("enough pairs").rank_correlation, -1.0);
    }

    #[test]
    fn a_doubt_that_is_always_the_same_means_nothing() {
        let pairs: Vec<(f32, f32)> = (1..=16).map(|i| (0.0, i as f32)).collect();
        assert_eq!(told(&pairs).expect("enough pairs").rank_correlation, 0.0);
    }

    #[test]
    fn one_member_or_too_few_pairs_tell_nothing() {
        assert_eq!(told(&[(1.0, 1.0); 3]), None);
        let stretch = Stretch { obs: vec![vec![0.0]; 10], actions: vec![vec![0.0]; 9] };
        assert_eq!(calibration(&[stretch], &[0.0; 9], 1, &[1.0]), None);
    }
}
