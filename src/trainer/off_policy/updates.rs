//! The updates of an iteration, one after the other, each on a fresh minibatch from replay.

use super::{FromReplay, Stage};
use crate::error::{Error, Result};
use crate::off_policy::Minibatch;
use crate::trainer::context::Context;
use crate::transitions::{Form, Transitions};
use std::collections::BTreeMap;

/// Updates in progress.
#[derive(Default)]
pub(super) struct Updates {
    pub(super) done: usize,
    /// Numbers of the updates so far by the name of their metric.
    metrics: BTreeMap<&'static str, Vec<f32>>,
    /// The minibatch of the moment, in replay; empty before it is drawn.
    ids: Vec<usize>,
    rows: Transitions,
}

impl FromReplay {
    /// One update, or a piece of it; the stage that follows, if the iteration goes on.
    pub(super) fn update(&mut self, context: &mut Context, mut now: Updates) -> Result<Option<Stage>> {
        let (config, stream) = (&context.config, &mut context.streams.minibatches);
        if now.ids.is_empty() {
            now.ids = context.replay.sample(config.batch_size, stream);
        }
        let form = Form {
            action: context.spec.action,
            scaling: &self.shape.scaling,
            reward_scale: config.reward_scale as f32,
        };
        let mut minibatch = Minibatch { replay: &context.replay, ids: &now.ids, form, rows: &mut now.rows };
        let Some(numbers) = self.learner.update(&mut minibatch, stream)? else {
            return Ok(Some(Stage::Update(now)));
        };
        now.ids.clear();
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
