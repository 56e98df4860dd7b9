//! Imagination in a world that is perfect must be what really happens, on every task.
#![cfg(all(tensors, not(target_family = "wasm")))]

mod ends;
mod parts;
mod perfect;

use mbppo::budget::PER_TICK;
use mbppo::buffer::Rollout;
use mbppo::burn::Device;
use mbppo::config::Activation;
use mbppo::dynamics::Context;
use mbppo::env::make;
use mbppo::imagination::{Borders, Imagination, Scope};
use mbppo::nets::{Hidden, Shape};
use mbppo::policy::Policy;
use mbppo::rng::Seed;
use mbppo::{burn as tensors, cpu};
use perfect::Perfect;

fn shape(task: &str) -> Shape {
    let spec = make(task).expect("a task").spec();
    Shape {
        obs_size: spec.obs_size(),
        action: spec.action,
        hidden: Hidden { layers: 2, width: 8 },
        shared_trunk: false,
        heads: 1,
        activation: Activation::Tanh,
        scaling: mbppo::scaling::of(&spec.obs),
        log_std_init: 0.0,
    }
}

/// By tensors, and by hand.
fn policies(task: &str) -> [Box<dyn Policy>; 2] {
    let weights = || Seed(4).stream("init");
    [
        Box::new(tensors::PpoPolicy::new(&Device::cpu(), shape(task), 1e-3, &mut weights())),
        Box::new(cpu::PpoPolicy::new(shape(task), 1e-3, &mut weights())),
    ]
}

fn by_hand(task: &str) -> Box<dyn Policy> {
    let [_, by_hand] = policies(task);
    by_hand
}

/// All steps of a round: branches from states that the task starts in.
fn round(mut policy: Box<dyn Policy>, task: &'static str, branches: usize, horizon: usize) -> Imagination {
    let mut env = make(task).expect("a task");
    let spec = env.spec();
    let mut stream = Seed(4).stream("starts");
    let mut starts = vec![0.0; branches * spec.obs_size()];
    for start in starts.chunks_exact_mut(spec.obs_size()) {
        env.reset(&mut stream);
        env.observe(start);
    }
    let scope = Scope {
        action: spec.action,
        obs_size: spec.obs_size(),
        horizon,
        members: 2,
        noise_size: 0,
        with_disagreement: true,
        // So much that a tick takes a few branches only.
        cost: PER_TICK as usize,
    };
    let (mut imagination, mut world) = (Imagination::start(Context::seen(starts), scope), Perfect(task));
    while !imagination.is_complete() {
        let step = imagination.step(policy.as_mut(), &mut world, None, &mut stream);
        pollster::block_on(step).expect("a step");
    }
    imagination
}

/// Branches of up to `horizon` steps from states that the task starts in.
fn imagined(
    policy: Box<dyn Policy>,
    task: &'static str,
    branches: usize,
    horizon: usize,
    borders: Borders<'_>,
) -> Rollout {
    round(policy, task, branches, horizon).finish(borders, 0.5).rollout
}
