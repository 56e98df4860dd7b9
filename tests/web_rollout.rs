//! The rollout kernel of WebGPU against the CPU's kernels, in a browser.
//!
//! The host repeats the kernel's chance (`kernels::counter`) and takes every step from where the device was, so that
//! errors do not add up: 2e-5 of the largest number is asked of what networks say, 5e-3 of a standard normal number,
//! since a device's logarithm and cosine are only so exact, and one choice in a hundred may fall to the other side of
//! its threshold. What adds up over many steps is compared as distributions.
#![cfg(all(target_family = "wasm", webgpu))]

use mbppo::backend::{TaskShape, backend};
use mbppo::budget::PER_TICK;
use mbppo::config::{Activation, Config, CuriosityKind, ModelTarget};
use mbppo::cpu::PpoPolicy;
use mbppo::cpu::World;
use mbppo::curiosity::{Curiosity, Visit};
use mbppo::device::{DeviceKind, open};
use mbppo::dynamics::{Context, State};
use mbppo::env::{ActionSpace, make};
use mbppo::gpu::rollout::{
    Agent, Parts as DeviceParts, Plan, RndNetworks, Round, World as DeviceWorld, launch,
};
use mbppo::gpu::{Buffer, Layout, Queue};
use mbppo::imagination::{Borders, Branches, Imagination, Noise, Scope};
use mbppo::kernels::counter::{self, Purpose};
use mbppo::kernels::distribution::Distribution;
use mbppo::kernels::model_loss::Outputs;
use mbppo::kernels::ppo::{ActorCritic, Scaling, Shape, networks};
use mbppo::kernels::rnd::Rnd;
use mbppo::kernels::world_model::WorldModel;
use mbppo::kernels::{Adam, Hidden, MOST_HIDDEN_LAYERS, Mlp};
use mbppo::nets;
use mbppo::rng::{Seed, Stream};
use mbppo::trainer::Trainer;
use mbppo::world_model::Scales;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Of the largest number of its kind.
const TOLERANCE: f32 = 2e-5;
/// Of a standard normal number.
const NORMAL_TOLERANCE: f32 = 5e-3;
/// Outputs of curiosity's networks.
const FEATURES: usize = 16;
/// Workgroup memory that every WebGPU device has, in bytes.
const MEMORY: usize = 16 * 1024;

/// The page's WebGPU; none, and said so, where there is none and none is required.
async fn queue() -> Option<Queue> {
    mbppo::wasm::start();
    match Queue::open().await {
        Ok(queue) => Some(queue),
        Err(error) if option_env!("MBPPO_REQUIRE_WEBGPU").is_some() => panic!("{error}"),
        Err(error) => {
            console_log!("SKIPPED: {error}");
            None
        }
    }
}

fn normals(count: usize, scale: f32, stream: &mut Stream) -> Vec<f32> {
    (0..count).map(|_| scale * stream.normal()).collect()
}

/// What is imagined by whom.
#[derive(Debug, Clone, Copy)]
struct Case {
    obs: usize,
    space: ActionSpace,
    hidden: Hidden,
    shared_trunk: bool,
    bend: Activation,
    heads: usize,
    model_hidden: Hidden,
    model_bend: Activation,
    members: usize,
    target: ModelTarget,
    is_gaussian: bool,
    learned_ends: bool,
    with_disagreement: bool,
    with_novelty: bool,
    with_values: bool,
    branches: usize,
    horizon: usize,
}

/// CartPole's shapes, as everybody measures them.
const CART_POLE: Case = Case {
    obs: 4,
    space: ActionSpace::Discrete(2),
    hidden: Hidden { layers: 2, width: 64 },
    shared_trunk: false,
    bend: Activation::Tanh,
    heads: 1,
    model_hidden: Hidden { layers: 2, width: 200 },
    model_bend: Activation::Relu,
    members: 1,
    target: ModelTarget::Difference,
    is_gaussian: false,
    learned_ends: true,
    with_disagreement: false,
    with_novelty: false,
    with_values: true,
    branches: 100,
    horizon: 5,
};

/// Hidden layers, as many as may be, of up to `most` units more than the fewest.
fn hidden(stream: &mut Stream, most: usize) -> Hidden {
    Hidden { layers: 1 + stream.below(MOST_HIDDEN_LAYERS), width: 4 + stream.below(most) }
}

/// As few units as may be.
const FEW: Hidden = Hidden { layers: 2, width: 4 };

/// Somebody with networks of any size that is allowed.
fn any_case(stream: &mut Stream) -> Case {
    let bends = [Activation::Relu, Activation::Tanh, Activation::Silu];
    let (obs, actions, members) = (1 + stream.below(6), 1 + stream.below(5), 1 + stream.below(5));
    let space = match stream.below(2) {
        0 => ActionSpace::Discrete(actions + 1),
        _ => ActionSpace::Box { size: actions, bound: 1.5 },
    };
    Case {
        obs,
        space,
        hidden: hidden(stream, 90),
        shared_trunk: stream.below(2) == 0,
        bend: bends[stream.below(3)],
        heads: 1 + stream.below(2),
        model_hidden: hidden(stream, 200),
        model_bend: bends[stream.below(3)],
        members,
        target: [ModelTarget::Difference, ModelTarget::Raw][stream.below(2)],
        is_gaussian: stream.below(2) == 0,
        learned_ends: stream.below(3) > 0,
        with_disagreement: stream.below(2) == 0,
        with_novelty: stream.below(2) == 0,
        with_values: stream.below(2) == 0,
        branches: 1 + stream.below(150),
        horizon: 1 + stream.below(4),
    }
}

/// Curiosity's networks on both sides.
struct Curious {
    host: Rnd,
    layout: Layout,
    networks: [Buffer; 2],
}

/// The same networks on the host and on the device.
struct Cast {
    case: Case,
    scaling: Scaling,
    scales: Scales,
    net: ActorCritic,
    agent: (Layout, Buffer),
    world: World,
    model: (Layout, Buffer),
    curious: Option<Curious>,
}

impl Cast {
    fn new(case: Case, queue: &Queue, stream: &mut Stream) -> Self {
        let (obs, actions) = (case.obs, case.space.encoded_size());
        let is_vector = matches!(case.space, ActionSpace::Box { .. });
        let shape = Shape {
            obs_size: obs,
            hidden: case.hidden,
            shared_trunk: case.shared_trunk,
            actions,
            heads: case.heads,
            activation: case.bend,
            distribution: if is_vector { Distribution::Gaussian } else { Distribution::Categorical },
        };
        let networks = networks(&shape);
        let tail = if is_vector { actions } else { 0 };
        let flat = normals(
            networks[networks.len() - 1].end() + tail,
            1.5 / (case.hidden.width as f32).sqrt(),
            stream,
        );
        let layout = Layout::new(&networks, tail);
        let agent = (layout.clone(), queue.floats(&layout.pack(&flat)));
        let spreads = |around: f32, stream: &mut Stream| -> Vec<f32> {
            normals(obs, 0.3, stream).iter().map(|x| around + x.abs()).collect()
        };
        let scaling = Scaling { centre: normals(obs, 0.2, stream), half_range: spreads(1.5, stream) };
        let net = ActorCritic::new(shape, scaling.clone(), flat.clone(), Adam::new(flat.len(), 1e-3, 1e-5));
        let outputs = Outputs {
            obs_size: obs,
            is_gaussian: case.is_gaussian,
            learned_ends: case.learned_ends,
            end_coef: 1.0,
        };
        let sizes = case.model_hidden.sizes(obs + actions, outputs.width());
        let mlp = Mlp::new(0, case.members, &sizes, case.model_bend);
        let flat = normals(mlp.end(), 1.2 / (case.model_hidden.width as f32).sqrt(), stream);
        let layout = Layout::new([&mlp], 0);
        let model = (layout.clone(), queue.floats(&layout.pack(&flat)));
        let scales = Scales {
            target: case.target,
            obs_mean: normals(obs, 0.2, stream),
            obs_std: spreads(1.0, stream),
            target_mean: normals(obs, 0.1, stream),
            target_std: spreads(0.1, stream),
            change_std: vec![1.0; obs],
            reward_mean: 0.7,
            reward_std: 0.3,
        };
        let learner = WorldModel::new(mlp, outputs, flat.clone(), Adam::new(flat.len(), 1e-3, 1e-8));
        let world = World::new(learner, Some(scales.clone()));
        let curious = case.with_novelty.then(|| {
            let mlp = Mlp::new(0, 1, &[obs, 64, FEATURES], Activation::Tanh);
            let layout = Layout::new([&mlp], 0);
            let [guess, fixed] = [0, 1].map(|_| normals(mlp.end(), 0.3, stream));
            let networks = [&guess, &fixed].map(|flat| queue.floats(&layout.pack(flat)));
            let mut host = Rnd::new(mlp, fixed, guess.clone(), Adam::new(guess.len(), 1e-3, 1e-8));
            (host.mean, host.std) = (normals(obs, 0.2, stream), spreads(0.5, stream));
            Curious { host, layout, networks }
        });
        Self { case, scaling, scales, net, agent, world, model, curious }
    }

    /// All steps on the device, in one go.
    async fn record(&self, queue: &Queue, starts: &[f32], seed: [u32; 2]) -> Record {
        let parts = DeviceParts {
            agent: Agent {
                shape: *self.net.shape(),
                scaling: self.scaling.clone(),
                layout: self.agent.0.clone(),
                parameters: self.agent.1.clone(),
            },
            world: DeviceWorld {
                outputs: *self.world.model.outputs(),
                activation: self.case.model_bend,
                scales: Some(self.scales.clone()),
                layout: self.model.0.clone(),
                parameters: self.model.1.clone(),
            },
            novelty: self.curious.as_ref().map(|curious| RndNetworks {
                layout: curious.layout.clone(),
                features: FEATURES,
                guess: curious.networks[0].clone(),
                fixed: curious.networks[1].clone(),
                mean: curious.host.mean.clone(),
                std: curious.host.std.clone(),
                scale: 1.0,
            }),
        };
        let round = Round {
            space: self.case.space,
            starts,
            horizon: self.case.horizon,
            with_disagreement: self.case.with_disagreement,
            with_values: self.case.with_values,
            seed,
        };
        let (plan, record) = launch(queue, &parts, &round);
        let mut numbers = queue.read(&[&record], "reading a rollout").await.expect("a record").remove(0);
        let values = numbers.split_off(plan.record_width() * self.case.horizon * self.case.branches);
        Record { plan, rows: numbers, values }
    }

    /// The chance of one step, as the kernel draws it.
    fn chance(&self, plan: &Plan, seed: [u32; 2], step: usize) -> (Vec<f32>, Vec<usize>, Vec<f32>) {
        let (mut actions, mut members, mut noise) = (Vec::new(), Vec::new(), Vec::new());
        let rows = plan.rows() as u32;
        for branch in 0..self.case.branches as u32 {
            let words = |branch, purpose, block| counter::words(seed, branch, step as u32, purpose, block);
            let z = |purpose: Purpose, count: usize| -> Vec<f32> {
                let blocks = 0..count.div_ceil(4) as u32;
                let mut z: Vec<f32> =
                    blocks.flat_map(|block| counter::normals(words(branch, purpose, block))).collect();
                z.truncate(count);
                z
            };
            let word = words(branch / rows * rows, Purpose::Member, 0)[0];
            members.push(counter::below(word, self.case.members));
            match self.case.space {
                ActionSpace::Discrete(_) => {
                    actions.push(counter::uniform(words(branch, Purpose::Action, 0)[0]));
                }
                ActionSpace::Box { size, .. } => actions.extend(z(Purpose::Action, size)),
            }
            noise.extend(z(Purpose::Noise, self.case.obs + 1));
        }
        (actions, members, noise)
    }

    /// One step of the host from `here` [B, O], with the values of `here`.
    async fn step(&mut self, plan: &Plan, here: &[f32], seed: [u32; 2], step: usize) -> HostStep {
        let (actions, members, noise) = self.chance(plan, seed, step);
        let Case { obs, space, with_disagreement, .. } = self.case;
        let mut branches = Branches::new(State::seen(here.to_vec()), obs, space, with_disagreement);
        let world = self.case.is_gaussian.then_some(noise.as_slice());
        let values = self.net.values(here).to_vec();
        let noise = Noise { actions: &actions, members: &members, world };
        let mut policy = PpoPolicy::of(self.shape(), self.net.clone());
        branches.step(&mut policy, &mut self.world, noise).await.expect("a step on the host");
        let reached = &branches.answer.state.obs;
        let novelties = match &mut self.curious {
            Some(curious) => curious.host.errors(reached).to_vec(),
            None => vec![0.0; branches.len()],
        };
        HostStep { branches, novelties, values }
    }

    fn shape(&self) -> nets::Shape {
        nets::Shape {
            obs_size: self.case.obs,
            action: self.case.space,
            hidden: self.case.hidden,
            shared_trunk: self.case.shared_trunk,
            heads: self.case.heads,
            activation: self.case.bend,
            scaling: self.scaling.clone(),
            log_std_init: 0.0,
        }
    }
}

/// A step on the host, with novelty where it led, and the values of where it began.
struct HostStep {
    branches: Branches,
    novelties: Vec<f32>,
    values: Vec<f32>,
}

/// What the device wrote down.
struct Record {
    plan: Plan,
    rows: Vec<f32>,
    values: Vec<f32>,
}

/// Numbers of one kind on both sides.
struct Compared {
    what: &'static str,
    tolerance: f32,
    pairs: Vec<[f32; 2]>,
}

impl Compared {
    fn new(what: &'static str, tolerance: f32) -> Self {
        Self { what, tolerance, pairs: Vec::new() }
    }

    fn add(&mut self, device: &[f32], host: &[f32]) {
        self.pairs.extend(device.iter().zip(host).map(|(device, host)| [*device, *host]));
    }

    /// The largest error, in units of the largest number or of 1, whichever is more.
    fn check(&self, case: &Case) -> f32 {
        let largest = self.pairs.iter().fold(1.0f32, |max, [_, host]| max.max(host.abs()));
        let error = self.pairs.iter().fold(0.0f32, |max, [device, host]| {
            // A number that is none is never an error small enough.
            if device.is_finite() { max.max((device - host).abs()) } else { f32::INFINITY }
        });
        assert!(error <= self.tolerance * largest, "{}: off by {error} of {largest} in {case:?}", self.what);
        error / largest
    }
}

/// Compares a whole rollout, each step from where the device was; gives the largest errors of what networks say and of
/// draws, and how many choices differed.
async fn compare(case: Case, queue: &Queue, stream: &mut Stream) -> [f32; 3] {
    let mut cast = Cast::new(case, queue, stream);
    let starts = normals(case.branches * case.obs, 0.7, stream);
    let seed = [stream.below(1 << 30) as u32, stream.below(1 << 30) as u32];
    let record = cast.record(queue, &starts, seed).await;
    let Plan { obs, .. } = record.plan;
    let (actions, width) = (case.space.encoded_size(), record.plan.record_width());
    assert!(record.plan.memory() <= MEMORY, "{} bytes for {case:?}", record.plan.memory());
    let is_drawn = matches!(case.space, ActionSpace::Box { .. });
    let after_a_draw = |is_drawn| if is_drawn { NORMAL_TOLERANCE } else { TOLERANCE };
    let moved = after_a_draw(is_drawn || case.is_gaussian);
    let mut kinds = [
        Compared::new("next obs", moved),
        Compared::new("actions", after_a_draw(is_drawn)),
        Compared::new("log-probabilities", after_a_draw(is_drawn)),
        Compared::new("rewards", moved),
        Compared::new("ends", after_a_draw(is_drawn)),
        Compared::new("disagreement", after_a_draw(is_drawn)),
        Compared::new("novelty", moved),
        Compared::new("values", TOLERANCE),
    ];
    let (mut here, mut other_choices) = (starts, 0);
    for step in 0..case.horizon {
        let HostStep { branches: host, novelties, values } = cast.step(&record.plan, &here, seed, step).await;
        let rows = &record.rows[step * case.branches * width..][..case.branches * width];
        for (branch, row) in rows.chunks_exact(width).enumerate() {
            let (next_obs, rest) = row.split_at(obs);
            let (action, rest) = rest.split_at(actions);
            let of_host = &host.drawn.actions[branch * actions..][..actions];
            if !is_drawn && action != of_host {
                other_choices += 1;
                continue;
            }
            let Branches { drawn, answer, .. } = &host;
            let [rewards, ends, apart] =
                [&answer.rewards, &answer.end_probabilities, &answer.disagreements].map(|list| list[branch]);
            kinds[0].add(next_obs, &answer.state.obs[branch * obs..]);
            kinds[1].add(action, of_host);
            let of_host = [drawn.log_probs[branch], rewards, ends, apart, novelties[branch]];
            rest.iter().zip(of_host).enumerate().for_each(|(i, (a, b))| kinds[2 + i].add(&[*a], &[b]));
        }
        if case.with_values {
            kinds[7].add(&record.values[step * values.len()..], &values);
        }
        here = rows.chunks_exact(width).flat_map(|row| row[..obs].to_vec()).collect();
    }
    if case.with_values {
        let values = cast.net.values(&here);
        kinds[7].add(&record.values[case.horizon * values.len()..], values);
    }
    let allowed = case.branches * case.horizon / 100 + 1;
    assert!(other_choices <= allowed, "{other_choices} choices differ in {case:?}");
    let mut largest = [0.0f32, 0.0, other_choices as f32];
    for kind in &kinds {
        let place = usize::from(kind.tolerance > TOLERANCE);
        largest[place] = largest[place].max(kind.check(&case));
    }
    largest
}

#[wasm_bindgen_test]
async fn any_rollout_is_that_of_the_cpus_kernels() {
    let Some(queue) = queue().await else { return };
    let mut stream = Seed(1).stream("rollouts");
    let mut cases: Vec<Case> = (0..6).map(|_| any_case(&mut stream)).collect();
    // Every part at least once, whatever the lot says, and the widest networks, which take the most memory.
    let vector = ActionSpace::Box { size: 2, bound: 1.5 };
    cases.extend([
        Case { members: 5, with_disagreement: true, with_novelty: true, ..CART_POLE },
        Case { space: vector, members: 3, is_gaussian: true, heads: 2, ..CART_POLE },
        Case {
            hidden: Hidden { layers: 3, width: 512 },
            model_hidden: Hidden { layers: 3, width: 512 },
            members: 10,
            with_disagreement: true,
            branches: 5,
            ..CART_POLE
        },
    ]);
    let mut largest = [0.0f32; 3];
    for case in cases {
        let errors = compare(case, &queue, &mut stream).await;
        largest.iter_mut().zip(errors).for_each(|(largest, error)| *largest = largest.max(error));
    }
    let [networks, draws, choices] = largest;
    console_log!("largest errors: networks {networks:e}, draws {draws:e}; most other choices {choices}");
}

#[wasm_bindgen_test]
async fn a_rollout_is_one_dispatch() {
    let Some(queue) = queue().await else { return };
    let count = "globalThis.dispatches = 0;
        const dispatch = GPUComputePassEncoder.prototype.dispatchWorkgroups;
        GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...size) {
            globalThis.dispatches += 1;
            return dispatch.apply(this, size);
        };";
    js_sys::eval(count).expect("a browser with WebGPU");
    let mut stream = Seed(2).stream("dispatches");
    let cast = Cast::new(Case { with_novelty: true, ..CART_POLE }, &queue, &mut stream);
    let starts = normals(CART_POLE.branches * CART_POLE.obs, 0.3, &mut stream);
    for round in 0..3 {
        cast.record(&queue, &starts, [round, 0]).await;
    }
    let dispatches = js_sys::eval("globalThis.dispatches").ok().and_then(|count| count.as_f64());
    assert_eq!(dispatches, Some(3.0), "dispatches of three rollouts");
}

/// A policy that says nothing draws standard normals, or any choice alike: they show the kernel's chance itself.
#[wasm_bindgen_test]
async fn the_kernels_chance_is_the_hosts_and_has_the_moments_it_should_have() {
    let Some(queue) = queue().await else { return };
    let mut stream = Seed(3).stream("chance");
    let few = Case { hidden: FEW, model_hidden: FEW, with_values: false, branches: 2000, ..CART_POLE };
    let vector = Case { space: ActionSpace::Box { size: 5, bound: 1.0 }, ..few };
    for case in [few, vector] {
        let mut cast = Cast::new(case, &queue, &mut stream);
        cast.agent.1 = queue.zeros(cast.agent.0.len());
        let starts = normals(case.branches * case.obs, 0.3, &mut stream);
        let record = cast.record(&queue, &starts, [7, 8]).await;
        let (width, actions) = (record.plan.record_width(), case.space.encoded_size());
        let drawn: Vec<&[f32]> =
            record.rows.chunks_exact(width).map(|row| &row[case.obs..][..actions]).collect();
        for step in 0..case.horizon {
            let (host, _, _) = cast.chance(&record.plan, [7, 8], step);
            let rows = &drawn[step * case.branches..][..case.branches];
            match case.space {
                ActionSpace::Discrete(_) => {
                    for (row, uniform) in rows.iter().zip(host) {
                        assert_eq!(row[1] == 1.0, uniform >= 0.5, "{uniform}");
                    }
                }
                ActionSpace::Box { size, .. } => {
                    for (row, z) in rows.iter().zip(host.chunks_exact(size)) {
                        let error = row.iter().zip(z).fold(0.0f32, |max, (a, b)| max.max((a - b).abs()));
                        assert!(error <= NORMAL_TOLERANCE, "{row:?} instead of {z:?}");
                    }
                }
            }
        }
        // Five standard errors of 10,000 choices, and of 50,000 normals and their squares.
        let mean = |of: fn(f32) -> f32, column: std::ops::Range<usize>| {
            let numbers: Vec<f32> =
                drawn.iter().flat_map(|row| &row[column.clone()]).map(|x| of(*x)).collect();
            numbers.iter().sum::<f32>() / numbers.len() as f32
        };
        match case.space {
            ActionSpace::Discrete(_) => {
                let share = mean(|x| x, 1..2);
                assert!((share - 0.5).abs() < 0.025, "{share}");
            }
            ActionSpace::Box { size, .. } => {
                let [mean, square] = [mean(|x| x, 0..size), mean(|x| x * x, 0..size)];
                assert!(mean.abs() < 0.022 && (square - 1.0).abs() < 0.032, "{mean}, {square}");
            }
        }
    }
}

/// Errors grow over a long horizon until single branches no longer agree; all of them together still have to.
#[wasm_bindgen_test]
async fn long_rollouts_end_in_the_same_distribution() {
    let Some(queue) = queue().await else { return };
    let mut stream = Seed(4).stream("long");
    let case = Case {
        model_hidden: Hidden { layers: 2, width: 32 },
        model_bend: Activation::Silu,
        members: 3,
        is_gaussian: true,
        branches: 600,
        horizon: 40,
        ..CART_POLE
    };
    let mut cast = Cast::new(case, &queue, &mut stream);
    let starts = normals(case.branches * case.obs, 0.7, &mut stream);
    let record = cast.record(&queue, &starts, [1, 2]).await;
    // The host goes its own way, with chance of its own.
    let mut host = starts;
    for step in 0..case.horizon {
        host = cast.step(&record.plan, &host, [3, 4], step).await.branches.answer.state.obs;
    }
    let width = record.plan.record_width();
    let last = &record.rows[(case.horizon - 1) * case.branches * width..];
    for d in 0..case.obs {
        let moments = |numbers: Vec<f32>| {
            let count = numbers.len() as f32;
            let mean = numbers.iter().sum::<f32>() / count;
            [mean, numbers.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / (count - 1.0)]
        };
        let device = moments(last.chunks_exact(width).map(|row| row[d]).collect());
        let of_host = moments(host.chunks_exact(case.obs).map(|row| row[d]).collect());
        // Neighbours share their members, so 600 branches are worth 75 at the least.
        let worth = case.branches as f32 / record.plan.rows() as f32;
        let error = ((device[1] + of_host[1]) / worth).sqrt();
        console_log!("dimension {d}: mean and variance {device:?} on the device, {of_host:?} on the host");
        assert!((device[0] - of_host[0]).abs() < 4.0 * error, "means of dimension {d}");
        let ratio = device[1] / of_host[1];
        assert!((0.4..2.5).contains(&ratio), "variances of dimension {d} are as {ratio} to 1");
    }
}

/// Novelty is part of the kernel for one kind of curiosity only; all kinds have to give what the host says of the same
/// steps.
#[wasm_bindgen_test]
async fn every_kind_of_curiosity_sees_what_was_imagined() {
    if queue().await.is_none() {
        return;
    }
    let device = open(DeviceKind::WebGpu).await.expect("what was open just now");
    let mut stream = Seed(5).stream("curiosity");
    let kinds = [CuriosityKind::None, CuriosityKind::Rnd, CuriosityKind::Icm, CuriosityKind::Disagreement];
    for (kind, task) in kinds.into_iter().zip(["CartPole-v1", "Pendulum-v1", "Pendulum-v1", "CartPole-v1"]) {
        let spec = make(task).expect("a task").spec();
        let obs = spec.obs_size();
        let config = Config {
            curiosity: kind,
            ensemble_size: 3,
            hidden_size: 8,
            model_hidden_size: 12,
            ..Config::default()
        };
        let shape = nets::Shape {
            obs_size: obs,
            action: spec.action,
            hidden: Hidden { layers: config.hidden_layers, width: config.hidden_size },
            shared_trunk: false,
            heads: 1,
            activation: Activation::Tanh,
            scaling: mbppo::scaling::of(&spec.obs),
            log_std_init: 0.0,
        };
        let (backend, task) = (backend(&device), TaskShape { obs_size: obs, action: spec.action });
        let mut policy = backend.policy(shape, &config, &mut stream);
        let mut model = backend.world_model(task, &config, &mut stream).expect("a model");
        model.set_scales(Scales {
            target: ModelTarget::Difference,
            obs_mean: vec![0.1; obs],
            obs_std: vec![0.7; obs],
            target_mean: vec![0.0; obs],
            target_std: vec![0.3; obs],
            change_std: vec![0.3; obs],
            reward_mean: 0.5,
            reward_std: 2.0,
        });
        let mut curiosity = backend.novelty(task, &config, &mut stream).map(Curiosity::new);
        if let Some(curiosity) = &mut curiosity {
            curiosity.scale = 2.0;
        }
        let scope = Scope {
            action: spec.action,
            obs_size: obs,
            horizon: 4,
            members: 3,
            noise_size: model.noise_size(),
            with_disagreement: kind == CuriosityKind::Disagreement,
            // So much that not all branches go together.
            cost: PER_TICK as usize,
        };
        let starts = normals(30 * obs, 0.5, &mut stream);
        let mut imagination = Imagination::start(Context::seen(starts), scope);
        while !imagination.is_complete() {
            imagination
                .step(policy.as_mut(), model.as_mut(), curiosity.as_mut(), &mut stream)
                .await
                .expect("all steps");
        }
        let imagined = imagination.finish(Borders::default(), 1.0);
        let rollout = &imagined.rollout;
        assert!(rollout.len() >= 30, "{} steps", rollout.len());
        let mut of_model = Vec::new();
        let action_size = spec.action.stored_size();
        rollout.actions.chunks_exact(action_size).for_each(|a| spec.action.encode(a, &mut of_model));
        let expected = match &mut curiosity {
            None => vec![0.0; rollout.len()],
            // The record keeps the mean of the disagreement only.
            Some(_) if kind == CuriosityKind::Disagreement => {
                let mean = rollout.rewards_int.iter().sum::<f32>() / rollout.len() as f32;
                assert!((mean - imagined.disagreement / 2.0).abs() < 1e-5 && mean > 0.0, "{mean}");
                continue;
            }
            Some(curiosity) => {
                let visit = Visit {
                    rows: rollout.len(),
                    obs: &rollout.obs,
                    action: &of_model,
                    next_obs: &rollout.next_obs,
                    disagreement: &[],
                };
                curiosity.novelty(&visit).await.expect("novelty")
            }
        };
        for (device, host) in rollout.rewards_int.iter().zip(&expected) {
            assert!((device - host).abs() <= TOLERANCE * host.abs().max(1.0), "{kind:?}: {device}, {host}");
        }
        let is_silent = expected.iter().all(|novelty| *novelty == 0.0);
        assert_eq!(is_silent, kind == CuriosityKind::None, "{kind:?}");
    }
}

/// Two whole iterations, so that the second stands on what was learned from the first one's imagination.
#[wasm_bindgen_test]
async fn a_run_imagines_on_webgpu() {
    if queue().await.is_none() {
        return;
    }
    let device = open(DeviceKind::WebGpu).await.expect("what was open just now");
    let config = Config {
        num_envs: 2,
        num_steps: 8,
        n_epochs: 1,
        batch_size: 16,
        hidden_size: 8,
        ensemble_size: 2,
        model_hidden_size: 8,
        model_batch_size: 8,
        model_updates: 2,
        imagination_rounds: 1,
        horizon: 2,
        branches_min: 8,
        branches_max: 8,
        model_r2_min: 0.0,
        eval_every: 0,
        adaptive_depth: true,
        ..Config::default()
    };
    let mut trainer = Trainer::new("CartPole-v1", config, Seed(3), device).expect("a run");
    while trainer.snapshot().iteration < 2 {
        trainer.tick().await.expect("a tick");
    }
    let snapshot = trainer.snapshot();
    assert_eq!(snapshot.real_steps, 32);
    assert!(snapshot.imagined_steps > 0);
    assert!(snapshot.metrics.values().all(|value| value.is_finite()), "{:?}", snapshot.metrics);
}
