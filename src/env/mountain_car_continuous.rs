//! Drive a car out of a valley, with a throttle, and pay for the fuel.
//!
//! **What.** As in [`MountainCar`](super::MountainCar), but the push is any number, and every push costs: doing nothing
//! looks best until the flag has been found once.
//!
//! **Equation.** Position x on hills of height sin 3x, velocity v, throttle a:
//! ```text
//! v ← clip(v + 0.0015 clip(a, ±1) − 0.0025 cos 3x, ±0.07)        x ← clip(x + v, −1.2, 0.6)
//! end ⇔ x ≥ 0.45 and v ≥ 0;        reward = 100 [end] − 0.1 a²
//! ```
//!
//! **Shapes.** state [2] = observation [2]: x, v; action [1].
//!
//! **Where.** Stepped by [`VecEnv`](super::VecEnv), which adds the time limit and the resets.
//!
//! **Details.** 1. Gymnasium 1.4.0's `MountainCarContinuous-v0` (`continuous_mountain_car.py`). 2. The fuel is charged
//! for the throttle as given, before it is clipped. 3. The state is f32, as Gymnasium's is after every step; its very
//! first state there is f64, and rounded here.
//!
//! **Paper.** Moore 1990, "Efficient memory-based learning for robot control", PhD thesis, University of Cambridge.

use super::mountain_car::RESET_POSITIONS;
use super::{
    ActionSpace, Env, EnvSpec, MapAxis, MountainCarPhysics, ObsDimension, Outcome, PhysicsParameter,
    SparseReward, USUAL_STEPS, Variants,
};
use crate::rng::Stream;
use std::sync::{Arc, LazyLock};

static SPEC: LazyLock<Arc<EnvSpec>> = LazyLock::new(|| {
    Arc::new(EnvSpec {
        id: "MountainCarContinuous-v0".into(),
        goal: "Reach the flag on the hill by swinging back and forth, with as little throttle as possible."
            .into(),
        obs: vec![
            ObsDimension::new("position", "m", -1.2, 0.6),
            ObsDimension::new("velocity", "m/step", -0.07, 0.07),
        ],
        action: ActionSpace::Box { size: 1, bound: 1.0 },
        time_limit: 999,
        usual_steps: USUAL_STEPS,
        solved_return: 90.0,
        return_range: (-100.0, 100.0),
        map: [MapAxis::Dimension { index: 0 }, MapAxis::Dimension { index: 1 }],
        variants: Variants {
            usual_change: vec![0.0132, 0.00138],
            velocities: vec![1],
            sparse: Some(SparseReward { solved_return: 95.0, return_range: (0.0, 100.0) }),
        },
        hidden: Vec::new(),
    })
});

/// Reward for reaching the flag.
const GOAL_REWARD: f64 = 100.0;
/// Cost of a squared throttle.
const FUEL_COST: f64 = 0.1;

/// The task `MountainCarContinuous-v0`.
#[derive(Debug, Clone, PartialEq)]
pub struct MountainCarContinuous {
    /// Measures, changeable between episodes.
    pub physics: MountainCarPhysics,
    /// x, v
    state: [f32; 2],
}

impl Default for MountainCarContinuous {
    fn default() -> Self {
        let physics =
            MountainCarPhysics { goal_position: 0.45, force: 0.0015, ..MountainCarPhysics::default() };
        Self { physics, state: [0.0; 2] }
    }
}

impl Env for MountainCarContinuous {
    fn spec(&self) -> Arc<EnvSpec> {
        SPEC.clone()
    }

    fn reset(&mut self, stream: &mut Stream) {
        let (low, high) = RESET_POSITIONS;
        self.state = [stream.uniform_in(low, high) as f32, 0.0];
    }

    fn step(&mut self, action: &[f32], _stream: &mut Stream) -> Outcome {
        let physics = self.physics;
        let (wall, max_speed) = (physics.min_position as f32, physics.max_speed as f32);
        let [mut position, mut velocity] = self.state;
        let push = action[0].clamp(-1.0, 1.0) * physics.force as f32;
        velocity += push - (physics.gravity * f64::from(3.0 * position).cos()) as f32 + physics.wind as f32;
        velocity = velocity.clamp(-max_speed, max_speed);
        position = (position + velocity).clamp(wall, physics.max_position as f32);
        if position == wall && velocity < 0.0 {
            velocity = 0.0;
        }
        self.state = [position, velocity];
        let terminated = position >= physics.goal_position as f32 && velocity >= 0.0;
        let prize = if terminated { GOAL_REWARD } else { 0.0 };
        Outcome { reward: (prize - FUEL_COST * f64::from(action[0]).powi(2)) as f32, terminated }
    }

    fn observe(&self, obs: &mut [f32]) {
        obs.copy_from_slice(&self.state);
    }

    fn state(&self) -> Vec<f64> {
        self.state.map(f64::from).to_vec()
    }

    fn set_state(&mut self, state: &[f64]) {
        for (own, &given) in self.state.iter_mut().zip(state) {
            *own = given as f32;
        }
    }

    fn known_end(&self, next_obs: &[f32]) -> bool {
        next_obs[0] >= self.physics.goal_position as f32 && next_obs[1] >= 0.0
    }

    fn sparse_reward(&self, outcome: Outcome) -> f32 {
        if outcome.terminated { GOAL_REWARD as f32 } else { 0.0 }
    }

    fn parameters(&mut self) -> Vec<PhysicsParameter<'_>> {
        self.physics.parameters()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn a_throttle_beyond_its_bound_pushes_no_harder_but_costs_more() {
        let after = |throttle: f32| {
            let mut task = MountainCarContinuous::default();
            task.set_state(&[-0.5, 0.0]);
            (task.step(&[throttle], &mut Seed(0).stream("unused")).reward, task.state())
        };
        let ((full, state_full), (beyond, state_beyond)) = (after(1.0), after(3.0));
        assert_eq!(state_full, state_beyond);
        assert_eq!((full, beyond), (-0.1, -0.9));
    }
}
