//! W1 to W4 on WebGPU. What a real phase uploads before its first step is uploaded before the clock runs, as with the
//! other programs; the order of a chain's samples, and reading parameters and losses back behind it, are in the time.

use crate::workloads::{self, SETTINGS};
use mbppo::config::ModelTarget;
use mbppo::env::ActionSpace;
use mbppo::gpu::rollout::{Agent, Parts, Round, World, launch};
use mbppo::gpu::{Layout, Queue, ppo, world_model};
use mbppo::kernels;
use mbppo::kernels::ppo::networks;
use mbppo::kernels::ppo_loss::Minibatch;
use mbppo::world_model::Scales;
use std::ops::Range;
use wasm_bindgen::prelude::*;

/// Steps of an imagined branch.
const HORIZON: usize = 5;
/// Numbers of a record's row before the reward: next obs, action, log-prob.
const BEFORE_REWARD: usize = 7;
/// Numbers of a record's row.
const RECORD_WIDTH: usize = 11;

/// W1 and W2: minibatches of PPO.
#[wasm_bindgen]
pub struct PpoOnWebGpu {
    host: kernels::ppo::ActorCritic,
    net: ppo::ActorCritic,
    rows: usize,
}

#[wasm_bindgen]
impl PpoOnWebGpu {
    /// `count` minibatches of `rows` rows drawn from `seed`, for hidden layers of this width.
    ///
    /// # Errors
    /// Rejects with an "MbppoError" if there is no WebGPU.
    pub async fn create(count: usize, rows: usize, seed: u32, width: usize) -> Result<Self, JsValue> {
        let host = workloads::actor_critic_of_width(width, 3e-4);
        let batches = workloads::minibatches(count, rows, seed);
        let samples: Vec<Vec<f32>> =
            batches.iter().flat_map(|batch| (0..rows).map(|row| sample(batch, row))).collect();
        let mut net = ppo::ActorCritic::new(&Queue::open().await?, &host);
        net.set_samples(&host, samples.iter().map(Vec::as_slice));
        Ok(Self { host, net, rows })
    }

    /// One step on each of the minibatches `from` to `to`; gives the last loss.
    ///
    /// # Errors
    /// Rejects with an "MbppoError" if the device fails.
    pub async fn steps(&mut self, from: usize, to: usize) -> Result<f32, JsValue> {
        let order: Vec<usize> = (from * self.rows..to * self.rows).collect();
        let divisors = vec![self.rows as f32; to - from];
        self.net.begin_epoch(&self.host.adam, &order, self.rows, &SETTINGS, &divisors);
        for _ in from..to {
            self.net.update();
        }
        let losses = self.net.read(&mut self.host, "reading what was learned").await?;
        Ok(losses.last().map_or(f32::NAN, |losses| losses.total))
    }
}

/// A row as [`Minibatch::push`] takes it.
fn sample(batch: &Minibatch, row: usize) -> Vec<f32> {
    let columns: [(&[f32], usize); 7] = [
        (&batch.obs, 4),
        (&batch.actions, 2),
        (&batch.log_probs, 1),
        (&batch.advantages, 1),
        (&batch.weights, 1),
        (&batch.returns, 1),
        (&batch.values, 1),
    ];
    columns.iter().flat_map(|(column, width)| column[row * width..][..*width].iter().copied()).collect()
}

/// W3: steps of the world model.
#[wasm_bindgen]
pub struct ModelOnWebGpu {
    host: kernels::world_model::WorldModel,
    model: world_model::WorldModel,
    rows: usize,
    members: usize,
}

#[wasm_bindgen]
impl ModelOnWebGpu {
    /// `count` batches of `rows` rows for each member, drawn from `seed`; every member gets the same rows.
    ///
    /// # Errors
    /// Rejects with an "MbppoError" if there is no WebGPU.
    pub async fn create(count: usize, rows: usize, seed: u32, members: usize) -> Result<Self, JsValue> {
        let host = workloads::ensemble(members);
        let mut model = world_model::WorldModel::new(&Queue::open().await?, &host);
        let batches = workloads::model_batches(count, rows, seed);
        let [input, target] = [0, 1]
            .map(|part| batches.iter().flat_map(|batch| batch[part].iter().copied()).collect::<Vec<_>>());
        model.set_transitions(&input, &target);
        Ok(Self { host, model, rows, members })
    }

    /// One step on each of the batches `from` to `to`; gives the last loss.
    ///
    /// # Errors
    /// Rejects with an "MbppoError" if the device fails.
    pub async fn steps(&mut self, from: usize, to: usize) -> Result<f32, JsValue> {
        let of_batch = |batch: usize| -> Range<usize> { batch * self.rows..(batch + 1) * self.rows };
        let rows: Vec<usize> =
            (from..to).flat_map(|batch| (0..self.members).flat_map(move |_| of_batch(batch))).collect();
        self.model.begin(&self.host.adam, &rows, to - from, 0.0);
        while self.model.update() {}
        let losses = self.model.read(&mut self.host, "reading what was learned").await?;
        Ok(losses.last().map_or(f32::NAN, |losses| losses.total))
    }
}

/// W4: imagining.
#[wasm_bindgen]
pub struct RolloutOnWebGpu {
    queue: Queue,
    parts: Parts,
    starts: Vec<f32>,
    rounds: u32,
}

#[wasm_bindgen]
impl RolloutOnWebGpu {
    /// So many branches.
    ///
    /// # Errors
    /// Rejects with an "MbppoError" if there is no WebGPU.
    pub async fn create(branches: usize) -> Result<Self, JsValue> {
        let queue = Queue::open().await?;
        let parts = Parts { agent: agent(&queue), world: world(&queue), novelty: None };
        Ok(Self { queue, parts, starts: workloads::starts(branches), rounds: 0 })
    }

    /// Five steps of all branches; gives the sum of rewards and values.
    ///
    /// # Errors
    /// Rejects with an "MbppoError" if the device fails.
    pub async fn run(&mut self) -> Result<f32, JsValue> {
        self.rounds += 1;
        let round = Round {
            space: ActionSpace::Discrete(2),
            starts: &self.starts,
            horizon: HORIZON,
            with_disagreement: false,
            with_values: true,
            seed: [7, self.rounds],
        };
        let (_, record) = launch(&self.queue, &self.parts, &round);
        let record = self.queue.read(&[&record], "reading imagined steps").await?.concat();
        let (steps, values) = record.split_at(self.starts.len() / 4 * HORIZON * RECORD_WIDTH);
        let rewards = steps.chunks_exact(RECORD_WIDTH).map(|step| step[BEFORE_REWARD]);
        Ok(rewards.chain(values.iter().copied()).sum())
    }
}

fn agent(queue: &Queue) -> Agent {
    let net = workloads::actor_critic(3e-4);
    let layout = Layout::new(&networks(net.shape()), 0);
    let parameters = queue.floats(&layout.pack(&net.flat));
    Agent { shape: *net.shape(), scaling: net.scaling().clone(), layout, parameters }
}

/// The model on scales that change nothing.
fn world(queue: &Queue) -> World {
    let model = workloads::world_model();
    let (zeros, ones) = (vec![0.0; 4], vec![1.0; 4]);
    let scales = Scales {
        target: ModelTarget::Difference,
        obs_mean: zeros.clone(),
        obs_std: ones.clone(),
        target_mean: zeros,
        target_std: ones.clone(),
        change_std: ones,
        reward_mean: 0.0,
        reward_std: 1.0,
    };
    let layout = Layout::new([model.mlp()], 0);
    let parameters = queue.floats(&layout.pack(&model.flat));
    let activation = model.mlp().activation();
    World { outputs: *model.outputs(), activation, scales: Some(scales), layout, parameters }
}
