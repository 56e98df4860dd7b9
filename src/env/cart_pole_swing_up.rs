//! Swing a pole up on a cart and hold it there, in the middle of the track.
//!
//! **What.** The pole hangs down at first; a force on the cart must swing it up and keep it standing. It is the task in
//! which learning with Gaussian processes is compared: an episode is only 4 seconds, 40 decisions.
//!
//! **Equation.** With force F = action · 10 N, friction b, pole angle θ from upright (growing to the right), angular
//! velocity ω, masses M (cart) and m (pole, a uniform rod), pole length l:
//! ```text
//! q = F + wind − b ẋ
//! ẍ = (2 m l ω² sin θ − 3 m g sin θ cos θ + 4 q) / (4 (M + m) − 3 m cos²θ)
//! θ̈ = (6 (M + m) g sin θ − 3 m l ω² sin θ cos θ − 6 q cos θ) / (l (4 (M + m) − 3 m cos²θ))
//! reward = exp(−d² / (2 · 0.25²)),     d² = (x + l sin θ)² + (l cos θ − l)²,     after the step
//! ```
//! d is how far the pole's tip is from where it would be with the pole upright in the middle. The force is constant for
//! a step of 0.1 s, which forty steps of Runge and Kutta's fourth order divide.
//!
//! **Shapes.** state [4]: x, ẋ, θ (not wrapped), ω; observation [5]: x, ẋ, cos θ, sin θ, ω; action [1]: the share of
//! the full force, ±1.
//!
//! **Where.** Stepped by [`VecEnv`](super::VecEnv), which adds the time limit and the resets. It never ends by itself,
//! and the track has no end.
//!
//! **Details.** 1. Constants, cost and start are those of the cart-pole that comes with PILCO's program (version 0.9,
//! 2013: `dynamics_cp.m`, `settings_cp.m`, `loss_cp.m`); the reward is 1 − its cost. 2. Its angle grows from hanging,
//! the other way round; ours is CartPole-v1's. 3. Its program adds noise of 0.01 to what is observed; ours adds none
//! (`task_noise` moves the state). 4. It integrates with MATLAB's `ode45`; the difference is below 1e-6 a step
//! (`tests/golden_envs.rs`).
//!
//! **Paper.** Deisenroth and Rasmussen 2011, "PILCO: A Model-Based and Data-Efficient Approach to Policy Search"; the
//! equations of motion: Deisenroth 2010, "Efficient Reinforcement Learning using Gaussian Processes", appendix C. The
//! sparse reward: Tassa et al. 2018, "DeepMind Control Suite", arXiv 1801.00690.

use super::{
    ActionSpace, Env, EnvSpec, MapAxis, ObsDimension, Outcome, PhysicsParameter, SparseReward, Variants,
};
use crate::rng::Stream;
use std::f64::consts::PI;
use std::sync::{Arc, LazyLock};

static SPEC: LazyLock<Arc<EnvSpec>> = LazyLock::new(|| {
    Arc::new(EnvSpec {
        id: "CartPoleSwingUp-v0".into(),
        goal: "Swing the pole up by moving the cart, and hold it upright in the middle.".into(),
        obs: vec![
            ObsDimension::new("cart position", "m", -2.0, 2.0),
            ObsDimension::new("cart velocity", "m/s", -4.0, 4.0),
            ObsDimension::new("cosine of angle", "", -1.0, 1.0),
            ObsDimension::new("sine of angle", "", -1.0, 1.0),
            ObsDimension::new("pole angular velocity", "rad/s", -12.0, 12.0),
        ],
        action: ActionSpace::Box { size: 1, bound: ACTION_BOUND },
        time_limit: 40,
        usual_steps: 4_000,
        solved_return: 25.0,
        return_range: (0.0, 40.0),
        map: [
            MapAxis::Angle { name: "angle from upright", cosine: 2, sine: 3 },
            MapAxis::Dimension { index: 4 },
        ],
        variants: Variants {
            usual_change: vec![0.236, 0.867, 0.523, 2.12],
            velocities: vec![1, 4],
            sparse: Some(SparseReward { solved_return: 20.0, return_range: (0.0, 40.0) }),
        },
        hidden: Vec::new(),
    })
});

/// Largest magnitude of an action, which asks for the full force.
const ACTION_BOUND: f32 = 1.0;
/// Standard deviation of every number of a fresh state, around a pole that hangs at rest in the middle.
const RESET_STD: f64 = 0.1;
/// Distance of the tip, m, within which most of the reward is.
const REWARD_WIDTH: f64 = 0.25;
/// Where only the goal is rewarded: |x| below which the cart is in the middle, m, and the least cosine of upright.
const MIDDLE: f64 = 0.25;
const UPRIGHT_COSINE: f64 = 0.995;
/// Steps of the integration in one step of the task.
const SUBSTEPS: u32 = 40;

/// Measures of the cart and its pole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CartPoleSwingUpPhysics {
    /// g, m/s²
    pub gravity: f64,
    /// M, kg
    pub cart_mass: f64,
    /// m, kg
    pub pole_mass: f64,
    /// l, m
    pub length: f64,
    /// b, N s/m
    pub friction: f64,
    /// Largest |F|, N
    pub force: f64,
    /// A force on the cart that is always there, to the right, N
    pub wind: f64,
    /// Seconds in a step
    pub time_step: f64,
}

impl Default for CartPoleSwingUpPhysics {
    fn default() -> Self {
        Self {
            gravity: 9.82,
            cart_mass: 0.5,
            pole_mass: 0.5,
            length: 0.5,
            friction: 0.1,
            force: 10.0,
            wind: 0.0,
            time_step: 0.1,
        }
    }
}

/// The task `CartPoleSwingUp-v0`.
#[derive(Debug, Clone, PartialEq)]
pub struct CartPoleSwingUp {
    /// Measures, changeable between episodes.
    pub physics: CartPoleSwingUpPhysics,
    /// x, ẋ, θ, ω
    state: [f64; 4],
}

impl Default for CartPoleSwingUp {
    fn default() -> Self {
        Self { physics: CartPoleSwingUpPhysics::default(), state: [0.0, 0.0, PI, 0.0] }
    }
}

impl CartPoleSwingUp {
    /// How fast each number of the state changes under `force`.
    fn derivative(&self, [_, velocity, angle, angular_velocity]: [f64; 4], force: f64) -> [f64; 4] {
        let CartPoleSwingUpPhysics { gravity, cart_mass, pole_mass, length, friction, wind, .. } =
            self.physics;
        let (sin, cos) = (angle.sin(), angle.cos());
        let push = force + wind - friction * velocity;
        let swing = pole_mass * length * (angular_velocity * angular_velocity) * sin;
        let weight = gravity * sin;
        let total_mass = cart_mass + pole_mass;
        let inertia = 4.0 * total_mass - 3.0 * pole_mass * (cos * cos);
        [
            velocity,
            (2.0 * swing - 3.0 * pole_mass * weight * cos + 4.0 * push) / inertia,
            angular_velocity,
            (6.0 * total_mass * weight - 3.0 * swing * cos - 6.0 * push * cos) / (length * inertia),
        ]
    }

    /// One step of Runge and Kutta's fourth order.
    fn advanced(&self, state: [f64; 4], force: f64, seconds: f64) -> [f64; 4] {
        let moved = |slope: [f64; 4], share: f64| {
            std::array::from_fn(|index| state[index] + share * seconds * slope[index])
        };
        let first = self.derivative(state, force);
        let second = self.derivative(moved(first, 0.5), force);
        let third = self.derivative(moved(second, 0.5), force);
        let fourth = self.derivative(moved(third, 1.0), force);
        moved(std::array::from_fn(|i| (first[i] + 2.0 * second[i] + 2.0 * third[i] + fourth[i]) / 6.0), 1.0)
    }

    /// Squared distance of the pole's tip from where it shall be, m².
    fn distance_squared(&self) -> f64 {
        let [x, _, angle, _] = self.state;
        let (aside, below) =
            (x + self.physics.length * angle.sin(), self.physics.length * (angle.cos() - 1.0));
        aside * aside + below * below
    }
}

impl Env for CartPoleSwingUp {
    fn spec(&self) -> Arc<EnvSpec> {
        SPEC.clone()
    }

    fn reset(&mut self, stream: &mut Stream) {
        let mut draw = || RESET_STD * f64::from(stream.normal());
        self.state = [draw(), draw(), PI + draw(), draw()];
    }

    fn step(&mut self, action: &[f32], _stream: &mut Stream) -> Outcome {
        let share = f64::from(action[0].clamp(-ACTION_BOUND, ACTION_BOUND));
        let seconds = self.physics.time_step / f64::from(SUBSTEPS);
        for _ in 0..SUBSTEPS {
            self.state = self.advanced(self.state, share * self.physics.force, seconds);
        }
        let reward = (-self.distance_squared() / (2.0 * REWARD_WIDTH * REWARD_WIDTH)).exp();
        Outcome { reward: reward as f32, terminated: false }
    }

    fn observe(&self, obs: &mut [f32]) {
        let [x, velocity, angle, angular_velocity] = self.state;
        for (seen, value) in obs.iter_mut().zip([x, velocity, angle.cos(), angle.sin(), angular_velocity]) {
            *seen = value as f32;
        }
    }

    fn state(&self) -> Vec<f64> {
        self.state.to_vec()
    }

    fn set_state(&mut self, state: &[f64]) {
        self.state.copy_from_slice(state);
    }

    /// The pole stands, and the cart is in the middle: dm_control's `swingup_sparse`.
    fn sparse_reward(&self, _outcome: Outcome) -> f32 {
        let stands = self.state[2].cos() > UPRIGHT_COSINE && self.state[0].abs() < MIDDLE;
        if stands { 1.0 } else { 0.0 }
    }

    fn parameters(&mut self) -> Vec<PhysicsParameter<'_>> {
        let physics = &mut self.physics;
        vec![
            PhysicsParameter::new("gravity", "m/s²", (1.0, 30.0), &mut physics.gravity),
            PhysicsParameter::new("cart_mass", "kg", (0.1, 3.0), &mut physics.cart_mass),
            PhysicsParameter::new("pole_mass", "kg", (0.05, 2.0), &mut physics.pole_mass),
            PhysicsParameter::new("length", "m", (0.2, 1.5), &mut physics.length),
            PhysicsParameter::new("friction", "N s/m", (0.0, 2.0), &mut physics.friction),
            PhysicsParameter::new("force", "N", (2.0, 30.0), &mut physics.force),
            PhysicsParameter::new("wind", "N", (-2.0, 2.0), &mut physics.wind),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    fn step(task: &mut CartPoleSwingUp, force: f32) -> f32 {
        task.step(&[force], &mut Seed(0).stream("unused")).reward
    }

    #[test]
    fn upright_in_the_middle_is_worth_one_and_hanging_next_to_nothing() {
        let mut task = CartPoleSwingUp::default();
        assert!(step(&mut task, 0.0) < 1e-3);
        task.set_state(&[0.0; 4]);
        assert_eq!(step(&mut task, 0.0), 1.0);
        task.set_state(&[1.0, 0.0, 0.0, 0.0]);
        assert!(step(&mut task, 0.0) < 1e-3, "upright elsewhere");
    }

    #[test]
    fn without_friction_wind_and_force_its_energy_stays() {
        let mut task = CartPoleSwingUp::default();
        task.physics.friction = 0.0;
        task.set_state(&[0.0, 0.3, 0.4, 0.0]);
        let energy = |task: &CartPoleSwingUp| {
            let CartPoleSwingUpPhysics { gravity, cart_mass, pole_mass, length, .. } = task.physics;
            let [_, velocity, angle, turning] = task.state;
            let (cart, pole) = (0.5 * (cart_mass + pole_mass), pole_mass * length);
            cart * velocity * velocity
                + 0.5 * pole * velocity * turning * angle.cos()
                + pole * length * turning * turning / 6.0
                + 0.5 * pole * gravity * angle.cos()
        };
        let before = energy(&task);
        for _ in 0..40 {
            step(&mut task, 0.0);
            assert!((energy(&task) - before).abs() < 1e-5, "{} from {before}", energy(&task));
        }
    }

    #[test]
    fn pushing_the_cart_to_the_right_swings_the_hanging_pole_to_the_left() {
        let mut task = CartPoleSwingUp::default();
        step(&mut task, 1.0);
        let [x, _, angle, _] = task.state;
        assert!(x > 0.0 && angle.sin() < 0.0, "{:?}", task.state);
    }
}
