//! Where has the agent been, what surprises it, and what does it value? A flat slice through the space of states.
//!
//! **What.** Two axes that the task names; every real state in replay is counted in its cell, and policy's value and
//! curiosity's novelty are asked at each cell's centre.
//! **Shapes.** [`CELLS`] × [`CELLS`] cells, row by row from the lowest value of the second axis.
//! **Choices.** What the axes do not fix stands at replay's mean. States beyond an axis are counted in its last cell.

use crate::buffer::Replay;
use crate::env::{EnvSpec, MapAxis};
use crate::snapshot::{StateMap, StateMapAxis};
use std::f32::consts::PI;

/// Cells along each axis.
pub const CELLS: usize = 24;

/// The map of a task before anything was asked: axes and visits.
pub fn visits(spec: &EnvSpec, replay: &Replay) -> StateMap {
    let mut visits = vec![0; CELLS * CELLS];
    for id in replay.ids() {
        let obs = replay.get(id).obs;
        let [x, y] = spec.map.map(|axis| cell(spec, axis, obs));
        visits[y * CELLS + x] += 1;
    }
    StateMap {
        axes: spec.map.map(|axis| described(spec, axis)),
        cells: CELLS,
        visits,
        novelty: Vec::new(),
        value: Vec::new(),
    }
}

/// The observation at the centre of every cell, [CELLS², O] flat.
pub fn centres(spec: &EnvSpec, replay: &Replay) -> Vec<f32> {
    let mean: Vec<f32> = replay.obs_stats().mean().iter().map(|&mean| mean as f32).collect();
    let mut all = Vec::with_capacity(CELLS * CELLS * mean.len());
    for y in 0..CELLS {
        for x in 0..CELLS {
            let mut obs = mean.clone();
            for (axis, index) in spec.map.into_iter().zip([x, y]) {
                place(spec, axis, (index as f32 + 0.5) / CELLS as f32, &mut obs);
            }
            all.extend(obs);
        }
    }
    all
}

fn described(spec: &EnvSpec, axis: MapAxis) -> StateMapAxis {
    match axis {
        MapAxis::Dimension { index } => {
            let dimension = spec.obs[index];
            StateMapAxis {
                name: dimension.name.into(),
                unit: dimension.unit.into(),
                low: dimension.low,
                high: dimension.high,
            }
        }
        MapAxis::Angle { name, .. } => {
            StateMapAxis { name: name.into(), unit: "rad".into(), low: -PI, high: PI }
        }
    }
}

fn cell(spec: &EnvSpec, axis: MapAxis, obs: &[f32]) -> usize {
    let StateMapAxis { low, high, .. } = described(spec, axis);
    let value = match axis {
        MapAxis::Dimension { index } => obs[index],
        MapAxis::Angle { cosine, sine, .. } => obs[sine].atan2(obs[cosine]),
    };
    (((value - low) / (high - low) * CELLS as f32) as usize).min(CELLS - 1)
}

/// Writes the point `share` of the way along an axis into an observation.
fn place(spec: &EnvSpec, axis: MapAxis, share: f32, obs: &mut [f32]) {
    let StateMapAxis { low, high, .. } = described(spec, axis);
    let value = low + share * (high - low);
    match axis {
        MapAxis::Dimension { index } => obs[index] = value,
        MapAxis::Angle { cosine, sine, .. } => (obs[cosine], obs[sine]) = (value.cos(), value.sin()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{TASKS, VecEnv, make};
    use crate::rng::Seed;

    #[test]
    fn the_centre_of_a_cell_lies_in_that_cell_on_every_task() {
        for task in TASKS {
            let mut envs = VecEnv::new(task, 1, Seed(0), "envs").expect("a task");
            let spec = make(task).expect("a task").spec();
            let mut replay = Replay::new(10, spec.obs_size(), spec.action_size());
            let action = vec![0.0; spec.action_size()];
            envs.step(&action).expect("allowed").for_each(|transition| replay.push(transition));
            for (index, obs) in centres(spec, &replay).chunks_exact(spec.obs_size()).enumerate() {
                let [x, y] = spec.map.map(|axis| cell(spec, axis, obs));
                assert_eq!(y * CELLS + x, index, "{task}");
            }
            let map = visits(spec, &replay);
            assert_eq!(map.visits.iter().sum::<u32>(), 1);
        }
    }
}
