//! What a display of the run needs: plain, owned numbers, the same for a page, a worker and a file.
//!
//! The trainer produces these; panels and plots read them and nothing else.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The state of the run at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Gymnasium's id of the task.
    pub task: String,
    /// The run's seed.
    pub seed: u64,
    /// Name of the running phase: collect, fit, imagine, advantages, improve, curiosity, adapt or evaluate.
    pub phase: String,
    /// How much of the phase is done, in [0, 1].
    pub phase_done: f32,
    /// One sentence for a newcomer: what is going on.
    pub narration: String,
    /// Finished iterations.
    pub iteration: u64,
    /// Ticks so far: bounded units of work.
    pub ticks: u64,
    /// Steps taken in the real task. Only these count.
    pub real_steps: u64,
    /// Steps imagined in the world model.
    pub imagined_steps: u64,
    /// Finished real episodes.
    pub episodes: u64,
    /// Round of imagining and improving in this iteration, from 1; 0 outside of them.
    pub imagination_round: usize,
    /// Rounds in an iteration, K.
    pub imagination_rounds: usize,
    /// Confidence in the world model, in (0, 1]; none before its first test, and without imagination.
    pub confidence: Option<f32>,
    /// Branches imagined in the latest round.
    pub branches: usize,
    /// Steps that an imagined branch may last now: at most `horizon_set`, and `known_steps` unless the confidence
    /// rule is the textbook's.
    pub horizon: usize,
    /// Steps ahead up to which the model's held-out error is known; 0 before the first test.
    #[serde(default)]
    pub known_steps: usize,
    /// The hyperparameter `horizon`.
    #[serde(default)]
    pub horizon_set: usize,
    /// Weight of novelty.
    pub beta: f32,
    /// Whether it plays what it has learned, and learns nothing.
    #[serde(default)]
    pub only_plays: bool,
    /// Why imagination is skipped in this iteration, if it is.
    pub imagination_skipped: Option<String>,
    /// Real steps at the first evaluation that reached the task's bar.
    pub solved_at_real_steps: Option<u64>,
    /// Evaluations so far, counted.
    pub evaluations: u64,
    /// Mean return of the latest evaluation.
    pub latest_evaluation: Option<f32>,
    /// Highest mean return of an evaluation.
    pub best_evaluation: Option<f32>,
    /// Latest value of every metric, by its name; names and meanings in [`crate::metrics::METRICS`].
    pub metrics: BTreeMap<String, f32>,
}

/// One point of a curve over real steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Real steps when it was measured; in f64, which counts beyond 2²⁴.
    pub real_steps: f64,
    /// The value, in the unit of its metric.
    pub value: f32,
}

/// All curves of the run, for drawing only: a long one is thinned out, so that its length counts nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// Return of each real episode at its end.
    pub episode_returns: Vec<Point>,
    /// Mean return of each greedy evaluation.
    pub evaluations: Vec<Point>,
    /// History of every metric, by its name.
    pub metrics: BTreeMap<String, Vec<Point>>,
}

/// One moment of environment 0, as it was really played.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Steps of environment 0 since the start of the run; a forecast's `from_step` counts the same way.
    pub step: u64,
    /// Step within the episode, from 0.
    pub episode_step: usize,
    /// What was seen, `[O]`; the whole observation where a variant of the task hides some of it, with 0 for that.
    pub obs: Vec<f32>,
    /// What was done there; empty in the frame that ends an episode.
    pub action: Vec<f32>,
    /// In the last frame of an episode: "terminated" or "truncated".
    pub ended: Option<String>,
    /// Return of the episode so far.
    pub episode_return: f32,
}

/// Futures that the model imagines from where environment 0 is now: the ghosts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// The frame's step from which the futures start.
    pub from_step: u64,
    /// Confidence in the model when it was made.
    pub confidence: f32,
    /// The imagined futures, each from the same start.
    pub futures: Vec<Future>,
}

/// One imagined future.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Future {
    /// Observations at from_step, from_step + 1, …; each `[O]`. Ends early where the model predicts an end.
    pub obs: Vec<Vec<f32>>,
    /// Whether it stops because the model predicts the end of the episode.
    pub terminated: bool,
    /// Of a plan that was weighed: how good it is beside the others, from 0 to 1 for the one that was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<f32>,
}

/// The same stretch of time, real and imagined: each ensemble member starts from the real state and is given the
/// actions that were really taken afterwards. The model had not seen this stretch when it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The frame's step at which it starts.
    pub from_step: u64,
    /// What really happened: `[k + 1][O]`.
    pub real: Vec<Vec<f32>>,
    /// Mean over the ensemble: `[k + 1][O]`.
    pub imagined_mean: Vec<Vec<f32>>,
    /// Lowest member: `[k + 1][O]`.
    pub imagined_low: Vec<Vec<f32>>,
    /// Highest member: `[k + 1][O]`.
    pub imagined_high: Vec<Vec<f32>>,
}

/// How far imagination can be trusted: held-out open-loop error after 1, 2, …, H steps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorByHorizon {
    /// Squared error over the squared change of the same number of steps, mean over dimensions; entry k − 1 is k
    /// steps ahead. 0 is perfect, 1 is as bad as predicting no change.
    pub model: Vec<f32>,
    /// The same for every dimension by itself: `[k][O]`.
    #[serde(default)]
    pub by_dimension: Vec<Vec<f32>>,
    /// Stretches of held-out experience that each entry is measured on.
    pub stretches: Vec<usize>,
    /// Steps ahead that were to be measured. Those without an entry are not known: too few stretches are as long.
    #[serde(default)]
    pub asked: usize,
}

/// Is the doubt honest? Disagreement of the members against the error that there turned out to be, in bins of equally
/// many held-out predictions, by rising disagreement. Both in standard deviations of one step's change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Mean disagreement of each bin.
    pub disagreement: Vec<f32>,
    /// Mean error of each bin; equal to the disagreement if the doubt is calibrated.
    pub error: Vec<f32>,
    /// 1 if more doubt always means more error, 0 if it means nothing.
    pub rank_correlation: f32,
    /// Predictions looked at.
    pub pairs: usize,
}

/// What the current policy is promised in the model and what it really got, from the same starts over the same steps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReturnGap {
    /// Mean imagined return of a window.
    pub imagined: f32,
    /// Mean real return of a window.
    pub real: f32,
    /// imagined − real: above 0 the model promises too much.
    pub gap: f32,
    /// Windows of real experience.
    pub windows: usize,
}

/// One axis of a [`StateMap`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StateMapAxis {
    /// "pole angle"
    pub name: String,
    /// "rad"
    pub unit: String,
    /// Where the axis begins.
    pub low: f32,
    /// Where it ends: below `low` where the axis counts downwards, as rows do.
    pub high: f32,
}

/// A flat slice through the states: a number for each cell, row by row from where the second axis begins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StateMap {
    /// Across and up.
    pub axes: [StateMapAxis; 2],
    /// Cells along each axis.
    pub cells: [usize; 2],
    /// Real states in replay that lie in the cell.
    pub visits: Vec<u32>,
    /// Novelty of the cell's centre; empty without curiosity.
    pub novelty: Vec<f32>,
    /// Value of the cell's centre, as a return of the task.
    pub value: Vec<f32>,
}
