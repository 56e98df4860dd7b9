//! The record as arrays of a checkpoint, and back. What pictures are drawn from is not part of it: they show what
//! comes.
//!
//! **Shapes.** metrics `[M]`, the latest values, whose names stand in the JSON; a curve [points, 2]: real steps and
//! value, in f64; recent_episodes `[up to 100]`.

use super::{Evaluations, RECENT_EPISODES, Record};
use crate::arrays::{Arrays, LARGEST, LARGEST_COUNT, refused};
use crate::env::EpisodeEnd;
use crate::error::Result;
use crate::metrics::METRICS;
use crate::snapshot::Point;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Whole numbers of a run, as they stand in a checkpoint's JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::trainer) struct Counters {
    ticks: u64,
    pub(in crate::trainer) iterations: u64,
    real_steps: u64,
    imagined_steps: u64,
    episodes: u64,
    updates: u64,
    evaluated_at_real_steps: u64,
    solved_at_real_steps: Option<u64>,
    steps_of_environment_0: u64,
    /// Files of 0.1.0 and before have neither of these: there the curve is all that is known.
    #[serde(default)]
    evaluations: Option<u64>,
    #[serde(default)]
    evaluations_at_bar_in_a_row: Option<u64>,
}

/// What a return can be.
const RETURNS: RangeInclusive<f32> = -(LARGEST as f32)..=LARGEST as f32;

impl Counters {
    /// Checks that no count is absurd, and that none says more than one that it is a part of.
    fn require_possible(&self) -> Result<()> {
        let steps = self.real_steps;
        let parts = [
            ("ticks", self.ticks, LARGEST_COUNT),
            ("iterations", self.iterations, self.ticks),
            ("real_steps", steps, LARGEST_COUNT),
            ("imagined_steps", self.imagined_steps, LARGEST_COUNT),
            ("episodes", self.episodes, steps),
            ("updates", self.updates, LARGEST_COUNT),
            ("evaluated_at_real_steps", self.evaluated_at_real_steps, steps),
            ("solved_at_real_steps", self.solved_at_real_steps.unwrap_or(0), steps),
            ("steps_of_environment_0", self.steps_of_environment_0, steps),
            ("evaluations", self.evaluations.unwrap_or(0), steps),
            ("evaluations_at_bar_in_a_row", self.evaluations_at_bar_in_a_row.unwrap_or(0), steps),
        ];
        match parts.into_iter().find(|(_, count, most)| count > most) {
            None => Ok(()),
            Some((name, count, most)) => {
                let allowed = format!("it must be from 0 to {most}");
                Err(refused(&format!("counters.{name}"), count.to_string(), allowed))
            }
        }
    }

    /// Steps taken in the real task.
    pub(in crate::trainer) fn real_steps(&self) -> u64 {
        self.real_steps
    }
}

impl Record {
    pub(in crate::trainer) fn counters(&self) -> Counters {
        Counters {
            ticks: self.ticks,
            iterations: self.iteration,
            real_steps: self.real_steps,
            imagined_steps: self.imagined_steps,
            episodes: self.episodes,
            updates: self.updates,
            evaluated_at_real_steps: self.evaluated_at,
            solved_at_real_steps: self.solved_at_real_steps,
            steps_of_environment_0: self.frames_of_environment_0,
            evaluations: Some(self.evaluations.count),
            evaluations_at_bar_in_a_row: Some(self.evaluations.at_bar_in_a_row),
        }
    }

    /// Puts metrics, curves and recent episodes into a checkpoint.
    pub(in crate::trainer) fn save(&self, arrays: &mut Arrays) {
        arrays.put("metrics", &[self.metrics.len()], self.metrics.values().copied());
        let mut put = |name: &str, points: &[Point]| {
            let numbers = points.iter().flat_map(|point| [point.real_steps, f64::from(point.value)]);
            arrays.put(&format!("curves.{name}"), &[points.len(), 2], numbers);
        };
        put("episode_returns", &self.curves.episode_returns);
        put("evaluations", &self.curves.evaluations);
        self.curves.metrics.iter().for_each(|(name, points)| put(&format!("metrics.{name}"), points));
        let recent = self.recent.len();
        arrays.put("recent_episodes.returns", &[recent], self.recent.iter().map(|end| end.return_));
        arrays.put("recent_episodes.lengths", &[recent], self.recent.iter().map(|end| end.length as i64));
        arrays.put("envs.return_of_environment_0", &[1], [self.episode_return]);
        let best: Vec<f32> = self.evaluations.best.into_iter().collect();
        arrays.put("best_evaluation", &[best.len()], best);
    }

    /// The record that was saved, with these names of its metrics; `bar` is the task's.
    ///
    /// # Errors
    /// [`crate::Error::Checkpoint`] if something is missing or cannot be.
    pub(in crate::trainer) fn load(
        counters: Counters,
        metrics: &[String],
        bar: f32,
        arrays: &mut Arrays,
    ) -> Result<Self> {
        counters.require_possible()?;
        let counted = (counters.evaluations, counters.evaluations_at_bar_in_a_row);
        let mut record = Self {
            ticks: counters.ticks,
            iteration: counters.iterations,
            real_steps: counters.real_steps,
            imagined_steps: counters.imagined_steps,
            episodes: counters.episodes,
            updates: counters.updates,
            evaluated_at: counters.evaluated_at_real_steps,
            solved_at_real_steps: counters.solved_at_real_steps,
            frames_of_environment_0: counters.steps_of_environment_0,
            episode_return: arrays.take_within("envs.return_of_environment_0", &[1], RETURNS)?[0],
            recent: recent_episodes(arrays)?,
            ..Self::default()
        };
        let values: Vec<f32> = arrays.take("metrics", &[metrics.len()])?;
        for (name, value) in metrics.iter().zip(values) {
            require_known(name)?;
            record.metrics.insert(name.clone(), value);
        }
        record.curves.episode_returns = curve("curves.episode_returns", arrays)?;
        record.curves.evaluations = curve("curves.evaluations", arrays)?;
        record.evaluations = Evaluations::of_curve(&record.curves.evaluations, bar);
        if let (Some(count), Some(at_bar_in_a_row)) = counted {
            let best: Vec<f32> = arrays.take_rows_within("best_evaluation", &[], RETURNS)?;
            let best = best.first().copied();
            record.evaluations = Evaluations { count, at_bar_in_a_row, best, ..record.evaluations };
        }
        const PREFIX: &str = "curves.metrics.";
        let names: Vec<String> = arrays.names(PREFIX).map(String::from).collect();
        for full in names {
            let name = full[PREFIX.len()..].to_string();
            require_known(&name)?;
            record.curves.metrics.insert(name, curve(&full, arrays)?);
        }
        Ok(record)
    }
}

fn curve(name: &str, arrays: &mut Arrays) -> Result<Vec<Point>> {
    let numbers: Vec<f64> = if arrays.holds::<f32>(name) {
        arrays.take_rows::<f32>(name, &[2])?.into_iter().map(f64::from).collect() // as 0.1.0 wrote them
    } else {
        arrays.take_rows(name, &[2])?
    };
    if let Some(pair) = numbers.chunks_exact(2).find(|pair| !(0.0..=LARGEST_COUNT as f64).contains(&pair[0]))
    {
        let allowed = format!("real steps are from 0 to {LARGEST_COUNT}");
        return Err(refused(name, pair[0].to_string(), allowed));
    }
    Ok(numbers.chunks_exact(2).map(|pair| Point { real_steps: pair[0], value: pair[1] as f32 }).collect())
}

fn recent_episodes(arrays: &mut Arrays) -> Result<Vec<EpisodeEnd>> {
    let returns: Vec<f32> = arrays.take_rows_within("recent_episodes.returns", &[], RETURNS)?;
    if returns.len() > RECENT_EPISODES {
        let allowed = format!("it must be at most {RECENT_EPISODES} long");
        return Err(refused("recent_episodes.returns", format!("[{}]", returns.len()), allowed));
    }
    let lengths = arrays.take_within("recent_episodes.lengths", &[returns.len()], 0..=i64::from(u32::MAX))?;
    let end = |(return_, length): (f32, i64)| EpisodeEnd { return_, length: length as usize };
    Ok(returns.into_iter().zip(lengths).map(end).collect())
}

/// A page looks up what it is told about a metric, so there must be something.
fn require_known(name: &str) -> Result<()> {
    if METRICS.iter().any(|metric| metric.name == name) {
        return Ok(());
    }
    Err(refused("metrics", name.into(), "there is no metric of this name".into()))
}
