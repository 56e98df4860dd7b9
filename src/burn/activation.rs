//! The activation between two layers, and a quick way to compute it on the CPU.
//!
//! **What.** Without an activation a stack of layers would be one layer. tanh and SiLU are where a small network spends
//! most of its time if each number goes through the C library's `tanhf` or `expf`: more than half, measured.
//! **Where.** The functions themselves are in [`crate::kernels::activation`], which computes without tensors.
//! **Choices.** (1) The rational function runs over whole slices, four or more numbers at a time. (2) Its gradient
//! needs no operation of our own: with the constants c = f'(x) and d = f(x) − c x, the tensor c x + d has f's value and
//! f's gradient. (3) burn's operation is the oracle in the test below.

use crate::burn::tensor::{Tensor, TensorData, activation};
use crate::config::Activation;
use crate::kernels::activation::{silu, tanh};

/// The activation of every number of a tensor.
pub fn activate<const D: usize>(kind: Activation, x: Tensor<D>) -> Tensor<D> {
    match kind {
        Activation::Relu => activation::relu(x),
        Activation::Tanh => activate_slices(x, |x, slope| {
            let y = tanh(x);
            *slope = 1.0 - y * y;
            y
        }),
        Activation::Silu => activate_slices(x, |x, slope| {
            let (y, its_slope) = silu(x);
            *slope = its_slope;
            y
        }),
    }
}

/// f over all numbers; `f` gives the value and writes the slope.
fn activate_slices<const D: usize>(x: Tensor<D>, f: impl Fn(f32, &mut f32) -> f32) -> Tensor<D> {
    let (shape, device) = (x.dims(), x.device());
    let is_tracked = x.is_autodiff();
    let plain = if is_tracked { x.clone().inner() } else { x.clone() };
    let Ok(mut values) = plain.into_data().try_into_vec::<f32>() else { return activation::tanh(x) };
    let mut slopes = vec![0.0; values.len()];
    if !is_tracked {
        values.iter_mut().zip(&mut slopes).for_each(|(value, slope)| *value = f(*value, slope));
        return Tensor::from_data(TensorData::new(values, shape), &device);
    }
    for (value, slope) in values.iter_mut().zip(&mut slopes) {
        let x = *value;
        *value = f(x, slope) - *slope * x; // d
    }
    let device = device.inner();
    let constant = |numbers| Tensor::from_inner(Tensor::from_data(TensorData::new(numbers, shape), &device));
    x * constant(slopes) + constant(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::burn::Device;
    use crate::kernels::activation::activate_number;

    /// burn's own operation.
    fn stock<const D: usize>(kind: Activation, x: Tensor<D>) -> Tensor<D> {
        match kind {
            Activation::Relu => activation::relu(x),
            Activation::Tanh => activation::tanh(x),
            Activation::Silu => activation::silu(x),
        }
    }

    fn numbers(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn values_and_gradients_are_those_of_burns_own_operations() {
        let x: Vec<f32> = (0..4001).map(|i| (i as f32 - 2000.0) / 150.0).collect();
        for kind in [Activation::Tanh, Activation::Silu, Activation::Relu] {
            let of = |activate: fn(Activation, Tensor<2>) -> Tensor<2>| {
                let x = Tensor::from_inner(Device::cpu().floats(x.clone(), [1, x.len()])).require_grad();
                let y = activate(kind, x.clone());
                let gradient = x.grad(&(y.clone() * y.clone()).sum().backward()).unwrap();
                (numbers(y.inner()), numbers(gradient))
            };
            let ((value, slope), (expected, expected_slope)) = (of(activate), of(stock));
            for index in 0..x.len() {
                let (x, tolerance) = (x[index], 2e-6 * x[index].abs().max(1.0));
                assert!(
                    (value[index] - expected[index]).abs() <= tolerance,
                    "{kind:?}({x}) = {}",
                    value[index]
                );
                let difference = (slope[index] - expected_slope[index]).abs();
                assert!(difference <= 20.0 * tolerance, "slope of {kind:?} at {x}: off by {difference}");
                assert!((activate_number(kind, x) - expected[index]).abs() <= tolerance);
            }
        }
    }

    #[test]
    fn without_gradients_it_is_the_same_function() {
        let x = Device::cpu().floats(vec![-3.0, -0.5, 0.0, 0.25, 30.0], [1, 5]);
        let (quick, stock) = (activate(Activation::Tanh, x.clone()), stock(Activation::Tanh, x));
        let apart = (quick - stock).abs().max();
        assert!(apart.into_scalar::<f32>() < 1e-6);
    }
}
