//! Balance a pole on a cart.
//!
//! **What.** A pole stands on a cart by a free joint; pushing the cart left or right at every step keeps it from
//! falling over.
//!
//! **Equation.** With force F, pole angle θ, angular velocity ω, masses m (pole) and M (both), half pole length l:
//! ```text
//! q  = (F + m l ω² sin θ) / M
//! θ̈  = (g sin θ − q cos θ) / (l (4/3 − m cos²θ / M))
//! ẍ  = q − m l θ̈ cos θ / M
//! explicit Euler: x += τ ẋ,  ẋ += τ ẍ,  θ += τ ω,  ω += τ θ̈   (all from the old state)
//! ```
//!
//! **Shapes.** state [4] = observation [4]: x, ẋ, θ, ω; action [1]: 0 pushes left, 1 pushes right.
//!
//! **Where.** Stepped by [`VecEnv`](super::VecEnv), which adds the time limit and the resets.
//!
//! **Details.** 1. Gymnasium 1.4.0's `CartPole-v1`, operation for operation, in f64 (`cartpole.py`).
//! 2. The thresholds are strict: x = 2.4 exactly is still up. 3. The falling step is rewarded with 1 as well.
//!
//! **Paper.** Barto, Sutton and Anderson 1983, "Neuronlike adaptive elements that can solve difficult learning
//! control problems".

use super::{
    ActionSpace, Env, EnvSpec, MapAxis, ObsDimension, Outcome, PhysicsParameter, SparseReward, Variants,
};
use crate::rng::Stream;
use std::sync::{Arc, LazyLock};

static SPEC: LazyLock<Arc<EnvSpec>> = LazyLock::new(|| {
    Arc::new(EnvSpec {
        id: "CartPole-v1".into(),
        goal: "Keep the pole upright by pushing the cart left or right, for 500 steps.".into(),
        obs: vec![
            ObsDimension::new("cart position", "m", -2.4, 2.4),
            ObsDimension::new("cart velocity", "m/s", -3.0, 3.0),
            ObsDimension::new("pole angle", "rad", -0.21, 0.21),
            ObsDimension::new("pole angular velocity", "rad/s", -3.0, 3.0),
        ],
        action: ActionSpace::Discrete(2),
        time_limit: 500,
        usual_steps: 12_000,
        solved_return: 475.0,
        return_range: (0.0, 500.0),
        map: [MapAxis::Dimension { index: 0 }, MapAxis::Dimension { index: 2 }],
        variants: Variants {
            usual_change: vec![0.0105, 0.195, 0.0156, 0.293],
            velocities: vec![1, 3],
            sparse: Some(SparseReward { solved_return: -0.05, return_range: (-1.0, 0.0) }),
        },
        hidden: Vec::new(),
    })
});

/// A fresh state has every number within this of zero.
const RESET_BOUND: f64 = 0.05;

/// Measures of the cart and its pole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CartPolePhysics {
    /// g, m/s²
    pub gravity: f64,
    /// kg
    pub cart_mass: f64,
    /// m, kg
    pub pole_mass: f64,
    /// l, half of the pole's length, m
    pub half_length: f64,
    /// |F| of a push, N
    pub force: f64,
    /// A force on the cart that is always there, to the right, N
    pub wind: f64,
    /// τ, seconds in a step
    pub time_step: f64,
    /// |θ| beyond which the pole has fallen, rad
    pub angle_limit: f64,
    /// |x| beyond which the cart has left the track, m
    pub position_limit: f64,
}

impl Default for CartPolePhysics {
    fn default() -> Self {
        Self {
            gravity: 9.8,
            cart_mass: 1.0,
            pole_mass: 0.1,
            half_length: 0.5,
            force: 10.0,
            wind: 0.0,
            time_step: 0.02,
            angle_limit: 12.0 * 2.0 * std::f64::consts::PI / 360.0,
            position_limit: 2.4,
        }
    }
}

/// The task `CartPole-v1`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CartPole {
    /// Measures, changeable between episodes.
    pub physics: CartPolePhysics,
    /// x, ẋ, θ, ω
    state: [f64; 4],
}

impl CartPole {
    /// ẍ and θ̈ under `force`.
    fn accelerations(&self, force: f64) -> (f64, f64) {
        let CartPolePhysics { gravity, cart_mass, pole_mass, half_length, .. } = self.physics;
        let [_, _, angle, angular_velocity] = self.state;
        let (sin, cos) = (angle.sin(), angle.cos());
        let total_mass = pole_mass + cart_mass;
        let pole_moment = pole_mass * half_length;
        let push = (force + pole_moment * (angular_velocity * angular_velocity) * sin) / total_mass;
        let inertia = half_length * (4.0 / 3.0 - pole_mass * (cos * cos) / total_mass);
        let angular = (gravity * sin - cos * push) / inertia;
        (push - pole_moment * angular * cos / total_mass, angular)
    }
}

impl Env for CartPole {
    fn spec(&self) -> Arc<EnvSpec> {
        SPEC.clone()
    }

    fn reset(&mut self, stream: &mut Stream) {
        self.state = std::array::from_fn(|_| stream.uniform_in(-RESET_BOUND, RESET_BOUND));
    }

    fn step(&mut self, action: &[f32], _stream: &mut Stream) -> Outcome {
        let CartPolePhysics { force, wind, time_step, angle_limit, position_limit, .. } = self.physics;
        let force = wind + if action[0] == 1.0 { force } else { -force };
        let (acceleration, angular_acceleration) = self.accelerations(force);
        let [x, velocity, angle, angular_velocity] = self.state;
        self.state = [
            x + time_step * velocity,
            velocity + time_step * acceleration,
            angle + time_step * angular_velocity,
            angular_velocity + time_step * angular_acceleration,
        ];
        let fallen = self.state[2].abs() > angle_limit;
        Outcome { reward: 1.0, terminated: fallen || self.state[0].abs() > position_limit }
    }

    fn observe(&self, obs: &mut [f32]) {
        for (seen, value) in obs.iter_mut().zip(self.state) {
            *seen = value as f32;
        }
    }

    fn state(&self) -> Vec<f64> {
        self.state.to_vec()
    }

    fn set_state(&mut self, state: &[f64]) {
        self.state.copy_from_slice(state);
    }

    fn known_end(&self, next_obs: &[f32]) -> bool {
        let beyond = |index: usize, limit: f64| f64::from(next_obs[index]).abs() > limit;
        beyond(0, self.physics.position_limit) || beyond(2, self.physics.angle_limit)
    }

    fn known_reward(&self, _obs: &[f32], _action: &[f32], _next_obs: &[f32]) -> Option<f32> {
        Some(1.0)
    }

    /// Gymnasium's `sutton_barto_reward`.
    fn sparse_reward(&self, outcome: Outcome) -> f32 {
        if outcome.terminated { -1.0 } else { 0.0 }
    }

    fn parameters(&mut self) -> Vec<PhysicsParameter<'_>> {
        let physics = &mut self.physics;
        vec![
            PhysicsParameter::new("gravity", "m/s²", (1.0, 30.0), &mut physics.gravity),
            PhysicsParameter::new("cart_mass", "kg", (0.1, 5.0), &mut physics.cart_mass),
            PhysicsParameter::new("pole_mass", "kg", (0.01, 1.0), &mut physics.pole_mass),
            PhysicsParameter::new("half_length", "m", (0.1, 1.5), &mut physics.half_length),
            PhysicsParameter::new("force", "N", (1.0, 30.0), &mut physics.force),
            PhysicsParameter::new("wind", "N", (-5.0, 5.0), &mut physics.wind),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn a_fresh_pole_is_nearly_upright_and_differs_from_the_last_one() {
        let mut task = CartPole::default();
        let mut stream = Seed(0).stream("cart pole");
        task.reset(&mut stream);
        let first = task.state();
        task.reset(&mut stream);
        assert!(first.iter().all(|value| value.abs() <= RESET_BOUND), "{first:?}");
        assert_ne!(first, task.state());
    }

    #[test]
    fn pushing_one_way_makes_the_pole_fall_the_other_way() {
        let mut task = CartPole::default();
        let steps = (1..100).find(|_| task.step(&[1.0], &mut Seed(0).stream("unused")).terminated);
        assert_eq!(steps, Some(9), "an upright pole lasts nine pushes to the right");
        assert!(task.state()[0] > 0.0 && task.state()[2] < 0.0, "{:?}", task.state());
    }
}
