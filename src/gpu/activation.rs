//! The bend between two layers, four numbers at a time, and its slope.
//!
//! **What, equation, source.** As in [`crate::kernels::activation`].
//! **Choices.** The slope is kept beside the value, because silu's does not follow from it.

use crate::config::Activation;
use cubecl::prelude::*;

/// Four numbers, as a kernel loads them.
pub type F4 = Vector<f32, Const<4>>;

/// The bend of four numbers.
#[cube]
pub fn bend(x: F4, #[comptime] kind: Activation) -> F4 {
    match kind {
        Activation::Relu => max(x, F4::new(0.0)),
        Activation::Tanh => tanh(x),
        Activation::Silu => x * sigmoid(x),
    }
}

/// The slope at `x`, whose bend is `y`.
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
#[allow(clippy::excessive_precision)] // the coefficients as they were published
pub fn tanh(x: F4) -> F4 {
    let x = min(max(x, F4::new(-7.905_311)), F4::new(7.905_311));
    let s = x * x;
    let p = s * F4::new(-2.760_768_5e-16) + F4::new(2.000_187_9e-13);
    let p = s * p + F4::new(-8.604_671_5e-11);
    let p = s * p + F4::new(5.122_297e-8);
    let p = s * p + F4::new(1.485_722_4e-5);
    let p = s * p + F4::new(6.372_619_3e-4);
    let p = x * (s * p + F4::new(4.893_524_6e-3));
    let q = s * F4::new(1.198_258_4e-6) + F4::new(1.185_347_06e-4);
    let q = s * q + F4::new(2.268_434_6e-3);
    let q = s * q + F4::new(4.893_525_2e-3);
    p / q
}
