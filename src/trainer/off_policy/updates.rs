//! The updates of an iteration, one after the other, each on a fresh minibatch: from replay or, where there are
//! imagined steps, some rows from replay and the others from those.

use super::{FromReplay, Stage};
use crate::buffer::Replay;
use crate::error::{Error, Result};
use crate::off_policy::{Chosen, Minibatch};
use crate::trainer::context::Context;
use crate::transitions::{Form, Transitions};
use std::collections::BTreeMap;

/// Updates in progress.
#[derive(Default)]
pub(super) struct Updates {
    pub(super) done: usize,
    /// Numbers of the updates so far by the name of their metric.
    metrics: BTreeMap<&'static str, Vec<f32>>,
    /// The minibatch of the moment: what happened and what was imagined; both are empty before it is drawn.
    real: Vec<usize>,
    imagined: Vec<usize>,
    rows: Transitions,
}

impl FromReplay {
    /// One update, or a piece of it; the stage that follows, if the iteration goes on.
    pub(super) fn update(
        &mut self,
        context: &mut Context,
        imagined: Option<&Replay>,
        mut now: Updates,
    ) -> Result<Option<Stage>> {
        let (config, stream) = (&context.config, &mut context.streams.minibatches);
        let beside = imagined.unwrap_or(&context.replay);
        if now.real.is_empty() && now.imagined.is_empty() {
            let rows = config.batch_size;
            let real = imagined.map_or(rows, |_| real_rows(rows, config.real_ratio));
            now.real = context.replay.sample(real, stream);
            now.imagined = beside.sample(rows - real, stream);
        }
        let chosen = [
            Chosen { replay: &context.replay, ids: &now.real },
            Chosen { replay: beside, ids: &now.imagined },
        ];
        let form = Form {
            action: context.spec.action,
            scaling: &self.shape.scaling,
            reward_scale: config.reward_scale as f32,
        };
        let mut minibatch = Minibatch { chosen: &chosen, form, rows: &mut now.rows };
        let Some(numbers) = self.learner.update(&mut minibatch, stream)? else {
            return Ok(Some(Stage::Update(now)));
        };
        now.real.clear();
        now.imagined.clear();
        for (name, number) in numbers {
            now.metrics.entry(name).or_default().push(number);
        }
        now.done += 1;
        if now.done < config.gradient_steps {
            return Ok(Some(Stage::Update(now)));
        }
        note(context, &now)?;
        self.actor = Some(self.learner.actor()?);
        Ok(None)
    }
}

/// How many of a minibatch's rows are real where some are imagined, cut off as in the paper's program.
pub(in crate::trainer) fn real_rows(rows: usize, real_ratio: f64) -> usize {
    (rows as f64 * real_ratio) as usize
}

/// Notes the means of these updates' numbers.
fn note(context: &mut Context, updates: &Updates) -> Result<()> {
    let record = &mut context.record;
    for (name, numbers) in &updates.metrics {
        let mean = numbers.iter().sum::<f32>() / numbers.len() as f32;
        Error::unless_finite("improve", name, [&mean])?;
        record.metric(name, mean);
    }
    record.updates += updates.done as u64;
    record.metric("train/n_updates", record.updates as f32);
    Ok(())
}
