//! What the run leaves behind for people: counters, metrics, curves, and the moments that pictures are drawn from.

mod saved;

pub(super) use saved::Counters;

use crate::buffer::Rollout;
use crate::env::{EpisodeEnd, Transition};
use crate::snapshot::{
    Calibration, Comparison, Curves, ErrorByHorizon, Forecast, Frame, Future, Point, ReturnGap, StateMap,
};
use crate::world_model::open_loop::Stretch;
use serde::Serialize;
use std::collections::BTreeMap;

/// Episodes that a mean over recent ones covers, as in Stable-Baselines3.
const RECENT_EPISODES: usize = 100;
/// Frames that wait for someone to draw them; older ones are dropped.
const MOST_FRAMES: usize = 4096;
/// A curve with more points than this keeps every second one.
const MOST_POINTS: usize = 4096;

/// Everything for pictures since it was last taken.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Recording {
    /// Environment 0, moment by moment.
    pub frames: Vec<Frame>,
    /// The newest ghosts.
    pub forecast: Option<Forecast>,
    /// The newest stretch, real and imagined.
    pub comparison: Option<Comparison>,
    /// The newest error curve.
    pub error_by_horizon: Option<ErrorByHorizon>,
    /// Whether the newest doubt was honest.
    pub calibration: Option<Calibration>,
    /// What imagination last promised, and what came.
    pub return_gap: Option<ReturnGap>,
    /// Where the agent has been.
    pub state_map: Option<StateMap>,
}

impl Recording {
    /// Puts what is drawn in the place of what was seen, in the pictures of environment 0 and of its futures.
    pub(super) fn redraw(&mut self, drawn: impl Fn(&[f32]) -> Vec<f32>) {
        let futures = self.forecast.iter_mut().flat_map(|forecast| &mut forecast.futures);
        let seen = futures.flat_map(|future| &mut future.obs);
        seen.chain(self.frames.iter_mut().map(|frame| &mut frame.obs)).for_each(|obs| *obs = drawn(obs));
    }
}

/// What evaluations have come to, counted one by one: the curve of them is thinned out when it grows long.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evaluations {
    /// Evaluations so far.
    pub count: u64,
    /// How many of them in a row, up to the latest, have reached the task's bar.
    pub at_bar_in_a_row: u64,
    /// Mean return of the latest.
    pub latest: Option<f32>,
    /// Highest mean return.
    pub best: Option<f32>,
}

impl Evaluations {
    fn add(&mut self, mean: f32, bar: f32) {
        self.count += 1;
        self.at_bar_in_a_row = if mean >= bar { self.at_bar_in_a_row + 1 } else { 0 };
        self.latest = Some(mean);
        self.best = Some(self.best.map_or(mean, |best| best.max(mean)));
    }

    /// What a curve tells of them, for files that hold nothing else: right as long as it was never thinned out.
    fn of_curve(points: &[Point], bar: f32) -> Self {
        let mut evaluations = Self::default();
        points.iter().for_each(|point| evaluations.add(point.value, bar));
        evaluations
    }
}

#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) ticks: u64,
    pub(super) iteration: u64,
    pub(super) real_steps: u64,
    pub(super) imagined_steps: u64,
    pub(super) episodes: u64,
    pub(super) updates: u64,
    /// Real steps at the latest evaluation.
    pub(super) evaluated_at: u64,
    pub(super) solved_at_real_steps: Option<u64>,
    pub(super) evaluations: Evaluations,
    pub(super) recording: Recording,
    /// Told, and never read back: what is decided is decided from values that are passed.
    metrics: BTreeMap<String, f32>,
    curves: Curves,
    recent: Vec<EpisodeEnd>,
    frames_of_environment_0: u64,
    episode_return: f32,
    /// Nobody draws frames.
    is_unwatched: bool,
}

impl Record {
    /// Whether somebody draws what is recorded; what nobody draws is not kept.
    pub(super) fn set_watched(&mut self, is_watched: bool) {
        self.is_unwatched = !is_watched;
        if !is_watched {
            self.recording = Recording::default();
        }
    }

    pub(super) fn metric(&mut self, name: &str, value: f32) {
        match self.metrics.get_mut(name) {
            Some(latest) => *latest = value,
            None => drop(self.metrics.insert(name.into(), value)),
        }
    }

    /// The same for a metric that is not always defined: without a value it has none now, and its curve a gap.
    pub(super) fn metric_or_none(&mut self, name: &str, value: Option<f32>) {
        match value {
            Some(value) => self.metric(name, value),
            None => drop(self.metrics.remove(name)),
        }
    }

    /// The latest value of every metric, for people.
    pub(super) fn told_metrics(&self) -> &BTreeMap<String, f32> {
        &self.metrics
    }

    /// All curves, for people.
    pub(super) fn told_curves(&self) -> &Curves {
        &self.curves
    }

    pub(super) fn episode(&mut self, end: EpisodeEnd) {
        self.episodes += 1;
        if self.recent.len() == RECENT_EPISODES {
            self.recent.remove(0);
        }
        self.recent.push(end);
        let point = Point { real_steps: self.real_steps as f64, value: end.return_ };
        append(&mut self.curves.episode_returns, point);
        let count = self.recent.len() as f32;
        let (reward, length) = self.recent.iter().fold((0.0, 0.0), |(reward, length), end| {
            (reward + end.return_ / count, length + end.length as f32 / count)
        });
        self.metric("rollout/ep_rew_mean", reward);
        self.metric("rollout/ep_len_mean", length);
    }

    /// Returns of the newest episodes, oldest first.
    pub(super) fn newest_returns(&self, count: usize) -> impl Iterator<Item = f32> {
        self.recent[self.recent.len().saturating_sub(count)..].iter().map(|end| end.return_)
    }

    pub(super) fn evaluation(&mut self, mean: f32, bar: f32) {
        self.evaluated_at = self.real_steps;
        self.evaluations.add(mean, bar);
        append(&mut self.curves.evaluations, Point { real_steps: self.real_steps as f64, value: mean });
        self.metric("eval/mean_reward", mean);
        if mean >= bar && self.solved_at_real_steps.is_none() {
            self.solved_at_real_steps = Some(self.real_steps);
        }
    }

    pub(super) fn end_iteration(&mut self) {
        self.iteration += 1;
        for (name, &value) in &self.metrics {
            let point = Point { real_steps: self.real_steps as f64, value };
            append(self.curves.metrics.entry(name.clone()).or_default(), point);
        }
    }

    /// Steps of environment 0 since the start of the run; the next frame has this number.
    pub(super) fn steps_of_environment_0(&self) -> u64 {
        self.frames_of_environment_0
    }

    pub(super) fn frame(&mut self, transition: &Transition<'_>) {
        self.episode_return += transition.reward;
        let step = self.frames_of_environment_0;
        self.frames_of_environment_0 += 1;
        if self.is_unwatched {
            if transition.finished.is_some() {
                self.episode_return = 0.0;
            }
            return;
        }
        self.push_frame(Frame {
            step,
            episode_step: transition.episode_step,
            obs: transition.obs.to_vec(),
            action: transition.action.to_vec(),
            ended: None,
            episode_return: self.episode_return,
        });
        if transition.finished.is_some() {
            let ended = if transition.terminated { "terminated" } else { "truncated" };
            self.push_frame(Frame {
                step: step + 1,
                episode_step: transition.episode_step + 1,
                obs: transition.next_obs.to_vec(),
                action: Vec::new(),
                ended: Some(ended.into()),
                episode_return: self.episode_return,
            });
            self.episode_return = 0.0;
        }
    }

    fn push_frame(&mut self, frame: Frame) {
        if self.recording.frames.len() == MOST_FRAMES {
            self.recording.frames.drain(..MOST_FRAMES / 2);
        }
        self.recording.frames.push(frame);
    }

    pub(super) fn forecast(&mut self, rollout: &Rollout, confidence: f32) {
        let future = |segment: &std::ops::Range<usize>| {
            let path = segment.clone().map(|step| rollout.next_obs_at(step).to_vec());
            Future {
                obs: std::iter::once(rollout.obs_at(segment.start).to_vec()).chain(path).collect(),
                terminated: rollout.terminated[segment.end - 1],
                worth: None,
            }
        };
        self.recording.forecast = Some(Forecast {
            from_step: self.frames_of_environment_0,
            confidence,
            futures: rollout.segments.iter().map(future).collect(),
        });
    }

    /// The same of plans that were weighed, each with how good it is beside the others.
    pub(super) fn plans(&mut self, rollout: &Rollout, worth: &[f32], confidence: f32) {
        self.forecast(rollout, confidence);
        let futures = self.recording.forecast.iter_mut().flat_map(|forecast| &mut forecast.futures);
        futures.zip(worth).for_each(|(future, worth)| future.worth = Some(*worth));
    }

    /// `foreseen` is [k, E, 1, O] flat.
    pub(super) fn comparison(&mut self, from_step: u64, stretch: Stretch, foreseen: &[f32], members: usize) {
        let size = stretch.obs[0].len();
        let mut comparison = Comparison {
            from_step,
            imagined_mean: vec![stretch.obs[0].clone()],
            imagined_low: vec![stretch.obs[0].clone()],
            imagined_high: vec![stretch.obs[0].clone()],
            real: stretch.obs,
        };
        for step in foreseen.chunks_exact(members * size) {
            let over_members = |start: f32, fold: fn(f32, f32) -> f32| -> Vec<f32> {
                (0..size).map(|d| step.iter().skip(d).step_by(size).copied().fold(start, fold)).collect()
            };
            let sum = over_members(0.0, |a, b| a + b);
            comparison.imagined_mean.push(sum.into_iter().map(|sum| sum / members as f32).collect());
            comparison.imagined_low.push(over_members(f32::INFINITY, f32::min));
            comparison.imagined_high.push(over_members(f32::NEG_INFINITY, f32::max));
        }
        self.recording.comparison = Some(comparison);
    }

    pub(super) fn take_recording(&mut self) -> Recording {
        std::mem::take(&mut self.recording)
    }
}

/// Adds a point; a curve that has become too long keeps every second of its older points.
fn append(curve: &mut Vec<Point>, point: Point) {
    if curve.len() >= MOST_POINTS {
        let mut index = 0;
        curve.retain(|_| {
            index += 1;
            index % 2 == 0
        });
    }
    curve.push(point);
}

#[cfg(test)]
mod tests;
