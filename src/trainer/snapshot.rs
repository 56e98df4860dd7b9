//! The state of a run at a moment, for whoever shows it.

use super::{Stage, Trainer, played};
use crate::snapshot::Snapshot;

impl Trainer {
    /// The state of the run at this moment.
    pub fn snapshot(&self) -> Snapshot {
        let (context, record) = (&self.context, &self.context.record);
        let (imagination, horizon) = (self.learner.imagination(), context.config.horizon);
        Snapshot {
            task: context.spec.id.clone(),
            seed: context.seed.0,
            phase: self.phase().name().into(),
            phase_done: match &self.stage {
                Stage::Learn if self.played > 0 => played::done(self.played),
                Stage::Learn => self.learner.phase_done(&context.config),
                Stage::Map(..) => 0.0,
                Stage::Evaluate(evaluation) => evaluation.done(),
            },
            narration: self.narration(),
            iteration: record.iteration,
            ticks: record.ticks,
            real_steps: record.real_steps,
            imagined_steps: record.imagined_steps,
            episodes: record.episodes,
            imagination_round: self.learner.round(),
            imagination_rounds: context.config.imagination_rounds,
            confidence: imagination.confidence,
            branches: imagination.branches,
            horizon: if imagination.horizon > 0 { imagination.horizon } else { horizon },
            known_steps: imagination.known_steps,
            horizon_set: horizon,
            beta: self.learner.beta(),
            only_plays: context.only_plays,
            imagination_skipped: imagination.skipped,
            solved_at_real_steps: record.solved_at_real_steps,
            evaluations: record.evaluations.count,
            latest_evaluation: record.evaluations.latest,
            best_evaluation: record.evaluations.best,
            metrics: record.told_metrics().clone(),
        }
    }
}
