//! Advantages, running statistics and confidence against values that NumPy, PyTorch and Stable-Baselines3 agree on.
//!
//! The references are f64. What is f64 here too is held to 1e-9, and what is f32 to 1e-5, both relative above 1.
#![cfg(not(target_family = "wasm"))]

mod support;

use mbppo::gae::per_segment;
use mbppo::stats::RunningStats;
use mbppo::world_model::confidence::{branches, one_step, ratio};
use serde::Deserialize;
use support::{assert_close, flags, numerics};

const F64: f64 = 1e-9;
const F32: f64 = 1e-5;

#[derive(Deserialize)]
struct GaeCase {
    kind: String,
    gamma: f32,
    lam: f32,
    rewards: Vec<f32>,
    values: Vec<f32>,
    next_values: Vec<f32>,
    terminated: Vec<u8>,
    truncated: Vec<u8>,
    segment_end: Vec<u8>,
    advantages: Vec<f64>,
    returns: Vec<f64>,
}

impl GaeCase {
    /// Cuts the case after every step that ends anything, as a rollout is cut.
    fn segments(&self) -> Vec<std::ops::Range<usize>> {
        let mut start = 0;
        let mut segments = Vec::new();
        for t in 0..self.rewards.len() {
            let last = t + 1 == self.rewards.len();
            if last || self.terminated[t] + self.truncated[t] + self.segment_end[t] > 0 {
                segments.push(start..t + 1);
                start = t + 1;
            }
        }
        segments
    }
}

#[test]
fn golden_advantages_and_returns() {
    let cases = numerics::<GaeCase>("gae");
    assert_eq!(cases.len(), 40);
    for (number, case) in cases.iter().enumerate() {
        let terminated = flags(&case.terminated);
        let estimates = per_segment(
            &case.segments(),
            &case.rewards,
            &case.values,
            &case.next_values,
            &terminated,
            case.gamma,
            case.lam,
        );
        let what = format!("gae case {number} ({})", case.kind);
        assert_close(&format!("{what}, advantages"), &estimates.advantages, &case.advantages, F32);
        assert_close(&format!("{what}, returns"), &estimates.returns, &case.returns, F32);
    }
}

#[derive(Deserialize)]
struct NormCase {
    count0: f64,
    batches: Vec<Vec<Vec<f64>>>,
    after: Vec<NormAfter>,
}

#[derive(Deserialize)]
struct NormAfter {
    mean: Vec<f64>,
    var: Vec<f64>,
    count: f64,
    normalised: Vec<Vec<f64>>,
}

#[test]
fn golden_running_normalisation() {
    for case in numerics::<NormCase>("running_norm") {
        let mut stats = RunningStats::with_prior(3, case.count0);
        for (number, (batch, after)) in case.batches.iter().zip(&case.after).enumerate() {
            let rows = batch.concat();
            stats.update(&rows);
            let what = |of: &str| format!("count0 {}, batch {number}, {of}", case.count0);
            let variances: Vec<f64> = (0..3).map(|dimension| stats.variance(dimension)).collect();
            assert_close(&what("mean"), stats.mean(), &after.mean, F64);
            assert_close(&what("variance"), &variances, &after.var, F64);
            assert_close(&what("count"), &[stats.count()], &[after.count], F64);
            let rows: Vec<f32> = rows.iter().map(|&value| value as f32).collect();
            let mut normalised = vec![0.0; rows.len()];
            stats.normalise(&rows, 10.0, &mut normalised);
            assert_close(&what("normalised"), &normalised, &after.normalised.concat(), F32);
        }
    }
}

#[derive(Deserialize)]
struct ConfidenceCases {
    from_loss: Vec<ConfidenceCase>,
    from_confidence: Vec<ConfidenceCase>,
    other_ranges: Vec<ConfidenceCase>,
}

#[derive(Deserialize)]
struct ConfidenceCase {
    loss: Option<f64>,
    confidence: f64,
    ratio: f64,
    rollouts: usize,
    #[serde(default = "usual_low")]
    low: f64,
    #[serde(default = "usual_high")]
    high: f64,
    #[serde(default = "usual_out_low")]
    out_low: usize,
    #[serde(default = "usual_out_high")]
    out_high: usize,
}

fn usual_low() -> f64 {
    0.05
}

fn usual_high() -> f64 {
    1.0
}

fn usual_out_low() -> usize {
    10
}

fn usual_out_high() -> usize {
    100
}

#[test]
fn golden_confidence_and_number_of_branches() {
    let cases = numerics::<ConfidenceCases>("confidence_rollouts");
    let all = cases.iter().flat_map(|c| c.from_loss.iter().chain(&c.from_confidence).chain(&c.other_ranges));
    let mut count = 0;
    for case in all {
        assert_eq!(case.high, 1.0, "confidence ends at 1 here");
        if let Some(loss) = case.loss {
            assert_close("confidence", &[one_step(loss)], &[case.confidence], 1e-15);
        }
        assert_eq!(ratio(case.confidence, case.low), case.ratio, "ratio at {}", case.confidence);
        let rollouts = branches(case.confidence, case.low, case.out_low, case.out_high);
        assert_eq!(rollouts, case.rollouts, "branches at {}", case.confidence);
        count += 1;
    }
    assert_eq!(count, 99, "all cases were read");
}
