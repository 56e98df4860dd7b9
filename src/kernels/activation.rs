//! Activation functions, for single numbers and for whole slices.
//!
//! ```text
//! tanh(x) ≈ x P(x²) / Q(x²), |x| ≤ 7.9      σ(x) = ½ + ½ tanh(x/2)      silu(x) = x σ(x)
//! ```
//! **Where.** `mbppo::burn::activation` uses the same functions inside burn's tensors, so both versions of a
//! network agree.
//! **Choices.** (1) The derivatives of tanh and ReLU follow from their values; that of SiLU is stored with it. (2) The
//! rational function has no branch, so the compiler vectorises it.
//! **Source.** Coefficients: Eigen's generic tanh for f32, minimax on ±7.9.

use super::isa::instantiate;

/// The activation between two layers of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// tanh: bounded, the custom for small policies.
    Tanh,
    /// x · sigmoid(x): smooth and unbounded, the custom for dynamics models.
    Silu,
    /// max(x, 0): the quickest to compute.
    Relu,
}

/// Behind this tanh is ±1.
pub const TANH_END: f32 = 7.905_311;
/// P's coefficients, that of the highest power first.
#[allow(clippy::excessive_precision)] // as they were published
pub const TANH_P: [f32; 7] = [
    -2.760_768_5e-16,
    2.000_187_9e-13,
    -8.604_671_5e-11,
    5.122_297e-8,
    1.485_722_4e-5,
    6.372_619_3e-4,
    4.893_524_6e-3,
];
/// Q's coefficients, that of the highest power first.
#[allow(clippy::excessive_precision)] // as they were published
pub const TANH_Q: [f32; 4] = [1.198_258_4e-6, 1.185_347_06e-4, 2.268_434_6e-3, 4.893_525_2e-3];

/// tanh, to about 4e-7.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let x = x.clamp(-TANH_END, TANH_END);
    let s = x * x;
    let [a, b, c, d, e, f, g] = TANH_P;
    let p = x * (s * (s * (s * (s * (s * (s * a + b) + c) + d) + e) + f) + g);
    let [a, b, c, d] = TANH_Q;
    p / (s * (s * (s * a + b) + c) + d)
}

/// max(x, 0). Not [`f32::max`]: what that does with NaN keeps wasm from taking four numbers at a time. Not an `if`
/// either, which on x86-64 becomes a branch a number.
#[inline(always)]
pub fn relu(x: f32) -> f32 {
    x.clamp(0.0, f32::MAX)
}

/// silu and its slope.
#[inline(always)]
pub fn silu(x: f32) -> (f32, f32) {
    let sigmoid = 0.5 + 0.5 * tanh(0.5 * x);
    (x * sigmoid, sigmoid * (1.0 + x * (1.0 - sigmoid)))
}

/// The activation of one number.
#[inline(always)]
pub fn activate_number(kind: Activation, x: f32) -> f32 {
    match kind {
        Activation::Relu => relu(x),
        Activation::Tanh => tanh(x),
        Activation::Silu => silu(x).0,
    }
}

instantiate! {
    /// Applies it to `values` in place. silu alone writes `slopes`, which is as long; the others do not look at it.
    pub fn activate(kind: Activation, values: &mut [f32], slopes: &mut [f32]) = activate_with
}

instantiate! {
    /// Multiplies `d_values` by the slopes at what [`activate`] left in `values` and `slopes`.
    pub fn times_slope(kind: Activation, values: &[f32], slopes: &[f32], d_values: &mut [f32]) = times_slope_with
}

#[inline(always)]
fn activate_with<const R: usize, const C: usize, const FMA: bool>(
    kind: Activation,
    values: &mut [f32],
    slopes: &mut [f32],
) {
    match kind {
        Activation::Relu => values.iter_mut().for_each(|value| *value = relu(*value)),
        Activation::Tanh => values.iter_mut().for_each(|value| *value = tanh(*value)),
        Activation::Silu => {
            values.iter_mut().zip(slopes).for_each(|(value, slope)| (*value, *slope) = silu(*value));
        }
    }
}

#[inline(always)]
fn times_slope_with<const R: usize, const C: usize, const FMA: bool>(
    kind: Activation,
    values: &[f32],
    slopes: &[f32],
    d_values: &mut [f32],
) {
    match kind {
        // A factor and not a choice between d and 0, which on x86-64 becomes a branch a number.
        Activation::Relu => {
            let slope = |y: f32| if y > 0.0 { 1.0 } else { 0.0 };
            d_values.iter_mut().zip(values).for_each(|(d, y)| *d *= slope(*y));
        }
        Activation::Tanh => d_values.iter_mut().zip(values).for_each(|(d, y)| *d *= 1.0 - y * y),
        Activation::Silu => d_values.iter_mut().zip(slopes).for_each(|(d, slope)| *d *= slope),
    }
}
