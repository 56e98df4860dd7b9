//! The recurrent world model: its formula by plain loops, its gradient by finite differences, and a run that imagines
//! in it.
#![cfg(all(tensors, not(target_family = "wasm")))]

use burn::tensor::Tensor;
use mbppo::arrays::Arrays;
use mbppo::buffer::Replay;
use mbppo::burn::{Device as Tensors, Gru, Windows};
use mbppo::config::{Config, ModelKind, RECURRENT_STEPS, RECURRENT_UNITS, preset};
use mbppo::device::Device;
use mbppo::dynamics::{Answer, Context, Question, State};
use mbppo::env::{ActionSpace, Transition};
use mbppo::imagination::Dynamics;
use mbppo::part::Part;
use mbppo::rng::Seed;
use mbppo::trainer::Trainer;
use mbppo::world_model::Scales;
use mbppo::world_model::{Data, WorldModel};
use pollster::block_on;

const ACTION: ActionSpace = ActionSpace::Discrete(2);
const MEMBERS: usize = 2;
/// O + A: numbers that a step brings.
const SEEN: usize = 4;
/// O + 2: numbers that a member says.
const SAID: usize = 4;

fn config() -> Config {
    Config { model: ModelKind::Gru, ensemble_size: MEMBERS, model_hidden_size: 4, ..Config::default() }
}

/// Episodes of 11 steps in which two numbers go round and an action pushes them.
fn replay() -> Replay {
    let (mut replay, mut stream) = (Replay::new(64, 2, 1), Seed(3).stream("steps"));
    for step in 0..60 {
        let at = |step: usize| [(0.7 * step as f32).sin(), (0.7 * step as f32).cos()];
        let action = [stream.below(2) as f32];
        replay.push(Transition {
            obs: &at(step),
            action: &action,
            reward: action[0] + stream.normal(),
            next_obs: &at(step + 1),
            terminated: step % 11 == 10,
            truncated: false,
            episode_id: step as u64 / 11,
            episode_step: step % 11,
            finished: None,
        });
    }
    replay
}

fn data(replay: &Replay) -> Data<'_> {
    Data { replay, action: ACTION }
}

/// A model with first weights that matter, on replay's scales.
fn model(replay: &Replay) -> Gru {
    let mut model = Gru::new(&Tensors::cpu(), 2, 2, &config(), &mut Seed(5).stream("model"));
    let (mut stream, count) = (Seed(6).stream("weights"), model.net.flat.dims()[0]);
    let more = (0..count).map(|_| 0.5 * stream.normal()).collect();
    model.net.flat = model.net.flat.clone() + Tensors::cpu().floats(more, [count]);
    model.set_scales(Scales::of(replay, config().model_target));
    model
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("floats")
}

/// A matrix of one member, as [rows][columns] in f64.
fn matrix(model: &Gru, index: usize, member: usize) -> Vec<Vec<f64>> {
    let matrix = model.net.matrices()[index].clone();
    let [_, _, columns] = matrix.dims();
    let own = numbers(matrix.narrow(0, member, 1));
    own.chunks_exact(columns).map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect()
}

/// x · kernel + bias of the layer whose kernel has this index.
fn linear(model: &Gru, index: usize, member: usize, x: &[f64]) -> Vec<f64> {
    let (kernel, bias) = (matrix(model, index, member), matrix(model, index + 1, member));
    (0..bias[0].len())
        .map(|column| bias[0][column] + x.iter().zip(&kernel).map(|(x, row)| x * row[column]).sum::<f64>())
        .collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// hₜ₊₁ as the card of the model has it.
fn remembered(model: &Gru, member: usize, x: &[f64], h: &[f64]) -> Vec<f64> {
    let [of_x, of_h] = [linear(model, 0, member, x), linear(model, 2, member, h)];
    let gate =
        |which: usize, unit: usize| sigmoid(of_x[which * h.len() + unit] + of_h[which * h.len() + unit]);
    let candidate =
        |unit: usize| (of_x[2 * h.len() + unit] + gate(0, unit) * of_h[2 * h.len() + unit]).tanh();
    (0..h.len()).map(|unit| (1.0 - gate(1, unit)) * candidate(unit) + gate(1, unit) * h[unit]).collect()
}

/// What a member says of the last of these steps, and h before it.
fn by_loops(model: &Gru, member: usize, window: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let (last, before) = window.split_last().expect("a step");
    let mut h = vec![0.0; RECURRENT_UNITS];
    for x in before {
        h = remembered(model, member, x, &h);
    }
    let silu = |x: Vec<f64>| x.into_iter().map(|x| x * sigmoid(x)).collect::<Vec<_>>();
    let first = silu(linear(model, 4, member, &[last.as_slice(), &h].concat()));
    let second = silu(linear(model, 6, member, &first));
    (linear(model, 8, member, &second), h)
}

/// The steps that led to transition `id`, on the model's scale.
fn window(replay: &Replay, scales: &Scales, id: usize) -> Vec<Vec<f64>> {
    let input = |id: usize| {
        let stored = replay.get(id);
        let mut x: Vec<f32> = scales.obs(stored.obs).collect();
        ACTION.encode(stored.action, &mut x);
        x.into_iter().map(f64::from).collect()
    };
    replay.window(id, RECURRENT_STEPS).into_iter().map(input).collect()
}

fn assert_near(ours: &[f32], plain: &[f64], what: &str) {
    assert_eq!(ours.len(), plain.len(), "{what}");
    let apart = ours.iter().zip(plain).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
    assert!(apart < 1e-5, "{what}: {apart}");
}

/// The first step of an episode, one early in it, and two that are older than a window.
const IDS: [usize; 4] = [11, 13, 20, 42];

#[test]
fn windows_and_their_memory_are_what_plain_loops_make_of_them() {
    let replay = replay();
    let model = model(&replay);
    let scales = model.scales().expect("scales");
    let own = [IDS, [43, 31, 22, 12]];
    let windows = Windows::of(&model.net, data(&replay), &own.concat(), MEMBERS).expect("scales");
    let output = numbers(model.output(&model.net.matrices(), windows.input.clone(), &windows.known));
    for (member, ids) in own.iter().enumerate() {
        for (row, &id) in ids.iter().enumerate() {
            let (said, _) = by_loops(&model, member, &window(&replay, scales, id));
            let ours = &output[(member * ids.len() + row) * SAID..][..SAID];
            assert_near(ours, &said, &format!("member {member}, transition {id}"));
        }
    }
}

#[test]
fn a_branch_remembers_what_its_window_says_and_goes_on_from_there() {
    let replay = replay();
    let mut model = model(&replay);
    let scales = model.scales().expect("scales").clone();
    let mut context = Context::default();
    IDS.iter().for_each(|&id| context.push_stored(&replay, id, model.context(), ACTION));
    let state = block_on(model.warm_up(context)).expect("a state");
    let mut actions = Vec::new();
    IDS.iter().for_each(|&id| ACTION.encode(replay.get(id).action, &mut actions));
    let members = [0, 1, 1, 0];
    let question = Question {
        state: &state,
        actions: &actions,
        members: &members,
        noise: None,
        with_disagreement: true,
    };
    let mut answer = Answer::default();
    block_on(model.step(question, &mut answer)).expect("a step");
    for (row, &id) in IDS.iter().enumerate() {
        let steps = window(&replay, &scales, id);
        for member in 0..MEMBERS {
            let own = (row * MEMBERS + member) * RECURRENT_UNITS;
            let (_, h) = by_loops(&model, member, &steps);
            assert_near(&state.memory[own..][..RECURRENT_UNITS], &h, "before the step");
            let after = remembered(&model, member, steps.last().expect("a step"), &h);
            assert_near(&answer.state.memory[own..][..RECURRENT_UNITS], &after, "after the step");
        }
        let (said, _) = by_loops(&model, members[row], &steps);
        let moved = |d: usize| {
            f64::from(replay.get(id).obs[d])
                + f64::from(scales.target_mean[d])
                + f64::from(scales.target_std[d]) * said[d]
        };
        assert_near(&answer.state.obs[2 * row..][..2], &[moved(0), moved(1)], "where it goes");
    }
}

#[test]
fn the_gradient_through_time_is_that_of_finite_differences() {
    let replay = replay();
    let mut model = model(&replay);
    let windows = Windows::of(&model.net, data(&replay), &[IDS, IDS].concat(), MEMBERS).expect("scales");
    let gradient = numbers(model.loss_and_gradient(&windows).1);
    let flat = model.net.flat.clone();
    let mut at = |place: usize, push: f32| {
        let mut moved = numbers(flat.clone());
        moved[place] += push;
        model.net.flat = Tensors::cpu().floats(moved, flat.dims());
        f64::from(numbers(model.loss_and_gradient(&windows).0)[0])
    };
    let (mut largest, mut of_memory) = (0.0_f64, 0.0_f64);
    let cell = MEMBERS * (SEEN + 1 + RECURRENT_UNITS + 1) * 3 * RECURRENT_UNITS;
    for place in (0..gradient.len()).step_by(37) {
        let found = (at(place, 1e-2) - at(place, -1e-2)) / 2e-2;
        let ours = f64::from(gradient[place]);
        assert!((found - ours).abs() < 1e-4 + 0.03 * ours.abs(), "{place}: {ours} and {found}");
        largest = largest.max(ours.abs());
        of_memory = if place < cell { of_memory.max(ours.abs()) } else { of_memory };
    }
    assert!(largest > 0.02 && of_memory > 5e-3, "{largest}, {of_memory}: there is something to compare");
}

#[test]
fn without_a_context_it_is_where_an_episode_begins() {
    let replay = replay();
    let mut model = model(&replay);
    let obs = replay.get(11).obs.to_vec();
    let mut context = Context::default();
    context.push_stored(&replay, 11, model.context(), ACTION);
    let state = block_on(model.warm_up(context)).expect("a state");
    assert_eq!(state, State { obs, memory: vec![0.0; MEMBERS * RECURRENT_UNITS] });
}

#[test]
fn what_is_saved_of_it_is_all_that_it_knows() {
    let replay = replay();
    let mut model = model(&replay);
    model.update(data(&replay), &[IDS, IDS].concat(), 0.05);
    let mut arrays = Arrays::default();
    block_on(model.save(&mut arrays)).expect("saved");
    let mut again = Gru::new(&Tensors::cpu(), 2, 2, &config(), &mut Seed(8).stream("other"));
    again.restore(&mut arrays).expect("restored");
    arrays.finish().expect("nothing is left over");
    for model in [&mut model, &mut again] {
        model.update(data(&replay), &[IDS, IDS].concat(), 0.05);
    }
    assert_eq!(numbers(model.net.flat), numbers(again.net.flat));
}

/// CartPole with a recurrent model, after so many real steps.
fn run(device: Device, task_hidden: bool, steps: u64) -> Trainer {
    let mut config = preset("mb-ppo", "CartPole-v1").expect("a preset");
    (config.model, config.task_hidden, config.eval_every) = (ModelKind::Gru, task_hidden, 0);
    let mut trainer = Trainer::new("CartPole-v1", config, Seed(1), device).expect("a run");
    while trainer.steps().0 < steps || !trainer.is_between_iterations() {
        block_on(trainer.tick()).expect("a tick");
    }
    trainer
}

/// Its held-out error after 1, 2, … steps, as a share of the change: 1 is as bad as predicting no change.
fn error_of(trainer: &mut Trainer) -> Vec<f32> {
    trainer.take_recording().error_by_horizon.expect("a fit has been measured").model
}

#[test]
fn it_is_soon_better_than_no_change_as_far_as_it_is_imagined_in() {
    let mut trainer = run(Device::cpu(), false, 240);
    let (error, snapshot) = (error_of(&mut trainer), trainer.snapshot());
    assert_eq!(snapshot.metrics["imagination/horizon"], 40.0, "{error:?}");
    assert!(error.len() == 40 && error.iter().all(|error| *error < 0.5), "{error:?}");
    assert!(snapshot.imagined_steps > 2000, "{}", snapshot.imagined_steps);
}

#[test]
fn it_finds_out_velocities_that_it_is_not_shown() {
    let mut trainer = run(Device::cpu_plain(), true, 240);
    let error = error_of(&mut trainer);
    assert!(error[..5].iter().all(|error| *error < 0.5), "{error:?}");
    assert!(trainer.snapshot().imagined_steps > 500, "{}", trainer.snapshot().imagined_steps);
}

#[test]
fn a_saved_run_goes_on_as_if_it_had_never_stopped() {
    let mut trainer = run(Device::cpu(), true, 100);
    let saved = block_on(trainer.checkpoint()).expect("between iterations");
    let mut again = Trainer::resume(&saved, Device::cpu()).expect("a checkpoint");
    for trainer in [&mut trainer, &mut again] {
        let last = trainer.snapshot().iteration + 1;
        while trainer.snapshot().iteration < last || !trainer.is_between_iterations() {
            block_on(trainer.tick()).expect("a tick");
        }
    }
    assert_eq!(trainer.snapshot().metrics, again.snapshot().metrics);
    assert!(trainer.snapshot().imagined_steps > 0);
    let saved = [&trainer, &again].map(|trainer| block_on(trainer.checkpoint()).expect("between iterations"));
    assert!(saved[0] == saved[1]);
}
