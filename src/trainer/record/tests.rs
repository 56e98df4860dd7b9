//! What the record counts stays right however long a run is.

use super::*;

#[test]
fn evaluations_are_counted_however_short_their_curve_is_kept() {
    let mut record = Record::default();
    for evaluation in 1..=3 * MOST_POINTS as u64 {
        let mean = if evaluation % 5 == 0 { 0.0 } else { 10.0 };
        record.evaluation(mean, 10.0);
        assert_eq!(record.evaluations.count, evaluation);
        assert_eq!(record.evaluations.at_bar_in_a_row, evaluation % 5);
        assert!(record.told_curves().evaluations.len() <= MOST_POINTS);
    }
    let Evaluations { latest, best, .. } = record.evaluations;
    assert_eq!((latest, best), (Some(10.0), Some(10.0)));
}

#[test]
fn real_steps_stay_apart_where_f32_no_longer_tells_them_apart() {
    let mut record = Record { real_steps: (1 << 24) + 1, ..Record::default() };
    record.evaluation(1.0, 2.0);
    record.episode(EpisodeEnd { return_: 1.0, length: 1 });
    record.metric("rollout/ep_len_mean", 1.0);
    record.end_iteration();
    let Curves { episode_returns, evaluations, metrics } = record.told_curves();
    let all = metrics.values().chain([episode_returns, evaluations]).flatten();
    assert!(all.clone().count() >= 3 && all.clone().all(|point| point.real_steps == 16_777_217.0));
}
