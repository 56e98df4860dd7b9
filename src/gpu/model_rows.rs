//! A tile of the world model's rows through its member, there and back: the first of a step's four dispatches.
//!
//! **Shapes.** As in [`super::world_model`], which launches it.
//! **Choices.** Adversarial rows go through the network twice: first to learn where the loss rises, then from there.
//! **Paper.** Goodfellow et al. 2015 (1412.6572), rows pushed to where they are worst.

use super::activation::F4;
use super::adam::PLAN;
use super::model_loss::{self, Heads, Places};
use super::network::{self, Form, Sizes, Tile};
use cubecl::prelude::*;

/// Takes a tile of a member's rows (member: y of the workgroup) through its network.
#[cube(launch_unchecked)]
pub fn model_rows(
    parameters: &[F4],
    transitions: &[F4],
    order: &[u32],
    plan: &[F4],
    scratch: &mut [F4],
    sums_of_tiles: &mut [F4],
    update: u32,
    rows: u32,
    tiles: u32,
    inputs: u32,
    hidden: u32,
    outputs: u32,
    member_stride: u32,
    states: u32,
    #[comptime] form: Form,
    #[comptime] heads: Heads,
    #[comptime] is_adversarial: bool,
) {
    let tile = ABSOLUTE_POS_X;
    if tile < tiles {
        let (member, members) = (CUBE_POS_Y, CUBE_COUNT_Y);
        let sizes = Sizes {
            inputs: inputs as usize,
            hidden: hidden as usize,
            outputs: outputs as usize,
            extra: outputs as usize,
            first: (member * member_stride) as usize,
        };
        let stride = network::stride(&sizes, form.hidden_layers);
        let first_row = (tile * comptime!(form.rows as u32)) as usize;
        let at = ((member * tiles * comptime!(form.rows as u32)) as usize + first_row) * stride;
        let width = width(&sizes, states as usize);
        let (batch, rows) = (((update * members + member) * rows) as usize, rows as usize);
        let of_tile = Tile { at, first_row, batch, rows };
        let plan_at = (update * comptime!(PLAN as u32)) as usize;
        let per_row = 1.0 / plan[plan_at].extract(3usize);
        let settings = plan[plan_at + 1];
        network::fill(transitions, order, scratch, &sizes, &of_tile, width, form);
        if comptime!(is_adversarial) {
            network::forward(parameters, scratch, &sizes, at, form);
            tile_loss(
                transitions,
                order,
                scratch,
                &sizes,
                &of_tile,
                states as usize,
                per_row,
                settings,
                form,
                heads,
            );
            network::backward(parameters, scratch, &sizes, at, form, true);
            push_rows(transitions, order, scratch, &sizes, &of_tile, states as usize, settings, form);
        }
        network::forward(parameters, scratch, &sizes, at, form);
        let sums = tile_loss(
            transitions,
            order,
            scratch,
            &sizes,
            &of_tile,
            states as usize,
            per_row,
            settings,
            form,
            heads,
        );
        network::backward(parameters, scratch, &sizes, at, form, false);
        sums_of_tiles[(member * tiles + tile) as usize] = sums;
    }
}

/// Fours of a transition.
#[cube]
fn width(sizes: &Sizes, states: usize) -> usize {
    sizes.inputs + (states + 5) / 4
}

/// The loss of a tile's rows, whose gradient takes the place of their outputs.
#[cube]
#[allow(clippy::too_many_arguments)]
fn tile_loss(
    transitions: &[F4],
    order: &[u32],
    scratch: &mut [F4],
    sizes: &Sizes,
    tile: &Tile,
    states: usize,
    per_row: f32,
    settings: F4,
    #[comptime] form: Form,
    #[comptime] heads: Heads,
) -> F4 {
    let stride = network::stride(sizes, form.hidden_layers);
    let (width, y) = (width(sizes, states), network::outputs(sizes, form.hidden_layers));
    let mut sums = F4::new(0.0);
    #[unroll]
    for r in 0..form.rows {
        let sample = network::sample(order, tile.batch, tile.first_row + r, tile.rows) * width;
        let places = Places {
            outputs: tile.at + r * stride + y,
            copy: tile.at + r * stride + y + sizes.outputs,
            fours: sizes.outputs,
            target: sample + sizes.inputs,
            states,
        };
        let share = select(tile.first_row + r < tile.rows, per_row, 0.0f32);
        sums += model_loss::loss(transitions, scratch, &places, share, settings.extract(0usize), heads);
    }
    sums
}

/// x of a tile's rows once more, pushed by `eps` to where the loss rises: ∂x stands in its place.
#[cube]
#[allow(clippy::too_many_arguments)]
fn push_rows(
    transitions: &[F4],
    order: &[u32],
    scratch: &mut [F4],
    sizes: &Sizes,
    tile: &Tile,
    states: usize,
    settings: F4,
    #[comptime] form: Form,
) {
    let stride = network::stride(sizes, form.hidden_layers);
    let (width, eps) = (width(sizes, states), settings.extract(1usize));
    #[unroll]
    for r in 0..form.rows {
        let sample = network::sample(order, tile.batch, tile.first_row + r, tile.rows) * width;
        for k in 0..sizes.inputs {
            let at = tile.at + r * stride + k;
            let push = push_of(scratch[at], 4 * k, states, eps);
            scratch[at] = transitions[sample + k] + push;
        }
    }
}

/// `eps` towards where the loss rises, for numbers of the state.
#[cube]
fn push_of(slopes: F4, from: usize, states: usize, eps: f32) -> F4 {
    let mut push = F4::new(0.0);
    #[unroll]
    for i in 0..4usize {
        let slope = slopes.extract(i);
        let sign = select(slope > 0.0, eps, 0.0f32) - select(slope < 0.0, eps, 0.0f32);
        push.insert(i, select(from + i < states, sign, 0.0f32));
    }
    push
}
