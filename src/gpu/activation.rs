//! The activation between two layers, four numbers at a time, and its slope.
//!
//! **What, equation, source.** As in [`crate::kernels::activation`].
//! **Choices.** The slope is kept beside the value, because silu's does not follow from it.

use crate::config::Activation;
use crate::kernels::activation::{TANH_END, TANH_P, TANH_Q};
use cubecl::prelude::*;

/// Four numbers, as a kernel loads them.
pub type F4 = Vector<f32, Const<4>>;

/// The activation of four numbers.
#[cube]
pub fn activate(x: F4, #[comptime] kind: Activation) -> F4 {
    match kind {
        Activation::Relu => max(x, F4::new(0.0)),
        Activation::Tanh => tanh(x),
        Activation::Silu => x * sigmoid(x),
    }
}

/// The slope at `x`, whose activation is `y`.
#[cube]
pub fn slope(x: F4, y: F4, #[comptime] kind: Activation) -> F4 {
    match kind {
        Activation::Relu => {
            let mut slopes = F4::new(0.0);
            #[unroll]
            for i in 0..4usize {
                slopes.insert(i, select(y.extract(i) > 0.0, 1.0f32, 0.0f32));
            }
            slopes
        }
        Activation::Tanh => F4::new(1.0) - y * y,
        Activation::Silu => {
            let gate = sigmoid(x);
            gate * (F4::new(1.0) + x * (F4::new(1.0) - gate))
        }
    }
}

#[cube]
fn sigmoid(x: F4) -> F4 {
    F4::new(0.5) + F4::new(0.5) * tanh(F4::new(0.5) * x)
}

/// tanh by the rational function of [`crate::kernels::activation::tanh`].
#[cube]
#[allow(clippy::needless_range_loop)] // a kernel has no iterators
pub fn tanh(x: F4) -> F4 {
    let x = min(max(x, F4::new(-TANH_END)), F4::new(TANH_END));
    let s = x * x;
    let mut p = F4::new(comptime!(TANH_P[0]));
    #[unroll]
    for power in 1..7usize {
        p = s * p + F4::new(comptime!(TANH_P[power]));
    }
    let mut q = F4::new(comptime!(TANH_Q[0]));
    #[unroll]
    for power in 1..4usize {
        q = s * q + F4::new(comptime!(TANH_Q[power]));
    }
    x * p / q
}
