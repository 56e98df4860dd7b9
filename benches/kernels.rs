//! Times the kernels on the workloads of `workloads`, natively: `cargo bench --bench kernels`, or with names of
//! workloads behind it. Prints the median and the fastest of 60 repetitions.
//!
//! Without criterion: its dependencies would build crates below burn once more with other features.

mod workloads;

use std::hint::black_box;
use std::time::Instant;
use workloads::{Acting, Rollout, SETTINGS, actor_critic, minibatches, model_batches, world_model};

const REPETITIONS: usize = 60;

/// Milliseconds of one call: median and least.
fn time(calls: usize, mut run: impl FnMut()) -> [f64; 2] {
    (0..calls.max(3)).for_each(|_| run());
    let mut times: Vec<f64> = (0..REPETITIONS)
        .map(|_| {
            let begin = Instant::now();
            (0..calls).for_each(|_| run());
            1e3 * begin.elapsed().as_secs_f64() / calls as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    [times[REPETITIONS / 2], times[0]]
}

fn ppo(rows: usize, seed: u32) -> [f64; 2] {
    let (mut net, batches) = (actor_critic(3e-4), minibatches(20, rows, seed));
    let mut turns = (0..20).cycle();
    time(20, || {
        let batch = &batches[turns.next().unwrap_or(0)];
        black_box(net.update(batch, &SETTINGS, rows as f32));
    })
}

fn model() -> [f64; 2] {
    let (mut model, batches) = (world_model(), model_batches(20, 256, 14));
    let mut turns = (0..20).cycle();
    time(5, || {
        let [input, target] = &batches[turns.next().unwrap_or(0)];
        black_box(model.update(input, target));
    })
}

fn rollout(branches: usize) -> [f64; 2] {
    let mut rollout = Rollout::new(branches);
    time(2, || {
        black_box(rollout.run());
    })
}

fn acting(count: usize) -> [f64; 2] {
    let mut acting = Acting::new(count);
    time(200, || {
        black_box(acting.run());
    })
}

type Workload = (&'static str, fn() -> [f64; 2]);

fn main() {
    let workloads: [Workload; 8] = [
        ("W1-ppo-64", || ppo(64, 11)),
        ("W2-ppo-256", || ppo(256, 12)),
        ("W2-ppo-1024", || ppo(1024, 13)),
        ("W3-model-256", model),
        ("W4-rollout-100x5", || rollout(100)),
        ("W4-rollout-1000x5", || rollout(1000)),
        ("W5-act-1", || acting(1)),
        ("W5-act-64", || acting(64)),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, run) in workloads {
        if wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str())) {
            let [median, least] = run();
            println!("{name:18} median {median:9.4} ms   fastest {least:9.4} ms");
        }
    }
}
