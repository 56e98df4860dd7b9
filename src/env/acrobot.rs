//! Swing up a double pendulum that is driven at its middle joint only.
//!
//! **What.** Two links hang from a fixed point like an arm from a shoulder; only the elbow has a motor. Swinging in
//! rhythm brings the hand up to the line.
//!
//! **Equation.** With joint angles θ₁ (from straight down) and θ₂ (from the first link), torque a at the elbow, and for
//! links of mass m, length l, centre of mass c and inertia I:
//! ```text
//! d₁ = m₁c₁² + m₂(l₁² + c₂² + 2 l₁c₂ cos θ₂) + I₁ + I₂        d₂ = m₂(c₂² + l₁c₂ cos θ₂) + I₂
//! φ₂ = m₂c₂ g cos(θ₁ + θ₂ − π/2)
//! φ₁ = −m₂l₁c₂ θ̇₂² sin θ₂ − 2 m₂l₁c₂ θ̇₂θ̇₁ sin θ₂ + (m₁c₁ + m₂l₁) g cos(θ₁ − π/2) + φ₂
//! θ̈₂ = (a + d₂/d₁ φ₁ − m₂l₁c₂ θ̇₁² sin θ₂ − φ₂) / (m₂c₂² + I₂ − d₂²/d₁)        θ̈₁ = −(d₂θ̈₂ + φ₁) / d₁
//! end ⇔ −cos θ₁ − cos(θ₁ + θ₂) > 1
//! ```
//!
//! **Shapes.** state [4]: θ₁, θ₂, θ̇₁, θ̇₂; observation [6]: cos θ₁, sin θ₁, cos θ₂, sin θ₂, θ̇₁, θ̇₂; action [1]: 0,
//! 1, 2 for torque −1, 0, +1.
//!
//! **Where.** Stepped by [`VecEnv`](super::VecEnv), which adds the time limit and the resets.
//!
//! **Details.** 1. Gymnasium 1.4.0's `Acrobot-v1` with its "book" dynamics, operation for operation, in f64
//! (`acrobot.py`). 2. One Runge–Kutta step of fourth order over 0.2 s; then angles are wrapped to [−π, π] and
//! velocities cut off. 3. Every step costs 1, the one that reaches the line costs nothing. 4. A fresh state is rounded
//! to f32, as there.
//!
//! **Paper.** Sutton 1996, "Generalization in reinforcement learning: successful examples using sparse coarse coding";
//! Sutton and Barto 2018, "Reinforcement learning: an introduction", §11.3 of its first edition.

use super::{ActionSpace, Env, EnvSpec, MapAxis, ObsDimension, Outcome, PhysicsParameter, Variants};
use crate::rng::Stream;
use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::sync::{Arc, LazyLock};

static SPEC: LazyLock<Arc<EnvSpec>> = LazyLock::new(|| {
    Arc::new(EnvSpec {
        id: "Acrobot-v1".into(),
        goal: "Swing the free end above the line, with a motor at the elbow only, as soon as possible."
            .into(),
        obs: vec![
            ObsDimension::new("cosine of shoulder angle", "", -1.0, 1.0),
            ObsDimension::new("sine of shoulder angle", "", -1.0, 1.0),
            ObsDimension::new("cosine of elbow angle", "", -1.0, 1.0),
            ObsDimension::new("sine of elbow angle", "", -1.0, 1.0),
            ObsDimension::new(
                "shoulder angular velocity",
                "rad/s",
                -MAX_VELOCITIES[0] as f32,
                MAX_VELOCITIES[0] as f32,
            ),
            ObsDimension::new(
                "elbow angular velocity",
                "rad/s",
                -MAX_VELOCITIES[1] as f32,
                MAX_VELOCITIES[1] as f32,
            ),
        ],
        action: ActionSpace::Discrete(3),
        time_limit: 500,
        usual_steps: 15_000,
        solved_return: -100.0,
        return_range: (-500.0, 0.0),
        map: [
            MapAxis::Angle { name: "shoulder angle", cosine: 0, sine: 1 },
            MapAxis::Angle { name: "elbow angle", cosine: 2, sine: 3 },
        ],
        variants: Variants {
            usual_change: vec![0.226, 0.385, 0.58, 0.965],
            velocities: vec![4, 5],
            sparse: None,
        },
        hidden: Vec::new(),
    })
});

/// Largest |θ̇₁| and |θ̇₂|, rad/s
const MAX_VELOCITIES: [f64; 2] = [4.0 * PI, 9.0 * PI];
/// A fresh state has every number within this of zero.
const RESET_BOUND: f64 = 0.1;

/// Measures of the two links.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AcrobotPhysics {
    /// g, m/s²
    pub gravity: f64,
    /// m₁ and m₂, kg
    pub masses: [f64; 2],
    /// l₁ and l₂, m
    pub lengths: [f64; 2],
    /// c₁ and c₂, from the upper joint of each link, m
    pub centres: [f64; 2],
    /// I₁ and I₂, kg m²
    pub inertia: f64,
    /// Torque of a push, N m
    pub torque: f64,
    /// A torque at the elbow that is always there, N m
    pub wind: f64,
    /// Largest |θ̇₁| and |θ̇₂|, rad/s
    pub max_velocities: [f64; 2],
    /// Seconds in a step
    pub time_step: f64,
}

impl Default for AcrobotPhysics {
    fn default() -> Self {
        Self {
            gravity: 9.8,
            masses: [1.0, 1.0],
            lengths: [1.0, 1.0],
            centres: [0.5, 0.5],
            inertia: 1.0,
            torque: 1.0,
            wind: 0.0,
            max_velocities: MAX_VELOCITIES,
            time_step: 0.2,
        }
    }
}

/// The task `Acrobot-v1`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Acrobot {
    /// Measures, changeable between episodes.
    pub physics: AcrobotPhysics,
    /// θ₁, θ₂, θ̇₁, θ̇₂
    state: [f64; 4],
}

impl AcrobotPhysics {
    /// Time derivative of `state` under `torque`: θ̇₁, θ̇₂, θ̈₁, θ̈₂.
    fn derivative(&self, state: [f64; 4], torque: f64) -> [f64; 4] {
        let [m1, m2] = self.masses;
        let [l1, _] = self.lengths;
        let [c1, c2] = self.centres;
        let (g, inertia) = (self.gravity, self.inertia);
        let [angle1, angle2, velocity1, velocity2] = state;
        let (sin2, cos2) = (angle2.sin(), angle2.cos());
        let d1 = m1 * (c1 * c1) + m2 * (l1 * l1 + c2 * c2 + 2.0 * l1 * c2 * cos2) + inertia + inertia;
        let d2 = m2 * (c2 * c2 + l1 * c2 * cos2) + inertia;
        let phi2 = m2 * c2 * g * (angle1 + angle2 - FRAC_PI_2).cos();
        let phi1 = -m2 * l1 * c2 * (velocity2 * velocity2) * sin2
            - 2.0 * m2 * l1 * c2 * velocity2 * velocity1 * sin2
            + (m1 * c1 + m2 * l1) * g * (angle1 - FRAC_PI_2).cos()
            + phi2;
        let acceleration2 = (torque + d2 / d1 * phi1 - m2 * l1 * c2 * (velocity1 * velocity1) * sin2 - phi2)
            / (m2 * (c2 * c2) + inertia - d2 * d2 / d1);
        let acceleration1 = -(d2 * acceleration2 + phi1) / d1;
        [velocity1, velocity2, acceleration1, acceleration2]
    }

    /// One Runge–Kutta step of fourth order.
    fn integrate(&self, state: [f64; 4], torque: f64) -> [f64; 4] {
        let (whole, half) = (self.time_step, self.time_step / 2.0);
        let moved = |time: f64, k: [f64; 4]| std::array::from_fn(|i| state[i] + time * k[i]);
        let k1 = self.derivative(state, torque);
        let k2 = self.derivative(moved(half, k1), torque);
        let k3 = self.derivative(moved(half, k2), torque);
        let k4 = self.derivative(moved(whole, k3), torque);
        std::array::from_fn(|i| state[i] + whole / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]))
    }
}

/// The same angle in [−π, π]. Subtracts turn by turn, as Gymnasium does: its rounding is part of the task.
fn wrapped(mut angle: f64) -> f64 {
    // Beyond a few turns nothing happens turn by turn: from infinity the way would have no end.
    if angle.abs() > 100.0 * TAU {
        angle %= TAU;
    }
    while angle > PI {
        angle -= TAU;
    }
    while angle < -PI {
        angle += TAU;
    }
    angle
}

impl Env for Acrobot {
    fn spec(&self) -> Arc<EnvSpec> {
        SPEC.clone()
    }

    fn reset(&mut self, stream: &mut Stream) {
        self.state = std::array::from_fn(|_| f64::from(stream.uniform_in(-RESET_BOUND, RESET_BOUND) as f32));
    }

    fn step(&mut self, action: &[f32], _stream: &mut Stream) -> Outcome {
        let torque = (f64::from(action[0]) - 1.0) * self.physics.torque + self.physics.wind;
        let [bound1, bound2] = self.physics.max_velocities;
        let [angle1, angle2, velocity1, velocity2] = self.physics.integrate(self.state, torque);
        let (angle1, angle2) = (wrapped(angle1), wrapped(angle2));
        self.state = [angle1, angle2, velocity1.clamp(-bound1, bound1), velocity2.clamp(-bound2, bound2)];
        let terminated = -angle1.cos() - (angle2 + angle1).cos() > 1.0;
        Outcome { reward: if terminated { 0.0 } else { -1.0 }, terminated }
    }

    fn observe(&self, obs: &mut [f32]) {
        let [angle1, angle2, velocity1, velocity2] = self.state;
        let seen = [angle1.cos(), angle1.sin(), angle2.cos(), angle2.sin(), velocity1, velocity2];
        for (target, value) in obs.iter_mut().zip(seen) {
            *target = value as f32;
        }
    }

    fn state(&self) -> Vec<f64> {
        self.state.to_vec()
    }

    fn set_state(&mut self, state: &[f64]) {
        self.state.copy_from_slice(state);
    }

    fn known_end(&self, next_obs: &[f32]) -> bool {
        let &[cos1, sin1, cos2, sin2, ..] = next_obs else { return false };
        let cos_sum = f64::from(cos1) * f64::from(cos2) - f64::from(sin1) * f64::from(sin2);
        -f64::from(cos1) - cos_sum > 1.0
    }

    fn parameters(&mut self) -> Vec<PhysicsParameter<'_>> {
        let AcrobotPhysics { gravity, masses: [m1, m2], lengths: [l1, _], torque, wind, .. } =
            &mut self.physics;
        vec![
            PhysicsParameter::new("gravity", "m/s²", (1.0, 30.0), gravity),
            PhysicsParameter::new("upper_mass", "kg", (0.2, 3.0), m1),
            PhysicsParameter::new("lower_mass", "kg", (0.2, 3.0), m2),
            PhysicsParameter::new("upper_length", "m", (0.5, 1.5), l1),
            PhysicsParameter::new("torque", "N m", (0.2, 5.0), torque),
            PhysicsParameter::new("wind", "N m", (-0.5, 0.5), wind),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn hanging_still_without_torque_it_stays() {
        let mut task = Acrobot::default();
        let outcome = task.step(&[1.0], &mut Seed(0).stream("unused"));
        assert_eq!(outcome, Outcome { reward: -1.0, terminated: false });
        assert!(task.state().iter().all(|value| value.abs() < 1e-15), "{:?}", task.state());
    }

    #[test]
    fn without_torque_energy_is_kept() {
        // For the default measures; the inertia of each link is about its own centre of mass.
        let energy = |[angle1, angle2, velocity1, velocity2]: [f64; 4]| {
            let both = velocity1 + velocity2;
            let (x, y) = (
                velocity1 * angle1.cos() + 0.5 * both * (angle1 + angle2).cos(),
                velocity1 * angle1.sin() + 0.5 * both * (angle1 + angle2).sin(),
            );
            let kinetic = 0.25 * velocity1 * velocity1 + x * x + y * y + velocity1 * velocity1 + both * both;
            0.5 * kinetic - 9.8 * (0.5 * angle1.cos() + angle1.cos() + 0.5 * (angle1 + angle2).cos())
        };
        let physics = AcrobotPhysics { time_step: 0.01, ..AcrobotPhysics::default() };
        let mut task = Acrobot { physics, state: [0.6, -0.3, 0.4, 0.2] };
        let before = energy(task.state);
        for _ in 0..1000 {
            task.step(&[1.0], &mut Seed(0).stream("unused"));
        }
        assert!((energy(task.state) - before).abs() < 1e-6, "{before} became {}", energy(task.state));
    }
}
