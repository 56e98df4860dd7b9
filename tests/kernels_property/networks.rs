//! Layers, networks and their optimiser.

use super::{CASES, GRADIENTS, OUTPUTS, Property, floats, read};
use burn::tensor::Tensor;
use mbppo::burn::{Adam, Layout, Mlp, clip_by_global_norm};
use mbppo::config::Activation;
use mbppo::kernels::dense::{Size, d_input, d_weight, forward};
use mbppo::kernels::pack::Panels;
use mbppo::kernels::{self, Cache};

#[test]
fn a_layer_forwards_and_backwards() {
    let mut property = Property::of("dense");
    let mut panels = Panels::default(); // one for all shapes: what an earlier one left must not matter
    for _ in 0..4 * CASES {
        let size = Size { rows: property.rows(), inputs: property.width(), outputs: property.width() };
        let Size { rows, inputs, outputs } = size;
        let [x, weight, bias, d_y] =
            [rows * inputs, inputs * outputs, outputs, rows * outputs].map(|count| property.normals(count));
        let tracked = |values: &[f32], shape| Tensor::<2>::from_inner(floats(values, shape)).require_grad();
        let (tx, tw, tb) =
            (tracked(&x, [rows, inputs]), tracked(&weight, [inputs, outputs]), tracked(&bias, [1, outputs]));
        let ty = tx.clone().matmul(tw.clone()) + tb.clone();
        let expected = read(ty.clone().inner());
        let gradients = (ty * Tensor::from_inner(floats(&d_y, [rows, outputs]))).sum().backward();

        let shape = format!("{size:?}");
        let mut y = vec![f32::NAN; rows * outputs];
        forward(size, &x, &weight, &bias, &mut y, &mut panels);
        property.near(&shape, "Y", &y, &expected, OUTPUTS);
        let mut d_x = vec![f32::NAN; x.len()];
        d_input(size, &d_y, &weight, &mut d_x, &mut panels);
        property.near(&shape, "∂X", &d_x, &read(tx.grad(&gradients).expect("a gradient")), OUTPUTS);
        let (mut d_w, mut d_b) = (vec![f32::NAN; weight.len()], vec![f32::NAN; outputs]);
        d_weight(size, &x, &d_y, &mut d_w, &mut d_b, &mut panels);
        property.near(&shape, "∂W", &d_w, &read(tw.grad(&gradients).expect("a gradient")), OUTPUTS);
        property.near(&shape, "∂b", &d_b, &read(tb.grad(&gradients).expect("a gradient")), OUTPUTS);
    }
}

#[test]
fn networks_side_by_side_forwards_and_backwards_and_one_alone() {
    let mut property = Property::of("mlp");
    let mut cache = Cache::default();
    for case in 0..2 * CASES {
        let bend = [Activation::Tanh, Activation::Silu, Activation::Relu][case % 3];
        let (members, rows) = (1 + property.stream.below(6), property.rows());
        let sizes = [property.width(), property.width(), property.width(), property.width()];
        let sizes = &sizes[..2 + property.stream.below(3)];
        let [inputs, outputs] = [sizes[0], sizes[sizes.len() - 1]];
        let mut layout = Layout::default();
        let theirs = Mlp::new(&mut layout, members, sizes, bend);
        let initial = floats(&theirs.initial(1.0, &mut property.stream), [layout.len()]);
        let draw = if bend == Activation::Relu { Property::quarters } else { Property::normals };
        let flat = match bend {
            Activation::Relu => property.quarters(layout.len()),
            _ => property.shaken(initial),
        };
        let ours = kernels::Mlp::new(0, members, sizes, bend);
        let [x, d_y] = [inputs, outputs].map(|width| draw(&mut property, members * rows * width));

        let tracked = layout.tracked(&floats(&flat, [flat.len()]));
        let tx = Tensor::<3>::from_inner(floats(&x, [members, rows, inputs])).require_grad();
        let slopes = Tensor::<3>::from_inner(floats(&d_y, [members, rows, outputs]));
        let run = || theirs.forward(&tracked.matrices, tx.clone());
        let of_input = tx.grad(&(run() * slopes.clone()).sum().backward()).expect("a gradient");

        let shape = format!("{members} of {sizes:?}, {:?}, {rows} rows", bend);
        let y = ours.forward(&flat, &x, rows, &mut cache).to_vec();
        property.near(&shape, "y", &y, &read(run().inner()), OUTPUTS);
        cache.output_and_gradient().1.copy_from_slice(&d_y);
        let (mut gradient, mut d_x) = (vec![f32::NAN; flat.len()], vec![f32::NAN; x.len()]);
        ours.backward(&flat, &x, &mut cache, &mut gradient, Some(&mut d_x));
        property.near(&shape, "∂x", &d_x, &read(of_input), GRADIENTS);
        let expected = read(tracked.gradient(&(run() * slopes).sum()));
        property.near(&shape, "gradient", &gradient, &expected, GRADIENTS);

        let member = property.stream.below(members);
        let own = &x[member * rows * inputs..][..rows * inputs];
        let alone = ours.forward_members(&flat, member..member + 1, own, rows, &mut cache);
        property.near(&shape, "one alone", alone, &y[member * rows * outputs..][..rows * outputs], 1e-6);
    }
}

#[test]
fn steps_of_adam_clipped_and_free() {
    let mut property = Property::of("adam");
    for case in 0..CASES {
        let count = property.size(5000);
        let (rate, eps) = (property.pick(&[1e-4, 1e-2]), property.pick(&[1e-8, 1e-5]));
        let mut flat = property.normals(count);
        let mut tensor = floats(&flat, [count]);
        let (mut theirs, mut ours) = (Adam::new(&tensor, rate, eps), kernels::Adam::new(count, rate, eps));
        for _ in 0..6 {
            let gradient = property.normals(count);
            let shape = format!("{count} parameters, rate {rate}, eps {eps}, case {case}");
            if case % 3 == 0 {
                tensor = theirs.step(tensor, floats(&gradient, [count]));
                ours.step(&mut flat, &gradient);
            } else {
                let longest = [0.5, 1e9][case % 2];
                let (clipped, length) = clip_by_global_norm(floats(&gradient, [count]), longest);
                tensor = theirs.step(tensor, clipped);
                let ours = ours.step_clipped(&mut flat, &gradient, longest);
                property.near(&shape, "length", &[ours], &read(length), OUTPUTS);
            }
            property.near(&shape, "parameters", &flat, &read(tensor.clone()), OUTPUTS);
        }
        property.near("", "m", &ours.m, &read(theirs.m), OUTPUTS);
        property.near("", "v", &ours.v, &read(theirs.v), OUTPUTS);
    }
}
