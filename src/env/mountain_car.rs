//! Drive a car out of a valley with an engine too weak for the slope.
//!
//! **What.** The car must first back up the other side to gather speed: the way to the goal begins away from it, and
//! nothing rewards the detour before the flag is reached.
//!
//! **Equation.** Position x on hills of height sin 3x, velocity v:
//! ```text
//! v ← clip(v + (action − 1) · 0.001 − 0.0025 cos 3x, ±0.07)        x ← clip(x + v, −1.2, 0.6)
//! end ⇔ x ≥ 0.5 and v ≥ 0
//! ```
//!
//! **Shapes.** state [2] = observation [2]: x, v; action [1]: 0, 1, 2 for backwards, nothing, forwards.
//!
//! **Where.** Stepped by [`VecEnv`](super::VecEnv), which adds the time limit and the resets.
//!
//! **Details.** 1. Gymnasium 1.4.0's `MountainCar-v0`, operation for operation, in f64 (`mountain_car.py`). 2. The left
//! wall stops the car without bouncing. 3. Every step costs 1, the last one too.
//!
//! **Paper.** Moore 1990, "Efficient memory-based learning for robot control", PhD thesis, University of Cambridge.

use super::{ActionSpace, Env, EnvSpec, MapAxis, ObsDimension, Outcome, PhysicsParameter, Variants};
use crate::rng::Stream;
use std::sync::{Arc, LazyLock};

static SPEC: LazyLock<Arc<EnvSpec>> = LazyLock::new(|| {
    Arc::new(EnvSpec {
        id: "MountainCar-v0".into(),
        goal: "Reach the flag on the hill by swinging back and forth, as soon as possible.".into(),
        obs: vec![
            ObsDimension::new("position", "m", -1.2, 0.6),
            ObsDimension::new("velocity", "m/step", -0.07, 0.07),
        ],
        action: ActionSpace::Discrete(3),
        time_limit: 200,
        usual_steps: 100_000,
        solved_return: -110.0,
        return_range: (-200.0, -90.0),
        map: [MapAxis::Dimension { index: 0 }, MapAxis::Dimension { index: 1 }],
        variants: Variants { usual_change: vec![0.0072, 0.00102], velocities: vec![1], sparse: None },
        hidden: Vec::new(),
    })
});

/// Measures of the car and its valley, as both mountain-car tasks use them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MountainCarPhysics {
    /// Left wall, m
    pub min_position: f64,
    /// End of the right hill, m
    pub max_position: f64,
    /// Largest |v|, m/step
    pub max_speed: f64,
    /// Where the flag stands, m
    pub goal_position: f64,
    /// Change of v by a full push, m/step²
    pub force: f64,
    /// Change of v on the steepest slope, m/step²
    pub gravity: f64,
    /// Change of v by a wind that always blows, to the right, m/step²
    pub wind: f64,
}

impl Default for MountainCarPhysics {
    /// The measures of `MountainCar-v0`.
    fn default() -> Self {
        Self {
            min_position: -1.2,
            max_position: 0.6,
            max_speed: 0.07,
            goal_position: 0.5,
            force: 0.001,
            gravity: 0.0025,
            wind: 0.0,
        }
    }
}

impl MountainCarPhysics {
    /// What can be changed while it runs, in both mountain-car tasks. The speed limit is not among them: a car that
    /// swings from -0.5 m hardly ever reaches 0.07 m/step, so a higher one would change nothing.
    pub(super) fn parameters(&mut self) -> Vec<PhysicsParameter<'_>> {
        vec![
            PhysicsParameter::new("gravity", "m/step²", (0.001, 0.005), &mut self.gravity),
            PhysicsParameter::new("force", "m/step²", (0.0005, 0.003), &mut self.force),
            PhysicsParameter::new("flag", "m", (0.2, 0.6), &mut self.goal_position),
            PhysicsParameter::new("wind", "m/step²", (-0.0005, 0.0005), &mut self.wind),
        ]
    }
}

/// The task `MountainCar-v0`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MountainCar {
    /// Measures, changeable between episodes.
    pub physics: MountainCarPhysics,
    /// x, v
    state: [f64; 2],
}

/// Where a fresh car stands, anywhere between these, at rest.
pub(super) const RESET_POSITIONS: (f64, f64) = (-0.6, -0.4);

impl Env for MountainCar {
    fn spec(&self) -> Arc<EnvSpec> {
        SPEC.clone()
    }

    fn reset(&mut self, stream: &mut Stream) {
        let (low, high) = RESET_POSITIONS;
        self.state = [stream.uniform_in(low, high), 0.0];
    }

    fn step(&mut self, action: &[f32], _stream: &mut Stream) -> Outcome {
        let physics = self.physics;
        let [mut position, mut velocity] = self.state;
        let push = (f64::from(action[0]) - 1.0) * physics.force;
        velocity += push + (3.0 * position).cos() * -physics.gravity + physics.wind;
        velocity = velocity.clamp(-physics.max_speed, physics.max_speed);
        position = (position + velocity).clamp(physics.min_position, physics.max_position);
        if position == physics.min_position && velocity < 0.0 {
            velocity = 0.0;
        }
        self.state = [position, velocity];
        Outcome { reward: -1.0, terminated: position >= physics.goal_position && velocity >= 0.0 }
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
        f64::from(next_obs[0]) >= self.physics.goal_position && next_obs[1] >= 0.0
    }

    fn parameters(&mut self) -> Vec<PhysicsParameter<'_>> {
        self.physics.parameters()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    fn steps_to_the_flag(policy: impl Fn(f64) -> f32) -> Option<usize> {
        let mut task = MountainCar::default();
        task.reset(&mut Seed(0).stream("mountain car"));
        (1..=SPEC.time_limit).find(|_| {
            let action = policy(task.state[1]);
            task.step(&[action], &mut Seed(0).stream("unused")).terminated
        })
    }

    #[test]
    fn the_engine_alone_is_too_weak_but_pushing_along_with_the_motion_arrives() {
        assert_eq!(steps_to_the_flag(|_| 2.0), None);
        let steps = steps_to_the_flag(|velocity| if velocity < 0.0 { 0.0 } else { 2.0 });
        assert!(steps.is_some_and(|steps| (90..150).contains(&steps)), "{steps:?}");
    }
}
