//! W5: acting.

use super::learning::actor_critic;
use super::numbers::Mulberry32;
use mbppo::kernels::ppo::ActorCritic;

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
