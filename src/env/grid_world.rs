//! Find the way through a maze, one cell at a time.
//!
//! **What.** The agent walks on a grid with walls from S to G. There is no reward before G, so it first gets there by
//! chance; learners differ only in what they make of it.
//!
//! **Equation.** Cell (row, column), rows counted from the top:
//! ```text
//! (row, column) ← (row, column) + step(action)    unless a wall or the border is there: then it stays
//! reward = 1 on reaching G, 0 otherwise           end ⇔ (row, column) = G
//! ```
//!
//! **Shapes.** state [1]: the cell's number, row · columns + column; observation [2]: row and column, each from −1
//! (top, left) to 1 (bottom, right), as networks like them; action [1]: 0, 1, 2, 3 for up, right, down, left.
//!
//! **Where.** Stepped by [`VecEnv`](super::VecEnv), or directly by a table learner such as
//! [`DynaQ`](crate::dyna_q::DynaQ), for which the cells are states 0..[`GridWorld::CELLS`].
//!
//! **Details.** 1. The book's maze has no time limit. Here an episode is truncated after 500 steps: a random walk needs
//! 870 steps on average, and two in five get there by then. 2. Returns are undiscounted, so a solved return of 1 says
//! that G is reached every time; how good the path is shows in the episode length, which cannot be below 14. 3. Every
//! episode starts at S, so greedy episodes are all the same.
//!
//! **Paper.** Sutton 1990, "Integrated architectures for learning, planning, and reacting based on approximating
//! dynamic programming"; the maze as in Sutton and Barto 2018, "Reinforcement learning", 2nd edition, figure 8.2.

use super::{ActionSpace, Env, EnvSpec, MapAxis, ObsDimension, Outcome, USUAL_STEPS, Variants};
use crate::rng::Stream;
use serde::Serialize;
use std::sync::{Arc, LazyLock};

/// The maze from above: `#` is a wall, `S` the start, `G` the goal.
const MAZE: [&[u8; COLUMNS]; ROWS] =
    [b".......#G", b"..#....#.", b"S.#....#.", b"..#......", b".....#...", b"........."];
const ROWS: usize = 6;
const COLUMNS: usize = 9;

static SPEC: LazyLock<Arc<EnvSpec>> = LazyLock::new(|| {
    Arc::new(EnvSpec {
        id: "DynaMaze-v0".into(),
        goal: "Find the way through the maze to the goal.".into(),
        obs: vec![
            ObsDimension::new("row", "−1 top, 1 bottom", -1.0, 1.0),
            ObsDimension::new("column", "−1 left, 1 right", -1.0, 1.0),
        ],
        action: ActionSpace::Discrete(4),
        time_limit: 500,
        usual_steps: USUAL_STEPS,
        solved_return: 1.0,
        return_range: (0.0, 1.0),
        map: [
            MapAxis::Grid { name: "column", index: 1, cells: COLUMNS, from_end: false },
            MapAxis::Grid { name: "row", index: 0, cells: ROWS, from_end: true },
        ],
        variants: Variants::default(),
        hidden: Vec::new(),
    })
});

/// The maze as data, for pictures. Cells are (row, column) from the upper left corner.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MazeLayout {
    /// Cells from top to bottom.
    pub rows: usize,
    /// Cells from left to right.
    pub columns: usize,
    /// Where nobody can go.
    pub walls: Vec<(usize, usize)>,
    /// Where every episode begins.
    pub start: (usize, usize),
    /// Where it ends.
    pub goal: (usize, usize),
}

/// The task `DynaMaze-v0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridWorld {
    row: usize,
    column: usize,
}

impl Default for GridWorld {
    /// At the start.
    fn default() -> Self {
        Self::at(cells_marked(b'S').next().unwrap_or(0))
    }
}

impl GridWorld {
    /// How many cells there are, walls included: states are numbered below this.
    pub const CELLS: usize = ROWS * COLUMNS;

    /// A walker in this cell.
    fn at(cell: usize) -> Self {
        Self { row: cell / COLUMNS, column: cell % COLUMNS }
    }

    /// The number of the walker's cell.
    pub fn cell(&self) -> usize {
        self.row * COLUMNS + self.column
    }

    /// The number of the cell in which this is seen: what [`Env::observe`] writes, backwards.
    pub fn cell_seen(obs: &[f32]) -> usize {
        let index = |seen: f32, size: usize| ((seen + 1.0) / 2.0 * (size - 1) as f32).round() as usize;
        index(obs[0], ROWS).min(ROWS - 1) * COLUMNS + index(obs[1], COLUMNS).min(COLUMNS - 1)
    }

    /// The maze.
    pub fn layout() -> MazeLayout {
        let place = |cell: usize| (cell / COLUMNS, cell % COLUMNS);
        let only = |mark| cells_marked(mark).next().map_or((0, 0), place);
        MazeLayout {
            rows: ROWS,
            columns: COLUMNS,
            walls: cells_marked(b'#').map(place).collect(),
            start: only(b'S'),
            goal: only(b'G'),
        }
    }
}

/// The numbers of all cells with this mark.
fn cells_marked(mark: u8) -> impl Iterator<Item = usize> {
    (0..GridWorld::CELLS).filter(move |cell| MAZE[cell / COLUMNS][cell % COLUMNS] == mark)
}

impl Env for GridWorld {
    fn spec(&self) -> Arc<EnvSpec> {
        SPEC.clone()
    }

    fn reset(&mut self, _stream: &mut Stream) {
        *self = Self::default();
    }

    fn step(&mut self, action: &[f32], _stream: &mut Stream) -> Outcome {
        let (row, column) = match action[0] as usize {
            0 => (self.row.saturating_sub(1), self.column),
            1 => (self.row, (self.column + 1).min(COLUMNS - 1)),
            2 => ((self.row + 1).min(ROWS - 1), self.column),
            _ => (self.row, self.column.saturating_sub(1)),
        };
        if MAZE[row][column] != b'#' {
            *self = Self { row, column };
        }
        let terminated = MAZE[self.row][self.column] == b'G';
        Outcome { reward: if terminated { 1.0 } else { 0.0 }, terminated }
    }

    fn observe(&self, obs: &mut [f32]) {
        obs[0] = 2.0 * self.row as f32 / (ROWS - 1) as f32 - 1.0;
        obs[1] = 2.0 * self.column as f32 / (COLUMNS - 1) as f32 - 1.0;
    }

    fn state(&self) -> Vec<f64> {
        vec![self.cell() as f64]
    }

    fn set_state(&mut self, state: &[f64]) {
        *self = Self::at((state[0] as usize).min(Self::CELLS - 1));
    }

    fn state_count(&self) -> Option<usize> {
        Some(Self::CELLS)
    }

    fn state_seen(&self, obs: &[f32]) -> usize {
        Self::cell_seen(obs)
    }

    fn known_end(&self, next_obs: &[f32]) -> bool {
        cells_marked(b'G').any(|goal| goal == Self::cell_seen(next_obs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    const UP: f32 = 0.0;
    const RIGHT: f32 = 1.0;
    const DOWN: f32 = 2.0;
    const LEFT: f32 = 3.0;

    #[test]
    fn the_maze_is_the_book_s() {
        let layout = GridWorld::layout();
        assert_eq!((layout.rows, layout.columns), (6, 9));
        assert_eq!((layout.start, layout.goal), ((2, 0), (0, 8)));
        assert_eq!(layout.walls, [(0, 7), (1, 2), (1, 7), (2, 2), (2, 7), (3, 2), (4, 5)]);
    }

    #[test]
    fn walls_and_borders_hold_the_walker_where_it_is() {
        for (from, action) in [((2, 1), RIGHT), ((0, 3), UP), ((5, 3), DOWN), ((2, 0), LEFT), ((3, 5), DOWN)]
        {
            let mut walker = GridWorld { row: from.0, column: from.1 };
            assert_eq!(
                walker.step(&[action], &mut Seed(0).stream("unused")),
                Outcome { reward: 0.0, terminated: false }
            );
            assert_eq!((walker.row, walker.column), from);
        }
    }

    #[test]
    fn a_shortest_way_of_fourteen_steps_is_paid_once_at_its_end() {
        let (right, up) = ([RIGHT; 3], [UP; 3]);
        let way = [&[DOWN, RIGHT, DOWN][..], &right, &[UP], &right, &[RIGHT], &up].concat();
        let mut walker = GridWorld::default();
        let outcomes: Vec<Outcome> =
            way.iter().map(|&action| walker.step(&[action], &mut Seed(0).stream("unused"))).collect();
        assert_eq!(outcomes.len(), 14);
        assert!(outcomes[..13].iter().all(|outcome| *outcome == Outcome { reward: 0.0, terminated: false }));
        assert_eq!(outcomes[13], Outcome { reward: 1.0, terminated: true });
    }

    #[test]
    fn what_is_seen_tells_every_cell_and_lies_between_minus_one_and_one() {
        for cell in 0..GridWorld::CELLS {
            let mut obs = [f32::NAN; 2];
            GridWorld::at(cell).observe(&mut obs);
            assert_eq!(GridWorld::cell_seen(&obs), cell);
            assert!(obs.iter().all(|value| (-1.0..=1.0).contains(value)));
        }
    }
}
