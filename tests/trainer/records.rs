//! What is recorded of a run, for pictures and curves.

use super::{run, tiny, trainer};
use mbppo::metrics::METRICS;
use mbppo::trainer::Phase;

#[test]
fn a_recording_tells_what_happened_to_environment_0_in_order() {
    let mut trainer = trainer(tiny(), 2);
    let (mut frames, mut forecasts, mut comparisons) = (Vec::new(), 0, 0);
    while trainer.snapshot().iteration < 4 {
        run(&mut trainer, 1);
        let recording = trainer.take_recording();
        frames.extend(recording.frames);
        if let Some(forecast) = recording.forecast {
            assert_eq!(
                forecast.from_step,
                frames.iter().filter(|frame| frame.ended.is_none()).count() as u64
            );
            assert!(forecast.futures.iter().all(|future| future.obs[0] == forecast.futures[0].obs[0]));
            forecasts += 1;
        }
        if let Some(comparison) = recording.comparison {
            let of_start =
                frames.iter().find(|frame| frame.step == comparison.from_step && frame.ended.is_none());
            assert_eq!(of_start.expect("its first frame").obs, comparison.real[0]);
            assert_eq!(comparison.real.len(), comparison.imagined_mean.len());
            comparisons += 1;
        }
    }
    assert_eq!(frames.iter().filter(|frame| frame.ended.is_none()).count(), 4 * 12);
    // The first iteration has no model yet with which its steps could have been foreseen.
    assert_eq!((forecasts, comparisons), (4, 3));
}

#[test]
fn every_metric_that_is_recorded_is_explained() {
    let mut trainer = trainer(tiny(), 1);
    while trainer.snapshot().iteration < 2 || trainer.phase() == Phase::Evaluate {
        run(&mut trainer, 1);
    }
    let recorded = trainer.snapshot().metrics;
    let explained = |name: &String| METRICS.iter().any(|metric| metric.name == name);
    let unexplained: Vec<&String> = recorded.keys().filter(|name| !explained(name)).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
    assert!(recorded.len() > 20, "{} metrics", recorded.len());
}
