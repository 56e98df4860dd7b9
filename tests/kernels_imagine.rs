//! The hand-written step of imagination against the same step put together from burn's networks.
//!
//! 3e-5 of the largest number is asked, as of all outputs; 1e-3 of disagreement, a root of small differences.
#![cfg(all(tensors, not(target_family = "wasm")))]

use burn::tensor::Tensor;
use mbppo::burn as tensors;
use mbppo::burn::Device;
use mbppo::burn::{Layout, Mlp as TensorMlp, categorical};
use mbppo::config::{Activation, Config, ModelTarget};
use mbppo::cpu::PpoPolicy;
use mbppo::cpu::World;
use mbppo::dynamics::{Answer, Question, State};
use mbppo::env::ActionSpace;
use mbppo::imagination::{Branches, Noise};
use mbppo::kernels::model_loss::{Outputs, bounded_log_variance};
use mbppo::kernels::ppo::{ActorCritic, Scaling};
use mbppo::kernels::rnd::Rnd;
use mbppo::kernels::world_model::WorldModel;
use mbppo::kernels::{Adam, Hidden, Mlp};
use mbppo::nets;
use mbppo::rng::{Seed, Stream};
use mbppo::world_model::Scales;
use pollster::block_on;

fn normals(count: usize, stream: &mut Stream) -> Vec<f32> {
    (0..count).map(|_| stream.normal()).collect()
}

fn floats<const D: usize>(values: &[f32], shape: [usize; D]) -> Tensor<D> {
    Device::cpu().floats(values.to_vec(), shape)
}

fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("floats")
}

fn assert_near(what: &str, actual: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(actual.len(), expected.len(), "{what}: lengths differ");
    let largest = expected.iter().fold(0.0f32, |max, x| max.max(x.abs()));
    assert!(largest > 0.0, "{what}: nothing to compare");
    for (index, (a, b)) in actual.iter().zip(expected).enumerate() {
        let allowed = tolerance * largest;
        assert!((a - b).abs() <= allowed, "{what}[{index}]: {a} instead of {b} (± {allowed:e})");
    }
}

const OBS: usize = 4;
const ACTIONS: usize = 2;
const MEMBERS: usize = 3;
const WIDTH: usize = 40;

fn scales() -> Scales {
    Scales {
        target: ModelTarget::Difference,
        obs_mean: vec![0.1, -0.2, 0.3, 0.0],
        obs_std: vec![0.5, 1.5, 1.0, 2.0],
        target_mean: vec![0.01, 0.0, -0.02, 0.03],
        target_std: vec![0.1, 0.2, 0.3, 0.4],
        change_std: vec![1.0; 4],
        reward_mean: 0.7,
        reward_std: 0.2,
    }
}

/// A policy with two hidden layers of this width and these parameters.
fn policy(action: ActionSpace, width: usize, scaling: Scaling, flat: Vec<f32>) -> PpoPolicy {
    let shape = nets::Shape {
        obs_size: OBS,
        action,
        hidden: Hidden { layers: 2, width },
        shared_trunk: false,
        heads: 1,
        activation: Activation::Tanh,
        scaling,
        log_std_init: 0.0,
    };
    let adam = Adam::new(flat.len(), 1e-3, 1e-5);
    let net = ActorCritic::new(shape.for_kernels(), shape.scaling.clone(), flat, adam);
    PpoPolicy::of(shape, net)
}

/// burn's ensemble and ours with the same parameters.
fn worlds(stream: &mut Stream) -> (tensors::WorldModel, World) {
    let config = Config { ensemble_size: MEMBERS, model_hidden_size: WIDTH, ..Config::default() };
    let mut theirs = tensors::WorldModel::new(&Device::cpu(), OBS, ACTIONS, &config, stream);
    theirs.set_scales(scales());
    let sizes = [OBS + ACTIONS, WIDTH, WIDTH, OBS + 2];
    let mlp = Mlp::new(0, MEMBERS, &sizes, config.model_activation);
    let outputs = Outputs { obs_size: OBS, is_gaussian: false, learned_ends: true, end_coef: 1.0 };
    let adam = Adam::new(mlp.end(), 1e-3, 1e-8);
    let model = WorldModel::new(mlp, outputs, read(theirs.flat.clone()), adam);
    (theirs, World::new(model, Some(scales())))
}

#[test]
fn a_step_of_all_branches_is_burns() {
    let mut stream = Seed(1).stream("imagine");
    for with_disagreement in [false, true] {
        let (theirs, mut world) = worlds(&mut stream);
        let mut layout = Layout::default();
        let nets = [ACTIONS, 1]
            .map(|outputs| TensorMlp::new(&mut layout, 1, &[OBS, 16, 16, outputs], Activation::Tanh));
        let flat: Vec<f32> = nets.iter().flat_map(|net| net.initial(1.0, &mut stream)).collect();
        let tensor = floats(&flat, [flat.len()]);
        let scaling = Scaling { centre: vec![0.5; OBS], half_range: vec![2.0; OBS] };
        let mut policy = policy(ActionSpace::Discrete(ACTIONS), 16, scaling, flat);
        let mut rnd_layout = Layout::default();
        let rnd_mlp = TensorMlp::new(&mut rnd_layout, 1, &[OBS, 64, 16], Activation::Tanh);
        let [fixed, guess] = [0, 1].map(|_| rnd_mlp.initial(1.4, &mut stream));
        let [a, b] = [&fixed, &guess].map(|values| floats(values, [values.len()]));
        let rnd_oracle = tensors::Rnd::with_networks(&Device::cpu(), (rnd_layout, rnd_mlp), a, b, 1e-3);
        let adam = Adam::new(guess.len(), 1e-3, 1e-8);
        let mut rnd = Rnd::new(Mlp::new(0, 1, &[OBS, 64, 16], Activation::Tanh), fixed, guess, adam);

        let rows = 37;
        let starts = normals(rows * OBS, &mut stream);
        let mut branches = Branches::new(
            State::seen(starts.clone()),
            OBS,
            ActionSpace::Discrete(ACTIONS),
            with_disagreement,
        );
        let mut obs = floats(&starts, [rows, OBS]);
        for _ in 0..4 {
            let uniforms: Vec<f32> = (0..rows).map(|_| stream.uniform()).collect();
            let members: Vec<usize> = (0..rows).map(|_| stream.below(MEMBERS)).collect();
            let noise = Noise { actions: &uniforms, members: &members, world: None };
            block_on(branches.step(&mut policy, &mut world, noise)).expect("a step");

            let x = (obs.clone() - 0.5) / 2.0;
            let logits: Tensor<2> =
                nets[0].forward(&layout.matrices(&tensor), x.unsqueeze_dim(0)).squeeze_dim(0);
            let actions = categorical::sample(logits.clone(), floats(&uniforms, [rows, 1]));
            assert_eq!(branches.drawn.actions, read(actions.clone()), "actions");
            let log_probs = read(categorical::log_prob(logits, actions.clone()));
            assert_near("log-probabilities", &branches.drawn.log_probs, &log_probs, 3e-5);
            let all = |rows: Tensor<2>| theirs.for_all_members(rows);
            let (next, said) = theirs.step(&theirs.matrices(), all(obs), all(actions));
            let (next, said) = (read(next), read(said));
            let (mut expected, mut rewards, mut ends) = (Vec::new(), Vec::new(), Vec::new());
            for (row, member) in members.iter().enumerate() {
                let at = member * rows + row;
                expected.extend_from_slice(&next[at * OBS..][..OBS]);
                rewards.push(said[at * (OBS + 2) + OBS] * 0.2 + 0.7);
                ends.push(1.0 / (1.0 + (-said[at * (OBS + 2) + OBS + 1]).exp()));
            }
            assert_near("next obs", &branches.answer.state.obs, &expected, 3e-5);
            assert_near("rewards", &branches.answer.rewards, &rewards, 3e-5);
            assert_near("ends", &branches.answer.end_probabilities, &ends, 3e-5);
            let novelties = read(rnd_oracle.error(floats(&expected, [rows, OBS])));
            assert_near("novelty", rnd.errors(&branches.answer.state.obs), &novelties, 1e-4);
            if with_disagreement {
                assert_near("disagreement", &branches.answer.disagreements, &spreads(&said, rows), 1e-3);
            }
            // Each step starts from our own last one, so that errors do not add up.
            obs = floats(&branches.answer.state.obs, [rows, OBS]);
        }
    }
}

/// mean_d std_members of the state in standard deviations of a step's change, `[B]`.
fn spreads(said: &[f32], rows: usize) -> Vec<f32> {
    let of = |row: usize, d: usize| {
        let values: Vec<f64> =
            (0..MEMBERS).map(|m| f64::from(said[(m * rows + row) * (OBS + 2) + d])).collect();
        let mean = values.iter().sum::<f64>() / MEMBERS as f64;
        let units: Vec<f32> = scales().change_units().collect();
        (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / MEMBERS as f64).sqrt() * f64::from(units[d])
    };
    (0..rows).map(|row| ((0..OBS).map(|d| of(row, d)).sum::<f64>() / OBS as f64) as f32).collect()
}

#[test]
fn vectors_are_clipped_for_the_model_and_gaussian_heads_draw_with_the_noise() {
    let mut stream = Seed(2).stream("gaussian");
    let outputs = Outputs { obs_size: OBS, is_gaussian: true, learned_ends: true, end_coef: 1.0 };
    let sizes = [OBS + ACTIONS, WIDTH, WIDTH, outputs.width()];
    let mlp = Mlp::new(0, MEMBERS, &sizes, Activation::Silu);
    let flat: Vec<f32> = normals(mlp.end(), &mut stream).iter().map(|x| 0.2 * x).collect();
    let adam = Adam::new(flat.len(), 1e-3, 1e-8);
    let model = WorldModel::new(mlp, outputs, flat, adam);
    let mut world = World::new(model.clone(), Some(scales()));
    let rows = 9;
    let (state, noise) =
        (State::seen(normals(rows * OBS, &mut stream)), normals(rows * (OBS + 1), &mut stream));
    let obs = &state.obs;
    let actions = vec![0.25; rows * ACTIONS];
    let members: Vec<usize> = (0..rows).map(|row| row % MEMBERS).collect();
    let mut answers = [Some(noise.as_slice()), None].map(|noise| {
        let mut answer = Answer::default();
        let question =
            Question { state: &state, actions: &actions, members: &members, noise, with_disagreement: false };
        world.predict(&question, &mut answer);
        answer
    });
    let [drawn, means] = &mut answers;
    let mut model = model;
    for row in 0..rows {
        let scales = scales();
        let mut input: Vec<f32> =
            (0..OBS).map(|d| (obs[row * OBS + d] - scales.obs_mean[d]) / scales.obs_std[d]).collect();
        input.extend([0.25; ACTIONS]);
        let said = model.forward_member(members[row], &input);
        let std = |d: usize| (0.5 * bounded_log_variance(said[OBS + 2 + d]).0).exp();
        for d in 0..OBS {
            let expected =
                means.state.obs[row * OBS + d] + std(d) * noise[row * (OBS + 1) + d] * scales.target_std[d];
            assert!((drawn.state.obs[row * OBS + d] - expected).abs() < 1e-5, "row {row}, dimension {d}");
        }
        let expected = means.rewards[row] + std(OBS) * noise[row * (OBS + 1) + OBS] * scales.reward_std;
        assert!((drawn.rewards[row] - expected).abs() < 1e-5, "reward of row {row}");
    }

    // A policy whose mean is far outside: the record keeps the number as drawn, the model sees 1.
    let parameters = 4 * 8 + 8 + 8 * 8 + 8 + 8 * 2 + 2 + 4 * 8 + 8 + 8 * 8 + 8 + 8 + 1 + 2;
    let mut flat = vec![0.0; parameters];
    let bias = 4 * 8 + 8 + 8 * 8 + 8 + 8 * 2;
    flat[bias..bias + 2].fill(5.0);
    let space = ActionSpace::Box { size: ACTIONS, bound: 2.0 };
    let mut policy = policy(space, 8, Scaling::none(OBS), flat);
    let mut branches = Branches::new(state.clone(), OBS, space, false);
    let noise = Noise { actions: &vec![0.5; rows * ACTIONS], members: &members, world: None };
    block_on(branches.step(&mut policy, &mut world, noise)).expect("a step");
    assert!(branches.drawn.actions.iter().all(|a| *a == 5.5), "{:?}", branches.drawn.actions);
    let mut answer = Answer::default();
    let ones = vec![1.0; rows * ACTIONS];
    let question =
        Question { state: &state, actions: &ones, members: &members, noise: None, with_disagreement: false };
    world.predict(&question, &mut answer);
    assert_eq!(branches.answer, answer);
}
