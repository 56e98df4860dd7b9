//! The world model: losses, gradients, steps, and imagining in it.

use super::policy::{shape, twins};
use super::{CASES, GRADIENTS, OUTPUTS, PARAMETERS, Property, SMOOTH, UPDATES, floats, read};
use mbppo::burn as tensors;
use mbppo::burn::Device;
use mbppo::burn::model_step::{loss_and_gradient, worst_case};
use mbppo::config::{Config, ModelHeads, ModelTarget, Termination};
use mbppo::cpu::PpoPolicy;
use mbppo::cpu::World;
use mbppo::dynamics::{Answer, Question, State};
use mbppo::env::ActionSpace;
use mbppo::imagination::{Branches, Noise};
use mbppo::kernels::model_loss::Outputs;
use mbppo::kernels::world_model::WorldModel;
use mbppo::kernels::{Adam, Mlp};
use mbppo::nets::noise_size;
use mbppo::world_model::Scales;
use mbppo::world_model::layer_sizes;
use pollster::block_on;

/// The same ensemble by tensors and by hand, on the same scales, and its shape in words.
fn twin_worlds(
    property: &mut Property,
    [obs_size, actions]: [usize; 2],
    case: usize,
) -> (tensors::WorldModel, World, String) {
    let hidden = property.hidden();
    let config = Config {
        ensemble_size: 1 + property.stream.below(6),
        model_hidden_layers: hidden.layers,
        model_hidden_size: hidden.width,
        model_activation: SMOOTH[case % 2],
        model_heads: property.pick(&[ModelHeads::Deterministic, ModelHeads::Gaussian]),
        termination: property.pick(&[Termination::Learned, Termination::Ignored]),
        end_coef: property.pick(&[0.1, 1.0]),
        ..Config::default()
    };
    let device = Device::cpu();
    let mut theirs = tensors::WorldModel::new(&device, obs_size, actions, &config, &mut property.stream);
    let flat = property.shaken(theirs.flat.clone());
    theirs.flat = floats(&flat, [flat.len()]);
    let sizes = layer_sizes(obs_size, actions, &config);
    let outputs = Outputs {
        obs_size,
        is_gaussian: config.model_heads == ModelHeads::Gaussian,
        learned_ends: config.termination == Termination::Learned,
        end_coef: config.end_coef,
    };
    let adam = Adam::new(flat.len(), config.model_learning_rate, theirs.adam.eps);
    let mlp = Mlp::new(0, config.ensemble_size, &sizes, config.model_activation);
    let scales = scales(property, obs_size);
    theirs.set_scales(scales.clone());
    let ours = World::new(WorldModel::new(mlp, outputs, flat, adam), Some(scales));
    let what = format!("{} of {sizes:?}, {:?}, {outputs:?}", config.ensemble_size, config.model_activation);
    (theirs, ours, what)
}

fn scales(property: &mut Property, obs_size: usize) -> Scales {
    let mut spread =
        |count: usize| -> Vec<f32> { property.uniforms(count).iter().map(|x| 0.3 + x).collect() };
    let (obs_std, target_std, change_std) = (spread(obs_size), spread(obs_size), spread(obs_size));
    Scales {
        target: property.pick(&[ModelTarget::Difference, ModelTarget::Raw]),
        obs_mean: property.normals(obs_size),
        obs_std,
        target_mean: property.normals(obs_size),
        target_std,
        change_std,
        reward_mean: 0.3,
        reward_std: 0.7,
    }
}

#[test]
fn losses_gradients_and_steps_of_the_ensemble() {
    let mut property = Property::of("world model");
    for case in 0..CASES {
        let (obs_size, actions) = (property.size(20), property.size(6));
        let (mut theirs, mut world, what) = twin_worlds(&mut property, [obs_size, actions], case);
        let members = world.model.mlp().members();
        for _ in 0..UPDATES {
            let rows = property.rows();
            let input = property.normals(members * rows * (obs_size + actions));
            let mut target = property.normals(members * rows * (obs_size + 2));
            let ends = target.iter_mut().skip(obs_size + 1).step_by(obs_size + 2);
            ends.for_each(|end| *end = f32::from(u8::from(*end > 1.0)));
            let what = format!("{what}, {rows} rows");
            let ti = floats(&input, [members, rows, obs_size + actions]);
            let tt = floats(&target, [members, rows, obs_size + 2]);

            let losses = theirs.losses(theirs.output(&theirs.matrices(), ti.clone()), tt.clone());
            let expected = [losses.state, losses.reward, losses.end, losses.total].map(|loss| read(loss)[0]);
            let mut d_input = vec![f32::NAN; input.len()];
            let said = world.model.loss_and_gradient(&input, &target, Some(&mut d_input));
            property.near(
                &what,
                "losses",
                &[said.state, said.reward, said.end, said.total],
                &expected,
                OUTPUTS,
            );
            let (_, gradient) = loss_and_gradient(&theirs, ti.clone(), tt.clone());
            property.near(&what, "gradient", world.model.gradient(), &read(gradient.clone()), GRADIENTS);
            let pushed = read(worst_case(&theirs, ti.clone(), tt, 0.5) - ti);
            let agree = pushed.iter().zip(&d_input).filter(|(pushed, d)| **pushed * **d < 0.0).count();
            assert!(agree <= pushed.len() / 1000, "{what}: {agree} slopes of the input point another way");

            theirs.flat = theirs.adam.step(theirs.flat.clone(), gradient);
            world.model.update(&input, &target);
        }
        property.near(&what, "parameters", &world.model.flat, &read(theirs.flat.clone()), PARAMETERS);
    }
}

#[test]
fn a_step_in_the_world() {
    let mut property = Property::of("world step");
    for case in 0..CASES {
        let (obs_size, actions, rows) = (property.size(20), property.size(6), property.rows());
        let (theirs, mut world, what) = twin_worlds(&mut property, [obs_size, actions], case);
        let members = world.model.mlp().members();
        let (obs, action) = (property.normals(rows * obs_size), property.normals(rows * actions));
        let chosen: Vec<usize> = (0..rows).map(|_| property.stream.below(members)).collect();
        let noise = property.normals(rows * (obs_size + 1));
        let with_noise = theirs.noise_size() > 0 && case % 4 < 2;
        let what = format!("{what}, {rows} rows, noise {with_noise}");

        let (t_obs, t_action) = (floats(&obs, [rows, obs_size]), floats(&action, [rows, actions]));
        let t_noise = with_noise.then(|| floats(&noise, [rows, obs_size + 1]));
        let said = theirs.predict(t_obs.clone(), t_action.clone(), one_hot(&chosen, members), t_noise);
        let (mut answer, state) = (Answer::default(), State::seen(obs.clone()));
        for with_disagreement in [false, true] {
            let noise = with_noise.then_some(noise.as_slice());
            let question =
                Question { state: &state, actions: &action, members: &chosen, noise, with_disagreement };
            world.predict(&question, &mut answer);
            property.near(&what, "next obs", &answer.state.obs, &read(said.next_obs.clone()), OUTPUTS);
            property.near(&what, "rewards", &answer.rewards, &read(said.reward.clone()), OUTPUTS);
            property.near(
                &what,
                "ends",
                &answer.end_probabilities,
                &read(said.end_probability.clone()),
                OUTPUTS,
            );
        }
        if members > 1 {
            // The root of a mean of small squared differences: an error of an output counts for more there.
            property.near(&what, "disagreement", &answer.disagreements, &read(said.disagreement), GRADIENTS);
        }
        let (all_obs, all_actions) = (theirs.for_all_members(t_obs), theirs.for_all_members(t_action));
        let (expected, _) = theirs.step(&theirs.matrices(), all_obs, all_actions);
        let mut next = Vec::new();
        for member in 0..members {
            let members = vec![member; rows];
            let (noise, with_disagreement) = (None, false);
            let question =
                Question { state: &state, actions: &action, members: &members, noise, with_disagreement };
            world.predict(&question, &mut answer);
            next.extend_from_slice(&answer.state.obs);
        }
        property.near(&what, "all members' next obs", &next, &read(expected), OUTPUTS);
    }
}

fn one_hot(chosen: &[usize], members: usize) -> burn::tensor::Tensor<2> {
    let rows: Vec<f32> =
        chosen.iter().flat_map(|&own| (0..members).map(move |m| f32::from(u8::from(m == own)))).collect();
    floats(&rows, [chosen.len(), members])
}

#[test]
fn a_step_of_imagination() {
    let mut property = Property::of("imagine");
    for case in 0..CASES {
        let (obs_size, rows) = (property.size(20), property.rows());
        let shape = shape(&mut property, obs_size, case);
        let (policy, net) = twins(&mut property, &shape);
        let actions = shape.action.encoded_size();
        let (theirs, mut world, what) = twin_worlds(&mut property, [obs_size, actions], case + 1);
        let members = world.model.mlp().members();
        let starts = property.normals(rows * obs_size);
        let chances = match shape.action {
            ActionSpace::Discrete(_) => property.uniforms(rows),
            ActionSpace::Box { size, .. } => property.normals(rows * size),
        };
        let chosen: Vec<usize> = (0..rows).map(|_| property.stream.below(members)).collect();
        let noise = property.normals(rows * (obs_size + 1));
        let what = format!("{what}, {shape:?}, {rows} branches");

        let obs = floats(&starts, [rows, obs_size]);
        let said = policy.policy(&policy.matrices(), obs.clone());
        let drawn = said.sample(floats(&chances, [rows, noise_size(shape.action)]));
        let of_model = match shape.action {
            ActionSpace::Discrete(_) => drawn.clone(),
            ActionSpace::Box { bound, .. } => drawn.clone().clamp(-bound, bound) / bound,
        };
        let t_noise = (theirs.noise_size() > 0).then(|| floats(&noise, [rows, obs_size + 1]));
        let expected = theirs.predict(obs, of_model, one_hot(&chosen, members), t_noise);

        let mut branches = Branches::new(State::seen(starts), obs_size, shape.action, false);
        let of_world = (theirs.noise_size() > 0).then_some(noise.as_slice());
        let noise = Noise { actions: &chances, members: &chosen, world: of_world };
        block_on(branches.step(&mut PpoPolicy::of(shape.clone(), net), &mut world, noise)).expect("a step");
        property.near(&what, "actions", &branches.drawn.actions, &read(drawn.clone()), OUTPUTS);
        property.near(&what, "log π", &branches.drawn.log_probs, &read(said.log_prob(drawn)), OUTPUTS);
        property.near(&what, "next obs", &branches.answer.state.obs, &read(expected.next_obs), GRADIENTS);
        property.near(&what, "rewards", &branches.answer.rewards, &read(expected.reward), GRADIENTS);
        property.near(
            &what,
            "ends",
            &branches.answer.end_probabilities,
            &read(expected.end_probability),
            GRADIENTS,
        );
    }
}
