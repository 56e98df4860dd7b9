//! Curiosity: errors, losses, gradients and steps.

use super::{CASES, GRADIENTS, PARAMETERS, Property, SMOOTH, UPDATES, floats, read};
use mbppo::burn::Device;
use mbppo::burn::{Icm, Layout, Mlp, Rnd};
use mbppo::env::ActionSpace;
use mbppo::kernels::icm::Actions;
use mbppo::kernels::{self, Adam};
use mbppo::stats::RunningStats;

/// How states are normalised, so that some of them are clipped.
fn seen(property: &mut Property, obs_size: usize) -> RunningStats {
    let mut stats = RunningStats::new(obs_size);
    stats.update(&property.normals(20 * obs_size));
    stats
}

/// Means and standard deviations.
fn normalization(stats: &RunningStats) -> [Vec<f32>; 2] {
    let mean = stats.mean().iter().map(|&mean| mean as f32).collect();
    [mean, (0..stats.size()).map(|d| stats.std(d) as f32).collect()]
}

fn states(property: &mut Property, count: usize) -> Vec<f32> {
    property.normals(count).iter().map(|x| 3.0 * x).collect()
}

#[test]
fn random_network_distillation() {
    let mut property = Property::of("rnd");
    for case in 0..CASES {
        let obs_size = property.size(20);
        let sizes = [obs_size, property.width(), property.width()];
        let mut layout = Layout::default();
        let mlp = Mlp::new(&mut layout, 1, &sizes, SMOOTH[case % 2]);
        let [fixed, flat] = [0, 1].map(|_| mlp.initial(1.0, &mut property.stream));
        let [a, b] = [&fixed, &flat].map(|values| floats(values, [values.len()]));
        let mut theirs = Rnd::with_networks(&Device::cpu(), (layout, mlp), a, b, 1e-3);
        let adam = Adam::new(flat.len(), 1e-3, theirs.adam.eps);
        let mut ours =
            kernels::rnd::Rnd::new(kernels::Mlp::new(0, 1, &sizes, SMOOTH[case % 2]), fixed, flat, adam);
        let stats = seen(&mut property, obs_size);
        theirs.set_normalization(&stats);
        [ours.mean, ours.std] = normalization(&stats);
        for _ in 0..UPDATES {
            let rows = property.rows();
            let obs = states(&mut property, rows * obs_size);
            let what = format!("{sizes:?}, {:?}, {rows} rows", SMOOTH[case % 2]);
            let tensor = floats(&obs, [rows, obs_size]);
            // Differences of outputs, and their squares: twice an output's error, of smaller numbers.
            property.near(&what, "errors", ours.errors(&obs), &read(theirs.error(tensor.clone())), GRADIENTS);
            let (_, gradient) = theirs.loss_and_gradient(tensor.clone());
            let loss = theirs.update(tensor);
            property.near(&what, "loss", &[ours.update(&obs)], &read(loss), GRADIENTS);
            property.near(&what, "gradient", ours.gradient(), &read(gradient), GRADIENTS);
        }
        property.near(
            &format!("{sizes:?}"),
            "parameters",
            &ours.flat,
            &read(theirs.flat.clone()),
            PARAMETERS,
        );
    }
}

#[test]
fn intrinsic_curiosity_module() {
    let mut property = Property::of("icm");
    for case in 0..CASES {
        let (obs_size, size) = (property.size(20), property.size(8));
        let (space, kind) = match case % 2 {
            0 => (ActionSpace::Discrete(1 + size), Actions::Choices),
            _ => (ActionSpace::Box { size, bound: 2.0 }, Actions::Numbers),
        };
        let actions = space.encoded_size();
        let mut theirs = Icm::new(&Device::cpu(), obs_size, space, 1e-3, &mut property.stream);
        let flat = property.shaken(theirs.flat.clone());
        theirs.flat = floats(&flat, [flat.len()]);
        let mut ours = kernels::icm::Icm::new(obs_size, actions, kind, flat, 1e-3);
        let stats = seen(&mut property, obs_size);
        theirs.set_normalization(&stats);
        [ours.mean, ours.std] = normalization(&stats);
        for _ in 0..UPDATES {
            let rows = property.rows();
            let [now, next] = [0, 1].map(|_| states(&mut property, rows * obs_size));
            let action = property.actions(kind == Actions::Choices, rows, actions);
            let what = format!("O {obs_size}, {space:?}, {rows} rows");
            let upload = |numbers: &[f32]| floats(numbers, [rows, numbers.len() / rows]);
            let [t_now, t_action, t_next] = [&now, &action, &next].map(|numbers| upload(numbers));
            let expected = theirs.error(t_now.clone(), t_action.clone(), t_next.clone());
            property.near(&what, "errors", ours.errors(&now, &action, &next), &read(expected), GRADIENTS);
            let (_, gradient) = theirs.loss_and_gradient(t_now.clone(), t_action.clone(), t_next.clone());
            let loss = theirs.update(t_now, t_action, t_next);
            property.near(&what, "loss", &[ours.update(&now, &action, &next)], &read(loss), GRADIENTS);
            property.near(&what, "gradient", ours.gradient(), &read(gradient), GRADIENTS);
        }
        property.near(
            &format!("{space:?}"),
            "parameters",
            &ours.flat,
            &read(theirs.flat.clone()),
            PARAMETERS,
        );
    }
}
