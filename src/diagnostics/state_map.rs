//! Where has the agent been, what is novel to it, and what does it value? A two-dimensional slice of the state space.
//!
//! **What.** Two axes chosen by the task; every real state in replay is counted in its cell, and the policy's value and
//! the novelty are evaluated at each cell's centre.
//! **Shapes.** C₁ · C₂ cells, row by row from where the second axis begins: [`CELLS`] along an axis, or a grid's own.
//! **Choices.** Dimensions off the axes are set to replay's mean. States beyond an axis are counted in its last cell.

use crate::buffer::Replay;
use crate::env::{EnvSpec, MapAxis};
use crate::snapshot::{StateMap, StateMapAxis};
use std::f32::consts::PI;
use std::ops::Range;

/// Cells along an axis that has none of its own.
pub const CELLS: usize = 24;

/// The map of a task where nobody has been yet: its axes.
pub fn unvisited(spec: &EnvSpec) -> StateMap {
    let [across, up] = spec.map.map(cells);
    StateMap {
        axes: spec.map.map(|axis| described(spec, axis)),
        cells: [across, up],
        visits: vec![0; across * up],
        novelty: Vec::new(),
        value: Vec::new(),
    }
}

/// Counts these transitions of replay in their cells.
pub fn count_visits(spec: &EnvSpec, replay: &Replay, ids: Range<usize>, map: &mut StateMap) {
    for id in ids {
        let obs = replay.get(id).obs;
        let [x, y] = spec.map.map(|axis| cell(spec, axis, obs));
        map.visits[y * map.cells[0] + x] += 1;
    }
}

/// The observation at the centre of every cell, [C₁ · C₂, O] flat.
pub fn centres(spec: &EnvSpec, replay: &Replay) -> Vec<f32> {
    let mean: Vec<f32> = replay.obs_stats().mean().iter().map(|&mean| mean as f32).collect();
    let [across, up] = spec.map.map(cells);
    let mut all = Vec::with_capacity(across * up * mean.len());
    for y in 0..up {
        for x in 0..across {
            let mut obs = mean.clone();
            for (axis, index) in spec.map.into_iter().zip([x, y]) {
                place(spec, axis, (index as f32 + 0.5) / cells(axis) as f32, &mut obs);
            }
            all.extend(obs);
        }
    }
    all
}

fn cells(axis: MapAxis) -> usize {
    match axis {
        MapAxis::Dimension { .. } | MapAxis::Angle { .. } => CELLS,
        MapAxis::Grid { cells, .. } => cells,
        MapAxis::Hidden => 1,
    }
}

fn described(spec: &EnvSpec, axis: MapAxis) -> StateMapAxis {
    let (name, unit) = match axis {
        MapAxis::Dimension { index } => (spec.obs[index].name.as_str(), spec.obs[index].unit.as_str()),
        MapAxis::Angle { name, .. } => (name, "rad"),
        MapAxis::Grid { name, .. } => (name, ""),
        MapAxis::Hidden => ("hidden", ""),
    };
    let [low, high] = ends(spec, axis);
    StateMapAxis { name: name.into(), unit: unit.into(), low, high }
}

/// Where an axis begins and ends. Every state in replay asks for it, so nothing is allocated.
fn ends(spec: &EnvSpec, axis: MapAxis) -> [f32; 2] {
    match axis {
        MapAxis::Dimension { index } => [spec.obs[index].low, spec.obs[index].high],
        MapAxis::Angle { .. } => [-PI, PI],
        MapAxis::Grid { cells, from_end: true, .. } => [cells as f32 + 0.5, 0.5],
        MapAxis::Grid { cells, .. } => [0.5, cells as f32 + 0.5],
        MapAxis::Hidden => [0.0, 1.0],
    }
}

fn cell(spec: &EnvSpec, axis: MapAxis, obs: &[f32]) -> usize {
    let [low, high] = ends(spec, axis);
    let value = match axis {
        MapAxis::Dimension { index } => obs[index],
        MapAxis::Angle { cosine, sine, .. } => obs[sine].atan2(obs[cosine]),
        MapAxis::Grid { index, cells, .. } => 1.0 + (obs[index] + 1.0) / 2.0 * (cells - 1) as f32,
        MapAxis::Hidden => low,
    };
    (((value - low) / (high - low) * cells(axis) as f32) as usize).min(cells(axis) - 1)
}

/// Writes the point `share` of the way along an axis into an observation.
fn place(spec: &EnvSpec, axis: MapAxis, share: f32, obs: &mut [f32]) {
    let [low, high] = ends(spec, axis);
    let value = low + share * (high - low);
    match axis {
        MapAxis::Dimension { index } => obs[index] = value,
        MapAxis::Angle { cosine, sine, .. } => (obs[cosine], obs[sine]) = (value.cos(), value.sin()),
        MapAxis::Grid { index, cells, .. } => obs[index] = 2.0 * (value - 1.0) / (cells - 1) as f32 - 1.0,
        MapAxis::Hidden => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{TASKS, Task, VecEnv, make};
    use crate::rng::Seed;

    #[test]
    fn the_centre_of_a_cell_lies_in_that_cell_on_every_task() {
        for task in TASKS {
            let mut envs =
                VecEnv::new(&Task::named(task).expect("a task"), 1, Seed(0), "envs").expect("a task");
            let spec = make(task).expect("a task").spec();
            let mut replay = Replay::new(10, spec.obs_size(), spec.action_size());
            let action = vec![0.0; spec.action_size()];
            envs.step(&action).expect("allowed").for_each(|transition| replay.push(transition));
            for (index, obs) in centres(&spec, &replay).chunks_exact(spec.obs_size()).enumerate() {
                let [x, y] = spec.map.map(|axis| cell(&spec, axis, obs));
                assert_eq!(y * cells(spec.map[0]) + x, index, "{task}");
            }
            let mut map = unvisited(&spec);
            count_visits(&spec, &replay, replay.ids(), &mut map);
            assert_eq!(map.visits.iter().sum::<u32>(), 1);
            assert_eq!(map.visits.len(), map.cells[0] * map.cells[1], "{task}");
        }
    }

    #[test]
    fn a_maze_has_its_own_cells_with_the_first_row_on_top() {
        let spec = make("DynaMaze-v0").expect("a task").spec();
        let at = |row: f32, column: f32| spec.map.map(|axis| cell(&spec, axis, &[row, column]));
        assert_eq!(at(-1.0, -1.0), [0, 5], "the upper left corner");
        assert_eq!(at(1.0, 1.0), [8, 0], "the lower right corner");
        assert_eq!(described(&spec, spec.map[1]).low, 6.5);
    }
}
