//! Swing a pendulum up and hold it there, with a motor too weak to lift it at once.
//!
//! **What.** The motor must swing the rod back and forth until it stands upright, and then keep it there; the reward
//! says at every step how far from that it is.
//!
//! **Equation.** Angle θ from upright, angular velocity ω, torque u:
//! ```text
//! u ← clip(a, ±2) · max_torque / 2               a: the action
//! reward = −(θ² + 0.1 ω² + 0.001 u²)        θ in [−π, π), before the step
//! ω ← clip(ω + τ (3g/(2l) sin θ + 3/(m l²) u), ±8)        θ ← θ + τ ω
//! ```
//!
//! **Shapes.** state [2]: θ (not wrapped), ω; observation [3]: cos θ, sin θ, ω; action [1].
//!
//! **Where.** Stepped by [`VecEnv`](super::VecEnv), which adds the time limit and the resets. It never ends by itself.
//!
//! **Details.** 1. Gymnasium 1.4.0's `Pendulum-v1` (`pendulum.py`), operation for operation. 2. The state is f64, but
//! what is computed from the torque alone is f32, as it is there. 3. `max_torque` changes how strong the motor is, not
//! which actions there are: ±2 always means full torque. The action space is a fixed fact of the task that policy,
//! model and remembered actions share; if it grew with the lever, actions already learned from would change their
//! meaning.
//!
//! **Paper.** A classic of control; the reward is that of Gymnasium's `Pendulum-v1`. Doya 2000, "Reinforcement learning
//! in continuous time and space".

use super::{
    ActionSpace, Env, EnvSpec, MapAxis, ObsDimension, Outcome, PhysicsParameter, SparseReward, USUAL_STEPS,
    Variants,
};
use crate::rng::Stream;
use std::f64::consts::{PI, TAU};
use std::sync::{Arc, LazyLock};

static SPEC: LazyLock<Arc<EnvSpec>> = LazyLock::new(|| {
    Arc::new(EnvSpec {
        id: "Pendulum-v1".into(),
        goal: "Swing the pendulum up and hold it upright with little force.".into(),
        obs: vec![
            ObsDimension::new("cosine of angle", "", -1.0, 1.0),
            ObsDimension::new("sine of angle", "", -1.0, 1.0),
            ObsDimension::new("angular velocity", "rad/s", -8.0, 8.0),
        ],
        action: ActionSpace::Box { size: 1, bound: ACTION_BOUND },
        time_limit: 200,
        usual_steps: USUAL_STEPS,
        solved_return: -200.0,
        return_range: (-1600.0, -100.0),
        map: [
            MapAxis::Angle { name: "angle from upright", cosine: 0, sine: 1 },
            MapAxis::Dimension { index: 2 },
        ],
        variants: Variants {
            usual_change: vec![0.175, 0.53],
            velocities: vec![2],
            sparse: Some(SparseReward { solved_return: 150.0, return_range: (0.0, 200.0) }),
        },
        hidden: Vec::new(),
    })
});

/// Largest magnitude of an action, which asks for the motor's full torque.
const ACTION_BOUND: f32 = 2.0;
/// |θ| below which the rod counts as upright where only that is rewarded: 8°, as in dm_control.
const UPRIGHT_ANGLE: f64 = PI * 8.0 / 180.0;
/// Largest |θ| and |ω| of a fresh state.
const RESET_BOUNDS: [f64; 2] = [PI, 1.0];

/// Measures of the rod and its motor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PendulumPhysics {
    /// g, m/s²
    pub gravity: f64,
    /// m, kg
    pub mass: f64,
    /// l, m
    pub length: f64,
    /// Largest |ω|, rad/s
    pub max_speed: f64,
    /// Largest |u|, N m
    pub max_torque: f64,
    /// A torque that is always there, N m
    pub wind: f64,
    /// τ, seconds in a step
    pub time_step: f64,
}

impl Default for PendulumPhysics {
    fn default() -> Self {
        Self {
            gravity: 10.0,
            mass: 1.0,
            length: 1.0,
            max_speed: 8.0,
            max_torque: 2.0,
            wind: 0.0,
            time_step: 0.05,
        }
    }
}

/// The task `Pendulum-v1`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pendulum {
    /// Measures, changeable between episodes.
    pub physics: PendulumPhysics,
    /// θ, ω
    state: [f64; 2],
}

impl Pendulum {
    /// u of this action.
    fn torque(&self, action: f32) -> f32 {
        let strength = self.physics.max_torque as f32 / ACTION_BOUND;
        action.clamp(-ACTION_BOUND, ACTION_BOUND) * strength
    }
}

impl Env for Pendulum {
    fn spec(&self) -> Arc<EnvSpec> {
        SPEC.clone()
    }

    fn reset(&mut self, stream: &mut Stream) {
        self.state = RESET_BOUNDS.map(|bound| stream.uniform_in(-bound, bound));
    }

    fn step(&mut self, action: &[f32], _stream: &mut Stream) -> Outcome {
        let PendulumPhysics { gravity, mass, length, max_speed, wind, time_step, .. } = self.physics;
        let [angle, velocity] = self.state;
        let torque = self.torque(action[0]);
        let from_upright = (angle + PI).rem_euclid(TAU) - PI;
        let effort = f64::from(0.001 * (torque * torque));
        let cost = from_upright * from_upright + 0.1 * (velocity * velocity) + effort;
        let push = f64::from((3.0 / (mass * (length * length))) as f32 * torque);
        let blown = 3.0 / (mass * length * length) * wind;
        let acceleration = 3.0 * gravity / (2.0 * length) * angle.sin() + push + blown;
        let velocity = (velocity + acceleration * time_step).clamp(-max_speed, max_speed);
        self.state = [angle + velocity * time_step, velocity];
        Outcome { reward: -cost as f32, terminated: false }
    }

    fn observe(&self, obs: &mut [f32]) {
        let [angle, velocity] = self.state;
        for (seen, value) in obs.iter_mut().zip([angle.cos(), angle.sin(), velocity]) {
            *seen = value as f32;
        }
    }

    fn state(&self) -> Vec<f64> {
        self.state.to_vec()
    }

    fn set_state(&mut self, state: &[f64]) {
        self.state.copy_from_slice(state);
    }

    /// Of the observation before the step: the same sum, of an angle that was seen as cosine and sine.
    fn known_reward(&self, obs: &[f32], action: &[f32], _next_obs: &[f32]) -> Option<f32> {
        let torque = self.torque(action[0]);
        let (from_upright, velocity) = (obs[1].atan2(obs[0]), obs[2]);
        Some(-(from_upright * from_upright + 0.1 * velocity * velocity + 0.001 * torque * torque))
    }

    /// The rod stands upright now, within 8°.
    fn sparse_reward(&self, _outcome: Outcome) -> f32 {
        if self.state[0].cos() > UPRIGHT_ANGLE.cos() { 1.0 } else { 0.0 }
    }

    fn parameters(&mut self) -> Vec<PhysicsParameter<'_>> {
        let physics = &mut self.physics;
        vec![
            PhysicsParameter::new("gravity", "m/s²", (1.0, 30.0), &mut physics.gravity),
            PhysicsParameter::new("mass", "kg", (0.2, 3.0), &mut physics.mass),
            PhysicsParameter::new("length", "m", (0.3, 2.0), &mut physics.length),
            PhysicsParameter::new("max_torque", "N m", (0.5, 10.0), &mut physics.max_torque),
            PhysicsParameter::new("wind", "N m", (-1.0, 1.0), &mut physics.wind),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn upright_is_free_and_hanging_costs_most() {
        let reward_at = |angle: f64| {
            let mut task = Pendulum::default();
            task.set_state(&[angle, 0.0]);
            task.step(&[0.0], &mut Seed(0).stream("unused")).reward
        };
        assert_eq!(reward_at(0.0), 0.0);
        assert!((reward_at(PI) + (PI * PI) as f32).abs() < 1e-6);
        assert!((reward_at(TAU + 0.5) - reward_at(0.5)).abs() < 1e-6, "turns do not count");
    }

    #[test]
    fn the_motor_cannot_lift_the_rod_at_once() {
        let mut task = Pendulum::default();
        task.set_state(&[PI, 0.0]);
        let highest = (0..SPEC.time_limit).fold(PI, |highest: f64, _| {
            task.step(&[2.0], &mut Seed(0).stream("unused"));
            highest.min((task.state[0] - TAU).abs())
        });
        assert!(highest > 1.0, "came within {highest} rad of upright");
    }
}
