//! The loss of the world model's outputs, and its gradient.
//!
//! ```text
//! deterministic   loss = mean (Δ̂ − Δ)² + mean (r̂ − r)² + c_end mean BCE(ê)
//! Gaussian        loss = mean ½ (log σ² + (y − μ)²/σ² + log 2π) + c_end mean BCE(ê)        y = (Δ, r)
//!                 log σ² = low + softplus(high − softplus(high − raw) − low)         softly within [−10, 0.5]
//! BCE(l) = max(l, 0) − l y + log(1 + e^−|l|)
//! ```
//! **Shapes.** output [rows, O + 2]: state, reward, end logit; Gaussian heads [rows, 2 O + 3] add a log-variance for
//! state and reward behind them. target [rows, O + 2]. Rows are those of all members together.
//! **Where.** Called by [`super::world_model`]; the same as `losses` in
//! `mbppo::burn::WorldModel`.
//! **Paper.** Chua et al. 2018 (1805.12114), bounded log-variance.

use std::f32::consts::TAU;

/// Bounds of log σ² of Gaussian heads.
pub const LOG_VARIANCE: [f64; 2] = [-10.0, 0.5];

/// Which outputs there are and which count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outputs {
    /// O
    pub obs_size: usize,
    /// Whether there are log-variances.
    pub is_gaussian: bool,
    /// Whether the end logit learns; otherwise its loss is 0.
    pub learned_ends: bool,
    /// c_end, the weight of the end.
    pub end_coef: f64,
}

impl Outputs {
    /// Numbers of one output row.
    pub fn width(&self) -> usize {
        self.obs_size + 2 + self.noise_size()
    }

    /// Random numbers that a step draws state and reward with: those that have a variance.
    pub fn noise_size(&self) -> usize {
        if self.is_gaussian { self.obs_size + 1 } else { 0 }
    }
}

/// The parts of the loss.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ModelLosses {
    /// Squared error of the state.
    pub state: f32,
    /// Squared error of the reward.
    pub reward: f32,
    /// Cross-entropy of the end, in nats.
    pub end: f32,
    /// What is minimised.
    pub total: f32,
}

/// The losses of `output` against `target`; with `d_output`, ∂total/∂output too.
pub fn losses(
    outputs: &Outputs,
    output: &[f32],
    target: &[f32],
    d_output: Option<&mut [f32]>,
) -> ModelLosses {
    let rows = output.len() / outputs.width();
    let mut sums = Sums::default();
    add_losses(outputs, rows, output, target, d_output, &mut sums);
    sums.losses(outputs, rows)
}

/// Adds the losses of a piece of a batch that has `rows` rows in all; ∂total/∂output is that of the whole batch's
/// total.
pub fn add_losses(
    outputs: &Outputs,
    rows: usize,
    output: &[f32],
    target: &[f32],
    d_output: Option<&mut [f32]>,
    sums: &mut Sums,
) {
    let (size, width) = (outputs.obs_size, outputs.width());
    let mut d_rows = d_output.map(|d_output| d_output.chunks_exact_mut(width));
    let mut unwanted = vec![0.0; if d_rows.is_some() { 0 } else { width }];
    for (output, target) in output.chunks_exact(width).zip(target.chunks_exact(size + 2)) {
        let d_row = match &mut d_rows {
            Some(rows) => rows.next().unwrap_or_default(),
            None => &mut unwanted,
        };
        row_losses(outputs, rows as f32, [output, target], d_row, sums);
    }
}

fn row_losses(
    outputs: &Outputs,
    rows: f32,
    [output, target]: [&[f32]; 2],
    d_row: &mut [f32],
    sums: &mut Sums,
) {
    let size = outputs.obs_size;
    let per_state = 1.0 / (rows * size as f32);
    for d in 0..=size {
        let error = output[d] - target[d];
        let squared = f64::from(error * error);
        if d < size {
            sums.state += squared;
        } else {
            sums.reward += squared;
        }
        if outputs.is_gaussian {
            let behind = size + 2 + d;
            let (log_variance, slope) = bounded_log_variance(output[behind]);
            let precision = (-log_variance).exp();
            let share = 1.0 / (rows * (size + 1) as f32);
            let surprise = error * error * precision;
            sums.likelihood += f64::from(0.5 * (log_variance + surprise + TAU.ln()));
            d_row[d] = share * error * precision;
            d_row[behind] = share * 0.5 * (1.0 - surprise) * slope;
        } else {
            d_row[d] = 2.0 * error * if d < size { per_state } else { 1.0 / rows };
        }
    }
    let (logit, ended) = (output[size + 1], target[size + 1]);
    if outputs.learned_ends {
        let small = (-logit.abs()).exp();
        sums.end += f64::from(logit.max(0.0) - logit * ended + small.ln_1p());
        let probability = if logit >= 0.0 { 1.0 / (1.0 + small) } else { small / (1.0 + small) };
        d_row[size + 1] = outputs.end_coef as f32 * (probability - ended) / rows;
    } else {
        d_row[size + 1] = 0.0;
    }
}

/// log σ² from a raw output, and its slope.
pub fn bounded_log_variance(raw: f32) -> (f32, f32) {
    let [low, high] = LOG_VARIANCE.map(|bound| bound as f32);
    let (over, over_slope) = softplus(high - raw);
    let (under, under_slope) = softplus(high - over - low);
    (low + under, over_slope * under_slope)
}

/// log(1 + e^x) and its slope σ(x).
fn softplus(x: f32) -> (f32, f32) {
    let small = (-x.abs()).exp();
    let slope = if x >= 0.0 { 1.0 / (1.0 + small) } else { small / (1.0 + small) };
    (x.max(0.0) + small.ln_1p(), slope)
}

/// Sums over rows.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    state: f64,
    reward: f64,
    end: f64,
    likelihood: f64,
}

impl Sums {
    /// The losses of `rows` rows.
    pub fn losses(&self, outputs: &Outputs, rows: usize) -> ModelLosses {
        let rows = rows as f64;
        let state = self.state / (rows * outputs.obs_size as f64);
        let (reward, end) = (self.reward / rows, self.end / rows);
        let likelihood = self.likelihood / (rows * (outputs.obs_size + 1) as f64);
        let predicted = if outputs.is_gaussian { likelihood } else { state + reward };
        let total = predicted + outputs.end_coef * end;
        ModelLosses { state: state as f32, reward: reward as f32, end: end as f32, total: total as f32 }
    }
}
