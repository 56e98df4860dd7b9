//! How far ahead can the model be trusted? Have it predict held-out sequences of real experience.
//!
//! **What.** From a real state the model is given the actions that were really taken, and nothing else; after 1, 2, …,
//! H steps its state is compared with the real one.
//! ```text
//! L_k = mean_d [ mean (ŝ_{t+k} − s_{t+k})²_d / max(mean (s_{t+k} − s_t)²_d, 1e-8) ]
//! ```
//! 0 is perfect; 1 is as bad as predicting no change. 1e-8: no scale of ours is below 1e-4.
//! **Shapes.** W stretches at once: ŝ [H, E, W, O], every member on a path of its own.
//! **Where.** Stretches come from what is held out in [`Replay`]; L_k feeds [`super::confidence`] and the page.
//! **Choices.** (1) Errors are averaged over the members' own trajectories, since imagination follows members and not
//! their mean. (2) Short episodes give short sequences: each L_k uses those that are long enough, and entries with
//! fewer than [`FEWEST_STRETCHES`] are left out: that far ahead the error is unknown. (3) A sequence ends where the
//! held-out part ends.

use super::WorldModel;
use super::bootstrap::Bootstraps;
use crate::budget::Tick;
use crate::buffer::Replay;
use crate::dynamics::{Answer, Context, Question, State};
use crate::env::ActionSpace;
use crate::error::Result;
use crate::snapshot::ErrorByHorizon;
use crate::stats::VARIANCE_FLOOR;

/// An entry of the error curve is measured on at least this many stretches.
pub const FEWEST_STRETCHES: usize = 4;
/// The largest error that is told.
const WORST_ERROR: f64 = 1e9;
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

/// Stretches being predicted: member by member and step by step, as much at a time as a tick may do.
#[derive(Debug, Clone)]
pub struct OpenLoop {
    /// What really happened.
    pub stretches: Vec<Stretch>,
    /// What the model warms up on before each.
    context: Context,
    members: usize,
    /// H, steps of the longest stretch.
    horizon: usize,
    /// The member and the step that are next.
    at: [usize; 2],
    /// Where that member is in each stretch.
    state: State,
    answer: Answer,
    /// [H, E, W, O]
    paths: Vec<f32>,
}

impl OpenLoop {
    /// Nothing is predicted yet; what led to each stretch is in `context`.
    pub fn new(stretches: Vec<Stretch>, context: Context, members: usize) -> Self {
        let horizon = stretches.iter().map(|stretch| stretch.actions.len()).max().unwrap_or(0);
        let obs_size = stretches.first().map_or(0, |stretch| stretch.obs[0].len());
        let paths = vec![0.0; horizon * members * stretches.len() * obs_size];
        let (state, answer) = (State::default(), Answer::default());
        Self { stretches, context, members, horizon, at: [0, 0], state, answer, paths }
    }

    /// Held-out stretches of up to `horizon` steps, evenly spread over replay.
    pub fn held_out(
        model: &dyn WorldModel,
        replay: &Replay,
        bootstraps: &Bootstraps,
        action: ActionSpace,
        horizon: usize,
    ) -> Self {
        let (mut stretches, mut context) = (Vec::new(), Context::default());
        for start in bootstraps.held_out(MOST_STRETCHES) {
            stretches.push(stretch_from(replay, action, start, horizon));
            context.push_stored(replay, start, model.context(), action);
        }
        Self::new(stretches, context, model.members())
    }

    /// Goes on until all is predicted or the tick is over; whether all is.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn advance(&mut self, model: &mut dyn WorldModel) -> Result<bool> {
        let tick = Tick::begin();
        while self.horizon > 0 && self.at[0] < self.members {
            if tick.is_over() {
                return Ok(false);
            }
            let [member, step] = self.at;
            if step == 0 {
                self.state = model.warm_up(self.context.clone()).await?;
            }
            let (actions, members) = (self.actions_of(step), vec![member; self.stretches.len()]);
            let question = Question {
                state: &self.state,
                actions: &actions,
                members: &members,
                noise: None,
                with_disagreement: false,
            };
            model.step(question, &mut self.answer).await?;
            std::mem::swap(&mut self.state, &mut self.answer.state);
            let size = self.state.obs.len();
            self.paths[(step * self.members + member) * size..][..size].copy_from_slice(&self.state.obs);
            self.at = if step + 1 < self.horizon { [member, step + 1] } else { [member + 1, 0] };
        }
        Ok(true)
    }

    /// What is done in each stretch at this step, [W, A]; nothing where a stretch is over.
    fn actions_of(&self, step: usize) -> Vec<f32> {
        let size = self.stretches[0].actions.first().map_or(1, Vec::len);
        let mut actions = Vec::with_capacity(self.stretches.len() * size);
        for stretch in &self.stretches {
            match stretch.actions.get(step) {
                Some(action) => actions.extend_from_slice(action),
                None => actions.extend(std::iter::repeat_n(0.0, size)),
            }
        }
        actions
    }

    /// What each member predicted for each stretch: [H, E, W, O] flat. Entries beyond a stretch's own length mean
    /// nothing.
    pub fn predicted(&self) -> &[f32] {
        &self.paths
    }

    /// How much of it is done, in [0, 1].
    pub fn done(&self) -> f32 {
        let [member, step] = self.at;
        (member * self.horizon + step) as f32 / (self.members * self.horizon).max(1) as f32
    }
}

/// The error curve of what was [predicted](OpenLoop::predicted), E members, as far as it is known of the `asked` steps.
pub fn error_by_horizon(
    stretches: &[Stretch],
    predicted: &[f32],
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
        let by_dimension = errors_after(k, stretches, predicted, members);
        curve.model.push(by_dimension.iter().sum::<f32>() / by_dimension.len() as f32);
        curve.by_dimension.push(by_dimension);
        curve.stretches.push(long_enough);
    }
    curve
}

/// L_k of every dimension.
fn errors_after(k: usize, stretches: &[Stretch], predicted: &[f32], members: usize) -> Vec<f32> {
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
                (f64::from(predicted[index]) - real).powi(2)
            };
            error += (0..members).map(squared).sum::<f64>() / members as f64;
        }
        // A path that has overflowed is as wrong as can be told, whatever its numbers have become.
        (error / change.max(unmoved)).min(WORST_ERROR) as f32
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
        let predicted: Vec<f32> =
            (1..3).flat_map(|k| (0..FEWEST_STRETCHES).flat_map(move |_| off(k))).collect();
        let curve = error_by_horizon(&stretches, &predicted, 1, 2);
        assert!(curve.model.iter().all(|error| *error < 0.02), "{:?}", curve.model);
    }
}
