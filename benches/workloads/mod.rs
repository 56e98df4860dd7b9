//! The workloads W1 to W5 on which other programs in the browser were timed, with the same numbers to start from.
//!
//! W1, W2: a PPO minibatch of 64, 256 or 1024 rows through two tanh networks 4 – 64 – 64 – 2 and – 1. W3: a step of one
//! world model 6 – 200 – 200 – 6, relu, 256 rows. W4: imagining 5 steps in 100 or 1000 branches with policy, value and
//! that model. W5: the logits of 1 or 64 observations, an action for each, and, for 64, a step of 64 carts.
//! The loss of W1 after 20 steps must be 0.881893, that of W3 after 4 steps 0.998530.

use mbppo::config::Activation;
use mbppo::kernels::distribution::Distribution;
use mbppo::kernels::model_loss::Outputs;
use mbppo::kernels::ppo::{ActorCritic, Scaling, Shape};
use mbppo::kernels::ppo_loss::{Minibatch, Settings};
use mbppo::kernels::world_model::WorldModel;
use mbppo::kernels::{Adam, Mlp};
use std::f64::consts::{SQRT_2, TAU};

/// The generator of the other programs.
pub struct Mulberry32(u32);

impl Mulberry32 {
    pub fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let a = self.0;
        let t = (a ^ (a >> 15)).wrapping_mul(1 | a);
        let t = t.wrapping_add((t ^ (t >> 7)).wrapping_mul(61 | t)) ^ t;
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        let mut u = 0.0;
        while u == 0.0 {
            u = self.uniform();
        }
        (-2.0 * u.ln()).sqrt() * (TAU * self.uniform()).cos()
    }
}

/// An orthogonal matrix [inputs, outputs] times `gain`, as the other programs make it.
fn orthogonal([inputs, outputs]: [usize; 2], gain: f64, random: &mut Mulberry32) -> Vec<f32> {
    let (length, count) = (inputs.max(outputs), inputs.min(outputs));
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for _ in 0..count {
        let mut vector: Vec<f64> = (0..length).map(|_| random.normal()).collect();
        for known in basis.iter().chain(&basis) {
            let overlap: f64 = known.iter().zip(&vector).map(|(a, b)| a * b).sum();
            vector.iter_mut().zip(known).for_each(|(v, k)| *v -= overlap * k);
        }
        let norm = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|v| *v /= norm);
        basis.push(vector);
    }
    let entry = |i: usize, o: usize| if inputs >= outputs { basis[o][i] } else { basis[i][o] };
    (0..inputs * outputs).map(|at| (gain * entry(at / outputs, at % outputs)) as f32).collect()
}

/// First parameters of a perceptron, W₁, b₁, W₂, b₂, …
fn initial(sizes: &[usize], gains: [f64; 3], random: &mut Mulberry32) -> Vec<f32> {
    let mut flat = Vec::new();
    for (pair, gain) in sizes.windows(2).zip(gains) {
        flat.extend(orthogonal([pair[0], pair[1]], gain, random));
        flat.extend(vec![0.0; pair[1]]);
    }
    flat
}

/// Policy and value of W1, W2, W4 and W5.
pub fn actor_critic(learning_rate: f64) -> ActorCritic {
    let mut random = Mulberry32::new(1);
    let mut flat = initial(&[4, 64, 64, 2], [SQRT_2, SQRT_2, 0.01], &mut random);
    flat.extend(initial(&[4, 64, 64, 1], [SQRT_2, SQRT_2, 1.0], &mut random));
    let shape = Shape {
        obs_size: 4,
        hidden_size: 64,
        actions: 2,
        heads: 1,
        activation: Activation::Tanh,
        distribution: Distribution::Categorical,
    };
    let adam = Adam::new(flat.len(), learning_rate, 1e-5);
    ActorCritic::new(shape, Scaling::none(4), flat, adam)
}

/// PPO's settings in W1 and W2.
pub const SETTINGS: Settings =
    Settings { clip_range: 0.2, clip_range_vf: 0.0, ent_coef: 0.01, vf_coef: 0.5, max_grad_norm: 0.5 };

/// `count` minibatches of `size` rows.
pub fn minibatches(count: usize, size: usize, seed: u32) -> Vec<Minibatch> {
    let mut random = Mulberry32::new(seed);
    let minibatch = |_| {
        let mut batch = Minibatch { weights: vec![1.0; size], values: vec![0.0; size], ..Default::default() };
        batch.obs.extend((0..4 * size).map(|_| (0.5 * random.normal()) as f32));
        for _ in 0..size {
            let is_left = random.uniform() < 0.5;
            batch.actions.extend(if is_left { [1.0, 0.0] } else { [0.0, 1.0] });
            batch.log_probs.push((0.5f64.ln() + 0.1 * random.normal()) as f32);
            batch.advantages.push(random.normal() as f32);
            batch.returns.push((2.0 * random.normal()) as f32);
        }
        batch
    };
    (0..count).map(minibatch).collect()
}

/// The model of W3 and W4.
pub fn world_model() -> WorldModel {
    let sizes = [6, 200, 200, 6];
    let flat = initial(&sizes, [SQRT_2, SQRT_2, 0.1], &mut Mulberry32::new(2));
    let outputs = Outputs { obs_size: 4, is_gaussian: false, learned_ends: true, end_coef: 1.0 };
    let adam = Adam::new(flat.len(), 1e-3, 1e-5);
    WorldModel::new(Mlp::new(0, 1, &sizes, Activation::Relu), outputs, flat, adam)
}

/// `count` batches of `size` rows for the model: input and target.
pub fn model_batches(count: usize, size: usize, seed: u32) -> Vec<[Vec<f32>; 2]> {
    let mut random = Mulberry32::new(seed);
    let batch = |_| {
        let (mut input, mut target) = (Vec::new(), Vec::new());
        for _ in 0..size {
            input.extend((0..4).map(|_| (0.5 * random.normal()) as f32));
            input.extend(if random.uniform() < 0.5 { [1.0, 0.0] } else { [0.0, 1.0] });
            target.extend((0..4).map(|_| (0.1 * random.normal()) as f32));
            target.push(random.uniform() as f32);
            target.push(if random.uniform() < 0.1 { 1.0 } else { 0.0 });
        }
        [input, target]
    };
    (0..count).map(batch).collect()
}

/// W4: policy, value and model in turn.
pub struct Rollout {
    net: ActorCritic,
    model: WorldModel,
    random: Mulberry32,
    starts: Vec<f32>,
    obs: Vec<f32>,
    actions: Vec<f32>,
    log_probs: Vec<f32>,
    chance: Vec<f32>,
    input: Vec<f32>,
}

impl Rollout {
    pub fn new(branches: usize) -> Self {
        let mut random = Mulberry32::new(5);
        let starts: Vec<f32> = (0..4 * branches).map(|_| (0.1 * random.normal()) as f32).collect();
        Self {
            net: actor_critic(3e-4),
            model: world_model(),
            random: Mulberry32::new(7),
            obs: starts.clone(),
            starts,
            actions: vec![0.0; 2 * branches],
            log_probs: vec![0.0; branches],
            chance: vec![0.0; branches],
            input: vec![0.0; 6 * branches],
        }
    }

    /// Five steps; gives the sum of all rewards and values.
    pub fn run(&mut self) -> f32 {
        self.obs.copy_from_slice(&self.starts);
        let mut sum = 0.0;
        for _ in 0..5 {
            self.chance.iter_mut().for_each(|u| *u = self.random.uniform() as f32);
            self.net.sample(&self.obs, &self.chance, &mut self.actions, &mut self.log_probs);
            sum += self.net.values(&self.obs).iter().sum::<f32>();
            let rows = self.obs.chunks_exact(4).zip(self.actions.chunks_exact(2));
            for (input, (obs, action)) in self.input.chunks_exact_mut(6).zip(rows) {
                input[..4].copy_from_slice(obs);
                input[4..].copy_from_slice(action);
            }
            let output = self.model.forward(&self.input);
            for (obs, output) in self.obs.chunks_exact_mut(4).zip(output.chunks_exact(6)) {
                obs.iter_mut().zip(output).for_each(|(obs, change)| *obs += change);
                sum += output[4] + 1e-9 / (1.0 + (-output[5]).exp());
            }
        }
        sum + self.net.values(&self.obs).iter().sum::<f32>()
    }
}

/// 64 carts with poles, with the equations of Gymnasium, for W5.
pub struct Carts {
    random: Mulberry32,
    states: Vec<[f64; 4]>,
    steps: Vec<u32>,
    pub obs: Vec<f32>,
}

impl Carts {
    pub fn new(count: usize, seed: u32) -> Self {
        let mut random = Mulberry32::new(seed);
        let states: Vec<[f64; 4]> = (0..count).map(|_| start(&mut random)).collect();
        let obs = states.iter().flatten().map(|&x| x as f32).collect();
        Self { random, states, steps: vec![0; count], obs }
    }

    /// One step of every cart; an episode that ends starts anew.
    pub fn step(&mut self, pushes_right: &[bool]) {
        for (cart, state) in self.states.iter_mut().enumerate() {
            let [x, x_dot, theta, theta_dot] = *state;
            let force = if pushes_right[cart] { 10.0 } else { -10.0 };
            let (sin, cos) = theta.sin_cos();
            let pull = (force + 0.05 * theta_dot * theta_dot * sin) / 1.1;
            let turn = (9.8 * sin - cos * pull) / (0.5 * (4.0 / 3.0 - 0.1 * cos * cos / 1.1));
            let push = pull - 0.05 * turn * cos / 1.1;
            *state =
                [x + 0.02 * x_dot, x_dot + 0.02 * push, theta + 0.02 * theta_dot, theta_dot + 0.02 * turn];
            self.steps[cart] += 1;
            let is_over = state[0].abs() > 2.4 || state[2].abs() > 0.209_439_51 || self.steps[cart] >= 500;
            if is_over {
                (*state, self.steps[cart]) = (start(&mut self.random), 0);
            }
            for (obs, x) in self.obs[4 * cart..].iter_mut().zip(*state) {
                *obs = x as f32;
            }
        }
    }
}

fn start(random: &mut Mulberry32) -> [f64; 4] {
    std::array::from_fn(|_| (random.uniform() - 0.5) * 0.1)
}

/// W5: act in `carts`, or, with one of them, on any small observation.
pub struct Acting {
    net: ActorCritic,
    random: Mulberry32,
    carts: Carts,
    pushes: Vec<bool>,
}

impl Acting {
    pub fn new(count: usize) -> Self {
        Self {
            net: actor_critic(3e-4),
            random: Mulberry32::new(3),
            carts: Carts::new(count, 4),
            pushes: vec![false; count],
        }
    }

    /// One step; gives the first logit.
    pub fn run(&mut self) -> f32 {
        let is_single = self.pushes.len() == 1;
        if is_single {
            self.carts.obs.iter_mut().for_each(|x| *x = (0.1 * self.random.uniform()) as f32);
        }
        let logits = self.net.outputs(&self.carts.obs);
        for (push, logits) in self.pushes.iter_mut().zip(logits.chunks_exact(2)) {
            *push = self.random.uniform() < 1.0 / (1.0 + f64::from(logits[0] - logits[1]).exp());
        }
        let first = logits[0];
        if !is_single {
            self.carts.step(&self.pushes);
        }
        first
    }
}
