//! W1 to W5 on the CPU.

use crate::workloads::{self, Acting, Rollout, SETTINGS};
use mbppo::kernels::ppo::ActorCritic;
use mbppo::kernels::ppo_loss::Minibatch;
use mbppo::kernels::world_model::WorldModel;
use wasm_bindgen::prelude::*;

/// W1 and W2: minibatches of PPO.
#[wasm_bindgen]
pub struct PpoOnCpu {
    net: ActorCritic,
    batches: Vec<Minibatch>,
}

#[wasm_bindgen]
impl PpoOnCpu {
    /// `count` minibatches of `rows` rows drawn from `seed`, for hidden layers of this width.
    #[wasm_bindgen(constructor)]
    pub fn new(count: usize, rows: usize, seed: u32, width: usize) -> Self {
        let net = workloads::actor_critic_of_width(width, 3e-4);
        Self { net, batches: workloads::minibatches(count, rows, seed) }
    }

    /// One step on each of the minibatches `from` to `to`; gives the last loss.
    pub fn steps(&mut self, from: usize, to: usize) -> f32 {
        let step = |_, batch: &Minibatch| self.net.update(batch, &SETTINGS, batch.len() as f32).total;
        self.batches[from..to].iter().fold(f32::NAN, step)
    }
}

/// W3: steps of the world model.
#[wasm_bindgen]
pub struct ModelOnCpu {
    model: WorldModel,
    batches: Vec<[Vec<f32>; 2]>,
}

#[wasm_bindgen]
impl ModelOnCpu {
    /// `count` batches of `rows` rows for each member, drawn from `seed`; every member gets the same rows.
    #[wasm_bindgen(constructor)]
    pub fn new(count: usize, rows: usize, seed: u32, members: usize) -> Self {
        let for_all = |batch: [Vec<f32>; 2]| batch.map(|numbers| numbers.repeat(members));
        let batches = workloads::model_batches(count, rows, seed);
        Self { model: workloads::ensemble(members), batches: batches.into_iter().map(for_all).collect() }
    }

    /// One step on each of the batches `from` to `to`; gives the last loss.
    pub fn steps(&mut self, from: usize, to: usize) -> f32 {
        let step = |_, [input, target]: &[Vec<f32>; 2]| self.model.update(input, target).total;
        self.batches[from..to].iter().fold(f32::NAN, step)
    }
}

/// W4: imagining.
#[wasm_bindgen]
pub struct RolloutOnCpu(Rollout);

#[wasm_bindgen]
impl RolloutOnCpu {
    /// So many branches.
    #[wasm_bindgen(constructor)]
    pub fn new(branches: usize) -> Self {
        Self(Rollout::new(branches))
    }

    /// Five steps of all branches; gives the sum of rewards and values.
    pub fn run(&mut self) -> f32 {
        self.0.run()
    }
}

/// W5: acting.
#[wasm_bindgen]
pub struct ActingOnCpu(Acting);

#[wasm_bindgen]
impl ActingOnCpu {
    /// In so many carts, or with 1 on any small observation.
    #[wasm_bindgen(constructor)]
    pub fn new(count: usize) -> Self {
        Self(Acting::new(count))
    }

    /// Acts so many times; gives the last first logit.
    pub fn run(&mut self, times: usize) -> f32 {
        (0..times).fold(f32::NAN, |_, _| self.0.run())
    }
}
