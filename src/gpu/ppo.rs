//! Policy and value on the device: a minibatch of proximal policy optimisation in four dispatches.
//!
//! **What.** The first dispatch takes rows through one of both networks (or the one that both share) forwards,
//! computes the loss and takes its gradient backwards; [`super::step`] does the other three.
//! **Shapes.** In fours, an uploaded row is x `[O₄]` · action `[A₄]` · log π_old, A, w, 0 · R₀, R₁, V₀, V₁. In
//! scratch memory stand all rows of the policy, then all of the value, as `network` has them.
//! **Where.** The same as [`crate::kernels::ppo`], from which the parameters come and to which they return.
//! **Choices.** (1) All samples are uploaded once, and once an epoch their order and what each step needs: a minibatch
//! uploads nothing. (2) An invocation takes a tile of rows through one network: few and long ones on a software
//! adapter, many and short ones on a graphics processor.
//! **Paper.** Schulman et al. 2017 (1707.06347).

use super::activation::F4;
use super::adam::PLAN;
use super::layout::{Network, padded, push_padded};
use super::learner::Learner;
use super::network::{self, Form, Sizes, Tile};
use super::ppo_loss::{self, Places, Row};
use super::queue::{Buffer, Queue};
use super::step::{self, Done, Learned, Step};
use crate::error::Result;
use crate::kernels::distribution::Distribution;
use crate::kernels::ppo::{self, Shape, log_std_size, networks};
use crate::kernels::ppo_loss::{Losses, Settings};
use crate::minibatches::{largest, minibatches};
use cubecl::prelude::*;

/// Policy and value with their optimiser, on the device.
#[derive(Debug)]
pub struct ActorCritic {
    shape: Shape,
    learner: Learner,
    samples: Buffer,
    order: Buffer,
}

impl ActorCritic {
    /// Uploads these networks as they are.
    pub fn new(queue: &Queue, net: &ppo::ActorCritic) -> Self {
        let shape = *net.shape();
        let host = (net.flat.as_slice(), &net.adam);
        // Behind the policy's outputs stands ∂loss/∂log σ.
        let extra = |network: &Network| if network.first == 0 { padded(shape.actions) / 4 } else { 0 };
        Self {
            learner: Learner::new(queue, &networks(&shape), log_std_size(&shape), extra, host),
            shape,
            samples: queue.zeros(4),
            order: queue.zeros(1),
        }
    }

    /// Where the parameters lie on the device.
    pub fn learned(&self) -> &Learned {
        self.learner.learned()
    }

    /// Uploads what will be learned from: rows as [`crate::kernels::ppo_loss::Minibatch::push`] takes them.
    pub fn set_samples<'a>(&mut self, net: &ppo::ActorCritic, rows: impl Iterator<Item = &'a [f32]>) {
        let Shape { obs_size, actions, heads, .. } = self.shape;
        let (mut block, mut x) = (Vec::new(), Vec::new());
        for row in rows {
            let (obs, rest) = row.split_at(obs_size);
            let (action, rest) = rest.split_at(actions);
            x.clear();
            net.scaling().apply(obs, &mut x);
            push_padded(&mut block, &x);
            push_padded(&mut block, action);
            push_padded(&mut block, &rest[..3]);
            let both = |from: usize, head: usize| if head < heads { rest[from + head] } else { 0.0 };
            block.extend([both(3, 0), both(3, 1), both(3 + heads, 0), both(3 + heads, 1)]);
        }
        self.samples = self.learner.queue().floats(&block);
    }

    /// Uploads the order of an epoch's samples, cut into [`minibatches`] of at most `rows` rows, with the divisor of
    /// each.
    pub fn begin_epoch(
        &mut self,
        adam: &crate::kernels::Adam,
        order: &[usize],
        rows: usize,
        settings: &Settings,
        divisors: &[f32],
    ) {
        let (rows, batches) = (largest(order.len(), rows), minibatches(order.len(), rows));
        let sizes: Vec<usize> = batches.clone().map(|batch| batch.len()).collect();
        // Every minibatch has a place for the rows of the largest; what is left of it is never read.
        let mut places: Vec<u32> = Vec::with_capacity(sizes.len() * rows);
        for batch in batches {
            places.extend(order[batch].iter().map(|&index| index as u32));
            places.resize(places.len().next_multiple_of(rows), 0);
        }
        self.order = self.learner.queue().words(&places);
        let Settings { clip_range, clip_range_vf, ent_coef, vf_coef, max_grad_norm } = *settings;
        let settings = [clip_range, clip_range_vf, ent_coef, vf_coef].map(|setting| setting as f32);
        let step = |(rows, &divisor)| Step { rows, divisor, settings, max_norm: max_grad_norm as f32 };
        self.learner.begin(adam, rows, sizes.into_iter().zip(divisors).map(step).collect());
    }

    /// One step down the loss of the epoch's next minibatch; false if all have been done.
    pub fn update(&mut self) -> bool {
        let Self { shape, learner, samples, order } = self;
        learner.update(|turn| {
            let networks = turn.networks();
            let ([inputs, hidden, _], last) = (networks[0].fours(), &networks[networks.len() - 1]);
            let (count, dim) = turn.count(networks.len());
            // SAFETY: the sizes are those of these buffers.
            unsafe {
                ppo_rows::launch_unchecked(
                    turn.queue.client(),
                    count,
                    dim,
                    turn.learned.theta.fours(),
                    samples.fours(),
                    order.scalars(),
                    turn.steps.fours(),
                    turn.workspace.scratch.fours(),
                    turn.workspace.sums_of_tiles.fours(),
                    turn.update,
                    turn.workspace.rows as u32,
                    turn.tiles as u32,
                    inputs as u32,
                    hidden as u32,
                    (padded(shape.actions) / 4) as u32,
                    shape.actions as u32,
                    (last.first / 4) as u32,
                    (turn.learned.layout.tail() / 4) as u32,
                    turn.form,
                    shape.distribution,
                    shape.heads,
                    shape.shared_trunk,
                );
            }
        })
    }

    /// Reads everything at once: parameters and memory into `net`; gives the losses of the updates since the last
    /// time.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read.
    pub async fn read(&mut self, net: &mut ppo::ActorCritic, doing: &str) -> Result<Vec<Losses>> {
        let done = self.learner.read((&mut net.flat, &mut net.adam), doing).await?;
        Ok(done.iter().map(losses_of).collect())
    }
}

/// The losses from what an update left.
fn losses_of(done: &Done) -> Losses {
    let Done { step: Step { rows, divisor, settings: [_, _, ent_coef, vf_coef], .. }, numbers } = done;
    let policy = -numbers[4] / divisor;
    let (value, entropy) = (numbers[8] / divisor, -numbers[5] / divisor);
    Losses {
        total: policy + vf_coef * value + ent_coef * entropy,
        policy_gradient_loss: policy,
        value_loss: value,
        entropy_loss: entropy,
        approx_kl: numbers[6] / *rows as f32,
        clip_fraction: numbers[7] / *rows as f32,
        grad_norm: numbers[0],
    }
}

/// Takes a tile of rows through the policy (workgroups of y = 0) or the value (y = 1), or, where both share one
/// network, through that. Each minibatch has `places` places in the order, of which it uses as many as its plan
/// says.
#[cube(launch_unchecked)]
fn ppo_rows(
    parameters: &[F4],
    samples: &[F4],
    order: &[u32],
    plan: &[F4],
    scratch: &mut [F4],
    sums_of_tiles: &mut [F4],
    update: u32,
    places: u32,
    tiles: u32,
    inputs: u32,
    hidden: u32,
    action_fours: u32,
    actions: u32,
    value_first: u32,
    log_std: u32,
    #[comptime] form: Form,
    #[comptime] distribution: Distribution,
    #[comptime] heads: usize,
    #[comptime] is_shared: bool,
) {
    let tile = ABSOLUTE_POS_X;
    if tile < tiles {
        let is_policy = CUBE_POS_Y == 0;
        let output_fours =
            if comptime!(is_shared) { (actions + comptime!(heads as u32 + 3)) / 4 } else { action_fours };
        let policy_stride =
            (inputs + comptime!(2 * form.hidden_layers as u32) * hidden + output_fours + action_fours)
                as usize;
        let region = (tiles * comptime!(form.rows as u32)) as usize * policy_stride;
        let sizes = Sizes {
            inputs: inputs as usize,
            hidden: hidden as usize,
            outputs: select(is_policy, output_fours, 1u32) as usize,
            extra: select(is_policy, action_fours, 0u32) as usize,
            first: select(is_policy, 0u32, value_first) as usize,
        };
        let stride = network::stride(&sizes, form.hidden_layers);
        let first_row = (tile * comptime!(form.rows as u32)) as usize;
        let at = select(is_policy, 0u32, 1u32) as usize * region + first_row * stride;
        let batch = (update * places) as usize;
        let plan_at = (update * comptime!(PLAN as u32)) as usize;
        let rows = step::rows(plan[plan_at + 2]);
        let of_tile = Tile { at, first_row, batch, rows };
        let width = sizes.inputs + action_fours as usize + 2;
        network::fill(samples, order, scratch, &sizes, &of_tile, width, form);
        network::forward(parameters, scratch, &sizes, at, form);
        let divisor = plan[plan_at].extract(3usize);
        let settings = plan[plan_at + 1];
        let outputs = network::outputs(&sizes, form.hidden_layers);
        let mut sums = F4::new(0.0);
        let mut value_sums = F4::new(0.0);
        #[unroll]
        for r in 0..form.rows {
            let sample = network::sample(order, batch, first_row + r, rows) * width;
            let is_real = select(first_row + r < rows, 1.0f32, 0.0f32);
            let row = Row::of(samples[sample + width - 2], is_real, divisor);
            let targets = samples[sample + width - 1];
            let y = at + r * stride + outputs;
            let places = Places {
                outputs: y,
                d_log_std: y + sizes.outputs,
                log_std: log_std as usize,
                action: sample + sizes.inputs,
                fours: action_fours as usize,
                actions: actions as usize,
            };
            if comptime!(is_shared) {
                // Read before the policy's gradients take their place.
                let values = ppo_loss::values_behind(&*scratch, &places, heads);
                sums += ppo_loss::policy(parameters, samples, scratch, &places, &row, settings, distribution);
                let of_value = ppo_loss::value(values, targets, &row, settings, heads);
                ppo_loss::write_behind(scratch, &places, sizes.outputs, of_value.gradient, heads);
                value_sums += F4::new(of_value.sum);
            } else if is_policy {
                sums += ppo_loss::policy(parameters, samples, scratch, &places, &row, settings, distribution);
            } else {
                let of_value = ppo_loss::value(scratch[y], targets, &row, settings, heads);
                scratch[y] = of_value.gradient;
                sums += F4::new(of_value.sum);
            }
        }
        network::backward(parameters, scratch, &sizes, at, form, false);
        if comptime!(is_shared) {
            sums_of_tiles[tile as usize] = sums;
            sums_of_tiles[(tiles + tile) as usize] = value_sums;
        } else {
            sums_of_tiles[(select(is_policy, 0u32, tiles) + tile) as usize] = sums;
        }
    }
}
