//! What learns on the device, whatever its loss is: parameters, a workspace for a batch, and the way of an update.
//!
//! **What.** A series of updates is announced and uploaded ([`Learner::begin`]). For each of them the owner sends off
//! one dispatch of its own, which takes the batch's rows through the networks and leaves everything in scratch memory;
//! [`descend`] does the rest, which is the same for all.
//! **Shapes.** In fours, the rows of one network after another's, member by member; a row is that of
//! [`super::network`], with as many fours behind the outputs as the loss asks for.
//! **Where.** Owned by [`super::ppo`], [`super::world_model`] and [`super::rnd`].
//! **Choices.** The workspace is made once for its size and kept.

use super::layout::{Layout, Network};
use super::network::Form;
use super::queue::{Buffer, Queue};
use super::step::{Done, Learned, Plans, Step, Workspace, descend, dim};
use super::weights::{Rows, Tiles};
use crate::error::Result;
use crate::kernels::{Adam, Mlp};
use cubecl::prelude::{CubeCount, CubeDim};

/// Networks with their optimiser, on the device.
#[derive(Debug)]
pub struct Learner {
    queue: Queue,
    learned: Learned,
    /// Hidden layers, and the activation between layers, of all networks.
    form: Form,
    /// Fours behind the outputs of each network's rows. What stands behind those of the first is summed into the
    /// numbers behind all networks, if there are any.
    extra: Vec<usize>,
    workspace: Option<Workspace>,
    plans: Plans,
}

/// An update that is to be sent off.
pub struct Turn<'a> {
    /// Where to.
    pub queue: &'a Queue,
    /// Parameters, and where they lie.
    pub learned: &'a Learned,
    /// Room for its rows.
    pub workspace: &'a Workspace,
    /// What the series needs to know of each of its updates.
    pub steps: &'a Buffer,
    /// Which of them it is.
    pub update: u32,
    /// What the kernel is compiled for.
    pub form: Form,
    /// Tiles of rows of one member.
    pub tiles: usize,
}

impl Turn<'_> {
    /// Workgroups of one member's or network's tiles, `side_by_side` of these, and the units of each.
    pub fn count(&self, side_by_side: usize) -> (CubeCount, CubeDim) {
        let groups = self.tiles.div_ceil(self.queue.group()) as u32;
        (CubeCount::Static(groups, side_by_side as u32, 1), dim(self.queue))
    }

    /// The networks.
    pub fn networks(&self) -> &[Network] {
        self.learned.layout.networks()
    }
}

impl Learner {
    /// Uploads these networks, and behind them `tail` numbers that belong to none, with the memory of their optimiser.
    /// A row has so many fours behind each network's outputs.
    pub fn new(
        queue: &Queue,
        networks: &[Mlp],
        tail: usize,
        extra: impl Fn(&Network) -> usize,
        (flat, adam): (&[f32], &Adam),
    ) -> Self {
        let layout = Layout::new(networks, tail);
        let (hidden_layers, activation) = (networks[0].sizes().len() - 2, networks[0].activation());
        Self {
            queue: queue.clone(),
            extra: layout.networks().iter().map(extra).collect(),
            learned: Learned::new(queue, layout, flat, adam),
            form: Form { hidden_layers, rows: 1, activation },
            workspace: None,
            plans: Plans::default(),
        }
    }

    /// Where the parameters lie on the device.
    pub fn learned(&self) -> &Learned {
        &self.learned
    }

    /// The device's queue.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Uploads other parameters; the optimiser's memory stays.
    pub fn set_parameters(&mut self, flat: &[f32]) {
        self.learned.set(&self.queue, flat);
    }

    /// Announces a series of updates, each of at most `rows` rows a member; `adam` is as it was read last.
    pub fn begin(&mut self, adam: &Adam, rows: usize, steps: Vec<Step>) {
        self.plans.begin(&self.queue, adam, steps);
        if self.workspace.as_ref().is_none_or(|workspace| workspace.rows != rows) {
            self.workspace = Some(self.workspace_for(rows));
        }
    }

    /// The next update of the series, whose rows `launch` takes through the networks; false if all have been done.
    pub fn update(&mut self, launch: impl FnOnce(&Turn<'_>)) -> bool {
        let members = self.members();
        let (Some(workspace), Some(plan)) = (&self.workspace, self.plans.current()) else { return false };
        let Some(update) = plan.next() else { return false };
        launch(&Turn {
            queue: &self.queue,
            learned: &self.learned,
            workspace,
            steps: &plan.steps,
            update,
            form: Form { rows: self.queue.tile_rows(workspace.rows * members), ..self.form },
            tiles: workspace.tiles() / members,
        });
        descend(&self.queue, &self.learned, workspace, plan);
        true
    }

    /// Reads everything at once: parameters and memory in the host's order; gives what the updates since the last time
    /// have left.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read; `doing` says what for.
    pub async fn read(&mut self, host: (&mut Vec<f32>, &mut Adam), doing: &str) -> Result<Vec<Done>> {
        self.plans.read(&self.queue, &self.learned, host, doing).await
    }

    fn members(&self) -> usize {
        self.learned.layout.networks()[0].members
    }

    /// For batches of so many rows a member.
    fn workspace_for(&self, rows: usize) -> Workspace {
        let (layout, members) = (&self.learned.layout, self.members());
        let tile = self.queue.tile_rows(rows * members);
        let tiles = rows.div_ceil(tile);
        let (mut table, mut begin) = (Tiles::default(), 0);
        for (index, (network, &extra)) in layout.networks().iter().zip(&self.extra).enumerate() {
            let [inputs, hidden, outputs] = network.fours();
            let behind = inputs + 2 * self.form.hidden_layers * hidden + outputs;
            for member in 0..network.members {
                let rows = Rows { begin, stride: behind + extra };
                table.add_network(network, member, rows);
                if index == 0 && layout.tail() < layout.len() {
                    table.add_sums(rows, behind, layout.tail() / 4, extra);
                }
                begin += tiles * tile * rows.stride;
            }
        }
        Workspace::new(&self.queue, layout, rows, 4 * begin, members * tiles, &table)
    }
}
