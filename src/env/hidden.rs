//! The variant `task_hidden`: velocities are not shown, so one observation no longer tells the state.
//!
//! **What.** The observation without the numbers that the task names as velocities. What moves and what is rewarded
//! stay as they are.
//!
//! **Shapes.** observation [O − V] of [O], where V are the task's velocities
//! ([`Variants::velocities`](super::Variants)).
//!
//! **Where.** Made by [`Task::varied`](super::Task::varied).
//!
//! **Choices.** 1. The task's rule of an end takes a whole observation: what is hidden is 0 in it. No task's rule reads
//! a velocity except the mountain cars' ("at the flag and not moving back"), and a car that has just come to the flag
//! from below moves forward. With noise, or where the flag has just been moved, it may not; then
//! `termination = known` ends a branch that the task would not. 2. An axis of the map that is hidden has one cell.
//! 3. Pictures put a 0 for what is hidden: they are drawn from angles and positions.
//!
//! **Paper.** Meng, Gorbet and Kulić 2021, "Memory-based deep reinforcement learning for POMDPs", arXiv 2102.12344,
//! removes velocities in the same way.

use super::{Env, EnvSpec, MapAxis, Wrapper};
use std::sync::Arc;

/// A task whose velocities are hidden.
pub struct Hidden {
    env: Box<dyn Env>,
    spec: Arc<EnvSpec>,
    /// O, what the task itself shows.
    obs_size: usize,
}

impl Hidden {
    /// `env` without its velocities.
    pub fn new(env: Box<dyn Env>) -> Self {
        let (spec, obs_size) = (env.spec(), env.spec().obs_size());
        Self { env, spec: Arc::new(without_velocities(&spec)), obs_size }
    }
}

impl Wrapper for Hidden {
    fn inner(&self) -> &dyn Env {
        self.env.as_ref()
    }

    fn inner_mut(&mut self) -> &mut dyn Env {
        self.env.as_mut()
    }

    fn spec(&self) -> Arc<EnvSpec> {
        self.spec.clone()
    }

    fn observe(&self, obs: &mut [f32]) {
        let mut whole = vec![0.0; self.obs_size];
        self.env.observe(&mut whole);
        let shown = whole.iter().enumerate().filter(|(index, _)| !self.spec.hidden.contains(index));
        obs.iter_mut().zip(shown).for_each(|(seen, (_, value))| *seen = *value);
    }

    fn known_end(&self, next_obs: &[f32]) -> bool {
        self.env.known_end(&self.spec.whole(next_obs))
    }

    /// None: a reward may read velocities.
    fn known_reward(&self, _obs: &[f32], _action: &[f32], _next_obs: &[f32]) -> Option<f32> {
        None
    }
}

fn without_velocities(spec: &EnvSpec) -> EnvSpec {
    let hidden = spec.variants.velocities.clone();
    let shown = spec.obs.iter().enumerate().filter(|(index, _)| !hidden.contains(index));
    let moved = |index: usize| index - hidden.iter().filter(|&&other| other < index).count();
    let axis = |axis: MapAxis| match axis {
        MapAxis::Dimension { index } if hidden.contains(&index) => MapAxis::Hidden,
        MapAxis::Dimension { index } => MapAxis::Dimension { index: moved(index) },
        MapAxis::Angle { name, cosine, sine } => {
            MapAxis::Angle { name, cosine: moved(cosine), sine: moved(sine) }
        }
        MapAxis::Grid { name, index, cells, from_end } => {
            MapAxis::Grid { name, index: moved(index), cells, from_end }
        }
        MapAxis::Hidden => MapAxis::Hidden,
    };
    EnvSpec {
        obs: shown.map(|(_, dimension)| dimension.clone()).collect(),
        map: spec.map.map(axis),
        hidden: hidden.clone(),
        ..spec.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{Acrobot, CartPole, MountainCar};

    #[test]
    fn velocities_are_left_out_of_what_is_seen_and_zero_in_what_is_drawn() {
        let mut env = Hidden::new(Box::new(CartPole::default()));
        env.set_state(&[1.0, 2.0, 0.1, 4.0]);
        let mut obs = [0.0; 2];
        Env::observe(&env, &mut obs);
        assert_eq!(obs, [1.0, 0.1]);
        let spec = Env::spec(&env);
        assert_eq!(spec.whole(&obs), [1.0, 0.0, 0.1, 0.0]);
        let names: Vec<&str> = spec.obs.iter().map(|dimension| dimension.name.as_str()).collect();
        assert_eq!(names, ["cart position", "pole angle"]);
        assert_eq!(spec.map, [MapAxis::Dimension { index: 0 }, MapAxis::Dimension { index: 1 }]);
        assert_eq!(env.state(), [1.0, 2.0, 0.1, 4.0], "the state is whole");
    }

    #[test]
    fn an_axis_of_the_map_that_is_hidden_is_marked() {
        let car = Env::spec(&Hidden::new(Box::new(MountainCar::default())));
        assert_eq!(car.map, [MapAxis::Dimension { index: 0 }, MapAxis::Hidden]);
        let links = Env::spec(&Hidden::new(Box::new(Acrobot::default())));
        assert_eq!((links.obs_size(), links.map), (4, Env::spec(&Acrobot::default()).map));
    }
}
