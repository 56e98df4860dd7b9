//! How far ahead can the model be trusted? Ask it to foresee stretches of real experience it has never seen.
//!
//! **What.** From a real state the model is given the actions that were really taken, and nothing else; after
//! 1, 2, …, H steps its state is compared with the real one.
//! ```text
//! L_k = mean_d [ mean (ŝ_{t+k} − s_{t+k})²_d / max(mean (s_{t+k} − s_t)²_d, 1e-8) ]
//! ```
//! 0 is perfect; 1 is as good as predicting no change. 1e-8: no scale of ours is below 1e-4.
//! **Shapes.** W stretches at once: ŝ [H, E, W, O], every member on a path of its own.
//! **Where.** Stretches come from held-out episodes of [`Replay`]; L_k feeds [`super::confidence`] and the page.
//! **Choices.** (1) Errors are averaged over the members' own paths, since imagination follows members and not their
//! mean. (2) Short episodes give short stretches: each L_k uses those that are long enough, and an entry that
//! has fewer than [`FEWEST_STRETCHES`] is left out: as far ahead as that nothing is known. (3) A stretch ends where what
//! is held out ends.

use super::Model;
use crate::buffer::{Part, Replay};
use crate::env::ActionSpace;
use crate::error::Result;
use crate::snapshot::ErrorByHorizon;
use crate::stats::VARIANCE_FLOOR;

/// An entry of the error curve is measured on at least this many stretches.
pub const FEWEST_STRETCHES: usize = 4;
/// Most stretches that are looked at.
const MOST_STRETCHES: usize = 64;

/// Consecutive real steps: k + 1 observations and k actions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stretch {
    /// `[k + 1][O]`
    pub obs: Vec<Vec<f32>>,
    /// Encoded, `[k][A]`
    pub actions: Vec<Vec<f32>>,
}

/// Held-out stretches of up to `horizon` steps, evenly spread over replay.
pub fn held_out_stretches(replay: &Replay, action: ActionSpace, horizon: usize) -> Vec<Stretch> {
    let starts: Vec<usize> = replay.ids_of(Part::HeldOut).collect();
    let stride = starts.len().div_ceil(MOST_STRETCHES).max(1);
    starts.into_iter().step_by(stride).map(|start| stretch_from(replay, action, start, horizon)).collect()
}

fn stretch_from(replay: &Replay, action: ActionSpace, start: usize, horizon: usize) -> Stretch {
    let mut stretch = Stretch { obs: vec![replay.get(start).obs.to_vec()], actions: Vec::new() };
    let held_out = replay.episode_from(start).take_while(|&id| replay.is_held_out(id));
    for id in held_out.take(horizon) {
        let stored = replay.get(id);
        let mut encoded = Vec::new();
        action.encode(stored.action, &mut encoded);
        stretch.actions.push(encoded);
        stretch.obs.push(stored.next_obs.to_vec());
    }
    stretch
}

/// What each member foresees for each stretch: [H, E, W, O] flat, H the longest stretch. Entries beyond a stretch's
/// own length mean nothing.
///
/// # Errors
/// [`crate::Error::Device`] if the device cannot be read.
pub async fn foresee(model: &mut Model, stretches: &[Stretch], doing: &str) -> Result<Vec<f32>> {
    let horizon = stretches.iter().map(|stretch| stretch.actions.len()).max().unwrap_or(0);
    let (Some(first), true) = (stretches.first(), horizon > 0) else { return Ok(Vec::new()) };
    let action_size = first.actions.first().map_or(1, Vec::len);
    let starts = stretches.iter().flat_map(|stretch| stretch.obs[0].iter().copied()).collect();
    let nothing = vec![0.0; action_size];
    let mut packed = Vec::with_capacity(horizon * stretches.len() * action_size);
    for k in 0..horizon {
        for stretch in stretches {
            packed.extend_from_slice(stretch.actions.get(k).unwrap_or(&nothing));
        }
    }
    model.foresee(starts, packed, horizon, doing).await
}

/// The error curve of what was [`foresee`]n, E members, as far as it is known of the `asked` steps.
pub fn error_by_horizon(
    stretches: &[Stretch],
    foreseen: &[f32],
    members: usize,
    asked: usize,
) -> ErrorByHorizon {
    let longest = stretches.iter().map(|stretch| stretch.actions.len()).max().unwrap_or(0);
    let mut curve = ErrorByHorizon { asked, ..ErrorByHorizon::default() };
    for k in 1..=longest.min(asked) {
        let long_enough = stretches.iter().filter(|stretch| stretch.actions.len() >= k).count();
        if long_enough < FEWEST_STRETCHES {
            break;
        }
        let by_dimension = errors_after(k, stretches, foreseen, members);
        curve.model.push(by_dimension.iter().sum::<f32>() / by_dimension.len() as f32);
        curve.by_dimension.push(by_dimension);
        curve.stretches.push(long_enough);
    }
    curve
}

/// L_k of every dimension.
fn errors_after(k: usize, stretches: &[Stretch], foreseen: &[f32], members: usize) -> Vec<f32> {
    let (count, size) = (stretches.len(), stretches[0].obs[0].len());
    // What did not change has the unit that the model's own scales give it: next to no error must not look endless.
    let unmoved =
        VARIANCE_FLOOR * stretches.iter().filter(|stretch| stretch.actions.len() >= k).count() as f64;
    let shares = (0..size).map(|d| {
        let (mut error, mut change) = (0.0f64, 0.0f64);
        for (w, stretch) in stretches.iter().enumerate().filter(|(_, stretch)| stretch.actions.len() >= k) {
            let real = f64::from(stretch.obs[k][d]);
            change += (real - f64::from(stretch.obs[0][d])).powi(2);
            let squared = |member: usize| {
                let index = (((k - 1) * members + member) * count + w) * size + d;
                (f64::from(foreseen[index]) - real).powi(2)
            };
            error += (0..members).map(squared).sum::<f64>() / members as f64;
        }
        (error / change.max(unmoved)) as f32
    });
    shares.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_forecast_has_error_zero_and_no_change_has_error_one() {
        let stretch = |from: f32| Stretch {
            obs: (0..4).map(|k| vec![from + k as f32 * (1.0 + from)]).collect(),
            actions: vec![vec![0.0]; 3],
        };
        let stretches: Vec<Stretch> = (0..5).map(|w| stretch(w as f32)).collect();
        let all = |of: &dyn Fn(&Stretch, usize) -> f32| -> Vec<f32> {
            (1..=3)
                .flat_map(|k| [0, 1].map(|_| k))
                .flat_map(|k| stretches.iter().map(move |s| (s, k)))
                .map(|(s, k)| of(s, k))
                .collect()
        };
        let perfect = error_by_horizon(&stretches, &all(&|s, k| s.obs[k][0]), 2, 3);
        assert_eq!(perfect.model, vec![0.0; 3]);
        assert_eq!(perfect.stretches, vec![5; 3]);
        let no_change = error_by_horizon(&stretches, &all(&|s, _| s.obs[0][0]), 2, 3);
        assert_eq!(no_change.model, vec![1.0; 3]);
    }

    #[test]
    fn entries_with_too_few_stretches_are_left_out() {
        let short = Stretch { obs: vec![vec![0.0], vec![1.0]], actions: vec![vec![0.0]] };
        let long = Stretch { obs: vec![vec![0.0], vec![1.0], vec![2.0]], actions: vec![vec![0.0]; 2] };
        let stretches = [short.clone(), short.clone(), short, long];
        let curve = error_by_horizon(&stretches, &[1.0; 8], 1, 5);
        assert_eq!(
            (curve.model.len(), curve.asked),
            (1, 5),
            "one step ahead is known, of five that were asked for"
        );
    }

    #[test]
    fn a_dimension_that_never_changes_does_not_make_a_good_model_look_endlessly_bad() {
        // The first number counts, the second stands still; the model is off by 1e-5 in both.
        let real = |k: usize| vec![k as f32, 0.5];
        let stretch = Stretch { obs: (0..3).map(real).collect(), actions: vec![vec![0.0]; 2] };
        let stretches = vec![stretch; FEWEST_STRETCHES];
        let off = |k: usize| real(k).into_iter().map(|x| x + 1e-5);
        let foreseen: Vec<f32> =
            (1..3).flat_map(|k| (0..FEWEST_STRETCHES).flat_map(move |_| off(k))).collect();
        let curve = error_by_horizon(&stretches, &foreseen, 1, 2);
        assert!(curve.model.iter().all(|error| *error < 0.02), "{:?}", curve.model);
    }
}
